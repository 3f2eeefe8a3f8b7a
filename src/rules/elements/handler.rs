//! 经办人: a person with a name, or a post that only one holds (社区党总支书记), who handled the matter. 工作人员 is
//! nobody; a shop's 负责人 and the caller are the other side.

use std::collections::HashSet;
use std::ops::Range;

use super::lexicon::{Cue, Cues, LEXICON};
use super::names::{hidden_name, name_at};
use super::process::done;
use super::text::{Clause, Hit, Text, is_han};

/// A person found.
pub(super) struct Named {
    pub(super) range: Range<usize>,
    pub(super) name: Option<String>,
    pub(super) post: Option<String>,
}

/// What shows that somebody handles.
const DOES: Cues = Cues::of(&[Cue::Act, Cue::ActSure, Cue::ActWeak, Cue::Means]);

pub(super) fn find(text: &Text) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    let parties = parties(text);
    for clause in &text.clauses {
        if clause.mood.story || clause.mood.supposed {
            continue;
        }
        for post in text.hits_in(clause.range(), Cues::of(&[Cue::Post, Cue::Title])) {
            if found.last().is_some_and(|last| last.range.end > post.start) || of_party(text, clause, post) {
                continue;
            }
            let person = labelled(text, post)
                .or_else(|| post_and_name(text, clause, post))
                .or_else(|| name_and_title(text, clause, post))
                .or_else(|| lead(text, clause, post));
            found.extend(person);
        }
        if found.last().is_none_or(|last| last.range.start < clause.start) {
            found.extend(name_alone(text, clause));
        }
    }
    found.retain(|named| named.name.as_ref().is_none_or(|name| !parties.contains(name)));
    found
}

/// 该公司总经理刘某; 梁某同志与公司签订: people of the other side, or the one whose matter it is.
fn of_party(text: &Text, clause: &Clause, post: &Hit) -> bool {
    const THEIRS: &[&str] = &["该公司", "该店", "该企业", "该厂", "该商", "涉事", "被投诉", "被举报"];
    const FATES: &[&str] = &["签订", "入职", "离职", "退休", "参保", "购买", "受伤", "去世"];
    THEIRS.iter().any(|word| text.contains(clause.start..post.start, word))
        || text.ends_with(post.end, "同志") && FATES.iter().any(|word| text.contains(post.end..clause.end, word))
        || text.ends_with(post.start, "公司")
            && text.starts_with(post.start, "负责人")
            && text.contains(post.end..clause.end, "承诺")
}

/// 村民陈某, 驾驶员王某: people the matter is about, by name.
fn parties(text: &Text) -> HashSet<String> {
    text.hits_in(0..text.chars.len(), Cues::of(&[Cue::Party]))
        .filter_map(|party| told(text, party.end..party.end + name_at(text, party.end)?))
        .collect()
}

fn told(text: &Text, range: Range<usize>) -> Option<String> {
    (!range.is_empty()).then(|| text.chars[range].iter().collect())
}

/// Words before a colon that announce who handled.
const LABELS: &[&str] = &[
    "联系人",
    "经办人",
    "承办人",
    "办理人",
    "经办人员",
    "承办人员",
    "办理人员",
    "答复人",
    "回复人",
    "核查人",
    "调查人",
    "负责人",
    "责任人",
    "联络人",
    "联络员",
];

/// 联系人:小陈, 承办单位及承办人:某局违建查处科 尹某.
fn labelled(text: &Text, post: &Hit) -> Option<Named> {
    let label = LABELS.iter().any(|label| text.ends_with(post.end, label));
    if let Some(named) = runs_on(text, post) {
        return Some(named);
    }
    if !label || !matches!(text.chars.get(post.end), Some(':' | '为' | '是' | '-' | '(')) {
        return None;
    }
    let from = post.end + 1;
    let rest = text.chars[from..].iter().take(24);
    let length = rest
        .take_while(|c| !matches!(c, ',' | '。' | ';' | '\n' | ')' | '、' | '('))
        .count();
    let (at, length) = (from..from + length).find_map(|at| {
        let name = name_at(text, at)?;
        (at + name <= from + length).then_some((at, name))
    })?;
    Some(Named {
        range: post.start..at + length,
        name: told(text, at..at + length),
        post: told(text, post.start..post.end),
    })
}

/// 联系人李贵新, 联系电话…: no colon between.
fn runs_on(text: &Text, post: &Hit) -> Option<Named> {
    const SURE: &[&str] = &["联系人", "经办人", "承办人", "办理人", "答复人", "回复人", "核查人"];
    if !SURE.iter().any(|label| text.ends_with(post.end, label)) {
        return None;
    }
    let end = post.end + name_at(text, post.end)?;
    let closes = text
        .chars
        .get(end)
        .is_none_or(|c| matches!(c, ',' | '。' | ';' | '、' | '(' | ')' | '\n' | ':') || c.is_ascii_digit())
        || text.starts_with(end, "电话");
    closes.then(|| Named {
        range: post.start..end,
        name: told(text, post.end..end),
        post: told(text, post.start..post.end),
    })
}

/// 科长王某, 网格员李明到现场.
fn post_and_name(text: &Text, clause: &Clause, post: &Hit) -> Option<Named> {
    let at = post.end + usize::from(matches!(text.chars.get(post.end), Some('(' | ' ' | ':')));
    // 会员费, 人员申请: 员 alone is believed only before a hidden name.
    if text.chars[post.start] == '员' && hidden_name(text, at).is_none() {
        return None;
    }
    if !post.cues.has(Cue::Post) || !acts_here(text, clause, post.start..post.end) {
        return None;
    }
    let length = name_at(text, at)?;
    if accused(text, at + length) {
        return None;
    }
    Some(Named {
        range: post.start..at + length,
        name: told(text, at..at + length),
        post: told(text, post.start..post.end),
    })
}

/// 张警官, 赵勇晓、邹宇浩两同志.
fn name_and_title(text: &Text, clause: &Clause, title: &Hit) -> Option<Named> {
    if !title.cues.has(Cue::Title) || title.start <= clause.start {
        return None;
    }
    let counted = matches!(text.chars[title.start - 1], '两' | '二' | '三' | '几' | '等' | '位');
    let end = title.start - usize::from(counted);
    let begins = |at: usize| {
        let before = Cues::of(&[
            Cue::NameStop,
            Cue::Body,
            Cue::Place,
            Cue::Firm,
            Cue::Section,
            Cue::Post,
            Cue::Past,
            Cue::Forward,
        ]);
        at == clause.start
            || !is_han(text.chars[at - 1])
            || LEXICON.name_stops.has(text.chars[at - 1])
            || text
                .hits_in(at.saturating_sub(8)..at, before)
                .any(|stop| stop.end == at)
    };
    let length = [1, 3, 2].into_iter().find(|length| {
        let Some(at) = end.checked_sub(*length).filter(|at| *at >= clause.start) else {
            return false;
        };
        LEXICON.is_surname(text.chars[at])
            && begins(at)
            && text.chars[at..end].iter().all(|c| is_han(*c))
            && (*length > 1 || !counted)
            && !text.has(at..title.end, &[Cue::NotName])
            && !text.chars[at + 1..end].iter().any(|c| LEXICON.name_stops.has(*c))
    })?;
    let at = end - length;
    // 李老师已道歉: mostly the one complained of; one who spoke with the caller handles.
    let of_trade = ["老师", "医生", "律师", "法官"]
        .iter()
        .any(|trade| text.ends_with(title.end, trade));
    if of_trade && !text.has(clause.range(), &[Cue::Means, Cue::CallerSure]) {
        return None;
    }
    acts_here(text, clause, at..title.end).then(|| Named {
        range: at..title.end,
        name: told(text, at..end),
        post: told(text, title.start..title.end),
    })
}

/// 社区党总支书记入户走访: one person, though unnamed.
fn lead(text: &Text, clause: &Clause, post: &Hit) -> Option<Named> {
    // 村主任陈某被处分: with a name behind it, the name was judged already.
    if !post.cues.has(Cue::LeadPost) || name_at(text, post.end).is_some() {
        return None;
    }
    let before = clause.start..post.start;
    let office = text
        .hits_in(before.clone(), Cues::of(&[Cue::Body, Cue::Place, Cue::Section]))
        .last()?;
    if post.start - office.end > 4 || text.has(before, &[Cue::Invites, Cue::Wish, Cue::OtherSide]) {
        return None;
    }
    let acts = text
        .hits_in(post.end..clause.end, Cues::of(&[Cue::Act, Cue::ActSure, Cue::Means]))
        .any(|act| act.start - post.end <= 8 && done(text, clause, act));
    acts.then(|| Named {
        range: office.start..post.end,
        name: None,
        post: told(text, office.start..post.end),
    })
}

/// 街道热线办杜某回拨来电人电话, 小倪给来电人发短信: a hidden name at the head of what was done.
fn name_alone(text: &Text, clause: &Clause) -> Option<Named> {
    const BODIES: Cues = Cues::of(&[Cue::Body, Cue::Place, Cue::Firm, Cue::Section, Cue::Office]);
    let opens = |at: usize| {
        at == clause.start
            || matches!(text.chars[at - 1], '由' | '经' | '、' | '和' | ')')
            || text
                .hits_in(at.saturating_sub(8)..at, BODIES)
                .any(|stop| stop.end == at)
            || text.date_until(at)
    };
    let (from, end) = clause.range().find_map(|at| {
        let length = hidden_name(text, at).or_else(|| plain_name(text, clause, at))?;
        opens(at).then_some((at, at + length))
    })?;
    // 王某到派出所报案: at the head of a clause anybody may go anywhere; one who handles does something of handling.
    let heads = from == clause.start && !clause_follows_office(text, clause);
    let does = if heads { SURELY } else { DOES };
    let acts = text
        .hits_in(end..clause.end, does)
        .next()
        .is_some_and(|act| act.start - end <= if heads { 16 } else { 10 });
    (acts && acts_here(text, clause, from..end)).then(|| Named {
        range: from..end,
        name: told(text, from..end),
        post: None,
    })
}

/// What shows it of somebody named without post or office.
const SURELY: Cues = Cues::of(&[Cue::Act, Cue::ActSure, Cue::Means]);

/// Whether an office was named earlier in the sentence: then its people are the ones named after it.
fn clause_follows_office(text: &Text, clause: &Clause) -> bool {
    const OFFICES: Cues = Cues::of(&[Cue::Body, Cue::Office, Cue::Agent]);
    let sentence = text.sentence_of(clause);
    text.hits_in(sentence.start..clause.start, OFFICES).next().is_some()
}

/// 城管办李建国到现场: a name of three characters right behind its office and right before what was done.
fn plain_name(text: &Text, clause: &Clause, at: usize) -> Option<usize> {
    const LENGTH: usize = 3;
    const GOES: [&str; 15] = [
        "到",
        "赴",
        "前往",
        "现场",
        "上门",
        "入户",
        "电话",
        "联系",
        "与来电",
        "与您",
        "向来电",
        "向您",
        "带领",
        "回访",
        "带队",
    ];
    let end = at + LENGTH;
    (at > clause.start
        && name_at(text, at) == Some(LENGTH)
        && GOES.iter().any(|word| text.starts_with(end, word))
        && !text.chars[at + 1..end].iter().any(|c| LEXICON.name_stops.has(*c))
        && text
            .hits_in(
                at.saturating_sub(8)..at,
                Cues::of(&[Cue::Body, Cue::Place, Cue::Section]),
            )
            .any(|office| office.end == at))
    .then_some(LENGTH)
}

/// 村主任陈某被处分, 原村支书李某违规占地: what the matter is about.
fn accused(text: &Text, end: usize) -> bool {
    ["被", "违", "涉嫌", "贪", "私自", "擅自"]
        .iter()
        .any(|word| text.starts_with(end, word))
}

/// Whether this person is on the office's side here.
fn acts_here(text: &Text, clause: &Clause, person: Range<usize>) -> bool {
    if accused(text, person.end) {
        return false;
    }
    let before = clause.start..person.start;
    let beside = before.start.max(person.start.saturating_sub(6))..person.start;
    if text.has(beside.clone(), &[Cue::OtherSide, Cue::Party]) || text.has(before.clone(), &[Cue::Wish]) {
        return false;
    }
    // 约谈学校负责人曾某, 与绿地的刘芳经理联系: the other side; 某书记信箱: an address.
    let doubtful = ["负责人", "经理", "老板", "店长", "老师", "校长", "同志"]
        .iter()
        .any(|post| text.contains(person.clone(), post));
    let object = ["约谈", "找到", "询问", "走访", "向", "对", "要求", "责令", "严令", "与"];
    let window = before.start.max(person.start.saturating_sub(16))..person.start;
    if doubtful && object.iter().any(|word| text.contains(window.clone(), word))
        || ["信箱", "留言", "专栏"]
            .iter()
            .any(|word| text.starts_with(person.end, word))
    {
        return false;
    }
    // 可找管家小温:188****3029.
    if text.contains(beside, "找") {
        return true;
    }
    let sentence = text.sentence_of(clause);
    text.hits_in(person.end..sentence.end, DOES).next().is_some()
        || text.hits_in(before.clone(), DOES).next().is_some()
        || text.has(before, &[Cue::Body, Cue::Place, Cue::Firm, Cue::Section, Cue::Checked])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &str) -> Vec<String> {
        let text = Text::read(words);
        find(&text)
            .into_iter()
            .map(|named| text.chars[named.range].iter().collect())
            .collect()
    }

    #[test]
    fn a_name_or_a_post_that_one_holds_is_a_handler() {
        for (words, handler) in [
            ("城管科科长王某到现场查看。", "科长王某"),
            ("网格员李某入户走访。", "网格员李某"),
            ("张警官带队到场处置。", "张警官"),
            ("某局,联系人:小陈,电话0631-5****77。", "联系人:小陈"),
            ("由赵勇晓、邹宇浩两同志到店调查核实。", "邹宇浩两同志"),
            ("社区党总支书记入户走访。", "社区党总支书记"),
            ("街道热线办杜某回拨来电人电话。", "杜某"),
            ("小倪给来电人发短信。", "小倪"),
            ("稽查科赖科长到店核查。", "赖科长"),
        ] {
            assert!(
                names(words).iter().any(|name| name == handler),
                "{words}: {:?}",
                names(words)
            );
        }
    }

    #[test]
    fn nobody_in_particular_and_the_other_side_are_none() {
        for words in [
            "工作人员到现场查看。",
            "民警和网格员一同上门。",
            "执法人员现场检查。",
            "约谈了该店负责人。",
            "县政府分管领导带队到场。",
            "来电人王女士表示满意。",
            "要求施工单位整改。",
            "主任高度重视,组织检查。",
            "来电人称科长王某到过现场。",
            "村主任陈某被处分。",
            "该公司总经理刘某表示将整改。",
            "联系装修公司负责人商量解决方案。",
            "王某到派出所报案。",
        ] {
            assert!(names(words).is_empty(), "{words}: {:?}", names(words));
        }
    }
}
