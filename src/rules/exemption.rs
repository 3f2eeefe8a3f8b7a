//! `[exemption]`: ways in which a ticket ends, or rests, without being solved now; each names the grounds it may rest
//! on and the material it needs. (RULES.md A10, C4, D6, F)

use serde::{Deserialize, Serialize};

use super::clause::{Note, rule};
use super::finding::{Finding, finding};
use crate::calendar::Calendar;
use crate::domain::material::Material;
use crate::domain::moment::Moment;
use crate::domain::period::Period;
use crate::domain::request::{ExemptionKind, ExemptionRequest};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Exemption {
    pub kinds: Vec<ExemptionRule>,
    pub notes: Vec<Note>,
}

rule! {
    /// One way out, with what it asks for.
    pub struct ExemptionRule {
        kind: ExemptionKind,
        grounds: Vec<String>,
        /// All of these must be there.
        #[serde(default)]
        materials: Vec<Material>,
        /// The matter must have been explained to the caller.
        #[serde(default)]
        explain: bool,
        /// The contact log must show that the caller wants nothing done.
        #[serde(default)]
        caller_declines: bool,
        /// How long a matter may be planned for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        longest: Option<Period>,
    }
}

impl Exemption {
    fn rules(&self, kind: ExemptionKind) -> impl Iterator<Item = &ExemptionRule> {
        self.kinds.iter().filter(move |rule| rule.kind == kind)
    }

    pub fn knows(&self, kind: ExemptionKind) -> Option<&ExemptionRule> {
        self.rules(kind).next()
    }

    /// `declined`: the caller said that nothing needs to be done.
    pub fn judge(&self, request: &ExemptionRequest, declined: bool, now: Moment, calendar: &Calendar) -> Vec<Finding> {
        let Some(first) = self.knows(request.kind) else {
            if request.reason.trim().is_empty() {
                return vec![finding!(refuse "flow.reason").about("reason")];
            }
            return Vec::new();
        };
        let mut findings = Vec::new();
        let named = self
            .rules(request.kind)
            .find(|rule| rule.grounds.contains(&request.ground));
        if named.is_none() {
            let grounds: Vec<&str> = self
                .rules(request.kind)
                .flat_map(|rule| &rule.grounds)
                .map(String::as_str)
                .collect();
            findings.push(
                finding!(refuse "exemption.ground")
                    .with("kind", request.kind.name())
                    .with("grounds", grounds.join("；"))
                    .cited(&first.cite)
                    .about("ground"),
            );
        }
        // Of several rules none is meant until a ground is named.
        let only = Some(first).filter(|_| self.rules(request.kind).count() == 1);
        let Some(rule) = named.or(only) else { return findings };
        for material in &rule.materials {
            if !request
                .materials
                .iter()
                .any(|attachment| attachment.material == *material)
            {
                findings.push(
                    finding!(refuse "exemption.material")
                        .with("kind", request.kind.name())
                        .with("material", material.name())
                        .cited(&rule.cite)
                        .about("materials"),
                );
            }
        }
        if rule.explain && !request.explained {
            findings.push(
                finding!(refuse "exemption.explain")
                    .with("kind", request.kind.name())
                    .cited(&rule.cite)
                    .about("explained"),
            );
        }
        if rule.caller_declines && !declined {
            findings.push(
                finding!(refuse "exemption.caller_declines")
                    .with("kind", request.kind.name())
                    .cited(&rule.cite)
                    .about("contact"),
            );
        }
        if let Some(longest) = rule.longest {
            findings.extend(judge_length(request, longest, rule, now, calendar));
        }
        findings
    }
}

fn judge_length(
    request: &ExemptionRequest,
    longest: Period,
    rule: &ExemptionRule,
    now: Moment,
    calendar: &Calendar,
) -> Option<Finding> {
    let too_long = match request.period {
        None => true,
        Some(period) => calendar.due(now, period).at > calendar.due(now, longest).at,
    };
    too_long.then(|| {
        finding!(refuse "exemption.longest")
            .with("longest", longest)
            .cited(&rule.cite)
            .about("period")
    })
}
