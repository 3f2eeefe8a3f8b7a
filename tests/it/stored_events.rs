//! Events are for ever: `tests/fixtures/events/v1.jsonl` holds a line of every kind as version 1 wrote it, and each must
//! be read always. The file is added to and never written anew; another version gets a file of its own.

use std::collections::BTreeSet;

use rexian::domain::event::{Event, Recorded};

const V1: &str = include_str!("../fixtures/events/v1.jsonl");

/// Every kind of event and the name it is stored by. The compiler asks for a line here when a kind is added, and the
/// test below for a sample.
macro_rules! kinds {
    ($($kind:ident = $name:literal,)+) => {
        pub const NAMES: &[&str] = &[$($name,)+];

        fn name(event: &Event) -> &'static str {
            match event { $(Event::$kind { .. } => $name,)+ }
        }
    };
}

kinds! {
    Dispatched = "dispatched",
    AnsweredDirectly = "answered_directly",
    Accepted = "accepted",
    ReturnAsked = "return_asked",
    ReturnApproved = "return_approved",
    ReturnRefused = "return_refused",
    DisputeOpened = "dispute_opened",
    EvidenceHandedIn = "evidence_handed_in",
    Designated = "designated",
    Claimed = "claimed",
    BuckPassingMarked = "buck_passing_marked",
    ContactTried = "contact_tried",
    UnreachableReported = "unreachable_reported",
    CoHandlingAsked = "co_handling_asked",
    CoHandlingAnswered = "co_handling_answered",
    CoHandlingReleased = "co_handling_released",
    ProgressReported = "progress_reported",
    Escalated = "escalated",
    ExtensionAsked = "extension_asked",
    ExtensionGranted = "extension_granted",
    ExtensionRefused = "extension_refused",
    SuspensionAsked = "suspension_asked",
    SuspensionGranted = "suspension_granted",
    SuspensionRefused = "suspension_refused",
    ExemptionAsked = "exemption_asked",
    ExemptionGranted = "exemption_granted",
    ExemptionRefused = "exemption_refused",
    CaseFiled = "case_filed",
    ReplySentForSigning = "reply_sent_for_signing",
    ReplySigned = "reply_signed",
    SigningRefused = "signing_refused",
    ReplySubmitted = "reply_submitted",
    ReplyPassed = "reply_passed",
    ReplySentBack = "reply_sent_back",
    CalledBack = "called_back",
    RatingCorrected = "rating_corrected",
    RedoOrdered = "redo_ordered",
    RedoDetermined = "redo_determined",
    Urged = "urged",
    Supervised = "supervised",
    FactsAdded = "facts_added",
    ClockRestarted = "clock_restarted",
    Withdrawn = "withdrawn",
    CommendationClaimed = "commendation_claimed",
    Revealed = "revealed",
    Closed = "closed",
    AlertRaised = "alert_raised",
}

fn lines() -> Vec<&'static str> {
    V1.lines().filter(|line| !line.trim().is_empty()).collect()
}

#[test]
fn every_event_that_version_1_wrote_is_read_whole() {
    for line in lines() {
        let stored: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let read: Recorded =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("no longer read: {error}: {line}"));
        assert_eq!(read.v, 1, "{line}");
        assert_eq!(name(&read.event), stored["event"]["event"], "{line}");
        // A field that is read and forgotten would be missing here.
        let written = serde_json::to_value(&read).expect("json");
        assert_eq!(written, stored, "{line}");
    }
}

#[test]
fn every_kind_of_event_has_a_stored_sample() {
    let sampled: BTreeSet<&str> = lines()
        .iter()
        .map(|line| name(&serde_json::from_str::<Recorded>(line).expect(line).event))
        .collect();
    let without: Vec<&&str> = NAMES.iter().filter(|name| !sampled.contains(**name)).collect();
    assert!(
        without.is_empty(),
        "no line in tests/fixtures/events/v1.jsonl for {without:?}"
    );
}
