//! `[extension]`: more time, and suspension while a longer legal limit runs. (RULES.md D3)

use serde::{Deserialize, Serialize};

use super::clause::{Cite, Note, rule};
use super::finding::{Finding, finding};
use super::returning::roles;
use crate::calendar::Calendar;
use crate::domain::moment::Moment;
use crate::domain::named::named;
use crate::domain::people::Role;
use crate::domain::period::Period;
use crate::domain::request::{ExtensionRequest, SuspensionRequest};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Extension {
    /// The first extension, the second, …; the last row serves for all further ones, as far as `most` allows.
    pub rounds: Vec<Round>,
    pub most: Option<Most>,
    pub in_all: Option<InAll>,
    pub ask_before: Option<AskBefore>,
    pub not_after_redo: Option<Note>,
    pub suspension: Option<Suspension>,
    pub notes: Vec<Note>,
}

named! {
    /// What a request for more time may have to contain.
    pub enum ExtensionItem {
        Reason = "延期理由",
        Facts = "需要延期的事实",
        StageResult = "阶段性办理情况",
        Plan = "下一步工作计划",
        CallerConsents = "来电人同意",
        CallerTold = "已告知来电人",
    }
}

rule! {
    /// One extension.
    pub struct Round {
        items: Vec<ExtensionItem>,
        #[serde(default)]
        signers: Vec<Role>,
        /// The longest that may be asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        longest: Option<Period>,
        /// As long as the first limit, no more and no less.
        #[serde(default)]
        as_first_limit: bool,
    }
}

rule! {
    /// How many extensions there may be.
    pub struct Most {
        times: u32,
    }
}

rule! {
    /// How much time there may be in all, from the start of the limit.
    pub struct InAll {
        within: Period,
    }
}

rule! {
    /// How long before the limit an extension must be asked for.
    pub struct AskBefore {
        before: Period,
    }
}

rule! {
    /// 挂单: a matter for which a law sets a longer limit.
    pub struct Suspension {
        longest: Period,
    }
}

/// What is known of the ticket when more time is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    pub start: Moment,
    pub due: Option<Moment>,
    /// The limit before anything was granted.
    pub first_due: Option<Moment>,
    pub first_limit: Option<Period>,
    pub granted_before: u32,
    pub in_redo: bool,
}

impl Extension {
    fn round(&self, granted_before: u32) -> Option<&Round> {
        self.rounds.get(granted_before as usize).or(self.rounds.last())
    }

    /// The last moment at which more time may be asked for. `None`: no such rule; `Some((None, _))`: no moment is left.
    pub fn latest(&self, running: &Running, calendar: &Calendar) -> Option<(Option<Moment>, &Cite)> {
        let rule = self.ask_before.as_ref()?;
        let due = running.due?;
        let Period::WorkDays(days) = rule.before else {
            return Some((Some(due), &rule.cite));
        };
        let latest = calendar.close_before(due, days);
        let too_short = running.first_limit == Some(Period::WorkDays(1)) || latest <= running.start;
        Some(((!too_short).then_some(latest), &rule.cite))
    }

    /// What an extension that was asked for comes to, when it is granted.
    pub fn new_due(&self, request: &ExtensionRequest, running: &Running, calendar: &Calendar) -> Option<Moment> {
        let as_first = self
            .round(running.granted_before)
            .is_some_and(|round| round.as_first_limit);
        let period = if as_first { running.first_limit } else { request.period };
        Some(calendar.due(running.due.unwrap_or(running.start), period?).at)
    }

    /// What the request itself lacks. Whether one may be made at all, and still may, is asked before.
    pub fn judge(&self, request: &ExtensionRequest, running: &Running, calendar: &Calendar) -> Vec<Finding> {
        let mut findings = Vec::new();
        let Some(round) = self.round(running.granted_before) else {
            if request.reason.trim().is_empty() {
                findings.push(finding!(refuse "flow.reason").about("reason"));
            }
            if request.period.is_none() {
                findings.push(finding!(refuse "extension.period").about("period"));
            }
            return findings;
        };
        for item in round.items.iter().filter(|item| !given(request, **item)) {
            findings.push(
                finding!(refuse "extension.items")
                    .with("item", item.name())
                    .cited(&round.cite)
                    .about(field(*item)),
            );
        }
        for signer in &round.signers {
            let signed = request
                .opinions
                .iter()
                .any(|opinion| opinion.role == *signer && !opinion.name.trim().is_empty());
            if !signed {
                findings.push(
                    finding!(refuse "extension.signers")
                        .with("roles", roles(&[*signer]))
                        .cited(&round.cite)
                        .about("opinions"),
                );
            }
        }
        if !round.as_first_limit {
            findings.extend(self.judge_length(request, round, running, calendar));
        }
        findings
    }

    fn judge_length(
        &self,
        request: &ExtensionRequest,
        round: &Round,
        running: &Running,
        calendar: &Calendar,
    ) -> Vec<Finding> {
        let Some(period) = request.period else {
            return vec![finding!(refuse "extension.period").cited(&round.cite).about("period")];
        };
        let from = running.due.unwrap_or(running.start);
        let asked = calendar.due(from, period).at;
        // A row that serves again and again bounds all extensions together.
        let repeated = running.granted_before as usize >= self.rounds.len();
        let bounded_from = running.first_due.filter(|_| repeated).unwrap_or(from);
        let mut findings = Vec::new();
        if let Some(longest) = round
            .longest
            .filter(|longest| asked > calendar.due(bounded_from, *longest).at)
        {
            findings.push(
                finding!(refuse "extension.longest")
                    .with("longest", longest)
                    .cited(&round.cite)
                    .about("period"),
            );
        }
        if let Some(rule) = &self.in_all {
            let last = calendar.due(running.start, rule.within).at;
            if asked > last {
                findings.push(
                    finding!(refuse "extension.in_all")
                        .with("within", rule.within)
                        .with("last", last)
                        .cited(&rule.cite)
                        .about("period"),
                );
            }
        }
        findings
    }

    /// `since` is when an earlier suspension began.
    pub fn judge_suspension(
        &self,
        request: &SuspensionRequest,
        since: Option<Moment>,
        now: Moment,
        calendar: &Calendar,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        if request.reason.trim().is_empty() {
            findings.push(finding!(refuse "flow.reason").about("reason"));
        }
        let Some(rule) = &self.suspension else { return findings };
        if request.basis.trim().is_empty() {
            findings.push(
                finding!(refuse "extension.suspension_basis")
                    .cited(&rule.cite)
                    .about("basis"),
            );
        }
        if calendar.due(now, request.period).at > calendar.due(since.unwrap_or(now), rule.longest).at {
            findings.push(
                finding!(refuse "extension.suspension_longest")
                    .with("longest", rule.longest)
                    .cited(&rule.cite)
                    .about("period"),
            );
        }
        findings
    }
}

fn given(request: &ExtensionRequest, item: ExtensionItem) -> bool {
    let filled = |text: &str| !text.trim().is_empty();
    match item {
        ExtensionItem::Reason => filled(&request.reason),
        ExtensionItem::Facts => filled(&request.facts),
        ExtensionItem::StageResult => filled(&request.stage_result),
        ExtensionItem::Plan => filled(&request.plan),
        ExtensionItem::CallerConsents => request.caller_consents,
        ExtensionItem::CallerTold => request.caller_told,
    }
}

fn field(item: ExtensionItem) -> &'static str {
    match item {
        ExtensionItem::Reason => "reason",
        ExtensionItem::Facts => "facts",
        ExtensionItem::StageResult => "stage_result",
        ExtensionItem::Plan => "plan",
        ExtensionItem::CallerConsents => "caller_consents",
        ExtensionItem::CallerTold => "caller_told",
    }
}
