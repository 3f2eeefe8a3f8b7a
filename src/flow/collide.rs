//! Whether what somebody else did in the meantime matters to what a person is about to do. Two calls to the citizen stand
//! side by side; a reply written for a ticket that was sent back meanwhile does not.

use crate::domain::action::ActionKind;
use crate::domain::event::Event;

/// What only adds to a ticket, whatever its state by now: `decide` alone judges it.
fn adds(action: ActionKind) -> bool {
    use ActionKind as Do;
    matches!(
        action,
        Do::Contact
            | Do::ReportUnreachable
            | Do::ReportProgress
            | Do::HandInEvidence
            | Do::AnswerCoHandling
            | Do::Escalate
            | Do::Urge
            | Do::Supervise
            | Do::AddFacts
            | Do::Reveal
            | Do::ClaimCommendation
            | Do::RaiseAlert
    )
}

/// What leaves the matter as it was for whoever works at it.
fn leaves(event: &Event) -> bool {
    matches!(
        event,
        Event::AlertRaised { .. }
            | Event::Urged { .. }
            | Event::Supervised { .. }
            | Event::Revealed { .. }
            | Event::ContactTried(_)
            | Event::UnreachableReported { .. }
            | Event::ProgressReported { .. }
            | Event::CoHandlingAnswered { .. }
            | Event::EvidenceHandedIn { .. }
            | Event::Escalated { .. }
            | Event::CommendationClaimed { .. }
    )
}

/// The person has not seen `event`, which somebody else made: must they look again before `action`?
pub fn collides(action: ActionKind, event: &Event) -> bool {
    !adds(action) && !leaves(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_stand_side_by_side_and_decisions_do_not() {
        let accepted = Event::ReplySentBack {
            reason: "缺要素".to_owned(),
        };
        let urged = Event::Urged {
            way: crate::domain::action::UrgeWay::Phone,
            note: String::new(),
        };
        assert!(collides(ActionKind::Submit, &accepted));
        assert!(!collides(ActionKind::Contact, &accepted));
        assert!(!collides(ActionKind::Submit, &urged));
    }
}
