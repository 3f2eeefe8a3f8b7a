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
    if clause.mood.supposed && !promises(text, clause, hit) {
        return false;
    }
    // 要求尽快清理: somebody else is to do it.
    if text.has(before.clone(), &[Cue::Act, Cue::ActSure, Cue::ActThird])
        && !text.starts_with(hit.start, "将")
        && !text.starts_with(hit.start, "会")
    {
        return false;
    }
    // 将有关情况答复如下: 将 is 把.
    if text.contains(after.clone(), "如下") {
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

/// 如有情况将及时回复: under an if, but the office binds itself.
fn promises(text: &Text, clause: &Clause, hit: &Hit) -> bool {
    let reports = ["回复", "反馈", "答复", "告知"]
        .iter()
        .any(|word| text.contains(clause.range(), word));
    let prompt = ["及时", "第一时间", "尽快", "再次"]
        .iter()
        .any(|word| text.contains(clause.range(), word));
    let office = text.has(clause.start..hit.start + 1, &[Cue::Office]) || text.has(clause.range(), &[Cue::Office]);
    reports && prompt
        || office && text.starts_with(hit.start, "将") && text.has(hit.end..clause.end, &[Cue::Act, Cue::ActSure])
        || office && text.contains(clause.range(), "将按")
}

/// The first words that say that the matter goes on.
pub(super) fn unfinished(text: &Text) -> Option<Range<usize>> {
    text.clauses
        .iter()
        .filter(|clause| !clause.mood.story && !clause.mood.supposed)
        .find_map(|clause| text.hits_of(clause, Cue::Unfinished).next())
        .map(|hit| hit.start..hit.end)
}
