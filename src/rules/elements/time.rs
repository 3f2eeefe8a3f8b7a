//! 办理时间: the day or hour of an act of handling. The complaint's own date, a document's, a planned one and the
//! date that signs a letter off are none.

use std::ops::Range;

use super::dates::{Grain, When};
use super::lexicon::{Cue, Cues};
use super::process::done;
use super::text::{Clause, Hit, Text};

pub(super) fn find(text: &Text) -> Vec<&When> {
    let mut found: Vec<&When> = Vec::new();
    for when in &text.dates {
        // 晚22点 alone is mostly an opening hour; after a day of handling it is the hour of the next act.
        let placed = when.grain != Grain::Clock || !found.is_empty() || opens_sentence(text, when);
        if placed && handles(text, when) {
            found.push(when);
        }
    }
    found
}

fn opens_sentence(text: &Text, when: &When) -> bool {
    text.sentence_of(text.clause_at(when.start)).start == when.start
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
    // 根据2016年7月21日某部下发的…: a paper's day.
    if ["根据", "依据", "按照"]
        .iter()
        .any(|word| text.ends_with(when.start, word))
    {
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
        || !["前往", "前来", "前去"]
            .iter()
            .any(|act| text.starts_with(when.end, act))
            && [
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
    // 2019年1月17日, 市民在…提出.
    let next = (when.end + 1 >= clause.end)
        .then(|| {
            text.clauses_of_sentence(clause.sentence)
                .iter()
                .find(|next| next.start == clause.end)
        })
        .flatten();
    let raised = next.is_some_and(|next| {
        let head = next.start..next.end.min(next.start + 6);
        let caller = text
            .hits_in(head, Cues::of(&[Cue::CallerSure]))
            .find(|caller| !text.is_object(caller));
        caller.is_some_and(|caller| text.has(caller.end..next.end, &[Cue::Tell]))
    });
    if raised {
        return true;
    }
    if let Some(caller) = before {
        // 关于您反映2月11日…: he raises it, though 于 stands before him.
        let raises = text
            .hits_in(caller.end..when.start, Cues::of(&[Cue::Tell]))
            .any(|tell| tell.start == caller.end);
        let object = text.is_object(caller) && !(raises && text.ends_with(caller.start, "关于"));
        if !object && when.start - caller.end <= 6 && !text.has(caller.end..when.start, &[Cue::Office]) {
            return true;
        }
    }
    told && !to_caller
}

/// An act of handling in the same sentence, after the date or just before it. A general word (核实、处理) must be nearer
/// than an act that can be nothing else.
fn acted(text: &Text, clause: &Clause, when: &When) -> bool {
    const SURE: Cues = Cues::of(&[Cue::Act, Cue::ActSure, Cue::Means, Cue::Fix]);
    const ANY: Cues = Cues::of(&[
        Cue::Act,
        Cue::ActSure,
        Cue::ActWeak,
        Cue::ActThird,
        Cue::Means,
        Cue::Fix,
    ]);
    let counts = |clause: &Clause, hit: &Hit| !clause.mood.story && !clause.mood.ahead && done(text, clause, hit);
    let any = |range: Range<usize>, clause: &Clause, cues| text.hits_in(range, cues).any(|hit| counts(clause, hit));
    let event = text
        .hits_in(when.end..clause.end.min(when.end + 14), Cues::of(&[Cue::PastEvent]))
        .next();
    if let Some(event) = event
        && !any(when.end..event.start, clause, ANY)
    {
        return false;
    }
    if any(when.end..clause.end, clause, ANY) || any(clause.start..when.start, clause, ANY) {
        return true;
    }
    let following = text
        .clauses_of_sentence(clause.sentence)
        .iter()
        .filter(|next| next.start >= clause.end);
    following
        .take(4)
        .enumerate()
        .any(|(distance, next)| any(next.range(), next, if distance == 0 { ANY } else { SURE }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(words: &str) -> Vec<String> {
        let text = Text::read(words);
        find(&text)
            .into_iter()
            .map(|when| text.chars[when.start..when.end].iter().collect())
            .collect()
    }

    #[test]
    fn the_day_of_an_act_of_handling_is_a_time() {
        for (words, told) in [
            ("2026年11月19日，执法人员到现场查看。", "2026年11月19日"),
            ("11月19日上午9时，我局约谈了商家。", "11月19日上午9时"),
            ("二〇二六年十一月十九日，工作人员进行了检修。", "二〇二六年十一月十九日"),
            ("2026.11.19，对车辆进行抽检。", "2026.11.19"),
            ("当日下午，李某上门向来电人说明。", "当日下午"),
            ("已于11月6日修剪完毕。", "11月6日"),
            ("11月12日电话联系来电人，其表示满意。", "11月12日"),
        ] {
            assert_eq!(times(words), [told], "{words}");
        }
    }

    #[test]
    fn other_dates_are_none() {
        for words in [
            "您于11月18日来电反映的问题，我局已核实。",
            "您11月10日的来信收悉。",
            "依据《物业管理条例》（2018年3月19日修订）处理。",
            "该办法自2026年6月1日起施行。",
            "计划于2027年5月30日前完成修复。",
            "拟于12月5日调试启用。",
            "感谢您的支持！2018年1月11日",
            "您于2024年9月2日发生事故。",
            "营业至晚22点。",
            "根据2016年7月21日某部下发的通知，不再办理委托手续。",
            "来电人称11月8日曾到社区反映。",
        ] {
            assert!(times(words).is_empty(), "{words}: {:?}", times(words));
        }
    }
}
