//! `[returning]`: giving back a ticket that is another's: until when, with what, signed by whom, and what follows.
//! (RULES.md A3–A7)

use serde::{Deserialize, Serialize};

use super::clause::{Cite, Note, rule};
use super::finding::{Arg, Finding, finding};
use crate::domain::action::{DesignatedBy, ReturnRequest, ReturnScope};
use crate::domain::material::Material;
use crate::domain::named::named;
use crate::domain::people::Role;
use crate::domain::period::Period;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Returning {
    pub window: Option<Window>,
    pub carries: Option<Carries>,
    pub signers: Vec<ReturnSigner>,
    pub late: Option<Note>,
    pub approved: Option<Note>,
    pub refused: Option<Refused>,
    pub dispute: Option<DisputeRule>,
    pub repeated: Option<Repeated>,
    pub designated: Option<Note>,
    pub notes: Vec<Note>,
}

rule! {
    /// A3: the return window.
    pub struct Window {
        within: Period,
        /// Where responsibility must be settled by a check on site.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        site_check_within: Option<Period>,
        /// The special class under which a ticket is known from the start to need that check.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        site_check_class: Option<String>,
    }
}

named! {
    /// What a return may have to carry.
    pub enum ReturnItem {
        Reason = "理由",
        Basis = "政策依据",
        SuggestedUnit = "建议办理单位",
        SitePhoto = "现场照片",
        Materials = "相关材料",
        Verified = "核实情况",
    }
}

rule! {
    /// A4: what a return must carry.
    pub struct Carries {
        items: Vec<ReturnItem>,
    }
}

rule! {
    /// A5: who puts their name to a return.
    pub struct ReturnSigner {
        /// Absent: whatever the scope.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<ReturnScope>,
        /// One of these is enough.
        any: Vec<Role>,
    }
}

rule! {
    /// A6, A7: the return is refused and the ticket comes back.
    pub struct Refused {
        /// The ticket is marked 推诿件.
        #[serde(default)]
        buck_passing: bool,
    }
}

rule! {
    /// A7: units quarrel over whose it is.
    pub struct DisputeRule {
        /// How long the units have to hand in their evidence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence_within: Option<Period>,
        by: Vec<DesignatedBy>,
        #[serde(default)]
        from_first_receipt: bool,
    }
}

rule! {
    /// A7: it has gone back and forth too often.
    pub struct Repeated {
        returns: u32,
        by: DesignatedBy,
    }
}

impl Returning {
    /// How long this return has; none where the document sets no window.
    pub fn window_for(&self, site_check: bool, classes: &[String]) -> Option<(Period, &Cite)> {
        let window = self.window.as_ref()?;
        let known = window
            .site_check_class
            .as_ref()
            .is_some_and(|class| classes.contains(class));
        let within = window
            .site_check_within
            .filter(|_| site_check || known)
            .unwrap_or(window.within);
        Some((within, &window.cite))
    }

    /// The window has closed: what follows from that is part of the refusal.
    pub fn too_late(&self, due: String) -> Finding {
        let refusal = finding!(refuse "returning.window").with("due", due);
        let consequence = self.late.as_ref().map_or_else(String::new, |late| late.text.clone());
        let cite = self
            .late
            .as_ref()
            .map(|late| &late.cite)
            .or(self.window.as_ref().map(|window| &window.cite));
        let refusal = refusal.with("consequence", consequence);
        cite.map_or(refusal.clone(), |cite| refusal.cited(cite))
    }

    /// Everything that is missing from the papers, at once.
    pub fn judge_papers(&self, request: &ReturnRequest) -> Vec<Finding> {
        let mut findings = Vec::new();
        match &self.carries {
            Some(carries) => {
                for item in carries.items.iter().filter(|item| !carried(request, **item)) {
                    findings.push(
                        finding!(refuse "returning.carries")
                            .with("item", item.name())
                            .cited(&carries.cite)
                            .about(field(*item)),
                    );
                }
            }
            None if blank(&request.reason) => findings.push(finding!(refuse "flow.reason").about("reason")),
            None => {}
        }
        for signer in &self.signers {
            let concerned = signer.scope.is_none_or(|scope| scope == request.scope);
            let signed = request
                .opinions
                .iter()
                .any(|opinion| signer.any.contains(&opinion.role) && !blank(&opinion.name));
            if concerned && !signed {
                findings.push(
                    finding!(refuse "returning.signers")
                        .with("roles", roles(&signer.any))
                        .cited(&signer.cite)
                        .about("opinions"),
                );
            }
        }
        findings
    }

    /// After too many returns only the body that the rule names may say whose it is.
    pub fn judge_times(&self, returns_so_far: usize) -> Vec<Finding> {
        match &self.repeated {
            Some(repeated) if returns_so_far >= repeated.returns as usize => vec![
                finding!(refuse "returning.repeated")
                    .with("times", returns_so_far)
                    .with("body", repeated.by.name())
                    .cited(&repeated.cite),
            ],
            _ => Vec::new(),
        }
    }

    /// Who may name the unit: after too many returns only the body that the rule on those names.
    pub fn judge_designation(&self, by: DesignatedBy, returns: usize) -> Vec<Finding> {
        let too_often = self.repeated.as_ref().filter(|rule| returns >= rule.returns as usize);
        match (too_often, &self.dispute) {
            (Some(rule), _) if by == rule.by => Vec::new(),
            (Some(_), _) => self
                .judge_times(returns)
                .into_iter()
                .map(|finding| finding.about("by"))
                .collect(),
            (None, Some(dispute)) if !dispute.by.contains(&by) => vec![
                finding!(refuse "returning.dispute")
                    .with("bodies", Arg::list(&dispute.by))
                    .cited(&dispute.cite)
                    .about("by"),
            ],
            _ => Vec::new(),
        }
    }
}

fn carried(request: &ReturnRequest, item: ReturnItem) -> bool {
    match item {
        ReturnItem::Reason => !blank(&request.reason),
        ReturnItem::Basis => !blank(&request.basis),
        ReturnItem::SuggestedUnit => !blank(&request.suggested_unit),
        ReturnItem::SitePhoto => request
            .materials
            .iter()
            .any(|material| material.material == Material::SitePhoto),
        ReturnItem::Materials => !request.materials.is_empty(),
        ReturnItem::Verified => !blank(&request.verified),
    }
}

fn field(item: ReturnItem) -> &'static str {
    match item {
        ReturnItem::Reason => "reason",
        ReturnItem::Basis => "basis",
        ReturnItem::SuggestedUnit => "suggested_unit",
        ReturnItem::SitePhoto | ReturnItem::Materials => "materials",
        ReturnItem::Verified => "verified",
    }
}

fn blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// Roles as a blank of a message.
pub fn roles(roles: &[Role]) -> Arg {
    Arg::Terms {
        prefix: "role",
        names: roles.iter().map(|role| role.name()).collect(),
    }
}
