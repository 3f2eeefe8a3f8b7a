//! 联系情况: that the unit reached, or tried to reach, the caller, and how. The caller's call to the hotline and an
//! invitation to ring are none. Also the two reasons why there may be no contact: unreachable, declined.

use std::ops::Range;

use super::lexicon::{Cue, Cues};
use super::text::{Clause, Hit, Text};

pub(super) fn find(text: &Text) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for clause in &text.clauses {
        if clause.mood.story || clause.mood.supposed || clause.mood.ahead {
            continue;
        }
        let hit = text.hits_of(clause, Cue::Means).find(|hit| reaches(text, clause, hit));
        found.extend(hit.map(|hit| hit.start..hit.end));
    }
    found.extend(unreachable(text));
    found
}

fn reaches(text: &Text, clause: &Clause, hit: &Hit) -> bool {
    let before = clause.start..hit.start;
    if text.has(before.clone(), &[Cue::Planned, Cue::Modal, Cue::Wish, Cue::Invites]) {
        return false;
    }
    let invited = text
        .hits_of(clause, Cue::Invites)
        .any(|invite| invite.start < hit.end && hit.start < invite.end);
    if invited || text.contains(hit.end..clause.end, "12345") {
        return false;
    }
    if caller_acts(text, before.clone(), hit) {
        return false;
    }
    // The caller is the one reached: named in the means, in its clause, or in the next one.
    let sentence = text.sentence_of(clause);
    let callers = Cues::of(&[Cue::CallerSure]);
    text.hits_in(hit.start..hit.end, callers).next().is_some()
        || text.hits_in(clause.range(), callers).next().is_some()
        || text
            .hits_in(clause.end..sentence.end.min(clause.end + 24), callers)
            .next()
            .is_some()
        || text
            .hits_in(clause.range(), Cues::of(&[Cue::CallerPronoun]))
            .next()
            .is_some()
            && text
                .hits_in(clause.start.saturating_sub(60)..clause.start, callers)
                .next()
                .is_some()
}

/// 您致电, 来电人拨打: the caller's own call.
fn caller_acts(text: &Text, before: Range<usize>, hit: &Hit) -> bool {
    let Some(caller) = text.hits_in(before.clone(), Cues::of(&[Cue::CallerSure])).last() else {
        return false;
    };
    let object = caller.start > before.start
        && matches!(
            text.chars[caller.start - 1],
            '向' | '与'
                | '对'
                | '到'
                | '为'
                | '给'
                | '和'
                | '在'
                | '系'
                | '访'
                | '知'
                | '去'
                | '经'
                | '就'
                | '同'
                | '将'
                | '由'
                | '及'
                | '、'
                | '请'
                | '叫'
                | '邀'
                | '打'
                | '电'
                | '送'
        );
    !object && hit.start - caller.end <= 6 && !text.has(caller.end..hit.start, &[Cue::Office, Cue::Agent])
}

pub(super) fn unreachable(text: &Text) -> Option<Range<usize>> {
    first(text, Cue::Unreachable)
}

pub(super) fn declined(text: &Text) -> Option<Range<usize>> {
    first(text, Cue::Declined)
}

fn first(text: &Text, cue: Cue) -> Option<Range<usize>> {
    text.clauses
        .iter()
        .filter(|clause| !clause.mood.supposed)
        .find_map(|clause| text.hits_of(clause, cue).next())
        .map(|hit| hit.start..hit.end)
}
