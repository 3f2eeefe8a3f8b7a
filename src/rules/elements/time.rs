//! 办理时间: the day or hour of an act of handling. The complaint's own date, a document's, a planned one and the
//! date that signs a letter off are none.

use super::dates::{Grain, When};
use super::lexicon::{Cue, Cues};
use super::process::done;
use super::text::{Clause, Hit, Text};

pub(super) fn find(text: &Text) -> Vec<&When> {
    text.dates.iter().filter(|when| handles(text, when)).collect()
}

fn handles(text: &Text, when: &When) -> bool {
    if when.signs_off || when.grain < Grain::Relative || text.in_title(when.start) {
        return false;
    }
    let clause = text.clause_at(when.start);
    if clause.mood.story || clause.mood.ahead || clause.mood.supposed {
        return false;
    }
    if bounds(text, when) || of_paper(text, when) || of_complaint(text, clause, when) {
        return false;
    }
    if text.has(clause.start..when.start, &[Cue::Planned, Cue::Modal, Cue::Wish]) {
        return false;
    }
    acted(text, clause, when)
}

/// 截至某日, 某日前, 自某日起: the edge of a stretch of time.
fn bounds(text: &Text, when: &When) -> bool {
    let before = when.start.checked_sub(1).map(|at| text.chars[at]);
    matches!(before, Some('至' | '自' | '从' | '到' | '止' | '-' | '~'))
        || [
            "前", "之前", "以前", "起", "底", "止", "后", "以后", "之后", "至今", "以来", "止", "的",
        ]
        .iter()
        .any(|edge| text.starts_with(when.end, edge))
}

/// The date of a document or of a law.
fn of_paper(text: &Text, when: &When) -> bool {
    let after = &text.chars[when.end..text.chars.len().min(when.end + 24)];
    let after: String = after.iter().take_while(|c| !matches!(c, ',' | '。' | ';')).collect();
    [
        "施行",
        "印发",
        "发布",
        "颁布",
        "修订",
        "修正",
        "实施",
        "公布",
        "生效",
        "出台",
        "签发",
        "通过的",
        "下发的",
    ]
    .iter()
    .any(|word| after.contains(word))
        || (text.chars[..when.start].iter().rev().take(12).any(|c| *c == '》')
            && when.start > 0
            && matches!(text.chars[when.start - 1], '(' | '》'))
}

/// The date on which the caller turned to anybody, or something was received from him or passed on.
fn of_complaint(text: &Text, clause: &Clause, when: &When) -> bool {
    let before = text
        .hits_in(clause.start..when.start, Cues::of(&[Cue::CallerSure]))
        .last();
    let after = when.end..clause.end.min(when.end + 14);
    let told = text.has(after.clone(), &[Cue::Tell, Cue::Forward])
        || ["收到", "接到", "接收", "收悉", "的来信", "的来电", "的留言", "受理您"]
            .iter()
            .any(|word| text.contains(after.clone(), word));
    let to_caller = text.has(after, &[Cue::Means, Cue::ActSure]);
    if let Some(caller) = before {
        let object = caller.start > clause.start
            && matches!(
                text.chars[caller.start - 1],
                '向' | '与' | '给' | '系' | '对' | '到' | '访' | '和' | '为'
            );
        if !object && when.start - caller.end <= 6 && !text.has(caller.end..when.start, &[Cue::Office]) {
            return true;
        }
    }
    told && !to_caller
}

/// An act of handling in the same sentence, after the date or just before it.
fn acted(text: &Text, clause: &Clause, when: &When) -> bool {
    let acts = Cues::of(&[Cue::Act, Cue::ActSure, Cue::ActWeak, Cue::Means]);
    let counts = |clause: &Clause, hit: &Hit| !clause.mood.story && !clause.mood.ahead && done(text, clause, hit);
    if text.hits_in(when.end..clause.end, acts).any(|hit| counts(clause, hit)) {
        return true;
    }
    if text
        .hits_in(clause.start..when.start, acts)
        .any(|hit| counts(clause, hit))
    {
        return true;
    }
    text.clauses_of_sentence(clause.sentence)
        .iter()
        .filter(|next| next.start >= clause.end)
        .take(3)
        .any(|next| text.hits_in(next.range(), acts).any(|hit| counts(next, hit)))
}
