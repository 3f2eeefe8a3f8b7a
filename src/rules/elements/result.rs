//! 办理结果: a finding, an answer or an outcome, a refusal too. What is only the frame of a letter, a receipt, a
//! forwarding, an act of looking into it or a plan is none.

use std::ops::Range;

use super::lexicon::{Cue, Cues};
use super::process::done;
use super::text::{Clause, Text};

pub(super) fn find(text: &Text) -> Vec<Range<usize>> {
    text.clauses
        .iter()
        .filter(|clause| answers(text, clause))
        .map(Clause::range)
        .collect()
}

/// The shortest clause that can say something.
const CLAUSE: usize = 5;

/// A clause that holds one of these says something else than a result.
const ELSEWHERE: Cues = Cues::of(&[
    Cue::Frame,
    Cue::Forward,
    Cue::Planned,
    Cue::Invites,
    Cue::Remedy,
    Cue::Unfinished,
    Cue::Unreachable,
    Cue::Declined,
    Cue::Means,
]);

const ATTITUDE: Cues = Cues::of(&[
    Cue::Satisfied,
    Cue::Fair,
    Cue::Understands,
    Cue::Dissatisfied,
    Cue::VeryDissatisfied,
    Cue::Unsaid,
]);

fn answers(text: &Text, clause: &Clause) -> bool {
    let mood = clause.mood;
    let range = clause.range();
    if mood.story || mood.ahead || mood.wish || range.len() < CLAUSE {
        return false;
    }
    let hits = |cues: Cues| text.hits_in(range.clone(), cues);
    if hits(ELSEWHERE).next().is_some() || topic(text, clause) {
        return false;
    }
    if !mood.supposed && hits(Cues::of(&[Cue::Verdict])).next().is_some() {
        return true;
    }
    if hits(Cues::of(&[Cue::Topic])).next().is_some() {
        return false;
    }
    if !mood.supposed && hits(Cues::of(&[Cue::Outcome])).next().is_some() {
        return true;
    }
    if hits(ATTITUDE).next().is_some() {
        return false;
    }
    if hits(Cues::of(&[Cue::Fix])).any(|fix| done(text, clause, fix) && text.has(range.clone(), &[Cue::Past])) {
        return true;
    }
    if ["要求", "坚持", "正在", "并要求"]
        .iter()
        .any(|word| text.starts_with(clause.start, word))
        || asked(text, clause)
    {
        return false;
    }
    if mood.supposed && policy(text, clause) {
        return true;
    }
    if mood.supposed
        || text.starts_with(clause.start, "请")
        || hits(Cues::of(&[Cue::ActSure, Cue::ActThird])).next().is_some()
    {
        return false;
    }
    text.contains(range.clone(), "已") || hits(Cues::of(&[Cue::Answer])).next().is_some()
}

/// 请您致电…, 补充地址: what follows in the sentence is still asked of the caller.
fn asked(text: &Text, clause: &Clause) -> bool {
    let sentence = text.sentence_of(clause);
    text.starts_with(sentence.start, "请") || text.contains(sentence.start..clause.start, "请您")
}

/// 如父母是退休人员, 您可就近到社区认证: what follows from an if is an answer, unless it only says whom to ask.
fn policy(text: &Text, clause: &Clause) -> bool {
    let range = clause.range();
    let asks = [
        "反映", "联系", "咨询", "拨打", "来电", "投诉", "举报", "告知", "意见", "留言", "提供", "异议", "请",
    ];
    !text.has(range.clone(), &[Cue::Supposed])
        && text.has(range.clone(), &[Cue::Outcome, Cue::Answer])
        && !asks.iter().any(|word| text.contains(range.clone(), word))
}

/// 关于…的建议, : what the answer is about, not the answer.
pub(super) fn topic(text: &Text, clause: &Clause) -> bool {
    let opens = ["关于", "针对", "对于", "就"]
        .iter()
        .any(|word| text.starts_with(clause.start, word));
    opens && matches!(text.chars[clause.end - 1], ',' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_answers_outcomes_and_refusals_are_results() {
        for words in [
            "经核实，您反映的情况不属实。",
            "该路段路灯已修复。",
            "网格员把堵住通道的三辆车挪走了。",
            "产前可以休假15天。",
            "该事项不属于热线受理范围。",
            "检测结果为57分贝。",
        ] {
            assert!(!find(&Text::read(words)).is_empty(), "{words}");
        }
    }

    #[test]
    fn receipts_forwardings_acts_and_plans_are_none() {
        for words in [
            "您的留言已收悉。",
            "您反映的问题已转有关部门处理。",
            "民警到现场查看并拍照。",
            "下一步我局将加强巡查。",
            "如您不满意，请与我们联系。",
            "工作人员已电话联系来电人。",
            "关于加装体育器材的建议，",
        ] {
            assert!(find(&Text::read(words)).is_empty(), "{words}");
        }
    }
}
