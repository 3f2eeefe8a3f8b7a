//! 满意情况: this caller's own attitude, as stated. What the unit wishes or feels, and what others say, is none.

use std::ops::Range;

use super::lexicon::{Cue, Cues};
use super::text::{Clause, Hit, Text};
use crate::domain::element::Attitude;

const ATTITUDES: Cues = Cues::of(&[
    Cue::Satisfied,
    Cue::Fair,
    Cue::Understands,
    Cue::Dissatisfied,
    Cue::VeryDissatisfied,
    Cue::Unsaid,
]);

/// The last attitude stated, and where any is.
pub(super) fn find(text: &Text) -> (Option<Attitude>, Vec<Range<usize>>) {
    let mut last = None;
    let mut found = Vec::new();
    for (index, clause) in text.clauses.iter().enumerate() {
        if clause.mood.supposed {
            continue;
        }
        for hit in widest(text, clause) {
            if swallowed(text, hit) || !by_caller(text, index, clause, hit) {
                continue;
            }
            last = Some(value(hit));
            found.push(hit.start..hit.end);
        }
    }
    (last, found)
}

/// The attitude words of a clause, without those inside longer ones: 不满意 is not 满意.
fn widest<'a>(text: &'a Text, clause: &Clause) -> Vec<&'a Hit> {
    let hits: Vec<&Hit> = text.hits_in(clause.range(), ATTITUDES).collect();
    let inside = |hit: &Hit| {
        hits.iter().any(|other| {
            other.start <= hit.start && hit.end <= other.end && other.end - other.start > hit.end - hit.start
        })
    };
    hits.iter().copied().filter(|hit| !inside(hit)).collect()
}

fn swallowed(text: &Text, hit: &Hit) -> bool {
    let around = hit.start.saturating_sub(8)..text.chars.len().min(hit.end + 8);
    text.hits_in(around, Cues::of(&[Cue::AttitudeNoise]))
        .any(|noise| noise.start <= hit.start && hit.end <= noise.end)
}

fn value(hit: &Hit) -> Attitude {
    let has = |cue| hit.cues.has(cue);
    if has(Cue::VeryDissatisfied) {
        Attitude::VeryDissatisfied
    } else if has(Cue::Dissatisfied) {
        Attitude::Dissatisfied
    } else if has(Cue::Unsaid) {
        Attitude::Unsaid
    } else if has(Cue::Fair) {
        Attitude::Fair
    } else if has(Cue::Satisfied) {
        Attitude::Satisfied
    } else {
        Attitude::Understands
    }
}

/// Whether it is the caller whose attitude this is.
fn by_caller(text: &Text, index: usize, clause: &Clause, hit: &Hit) -> bool {
    let before = clause.start..hit.start;
    if text.has(before.clone(), &[Cue::Wish, Cue::Modal, Cue::Supposed]) && !text.ends_with(hit.start, "表示") {
        return false;
    }
    // 满意度: a label with its value.
    if text.ends_with(clause.end, ":") || text.ends_with(hit.start, "的") {
        return false;
    }
    if let Some(subject) = subject(text, before.clone()) {
        return subject;
    }
    // Without a subject it is the caller if the clause before speaks to him.
    let states = hit.start == clause.start
        || text.ends_with(hit.start, "表示")
        || text.ends_with(hit.start, "均")
        || clause.start + 4 >= hit.start;
    let previous = index.checked_sub(1).map(|before| &text.clauses[before]);
    let label = previous.is_some_and(|previous| {
        text.ends_with(previous.end, ":")
            && ["评价", "满意", "意见", "态度"]
                .iter()
                .any(|word| text.contains(previous.range(), word))
    });
    states
        && (label
            || previous.is_some_and(|previous| {
                previous.sentence == clause.sentence
                    && text.has(previous.range(), &[Cue::CallerSure])
                    && !text.has(before, &[Cue::Office, Cue::Agent, Cue::Firm])
            }))
}

/// Who is named last before the attitude: the caller, or somebody else. None if nobody.
fn subject(text: &Text, before: Range<usize>) -> Option<bool> {
    let who = Cues::of(&[
        Cue::Caller,
        Cue::CallerSure,
        Cue::CallerPronoun,
        Cue::Office,
        Cue::Agent,
        Cue::Firm,
        Cue::OtherSide,
    ]);
    let last = text.hits_in(before.clone(), who).last()?;
    let caller = last.cues.any(Cues::of(&[Cue::CallerSure, Cue::CallerPronoun]));
    let told = ["表示", "对", "均", "也", "仍", "予以", "拒", "未", "已"]
        .iter()
        .any(|word| text.contains(last.end..before.end, word))
        || before.end - last.end <= 4;
    Some(caller && told)
}
