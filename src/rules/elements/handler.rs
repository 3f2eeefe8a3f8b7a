//! 经办人: a person with a name, or a post that only one holds (社区党总支书记), who handled the matter. 工作人员 is
//! nobody; a shop's 负责人 and the caller are the other side.

use std::ops::Range;

use super::lexicon::{Cue, Cues, LEXICON};
use super::process::done;
use super::text::{Clause, Hit, Text, is_han};

/// A person found.
pub(super) struct Named {
    pub(super) range: Range<usize>,
    pub(super) name: Option<String>,
    pub(super) post: Option<String>,
}

pub(super) fn find(text: &Text) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    for clause in &text.clauses {
        if clause.mood.story || clause.mood.supposed {
            continue;
        }
        for post in text.hits_in(clause.range(), Cues::of(&[Cue::Post, Cue::Title])) {
            if found.last().is_some_and(|last| last.range.end > post.start) {
                continue;
            }
            let person = labelled(text, clause, post)
                .or_else(|| post_and_name(text, clause, post))
                .or_else(|| surname_and_title(text, clause, post))
                .or_else(|| lead(text, clause, post));
            found.extend(person);
        }
    }
    found
}

fn told(text: &Text, range: Range<usize>) -> Option<String> {
    Some(text.chars[range].iter().collect())
}

/// 联系人:小陈, 承办人 尹某.
fn labelled(text: &Text, clause: &Clause, post: &Hit) -> Option<Named> {
    let label = [
        "联系人",
        "经办人",
        "承办人",
        "办理人",
        "经办人员",
        "承办人员",
        "答复人",
        "回复人",
        "核查人",
        "调查人",
        "负责人",
        "责任人",
    ]
    .iter()
    .any(|label| text.ends_with(post.end, label));
    let mut at = post.end;
    if !label || !matches!(text.chars.get(at), Some(':' | '为' | '是' | '-' | '(')) {
        return None;
    }
    let _ = clause;
    at += 1;
    // 承办单位及承办人:月湖区城管局违建查处科 尹某
    let end = text.chars[at..]
        .iter()
        .take(24)
        .position(|c| matches!(c, ',' | '。' | ';' | '\n' | ')' | '、' | '('))
        .map_or_else(|| text.chars.len().min(at + 24), |length| at + length);
    let name = (at..end).find(|start| {
        *start < end
            && name_length(text, *start).is_some_and(|length| start + length <= end && ends_well(text, start + length))
    })?;
    let length = name_length(text, name)?;
    Some(Named {
        range: post.start..name + length,
        name: told(text, name..name + length),
        post: told(text, post.start..post.end),
    })
}

/// 科长王某, 网格员李明到现场.
fn post_and_name(text: &Text, clause: &Clause, post: &Hit) -> Option<Named> {
    if !post.cues.has(Cue::Post) {
        return None;
    }
    let at = match text.chars.get(post.end) {
        Some('(' | ' ') => post.end + 1,
        _ => post.end,
    };
    let length = name_length(text, at)?;
    if !ends_well(text, at + length) || !acts_here(text, clause, post) {
        return None;
    }
    Some(Named {
        range: post.start..at + length,
        name: told(text, at..at + length),
        post: told(text, post.start..post.end),
    })
}

/// 张警官, 赵勇晓同志.
fn surname_and_title(text: &Text, clause: &Clause, title: &Hit) -> Option<Named> {
    if !title.cues.has(Cue::Title) || title.start == 0 {
        return None;
    }
    let at = title.start - 1;
    let lone = text.chars[at];
    let starts = |at: usize| {
        at == 0
            || !is_han(text.chars[at - 1])
            || text
                .hits_in(
                    clause.start..at,
                    Cues::of(&[Cue::NameStop, Cue::Body, Cue::Place, Cue::Firm]),
                )
                .any(|stop| stop.end == at)
    };
    if at < clause.start || !LEXICON.is_surname(lone) || !starts(at) || !acts_here(text, clause, title) {
        return None;
    }
    Some(Named {
        range: at..title.end,
        name: told(text, at..title.start),
        post: told(text, title.start..title.end),
    })
}

/// 社区党总支书记入户走访: one person, though unnamed.
fn lead(text: &Text, clause: &Clause, post: &Hit) -> Option<Named> {
    if !post.cues.has(Cue::LeadPost) {
        return None;
    }
    let before = clause.start..post.start;
    let office = text
        .hits_in(before.clone(), Cues::of(&[Cue::Body, Cue::Place]))
        .last()?;
    if post.start - office.end > 4 || text.has(before, &[Cue::Invites, Cue::Wish]) {
        return None;
    }
    let acts = text
        .hits_in(post.end..clause.end, Cues::of(&[Cue::Act, Cue::ActSure, Cue::Means]))
        .any(|act| act.start - post.end <= 12 && done(text, clause, act));
    acts.then(|| Named {
        range: office.start..post.end,
        name: None,
        post: told(text, office.start..post.end),
    })
}

/// How many characters a name takes at this place: 王某, 江某某, 小陈, 老崔, 欧阳某, 李明, 蒋大力.
fn name_length(text: &Text, at: usize) -> Option<usize> {
    let c = |offset: usize| text.chars.get(at + offset).copied();
    let first = c(0)?;
    if matches!(first, '小' | '老' | '阿') {
        return (LEXICON.is_surname(c(1)?) && !c(2).is_some_and(|c| matches!(c, '区' | '学'))).then_some(2);
    }
    if !LEXICON.is_surname(first) {
        return None;
    }
    let blank = |c: Option<char>| c.is_some_and(|c| matches!(c, '某' | '*' | 'X' | 'x' | '×'));
    if blank(c(1)) {
        return Some(if blank(c(2)) || c(2).is_some_and(is_han) && c(1) != Some('某') {
            3
        } else {
            2
        });
    }
    if c(1).is_some_and(is_han) && blank(c(2)) {
        return Some(3);
    }
    let taken = |offset: usize| text.hits.iter().any(|_| false) || !c(offset).is_some_and(is_han);
    if taken(1) {
        return None;
    }
    [3, 2].into_iter().find(|length| {
        (1..*length).all(|offset| c(offset).is_some_and(is_han))
            && ends_well(text, at + length)
            && !begins_word(text, at, *length)
    })
}

/// Whether a word of the lexicon begins inside the would-be name (高度, 于11月, 安排).
fn begins_word(text: &Text, at: usize, length: usize) -> bool {
    text.hits_in(
        at..text.chars.len().min(at + length + 3),
        Cues::of(&[
            Cue::Act,
            Cue::ActSure,
            Cue::Planned,
            Cue::Post,
            Cue::Checked,
            Cue::Frame,
            Cue::Means,
            Cue::Wish,
            Cue::Office,
            Cue::CallerSure,
            Cue::PlannedLead,
        ]),
    )
    .any(|hit| hit.start < at + length && hit.end - hit.start >= 2)
        || text.dates.iter().any(|date| date.start < at + length && date.end > at)
}

/// What may stand behind a name.
fn ends_well(text: &Text, end: usize) -> bool {
    let Some(c) = text.chars.get(end) else { return true };
    if matches!(c, ',' | '。' | ';' | '、' | '(' | ')' | ':' | '\n' | '!' | ' ' | '/') || c.is_ascii_digit() {
        return true;
    }
    if matches!(
        c,
        '到' | '在'
            | '于'
            | '与'
            | '和'
            | '对'
            | '带'
            | '前'
            | '已'
            | '等'
            | '分'
            | '赴'
            | '就'
            | '向'
            | '用'
            | '使'
            | '也'
            | '均'
            | '多'
            | '通'
            | '亲'
            | '进'
            | '现'
            | '及'
            | '联'
            | '电'
            | '赶'
            | '再'
            | '同'
            | '会'
            | '上'
            | '入'
            | '立'
            | '第'
            | '两'
            | '约'
            | '去'
            | '给'
            | '将'
            | '把'
            | '组'
            | '率'
            | '随'
            | '回'
            | '致'
            | '打'
            | '当'
            | '经'
            | '核'
            | '调'
            | '查'
            | '检'
            | '反'
            | '说'
            | '表'
            | '告'
            | '拨'
            | '出'
            | '发'
            | '主'
            | '负'
            | '听'
            | '陪'
            | '作'
            | '做'
            | '志'
            | '来'
    ) {
        return true;
    }
    text.hits_in(
        end..text.chars.len().min(end + 8),
        Cues::of(&[Cue::Act, Cue::ActSure, Cue::ActWeak, Cue::Means]),
    )
    .any(|hit| hit.start == end)
}

/// Whether this person is on the office's side here.
fn acts_here(text: &Text, clause: &Clause, post: &Hit) -> bool {
    let before = clause.start..post.start;
    let sentence = text.sentence_of(clause);
    !text.has(before.clone(), &[Cue::OtherSide, Cue::Wish])
        && (text
            .hits_in(
                post.end..sentence.end,
                Cues::of(&[Cue::Act, Cue::ActSure, Cue::ActWeak, Cue::Means]),
            )
            .next()
            .is_some()
            || text.has(
                before,
                &[Cue::Body, Cue::Place, Cue::Firm, Cue::Act, Cue::ActSure, Cue::Checked],
            ))
}
