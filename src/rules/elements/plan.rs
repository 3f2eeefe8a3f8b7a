//! 后续计划: an act of the office still to come. A wish, a courtesy and what would follow under an if are none. Also
//! whether a text says that the matter is not finished.

use std::ops::Range;

use super::lexicon::{Cue, Cues};
use super::text::{Clause, Hit, Text};

pub(super) fn find(text: &Text) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for clause in text.clauses.iter().filter(|clause| !clause.mood.story) {
        let hit = text
            .hits_in(clause.range(), Cues::of(&[Cue::Planned, Cue::PlannedLead]))
            .find(|hit| intends(text, clause, hit));
        if let Some(hit) = hit {
            found.push(hit.start..clause.end.max(hit.end));
        }
    }
    found
}

fn intends(text: &Text, clause: &Clause, hit: &Hit) -> bool {
    let before = clause.start..hit.start;
    let after = hit.end..clause.end;
    if text.has(before.clone(), &[Cue::Modal, Cue::Wish, Cue::CallerSure]) || text.has(after.clone(), &[Cue::Wish]) {
        return false;
    }
    if clause.mood.supposed {
        return false;
    }
    let near = hit.start.saturating_sub(2).max(clause.start)..hit.start;
    if text.has(near, &[Cue::Past, Cue::Negation]) {
        return false;
    }
    if hit.cues.has(Cue::Planned) {
        return hit.end - hit.start >= 2 || text.has(after, &[Cue::Act, Cue::ActSure, Cue::ActWeak]);
    }
    text.has(after, &[Cue::Act, Cue::ActSure, Cue::ActWeak, Cue::Planned])
}

/// The first words that say that the matter goes on.
pub(super) fn unfinished(text: &Text) -> Option<Range<usize>> {
    text.clauses
        .iter()
        .filter(|clause| !clause.mood.story && !clause.mood.supposed)
        .find_map(|clause| text.hits_of(clause, Cue::Unfinished).next())
        .map(|hit| hit.start..hit.end)
}
