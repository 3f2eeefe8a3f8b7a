//! 办理结果: a finding, an answer or an outcome, a refusal too. What is only the frame of a letter, a receipt, a
//! forwarding, an act or a plan is none.

use std::ops::Range;

use super::lexicon::{Cue, Cues};
use super::text::{Clause, Text};

pub(super) fn find(text: &Text) -> Vec<Range<usize>> {
    text.clauses
        .iter()
        .filter(|clause| answers(text, clause))
        .map(Clause::range)
        .collect()
}

/// The shortest clause that can say something.
const CLAUSE: usize = 6;

fn answers(text: &Text, clause: &Clause) -> bool {
    if clause.mood.story || clause.mood.ahead || clause.mood.wish {
        return false;
    }
    let range = clause.range();
    if range.len() < CLAUSE
        || text.has(
            range.clone(),
            &[
                Cue::Frame,
                Cue::Forward,
                Cue::Planned,
                Cue::Invites,
                Cue::Remedy,
                Cue::Unfinished,
                Cue::Unreachable,
                Cue::Declined,
            ],
        )
    {
        return false;
    }
    text.hits_in(range, Cues::of(&[Cue::Outcome])).next().is_some()
}
