//! 经办单位: a named body that handled, checked or signs. 我局 and 有关部门 name nobody; the court, the company
//! complained of and the office to ask are not the one that handled.

use std::ops::Range;

use super::lexicon::{Cue, Cues, LEXICON};
use super::text::{Clause, Hit, Text, is_han};

pub(super) fn find(text: &Text) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for clause in &text.clauses {
        if clause.mood.story || clause.mood.supposed {
            continue;
        }
        for tail in text.hits_in(
            clause.range(),
            Cues::of(&[Cue::Body, Cue::Place, Cue::Firm, Cue::Section]),
        ) {
            let Some(name) = name(text, clause, tail) else { continue };
            if found.last().is_some_and(|last| last.end > name.start) {
                continue;
            }
            if took_part(text, clause, tail, &name) {
                found.push(name);
            }
        }
    }
    found.extend(text.clauses.iter().filter_map(|clause| signature(text, clause)));
    found.extend((0..text.chars.len()).filter_map(|at| labelled(text, at)));
    found
}

/// 经办单位:京港澳高速改扩建工程(蔡甸段)征地拆迁协调指挥部: what follows the label is one whatever its name.
fn labelled(text: &Text, at: usize) -> Option<Range<usize>> {
    const LABELS: &[&str] = &[
        "经办单位:",
        "承办单位:",
        "办理单位:",
        "答复单位:",
        "回复单位:",
        "主办单位:",
    ];
    const LONGEST: usize = 40;
    if text.chars[at] != ':' || !LABELS.iter().any(|label| text.ends_with(at + 1, label)) {
        return None;
    }
    let name = text.chars[at + 1..].iter().take(LONGEST);
    let length = name.take_while(|c| is_han(**c) || matches!(c, '(' | ')')).count();
    (length >= 4).then_some(at + 1..at + 1 + length)
}

/// Last characters of the names of bodies that sign.
const SIGNERS: &str = "局委办处队站所部司院校厅会心府道镇乡区室科股段厂场馆台园社团";

/// 洛龙区关林办: the line that signs a letter, before the date or at the end.
fn signature(text: &Text, clause: &Clause) -> Option<Range<usize>> {
    let opens = clause.start == 0 || matches!(text.chars[clause.start - 1], '\n' | '。' | '!' | ')');
    let dated = text
        .dates_in(clause.range())
        .iter()
        .find(|date| date.signs_off && date.start > clause.start);
    let mut end = dated.map_or(clause.end, |date| date.start);
    while end > clause.start && !is_han(text.chars[end - 1]) {
        end -= 1;
    }
    let last = dated.is_some()
        || clause.end == text.chars.len()
        || text
            .dates_from(clause.end..clause.end + 2)
            .iter()
            .any(|date| date.signs_off);
    let length = end - clause.start;
    let plain = text.chars[clause.start..end]
        .iter()
        .all(|c| is_han(*c) || c.is_ascii_alphanumeric() || matches!(c, '、'));
    let signer = (4..=26).contains(&length) && SIGNERS.contains(text.chars[end - 1]);
    let says = text.has(
        clause.range(),
        &[
            Cue::Frame,
            Cue::Office,
            Cue::CallerSure,
            Cue::Modal,
            Cue::Wish,
            Cue::Past,
        ],
    );
    (opens && last && plain && signer && !says).then_some(clause.start..end)
}

/// The longest name of a body worth believing.
const NAME: usize = 16;

/// After 部、处、所、站、队、科 these make another word.
const SECTION_WORDS: &str = "民部域道有容庄限门分位件队理罚置于在属以谓需反提点台员伍技学东份权面势附说述受";
/// After 局、镇、乡、村 these do.
const PLACE_WORDS: &str = "民部域容庄限面势里亲下";

/// The whole name that ends with this word, if it names somebody.
pub(super) fn name(text: &Text, clause: &Clause, tail: &Hit) -> Option<Range<usize>> {
    let mut start = tail.start;
    let limit = clause.start.max(tail.start.saturating_sub(NAME));
    while start > limit {
        let c = text.chars[start - 1];
        if !(is_han(c) || c.is_ascii_alphanumeric()) {
            break;
        }
        const STOPS: Cues = Cues::of(&[Cue::NameStop, Cue::CallerSure, Cue::Office]);
        let word = || {
            text.hits_in(start.saturating_sub(6)..start, STOPS)
                .any(|stop| stop.end == start)
        };
        if LEXICON.name_stops.has(c) || word() {
            break;
        }
        start -= 1;
    }
    if text.date_over(start..tail.start) {
        let dates = text.dates_in(start.saturating_sub(NAME)..tail.start);
        start = dates.last().map_or(start, |date| date.end.max(start));
    }
    // 社区居委会 must not be found as 社区: the longer word ends further on.
    if let Some(next) = text.chars.get(tail.end)
        && matches!(next, '长' | '面' | '路' | '内' | '级' | '貌' | '里')
    {
        return None;
    }
    // 第一批中心城区: the middle, not a centre.
    if text.ends_with(tail.end, "中心") && text.chars.get(tail.end).is_some_and(|c| "区线城广小".contains(*c)) {
        return None;
    }
    // 17处, 3个站: counted, not named.
    let counted = tail.start > 0 && text.chars[tail.start - 1].is_ascii_digit();
    if counted && tail.cues.has(Cue::Section) {
        return None;
    }
    // 处理, 所有, 局部, 村民: the tail begins another word.
    let goes_on = if tail.cues.has(Cue::Section) {
        SECTION_WORDS
    } else {
        PLACE_WORDS
    };
    if tail.end - tail.start == 1 && text.chars.get(tail.end).is_some_and(|c| goes_on.contains(*c)) {
        return None;
    }
    proper(text, start..tail.start, tail).then_some(start..tail.end)
}

/// Whether a stem says which body is meant.
fn proper(text: &Text, stem: Range<usize>, tail: &Hit) -> bool {
    // 热线办, 城管局: the tail says its own field.
    let fielded = tail.cues.has(Cue::Body)
        && tail.end - tail.start >= 3
        && ![
            "办公室",
            "委员会",
            "管委会",
            "派出所",
            "指挥部",
            "项目部",
            "管理处",
            "服务处",
            "管理所",
            "管理站",
            "服务站",
            "执法队",
            "检察院",
        ]
        .iter()
        .any(|bare| text.ends_with(tail.end, bare));
    if stem.is_empty() || fielded {
        return fielded;
    }
    // Strip generic words from the front and see whether anything is left.
    let mut at = stem.start;
    while at < stem.end {
        let generic = text
            .hits_in(at..stem.end, Cues::of(&[Cue::Generic]))
            .filter(|hit| hit.start == at)
            .map(|hit| hit.end)
            .max();
        match generic {
            Some(end) => at = end,
            None => break,
        }
    }
    // 市自来水公司: of its kind there is one.
    if tail.cues.has(Cue::Firm) && stem.len() >= 3 && "市区县镇".contains(text.chars[stem.start]) {
        return true;
    }
    // 区城市管理局: for a body its field is name enough, however common its words.
    if tail.cues.has(Cue::Body)
        && stem.len() >= 4
        && !["相关", "有关", "各级", "上级", "职能"]
            .iter()
            .any(|word| text.starts_with(stem.start, word))
    {
        return true;
    }
    // 家乡, 结局: one character before a tail of one is a word, not a name.
    let least = if tail.end - tail.start == 1 { 2 } else { 1 };
    stem.end - at >= 1 && stem.len() >= least
}

/// After the name these make it a field of duty, a stretch of land, or the author of a document.
const ASIDE: &[&str] = &[
    "职责",
    "职能",
    "管辖",
    "属于",
    "范围",
    "辖区",
    "境内",
    "位于",
    "投资",
    "采购",
    "补贴",
    "《",
    "关于印发",
    "门户网站",
    "网站",
    "官网",
];

/// 各区园林局; 买受人应当在30日内, 到市房产局办理: a rule speaks of whoever it may concern.
fn rule_speaks(text: &Text, clause: &Clause, name: &Range<usize>) -> bool {
    if text.contains(clause.start.max(name.start.saturating_sub(24))..name.start, "各") {
        return true;
    }
    let to = name.start > 0 && matches!(text.chars[name.start - 1], '到' | '向' | '至');
    let sentence = text.sentence_of(clause);
    to && ["应当", "应", "须", "凭", "可以", "可", "需"]
        .iter()
        .any(|word| text.contains(sentence.start..clause.start, word))
        && !text.has(sentence.start..name.start, &[Cue::Office, Cue::Agent, Cue::CallerSure])
}

/// Before the name of a firm these say that something is done to it.
const OBJECT: &str = "在对向到与和给谈从就诉求称";

/// Whether the body is there as one that handled or signs, and not as one to ask, to sue, or complained of.
fn took_part(text: &Text, clause: &Clause, tail: &Hit, name: &Range<usize>) -> bool {
    let before = clause.start..name.start;
    let after = tail.end..clause.end;
    if clause.mood.wish && text.has(before.clone(), &[Cue::Wish]) {
        return false;
    }
    // 位于城关镇, 反映给市交通局, 以人社局公布为准: where, to whom, and whose word it is.
    const BEFORE: &[&str] = &[
        "位于",
        "地处",
        "坐落",
        "家住",
        "住在",
        "居住在",
        "反映给",
        "反馈给",
        "上报给",
        "提交给",
        "移交给",
        "以",
    ];
    if BEFORE.iter().any(|word| text.ends_with(name.start, word)) {
        return false;
    }
    // 根据县人民政府办公室关于…的通知, 按照市政府统一部署: who laid it down.
    let rests = ["根据", "依据", "按照", "依照", "遵照"]
        .iter()
        .any(|word| text.ends_with(name.start, word));
    if rests && !text.starts_with(tail.end, "工作人员") {
        return false;
    }
    // 已转交县住建局: to whom it was passed on.
    let passed = text
        .hits_in(
            clause.start.max(name.start.saturating_sub(6))..name.start,
            Cues::of(&[Cue::Forward]),
        )
        .any(|hit| hit.end + 1 >= name.start);
    if passed {
        return false;
    }
    if text.has(before.clone(), &[Cue::Invites, Cue::Modal, Cue::Remedy]) || text.ends_with(tail.end, "法院") {
        return false;
    }
    if ASIDE.iter().any(|word| text.starts_with(tail.end, word)) || rule_speaks(text, clause, name) {
        return false;
    }
    if tail.cues.any(Cues::of(&[Cue::Body, Cue::Place])) && !tail.cues.has(Cue::Firm) {
        return true;
    }
    let rest_dated = text.date_from(tail.end);
    let alone = name.start == clause.start && (tail.end + 1 >= clause.end || rest_dated);
    if tail.cues.has(Cue::Section) {
        let doer = text
            .hits_in(tail.end..clause.end, Cues::of(&[Cue::Post, Cue::Title, Cue::ActSure]))
            .any(|hit| hit.start <= tail.end + 1);
        return name.len() >= 3 && (alone || doer);
    }
    // 环城西路新建学校, 是…: a topic, no signature.
    let alone = alone && text.chars[clause.end - 1] != ',';
    let object = name.start > clause.start && OBJECT.contains(text.chars[name.start - 1]);
    alone
        || !object
            && text.has(after, &[Cue::Act, Cue::ActSure, Cue::ActWeak])
            && !text.has(before, &[Cue::Act, Cue::ActSure, Cue::ActWeak])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &str) -> bool {
        !find(&Text::read(words)).is_empty()
    }

    #[test]
    fn a_named_body_that_handled_or_signs_is_a_unit() {
        for words in [
            "嵩山街道办事处工作人员到现场查看。",
            "经区城市管理局核实，情况属实。",
            "滨河派出所民警到场处置。",
            "现已恢复供水。源清水务有限公司",
            "我局已核实。\n洛龙区关林办\n2021年5月21日",
            "消保科科员谭某组织调解。",
            "石桥社区居委会已清理。",
            "(经办单位:改扩建工程(蔡甸段)征地拆迁协调指挥部)",
            "街道热线办接单即办。",
        ] {
            assert!(found(words), "{words}");
        }
    }

    #[test]
    fn nobody_named_or_one_who_did_not_handle_is_none() {
        for words in [
            "我局已核实。",
            "已转有关部门处理。",
            "相关部门到场查看。",
            "可向临河区人民法院起诉。",
            "来电人投诉悦动健身有限公司关门停业。",
            "公共厕所17处，所有部分均已处理。",
            "如有疑问请咨询县教育局。",
            "这是市住建局职责范围。",
            "该问题已转交县住建局。",
            "根据西地省物价局《收费行为规则》执行。",
            "沙坪街道属于市区范围。",
        ] {
            assert!(!found(words), "{words}");
        }
    }
}
