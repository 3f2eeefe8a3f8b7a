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
        let means = text.hits_of(clause, Cue::Means).find(|hit| reaches(text, clause, hit));
        found.extend(means.map(|hit| hit.start..hit.end).or_else(|| spoken_to(text, clause)));
    }
    found.extend(unreachable(text));
    found
}

/// Before any of these words it is not told as done.
const NOT_DONE: &[Cue] = &[Cue::Planned, Cue::Will, Cue::Modal, Cue::Wish, Cue::Invites];

/// 工作人员将处理结果向您反馈: there 将 is 把, and it is told as done.
fn not_done(text: &Text, before: Range<usize>) -> bool {
    text.hits_in(before, Cues::of(NOT_DONE))
        .any(|hit| !is_ba(text, hit.end) || !text.ends_with(hit.end, "将"))
}

/// 将 before what is told, and not before what is to come.
fn is_ba(text: &Text, after: usize) -> bool {
    const TOLD: &[&str] = &[
        "处理结果",
        "办理结果",
        "调查结果",
        "核实结果",
        "核查结果",
        "检测结果",
        "处理情况",
        "办理情况",
        "调查情况",
        "核实情况",
        "核查情况",
        "有关情况",
        "相关情况",
        "以上情况",
        "上述情况",
        "此情况",
        "情况",
        "结果",
        "处置结果",
        "处置情况",
        "政策",
        "有关政策",
        "相关政策",
    ];
    TOLD.iter().any(|word| text.starts_with(after, word))
}

/// Whether a way of speaking to somebody was used, and the caller was the one.
fn reaches(text: &Text, clause: &Clause, means: &Hit) -> bool {
    let before = clause.start..means.start;
    if not_done(text, before.clone())
        || denied_or_ahead(text, clause, means.start)
        || text.contains(means.end..clause.end, "12345")
    {
        return false;
    }
    let invited = text
        .hits_of(clause, Cue::Invites)
        .any(|invite| invite.start < means.end && means.start < invite.end);
    if invited || caller_acts(text, before, means) {
        return false;
    }
    let callers = |range: Range<usize>| {
        text.hits_in(range, Cues::of(&[Cue::CallerSure]))
            .any(|caller| !only_his(text, caller))
    };
    let pronoun =
        || text.has(clause.range(), &[Cue::CallerPronoun]) && callers(clause.start.saturating_sub(60)..clause.start);
    let sentence = text.sentence_of(clause);
    text.has(means.start..means.end, &[Cue::CallerSure])
        || callers(clause.range())
        || callers(clause.end..sentence.end.min(clause.end + 24))
        || pronoun()
}

/// 处理情况会向您反馈, 未耐心向您解释: just before, a word says that it was not, or not yet.
fn denied_or_ahead(text: &Text, clause: &Clause, at: usize) -> bool {
    let near = at.saturating_sub(6).max(clause.start)..at;
    ["会", "一般", "工作日内", "未", "没有"]
        .iter()
        .any(|word| text.contains(near.clone(), word))
        || near.clone().any(|at| text.chars[at] == '将' && !is_ba(text, at + 1))
}

/// 咨询人所在的社区, 您的诉求: what is his, not he.
fn only_his(text: &Text, caller: &Hit) -> bool {
    let things = [
        "的社区",
        "的诉求",
        "的问题",
        "的情况",
        "的留言",
        "的来信",
        "的建议",
        "的要求",
        "的投诉",
    ];
    ["所", "反映"]
        .iter()
        .chain(&things)
        .any(|word| text.starts_with(caller.end, word))
}

/// 您致电, 来电人拨打: the caller's own call.
fn caller_acts(text: &Text, before: Range<usize>, means: &Hit) -> bool {
    let Some(caller) = text.hits_in(before, Cues::of(&[Cue::CallerSure])).last() else {
        return false;
    };
    !text.is_object(caller)
        && means.start - caller.end <= 6
        && !text.has(caller.end..means.start, &[Cue::Office, Cue::Agent])
}

/// With 向、与 and the caller before them these are contact: 与诉求人沟通, 向您反馈.
const WITH: &[&str] = &[
    "联系", "沟通", "反馈", "解释", "说明", "告知", "回复", "答复", "电话", "对接", "交流", "协商", "面谈", "通话",
    "致歉", "回访", "核实", "了解", "商谈", "座谈", "见面", "道歉", "告诉", "通报", "讲解", "约定",
];
/// With the caller as their object these are: 已告知您, 回访来电人.
const OBJECT: &[&str] = &[
    "联系", "告知", "回访", "致电", "答复", "回复", "电话", "通知", "约见", "走访", "反馈", "拨打", "告诉", "知会",
    "接待", "发给", "送给", "寄给", "约", "拜访", "探望",
];
/// After the caller these make him the owner of something, or the one addressed: 您的来信, 您反映, 网友:.
const OWNS: &[&str] = &[
    "的", "所", "反映", "提", "家", "户", "来", "咨询", "关注", "对", "留言", "在", ":",
];

/// 与诉求人取得联系, 以上情况已告知您: speaking to the caller in whatever words.
fn spoken_to(text: &Text, clause: &Clause) -> Option<Range<usize>> {
    if text.contains(clause.range(), "如下") {
        return None;
    }
    text.hits_in(clause.range(), Cues::of(&[Cue::CallerSure, Cue::Caller]))
        .filter(|caller| !OWNS.iter().any(|word| text.starts_with(caller.end, word)))
        .filter(|caller| {
            !not_done(text, clause.start..caller.start)
                && !text.has(clause.start..caller.start, &[Cue::Forward])
                && !denied_or_ahead(text, clause, caller.start)
        })
        .find_map(|caller| with(text, clause, caller).or_else(|| object(text, clause, caller)))
}

fn with(text: &Text, clause: &Clause, caller: &Hit) -> Option<Range<usize>> {
    let sure =
        caller.cues.has(Cue::CallerSure) || ["女士", "先生"].iter().any(|title| text.ends_with(caller.end, title));
    let preposition = (clause.start.max(caller.start.saturating_sub(4))..caller.start).any(|at| {
        matches!(text.chars[at], '与' | '向' | '跟') || at + 1 == caller.start && matches!(text.chars[at], '和' | '同')
    });
    let near = caller.end..clause.end.min(caller.end + 14);
    let spoken = WITH.iter().any(|word| text.contains(near.clone(), word));
    (sure && preposition && spoken).then_some(caller.start..near.end)
}

fn object(text: &Text, clause: &Clause, caller: &Hit) -> Option<Range<usize>> {
    let end = caller.start - usize::from(text.ends_with(caller.start, "了"));
    // 电话联系周先生: the surname stands between.
    let polite = ["先生", "女士"].iter().any(|title| text.ends_with(caller.end, title)) && end > clause.start;
    let told = |end: usize| OBJECT.iter().any(|word| text.ends_with(end, word));
    let told = if polite {
        told(end - 1)
    } else {
        caller.cues.has(Cue::CallerSure) && told(end)
    };
    told.then_some(clause.start..caller.end)
}

pub(super) fn unreachable(text: &Text) -> Option<Range<usize>> {
    // 未接通管道, 挂断电话的投诉: it must be a call to somebody.
    let call = |hit: &Hit| {
        let sentence = text.sentence_of(text.clause_at(hit.start));
        let calls = ["电话", "拨", "联系", "手机", "致电", "敲门", "短信", "号码"];
        calls.iter().any(|word| text.contains(sentence.clone(), word))
    };
    first(text, Cue::Unreachable, call)
}

pub(super) fn declined(text: &Text) -> Option<Range<usize>> {
    first(text, Cue::Declined, |_| true)
}

fn first(text: &Text, cue: Cue, holds: impl Fn(&Hit) -> bool) -> Option<Range<usize>> {
    let clauses = text.clauses.iter().filter(|clause| !clause.mood.supposed);
    let mut hits = clauses.filter_map(|clause| text.hits_of(clause, cue).find(|hit| holds(hit)));
    hits.next().map(|hit| hit.start..hit.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reaching_the_caller_or_trying_to_is_contact() {
        for words in [
            "工作人员电话联系来电人告知处理情况。",
            "李某通过微信把结果发给来电人。",
            "11月12日我局与您联系，向您反馈办理情况。",
            "多次拨打来电人电话，均无人接听。",
            "以上情况已告知您。",
            "经回访，反映人对答复满意。",
            "执法大队迅速与反映人取得联系。",
            "科长王某上门向来电人当面说明。",
            "工作人员与周女士沟通。",
        ] {
            assert!(!find(&Text::read(words)).is_empty(), "{words}");
        }
    }

    #[test]
    fn the_callers_call_and_invitations_are_none() {
        for words in [
            "您于11月18日致电12345热线反映问题。",
            "如有疑问，请致电0535-6****12与我们联系。",
            "欢迎您拨打我局电话咨询。",
            "现将办理情况答复您如下：",
            "我局将尽快与您联系。",
            "工作人员立即联系了咨询人所在的社区。",
            "经与施工单位沟通，已停工。",
            "请您保持电话畅通，以便工作人员联系。",
        ] {
            assert!(find(&Text::read(words)).is_empty(), "{words}");
        }
    }

    #[test]
    fn unreachable_and_declined_are_told() {
        assert!(unreachable(&Text::read("三次拨打均提示关机。")).is_some());
        assert!(unreachable(&Text::read("电话联系来电人，其表示满意。")).is_none());
        assert!(declined(&Text::read("来电人表示不需要回复。")).is_some());
        assert!(declined(&Text::read("来电人申请撤回诉求。")).is_some());
        assert!(declined(&Text::read("来电人要求回复。")).is_none());
    }
}
