//! 过程: a concrete act of handling that was done. A bare 经核实 or a forwarding is none, nor is an act that is only
//! planned, wished, asked of somebody, or told by the caller.

use std::ops::Range;

use super::lexicon::{Cue, Cues};
use super::result::topic;
use super::text::{Clause, Hit, Text};

pub(super) fn find(text: &Text) -> Vec<Range<usize>> {
    let tells = |clause: &&Clause| open(clause) && !topic(text, clause);
    text.clauses
        .iter()
        .filter(tells)
        .filter_map(|clause| {
            concrete(text, clause)
                .or_else(|| went(text, clause))
                .or_else(|| set_about(text, clause))
        })
        .collect()
}

/// The first act in a clause that was done.
fn concrete(text: &Text, clause: &Clause) -> Option<Range<usize>> {
    const ACTS: Cues = Cues::of(&[Cue::Act, Cue::ActSure, Cue::ActThird]);
    let to_caller = text.has(clause.range(), &[Cue::CallerSure, Cue::CallerPronoun]);
    text.hits_in(clause.range(), ACTS)
        .filter(|act| !to_caller || act.cues.any(Cues::of(&[Cue::Act, Cue::ActSure])))
        .filter(|act| {
            done(text, clause, act)
                && !text.has(
                    text.sentence_of(clause).start..(act.end + 2).min(clause.end),
                    &[Cue::Forward],
                )
        })
        .find(|act| act.cues.has(Cue::ActSure) || supported(text, clause, act))
        .map(|act| act.start..act.end)
}

/// 多次到广福村村委会调查了解: going there to look into it is concrete, looking into it alone is not.
fn went(text: &Text, clause: &Clause) -> Option<Range<usize>> {
    const LOOKS: [&str; 6] = ["调查", "核实", "了解", "核查", "处理", "查"];
    // 接到, 收到, 直到: no going.
    const NO_WAY: &str = "接收得受达直办提感拨想遇看了查起做回转";
    let goes = clause.range().find(|at| {
        matches!(text.chars[*at], '到' | '赴') && (*at == clause.start || !NO_WAY.contains(text.chars[*at - 1]))
    })?;
    let sent = text.has(
        clause.start..goes,
        &[Cue::Office, Cue::Agent, Cue::Body, Cue::Place, Cue::Post, Cue::Past],
    ) || text.date_over(clause.start..goes);
    let looks = sent
        && LOOKS
            .iter()
            .any(|look| text.contains((goes + 3).min(clause.end)..clause.end, look));
    let act = Hit {
        start: goes,
        end: goes + 1,
        cues: Cues::default(),
    };
    (looks && done(text, clause, &act)).then_some(goes..clause.end)
}

/// 已安排公交公司, 已向开发商反映, 查询信用信息公示系统: general words that are concrete by what goes with them.
fn set_about(text: &Text, clause: &Clause) -> Option<Range<usize>> {
    const WHOM: Cues = Cues::of(&[Cue::Firm, Cue::Body, Cue::Agent, Cue::Section]);
    const RECORDS: [&str; 9] = ["系统", "数据", "资料", "档案", "台账", "记录", "监控", "平台", "信息"];
    const TOLD: [&str; 6] = ["反映", "汇报", "报告", "通报", "咨询", "了解"];
    if text.has(clause.range(), &[Cue::CallerSure, Cue::CallerPronoun]) {
        return None;
    }
    let act = |start: usize, end: usize| {
        let act = Hit {
            start,
            end,
            cues: Cues::default(),
        };
        done(text, clause, &act).then_some(start..end)
    };
    let near = |at: usize| at..clause.end.min(at + 16);
    clause.range().find_map(|at| {
        let (word, holds) = match text.chars[at] {
            '安' if text.starts_with(at, "安排") => {
                let told = ["已", "立即", "马上", "迅速", "及时", "第一时间"]
                    .iter()
                    .any(|word| text.ends_with(at, word));
                (2, told && text.hits_in(near(at + 2), WHOM).next().is_some())
            }
            '查' if text.starts_with(at, "查询") => {
                let told = at > clause.start && matches!(text.chars[at - 1], '经' | '过' | '员' | '局' | '已' | '心');
                (
                    2,
                    told && RECORDS.iter().any(|word| text.contains(at + 2..clause.end, word)),
                )
            }
            '向' if text.ends_with(at, "已") || text.ends_with(at, "积极") || text.ends_with(at, "立即") => {
                let whom = text.hits_in(near(at + 1), WHOM).next();
                (
                    1,
                    whom.is_some_and(|whom| TOLD.iter().any(|word| text.contains(whom.end..clause.end, word))),
                )
            }
            '对' => (1, upon(text, clause, at)),
            _ => return None,
        };
        if holds { act(at, at + word) } else { None }
    })
}

/// 公司已对司机进行培训: something done to somebody, in whatever words; to look into a matter is none.
fn upon(text: &Text, clause: &Clause, at: usize) -> bool {
    const WHO: &[Cue] = &[Cue::Office, Cue::Agent, Cue::Body, Cue::Place, Cue::Firm, Cue::Section];
    const LOOKS: &[&str] = &[
        "调查", "核实", "核查", "了解", "研究", "审核", "答复", "回复", "处理", "分析", "梳理", "问题", "建议", "诉求",
        "意见", "情况", "反映", "认真", "说明", "解释", "办理", "评估", "规范",
    ];
    let done = text.ends_with(at, "已") && text.has(clause.start..at, WHO);
    let does = ["进行了", "作出", "实施了", "进行"]
        .iter()
        .find_map(|word| (at + 2..clause.end.min(at + 24)).find(|from| text.starts_with(*from, word)));
    done && does.is_some() && !LOOKS.iter().any(|word| text.contains(at..clause.end, word))
}

/// Whether a clause can tell of something done at all.
pub(super) fn open(clause: &Clause) -> bool {
    !clause.mood.story && !clause.mood.supposed && !clause.mood.ahead
}

/// Whether an act in an open clause is told as done: nobody is only asked to, nothing is denied or ahead.
pub(super) fn done(text: &Text, clause: &Clause, act: &Hit) -> bool {
    let before = clause.start..act.start;
    if text.has(before.clone(), &[Cue::Planned, Cue::Will, Cue::Modal, Cue::Wish]) || by_court(text, before.clone()) {
        return false;
    }
    let near = act.start.saturating_sub(3).max(clause.start)..act.start;
    // 尚未收到上级部门下达的任务: what was not.
    let denied = ["未", "没有"].iter().any(|word| text.contains(before.clone(), word)) && !act.cues.has(Cue::ActSure);
    if denied || text.has(near, &[Cue::Negation]) || is_noun(text, act) || asked_for(text, clause, act) {
        return false;
    }
    // 对违反规定的, 责令改正: what a rule lays down.
    if text.ends_with(clause.start, "的,") && !text.has(before.clone(), &[Cue::Office, Cue::Agent, Cue::Past]) {
        return false;
    }
    // 主要负责督促施工单位: a duty.
    let beside = act.start.saturating_sub(4).max(clause.start)..act.start;
    if text.contains(beside, "负责") && !["已", "了"].iter().any(|word| text.contains(clause.range(), word)) {
        return false;
    }
    if text.dates_in(before.clone()).iter().any(|date| due(text, date.end)) {
        return false;
    }
    !by_caller(text, before)
}

/// 2027年5月底前: a day by which, not on which.
fn due(text: &Text, end: usize) -> bool {
    ["前", "底前", "之前"].iter().any(|edge| text.starts_with(end, edge))
        && !["前往", "前来", "前去", "前期"]
            .iter()
            .any(|act| text.starts_with(end, act))
}

/// 已由法院立案: an act of the court, unless the office is named after it.
fn by_court(text: &Text, before: Range<usize>) -> bool {
    let Some(court) = before.clone().find(|at| text.starts_with(*at, "法院")) else {
        return false;
    };
    !text.has(court..before.end, &[Cue::Office, Cue::Agent])
}

/// 增设护栏的建议: what was asked for, not what was done. 送达我局: done to the office.
fn asked_for(text: &Text, clause: &Clause, act: &Hit) -> bool {
    let after = act.end..clause.end;
    ["的建议", "的问题", "的诉求", "的请求", "的事项", "的申请", "的要求"]
        .iter()
        .any(|word| text.contains(after.clone(), word))
        && !text.has(clause.start..act.start, &[Cue::Past, Cue::Office, Cue::Agent])
        || text
            .hits_in(after, Cues::of(&[Cue::Office]))
            .any(|office| office.start == act.end)
}

/// What makes a thing of the act before it: 改造计划, 检查制度.
const NOUNS: &[&str] = &[
    "员",
    "中心",
    "主任",
    "进度",
    "配合",
    "计划",
    "任务",
    "方案",
    "制度",
    "措施",
    "条件",
    "范围",
    "办法",
    "力度",
    "期间",
    "部门",
    "单位",
    "手续",
    "流程",
    "标准",
    "体系",
    "时间",
    "办公室",
    "问题",
];

/// 检查员, 维修费, 调解中心: the act is part of a name.
fn is_noun(text: &Text, act: &Hit) -> bool {
    const JOINS: &str = "费站员工项标方类资机中师证率科处所的期费";
    let joined = text.chars.get(act.end).is_some_and(|c| JOINS.contains(*c));
    joined && act.cues.has(Cue::Act) && !act.cues.has(Cue::ActSure)
        || NOUNS.iter().any(|word| text.starts_with(act.end, word))
        || text.ends_with(act.start, "配合")
}

/// Whether the caller is the one who acts: named before the act, and nobody of the office after him.
pub(super) fn by_caller(text: &Text, before: Range<usize>) -> bool {
    let Some(caller) = text.hits_in(before.clone(), Cues::of(&[Cue::CallerSure])).last() else {
        return false;
    };
    let object = text.is_object(caller);
    let of = matches!(text.chars.get(caller.end), Some('家' | '的' | '所' | '户' | '、'));
    let office = text.has(
        caller.end..before.end,
        &[
            Cue::Office,
            Cue::Agent,
            Cue::Body,
            Cue::Place,
            Cue::Firm,
            Cue::Post,
            Cue::Past,
        ],
    );
    !object && !of && !office
}

/// An act word that is as often a noun (道路维修问题) proves itself by marks of what is done and over beside it, or by
/// who did it and when.
fn supported(text: &Text, clause: &Clause, act: &Hit) -> bool {
    const MARKS: [&str; 12] = [
        "已", "进行", "予以", "立即", "当场", "随即", "开展", "实施", "迅速", "多次", "组织", "及时",
    ];
    const OVER: [&str; 6] = ["了", "完毕", "完成", "到位", "结束", "一次"];
    let before = clause.start..act.start;
    let beside = act.start.saturating_sub(8).max(clause.start)..act.end;
    let behind = act.end..clause.end.min(act.end + 8);
    if MARKS.iter().any(|mark| text.contains(beside.clone(), mark))
        || OVER.iter().any(|mark| text.contains(behind.clone(), mark))
    {
        // 正在进行提质改造: under way, and not by the way of this matter.
        return !text.contains(before, "正");
    }
    // 经与驾校协商: with whom is told.
    if act.cues.has(Cue::ActThird)
        && ["经与", "已与", "积极与", "立即与"]
            .iter()
            .any(|word| text.contains(before.clone(), word))
    {
        return true;
    }
    let who = text.has(
        before.clone(),
        &[Cue::Office, Cue::Agent, Cue::Body, Cue::Post, Cue::Firm, Cue::Section],
    );
    let when = text.sentence_of(clause).start..act.start;
    who && (!text.dates_in(when).is_empty()
        || ["已", "了", "经", "对"]
            .iter()
            .any(|mark| text.contains(clause.range(), mark)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &str) -> bool {
        !find(&Text::read(words)).is_empty()
    }

    #[test]
    fn a_concrete_act_that_was_done_is_a_process() {
        for words in [
            "执法人员现场查看。",
            "约谈了该公司负责人。",
            "责令整改。",
            "11月3日对管网进行了检修。",
            "多次到村委会调查了解情况。",
            "已通知物业公司。",
            "组织召开协调会。",
            "调取楼道监控。",
            "公司已对该司机进行培训。",
            "居委会立即与物业公司沟通协调。",
        ] {
            assert!(found(words), "{words}");
        }
    }

    #[test]
    fn looking_into_it_forwarding_plans_and_wishes_are_none() {
        for words in [
            "经核实，情况属实。",
            "已转有关部门调查处理。",
            "下一步将约谈该公司。",
            "建议由住建部门清理。",
            "来电人称曾到现场查看。",
            "关于加装路灯的建议，",
            "该案已由人民法院立案。",
            "尚未下达整改通知。",
            "工作人员已电话联系来电人。",
            "道路维修费由业主分摊。",
            "主要负责督促施工单位执行到位。",
            "对违反规定的，责令改正。",
        ] {
            assert!(!found(words), "{words}");
        }
    }
}
