//! 后续计划: an act of the office still to come. A wish, a courtesy and what would follow under an if are none. Also
//! whether a text says that the matter is not finished.

use std::ops::Range;

use super::dates::When;
use super::lexicon::{Cue, Cues};
use super::process::by_caller;
use super::text::{Clause, Hit, Text};

pub(super) fn find(text: &Text) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for clause in text.clauses.iter().filter(|clause| !clause.mood.story) {
        let hit = text
            .hits_in(clause.range(), Cues::of(&[Cue::Planned, Cue::PlannedLead, Cue::Will]))
            .find(|hit| intends(text, clause, hit));
        let range = hit.map(|hit| hit.start..clause.end.max(hit.end));
        let open = !clause.mood.supposed && !clause.mood.wish;
        found.extend(
            range
                .or_else(|| enrolled(text, clause).filter(|_| open))
                .or_else(|| due(text, clause).filter(|_| open))
                .or_else(|| scheduled(text, clause).filter(|_| open))
                .or_else(|| effort(text, clause).filter(|_| open))
                .or_else(|| awaited(text, clause).filter(|_| open)),
        );
    }
    found
}

fn intends(text: &Text, clause: &Clause, hit: &Hit) -> bool {
    let before = clause.start..hit.start;
    let after = hit.end..clause.end;
    if text.has(before.clone(), &[Cue::Modal, Cue::Wish]) || text.has(after.clone(), &[Cue::Wish]) {
        return false;
    }
    // 来电人称将继续维权: his plan, not the office's.
    if by_caller(text, before.clone()) || text.ends_with(hit.start, "称") {
        return false;
    }
    if clause.mood.supposed && !promises(text, clause, hit) {
        return false;
    }
    // 要求尽快清理: somebody else is to do it.
    if text.has(before.clone(), &[Cue::Act, Cue::ActSure, Cue::ActThird])
        && !hit.cues.has(Cue::Will)
        && !text.starts_with(hit.start, "将")
        && !text.starts_with(hit.start, "会")
    {
        return false;
    }
    // 要求合理安排施工时间, 杜绝夜间施工: what follows in the sentence is asked of them too.
    let bare = !["将", "会", "拟", "预计", "计划"]
        .iter()
        .any(|word| text.starts_with(hit.start, word))
        && hit.cues.has(Cue::Planned)
        && !hit.cues.has(Cue::PlannedLead);
    let sentence = text.sentence_of(clause);
    let told = [
        "要求",
        "责令",
        "责成",
        "通知",
        "督促",
        "提醒",
        "叮嘱",
        "劝导",
        "建议",
        "请您",
        "请到",
        "请携带",
    ];
    let over = |word: &str| text.ends_with(hit.end + 1, word) || text.ends_with(hit.end + 3, word);
    if bare && !clause.mood.ahead && over("了") {
        return false;
    }
    if bare
        && !clause.mood.ahead
        && told
            .iter()
            .any(|word| text.contains(sentence.start..clause.start, word))
        && !text.has(
            sentence.start..clause.start,
            &[Cue::Planned, Cue::PlannedLead, Cue::Will],
        )
    {
        return false;
    }
    // 符合条件的, 将按规定发放: a rule, where no office binds itself.
    let rule = text.ends_with(clause.start, "的,")
        && !text.has(clause.range(), &[Cue::Office, Cue::Body, Cue::Place, Cue::Agent]);
    let not_so = ["原", "否则", "按", "按照"]
        .iter()
        .any(|word| text.ends_with(hit.start, word));
    if rule || not_so || text.contains(hit.end..clause.end, "已完成") {
        return false;
    }
    if text.starts_with(hit.end, "努力") || text.contains(hit.end..clause.end.min(hit.end + 12), "不会") {
        return false;
    }
    let asked = ["要求", "责令", "责成", "嘱", "敦促", "每年", "每天", "每月", "定期"];
    if asked.iter().any(|word| text.contains(before.clone(), word)) && !text.starts_with(hit.start, "将") {
        return false;
    }
    if takes(text, hit, &after)
        || text.starts_with(hit.end, "的") && !text.starts_with(hit.start, "将")
        || text.contains(after.clone(), "已经")
    {
        return false;
    }
    // 村委会组织人员: the 会 of a body's name.
    let body = ["委", "委员", "协", "座谈", "工", "商", "联席"]
        .iter()
        .any(|word| text.ends_with(hit.start, word));
    if text.starts_with(hit.start, "会") && body && !text.ends_with(hit.start, "我委") || text.in_title(hit.start) {
        return false;
    }
    // 已完善制度, 杜绝此类现象: what the measures are for.
    if text.starts_with(hit.start, "杜绝")
        && !clause.mood.ahead
        && !text.has(sentence.start..hit.start, &[Cue::PlannedLead, Cue::Will])
        && !text.contains(sentence.start..hit.start, "将")
    {
        return false;
    }
    // 并拟于近期开会: 并 joins, it tells of nothing past.
    let near = hit.start.saturating_sub(2).max(clause.start)..hit.start;
    let joined = text.ends_with(near.end, "并")
        && !near.is_empty()
        && ["拟", "计划", "预计", "会"]
            .iter()
            .any(|word| text.starts_with(hit.start, word));
    let near = near.start..near.end - usize::from(joined);
    if text.has(near, &[Cue::Past, Cue::Negation]) {
        return false;
    }
    if hit.cues.has(Cue::Will) {
        let acts = Cues::of(&[
            Cue::Act,
            Cue::ActSure,
            Cue::ActWeak,
            Cue::ActThird,
            Cue::Fix,
            Cue::Efforts,
        ]);
        return text
            .hits_in(after, acts)
            .next()
            .is_some_and(|act| act.start <= hit.end + 3);
    }
    if hit.cues.has(Cue::Planned) {
        return hit.end - hit.start >= 2 || text.has(after, &[Cue::Act, Cue::ActSure, Cue::ActWeak]);
    }
    let sentence = text.sentence_of(clause);
    // 今后, 如果您有问题; 以后可通过手机缴费: what the caller may do.
    let rest = hit.end..sentence.end;
    let his = text.has(rest.clone(), &[Cue::Supposed])
        || ["可通过", "可以", "可到", "可在", "您可", "你可", "可凭", "请您", "请你"]
            .iter()
            .any(|word| text.contains(hit.end..clause.end, word));
    let ours = text.has(rest.clone(), &[Cue::Will, Cue::Planned, Cue::Efforts]);
    text.leads(clause, hit)
        && (!his || ours)
        && text.has(
            rest,
            &[
                Cue::Act,
                Cue::ActSure,
                Cue::ActWeak,
                Cue::Planned,
                Cue::Fix,
                Cue::Efforts,
            ],
        )
}

/// 将有关情况答复如下, 将线索移交公安: 将 is 把.
pub(super) fn takes(text: &Text, hit: &Hit, after: &Range<usize>) -> bool {
    let bare = text.ends_with(hit.end, "将") && hit.end - hit.start >= 2;
    let thing = after.start..after.end.min(after.start + 12);
    let things = [
        "情况", "意见", "结果", "诉求", "问题", "信息", "工单", "线索", "材料", "报告",
    ];
    text.contains(after.clone(), "如下") || bare && things.iter().any(|word| text.contains(thing.clone(), word))
}

/// 已列入明年计划: entered in a list that is a plan.
fn enrolled(text: &Text, clause: &Clause) -> Option<Range<usize>> {
    let hit = text.hits_of(clause, Cue::Enrols).next()?;
    if text.contains(clause.start..hit.start, "原")
        || text.ends_with(hit.start, "未")
        || text.ends_with(hit.start, "没有")
    {
        return None;
    }
    let plans = ["计划", "预算", "明年", "下一", "年度", "专项"]
        .iter()
        .any(|word| text.contains(hit.end..clause.end, word));
    plans.then_some(hit.start..clause.end)
}

/// 其余42平方米11月21日前完工: done by a day still to come.
fn due(text: &Text, clause: &Clause) -> Option<Range<usize>> {
    let date = text.dates_in(clause.range()).iter().find(|date| {
        date.end < clause.end
            && ["前", "底前", "之前", "底", "起"]
                .iter()
                .any(|edge| text.starts_with(date.end, edge))
    })?;
    let ends = [
        "完工",
        "完成",
        "办结",
        "到位",
        "竣工",
        "开工",
        "交付",
        "通车",
        "投入使用",
    ];
    let done = text.contains(clause.range(), "已") || text.has(clause.start..date.start, &[Cue::Modal]);
    (!done && ends.iter().any(|end| text.contains(date.end..clause.end, end))).then_some(date.start..clause.end)
}

/// 计划5月份开始: a plan by its date.
fn scheduled(text: &Text, clause: &Clause) -> Option<Range<usize>> {
    let plans = |date: &&When| {
        ["计划", "计划于", "计划在", "计划至", "预计", "预计于"]
            .iter()
            .any(|word| text.ends_with(date.start, word))
    };
    let date = text.dates_in(clause.range()).iter().find(plans)?;
    let old = ["原", "投资", "此前"]
        .iter()
        .any(|word| text.contains(clause.start..date.start, word));
    (!old).then_some(date.start..clause.end)
}

/// 加强对该处的巡查: promised, unless told as done or asked of somebody.
fn effort(text: &Text, clause: &Clause) -> Option<Range<usize>> {
    const WATCH: [&str; 12] = [
        "巡查", "监管", "管理", "巡逻", "检查", "督促", "执法", "力度", "管控", "监督", "整治", "保洁",
    ];
    let hit = text.hits_of(clause, Cue::Efforts).next()?;
    let watches = WATCH.iter().any(|word| text.contains(hit.end..clause.end, word));
    let told = text.has(
        clause.start..hit.start,
        &[Cue::Past, Cue::Modal, Cue::Act, Cue::ActSure, Cue::Wish, Cue::Negation],
    ) || ["要求", "了", "为", "责令", "建议", "督促", "提醒"]
        .iter()
        .any(|word| text.contains(clause.range(), word));
    // 责令物业整改, 物业加强管理: asked of them in the same breath; 已出台办法, 加强监管: told as done.
    let sentence = text.sentence_of(clause);
    let told = told
        || !clause.mood.ahead
            && ["要求", "责令", "责成", "已出台", "已采取", "了"]
                .iter()
                .any(|word| text.contains(sentence.start..clause.start, word));
    (watches && !told && hit.start <= clause.start + 8 && !text.starts_with(hit.start, "督促"))
        .then_some(hit.start..clause.end)
}

/// 待三楼住户返回, 即行更换: the act may come in the next clause.
fn awaited(text: &Text, clause: &Clause) -> Option<Range<usize>> {
    let acts = Cues::of(&[Cue::Act, Cue::ActSure, Cue::ActWeak, Cue::Planned, Cue::Fix]);
    let sentence = text.sentence_of(clause);
    // 待电缆修复即可亮灯: a thing that the works bring, not a step open to the caller.
    let works = [
        "亮灯", "通车", "恢复", "供电", "供水", "供气", "开通", "启用", "投入", "通水",
    ]
    .iter()
    .any(|word| text.contains(clause.start..sentence.end, word));
    let of_itself = ["则", "方可"]
        .iter()
        .any(|word| text.contains(clause.start..sentence.end, word))
        || text.contains(clause.start..sentence.end, "即可") && !works;
    (text.waits(clause)
        && !of_itself
        && (text.hits_in(clause.start..sentence.end, acts).next().is_some()
            || ["启动", "建设", "开工", "动工", "开通", "拨付", "亮灯", "通车"]
                .iter()
                .any(|word| text.contains(clause.start..sentence.end, word))))
    .then(|| clause.range())
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
        || office
            && text.starts_with(hit.start, "将")
            && text.has(hit.end..clause.end, &[Cue::Act, Cue::ActSure, Cue::ActWeak])
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &str) -> bool {
        !find(&Text::read(words)).is_empty()
    }

    #[test]
    fn an_act_still_to_come_is_a_plan() {
        for words in [
            "下一步，街道将加强巡查。",
            "我局将督促该公司整改。",
            "预计6月前完成安装。",
            "已列入明年改造计划。",
            "余下部分11月21日前完工。",
            "有结果后会及时回复您。",
            "待检测报告出具后依法处理。",
            "如有情况将及时回复！",
            "计划6月中旬前予以拆除。",
            "并拟于近期召开协调会。",
            "待线路修好后即可亮灯。",
            "等天气好转后进行施工。",
        ] {
            assert!(found(words), "{words}");
        }
    }

    #[test]
    fn wishes_courtesies_other_peoples_plans_and_the_past_are_none() {
        for words in [
            "希望您继续支持我们的工作。",
            "我们将竭诚为您服务。",
            "现将有关情况答复如下：",
            "原计划10月完工的工程已经完工。",
            "来电人称将继续维权。",
            "已要求物业尽快清理。",
            "该局办理计划生育等事务。",
            "要求合理安排施工时间，杜绝夜间施工。",
            "未按时申报的，将取消资格。",
            "责令物业整改，物业单位加强管理。",
            "今后，如果您有问题需要咨询，也可以电话联系我局。",
            "已进一步完善制度，杜绝此类现象。",
            "村委会组织人员清理了垃圾。",
            "2016年1月1日以后出生的不再发证。",
        ] {
            assert!(!found(words), "{words}");
        }
    }

    #[test]
    fn what_is_not_finished_says_so() {
        assert!(unfinished(&Text::read("该路段正在施工。")).is_some());
        assert!(unfinished(&Text::read("该路段已修复。")).is_none());
    }
}
