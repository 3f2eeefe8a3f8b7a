//! 满意情况: this caller's own attitude, as stated. What the unit wishes or feels, and what others say, is none.

use std::collections::HashSet;
use std::ops::Range;

use super::lexicon::{Cue, Cues, LEXICON};
use super::names::name_at;
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
    let callers = Callers::of(text);
    let mut last = None;
    let mut found = Vec::new();
    for (index, clause) in text.clauses.iter().enumerate() {
        if clause.mood.supposed {
            continue;
        }
        for hit in widest(text, clause) {
            if swallowed(text, hit) || supposed(text, hit) || !by_caller(text, &callers, index, clause, hit) {
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
    // 来电人表示理解支持: said of somebody, it is no formula.
    let stated = text.ends_with(hit.start, "表示");
    let formula = |noise: &&Hit| noise.end - noise.start <= 6 && stated && noise.start == hit.start;
    text.hits_in(around, Cues::of(&[Cue::AttitudeNoise]))
        .filter(|noise| !formula(noise))
        .any(|noise| noise.start <= hit.start && hit.end <= noise.end)
}

/// 来电人对处理结果不服的，可以申请复议: what is open to the caller, not what the caller feels.
fn supposed(text: &Text, hit: &Hit) -> bool {
    let after = hit.end + 2;
    after <= text.chars.len() && text.ends_with(after, "的,")
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
fn by_caller(text: &Text, callers: &Callers, index: usize, clause: &Clause, hit: &Hit) -> bool {
    let before = clause.start..hit.start;
    if text.has(before.clone(), &[Cue::Wish, Cue::Modal, Cue::Supposed]) && !text.ends_with(hit.start, "表示") {
        return false;
    }
    // 得到了反映人的认可: his; 得到了市民的好评: other people's.
    if ["得到", "获得", "赢得", "取得"]
        .iter()
        .any(|word| text.contains(before.clone(), word))
    {
        let hoped = text.contains(before.clone(), "希望") || text.contains(before.clone(), "能");
        let his = text.hits_in(before, Cues::of(&[Cue::CallerSure])).last();
        return !hoped
            && his.is_some_and(|his| {
                !text.ends_with(his.end, "市民")
                    && (his.end == hit.start || his.end + 1 == hit.start && text.starts_with(his.end, "的"))
            });
    }
    // 满意度: a label with its value.
    if text.ends_with(clause.end, ":") || text.ends_with(hit.start, "的") {
        return false;
    }
    if thanks_caller(text, hit) || complains(text, before.clone()) {
        return false;
    }
    if let Some(subject) = subject(text, callers, before.clone(), hit.cues.has(Cue::Decision)) {
        return subject;
    }
    if hit.cues.has(Cue::Decision) && !text.ends_with(hit.start, "表示") {
        return false;
    }
    if callers.named_in(text, before.clone()) {
        return true;
    }
    // Without a subject it is the caller if the clause before speaks to him.
    let states = heads(text, before);
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
                    && text.has(text.sentence_of(clause).start..previous.end, &[Cue::CallerSure])
            }))
}

/// 来电人反映对物业不满意: what the matter is, not how its handling was taken.
fn complains(text: &Text, before: Range<usize>) -> bool {
    const RAISES: &[&str] = &["反映", "投诉", "举报", "来信", "来电", "咨询", "发帖", "留言"];
    const ANSWERS: &[&str] = &["结果", "答复", "办理", "回复", "解释"];
    let raises = |caller: &Hit| RAISES.iter().any(|word| text.starts_with(caller.end, word));
    text.hits_in(before.clone(), Cues::of(&[Cue::CallerSure])).any(raises)
        && !ANSWERS.iter().any(|word| text.contains(before.clone(), word))
}

/// What the whole text tells of who the caller is.
struct Callers<'a> {
    /// The letter speaks to 您.
    addressed: bool,
    /// 信访人黄某某: after that the name means the caller.
    names: HashSet<&'a [char]>,
    /// 来电业主, 业主反映: after that the word does.
    raised: HashSet<&'a [char]>,
}

impl<'a> Callers<'a> {
    fn of(text: &'a Text) -> Self {
        const BEFORE: &[&str] = &["来电", "来信", "反映", "诉求", "投诉"];
        const AFTER: &[&str] = &["反映", "来电", "来信", "致电"];
        let whole = 0..text.chars.len();
        let raises = |hit: &&Hit| {
            told(text, hit)
                || BEFORE.iter().any(|word| text.ends_with(hit.start, word))
                || AFTER.iter().any(|word| text.starts_with(hit.end, word))
        };
        Self {
            addressed: text.chars.iter().any(|c| matches!(c, '您' | '你')),
            names: text
                .hits_in(whole.clone(), Cues::of(&[Cue::CallerSure]))
                .filter(|caller| caller.end - caller.start >= 3)
                .filter_map(|caller| {
                    name_at(text, caller.end).map(|length| &text.chars[caller.end..caller.end + length])
                })
                .collect(),
            raised: text
                .hits_in(whole, Cues::of(&[Cue::Caller]))
                .filter(raises)
                .map(|hit| &text.chars[hit.start..hit.end])
                .collect(),
        }
    }

    fn named_in(&self, text: &Text, mut range: Range<usize>) -> bool {
        const LENGTHS: Range<usize> = 2..5;
        let named = |at: usize| {
            LENGTHS.into_iter().any(|length| {
                text.chars
                    .get(at..at + length)
                    .is_some_and(|name| self.names.contains(name))
            })
        };
        !self.names.is_empty() && range.any(named)
    }
}

/// 向居民反馈, 回访业主: the one to whom the handling is told is the one who asked for it.
fn told(text: &Text, who: &Hit) -> bool {
    const TELLS: &[&str] = &["反馈", "解释", "说明", "回复", "答复", "致歉", "沟通", "见面", "面谈"];
    let to = ["向", "与"].iter().any(|word| text.ends_with(who.start, word));
    let near = who.end..text.chars.len().min(who.end + 10);
    to && TELLS.iter().any(|word| text.contains(near.clone(), word))
        || ["回访", "答复", "回复", "联系上", "联系到"]
            .iter()
            .any(|word| text.ends_with(who.start, word))
}

/// 居民对处理结果表示满意: of the result of the handling only he can say so, if he is one and not many.
fn of_result(text: &Text, who: &Hit) -> bool {
    const RESULTS: &[&str] = &[
        "对处理",
        "对办理",
        "对答复",
        "对回复",
        "对调解结果",
        "对此次办件",
        "对此次处理",
        "对整改结果",
        "对处置结果",
    ];
    const MANY: &[&str] = &[
        "周边", "周围", "附近", "多数", "广大", "部分", "全体", "其他", "各", "群众", "有",
    ];
    let near = who.end..text.chars.len().min(who.end + 5);
    RESULTS.iter().any(|word| text.contains(near.start..near.end + 4, word))
        && !MANY.iter().any(|word| text.ends_with(who.start, word))
        && !["们", "普遍", "纷纷", "均", "都", "代表"]
            .iter()
            .any(|word| text.starts_with(who.end, word))
        && !text.ends_with(who.end, "群众")
}

/// 非常感谢您, 感谢网友对: the unit thanks the caller.
fn thanks_caller(text: &Text, hit: &Hit) -> bool {
    text.ends_with(hit.end, "谢")
        && [
            "您",
            "你",
            "网友",
            "市民",
            "信访人",
            "来电人",
            "对",
            "各",
            "广大",
            "社会",
        ]
        .iter()
        .any(|who| text.starts_with(hit.end, who))
}

/// Whether nothing but adverbs, 表示 and what the attitude is to stands before it, so that the subject is the last one.
fn heads(text: &Text, before: Range<usize>) -> bool {
    const ADVERBS: &str = "并均也都仍现已最终再次予以但经后则最后还是就此之“”‘’「";
    const MUCH: &[&str] = &["非常", "十分", "很", "特别", "比较", "深", "极为", "相当"];
    if MUCH.iter().any(|word| text.ends_with(before.end, word)) {
        return before.len() <= 5 || text.contains(before, "表示");
    }
    let rest = before
        .clone()
        .find(|at| !ADVERBS.contains(text.chars[*at]))
        .unwrap_or(before.end);
    rest == before.end
        || text.starts_with(rest, "表示")
        || text.starts_with(rest, "对")
        || text.starts_with(rest, "评价")
}

/// Who is named last before the attitude: the caller, or somebody else. None if nobody.
fn subject(text: &Text, callers: &Callers, before: Range<usize>, decides: bool) -> Option<bool> {
    const WHO: Cues = Cues::of(&[
        Cue::Caller,
        Cue::CallerSure,
        Cue::CallerPronoun,
        Cue::Office,
        Cue::Agent,
        Cue::Firm,
        Cue::OtherSide,
        Cue::Body,
        Cue::Place,
    ]);
    let mut last = None;
    for who in text.hits_in(before.clone(), WHO) {
        let object = who.start > before.start && matches!(text.chars[who.start - 1], '对' | '向' | '给' | '与' | '于');
        let caller = is_caller(text, callers, who);
        // 对您的诉求深表理解: the one who understands is the unit.
        if caller
            && (matches!(text.chars[who.start.saturating_sub(1)], '对' | '让' | '使' | '令')
                || text.ends_with(who.start, "对于"))
            && who.start > before.start
        {
            last = Some((who.end, false));
            continue;
        }
        // 对街道的反应速度表示认可: what the attitude is to.
        if object && !caller || last.is_some() && text.contains(before.start..who.start, "对") && !caller {
            continue;
        }
        last = Some((who.end, caller));
    }
    // 网友的期待和满意: nobody says here that he is satisfied.
    if let Some((end, true)) = last
        && text.starts_with(end, "的")
        && !["表示", "态度", "评价", "是"]
            .iter()
            .any(|word| text.contains(end..before.end, word))
    {
        return Some(false);
    }
    let reach = if decides { 8 } else { REACH };
    last.map(|(end, caller)| caller && before.end - end <= reach)
}

/// 联系来电人, 该居民表示…; 居民收到反馈后…; 上门与当事人见面, 当事人表示…: the one to whom the handling was just told.
fn heard(text: &Text, callers: &Callers, who: &Hit) -> bool {
    const HEARS: &[&str] = &["收到", "得知", "听取", "获知", "知晓", "听后", "知悉", "了解"];
    const NEAR: &[&str] = &["当事人", "家属", "家长"];
    let sentence = text.sentence_of(text.clause_at(who.start));
    let that_one =
        text.ends_with(who.start, "该") && text.has(sentence.start..who.start, &[Cue::CallerSure, Cue::Means]);
    let near = who.end..text.chars.len().min(who.end + 3);
    let hears = HEARS.iter().any(|word| text.contains(near.clone(), word))
        && text.contains(who.end..text.chars.len().min(who.end + 10), "后");
    if !callers.addressed && (that_one || hears) {
        return true;
    }
    NEAR.iter().any(|word| text.ends_with(who.end, word))
        && callers
            .raised
            .iter()
            .any(|raised| raised.ends_with(&text.chars[who.start..who.end]))
}

/// How far from the caller his attitude may stand.
const REACH: usize = 22;

/// 刘先生: in a report of the handling a person named so politely is the caller, unless said to be of the other side.
fn is_named(text: &Text, who: &Hit) -> bool {
    let polite = ["先生", "女士"].iter().any(|title| text.ends_with(who.end, title)) && who.end - who.start == 2;
    let Some(surname) = who.start.checked_sub(1).filter(|_| polite) else {
        return false;
    };
    const OTHERS: Cues = Cues::of(&[Cue::OtherSide, Cue::Post, Cue::Firm, Cue::Agent]);
    LEXICON.is_surname(text.chars[surname])
        && !text
            .hits_in(surname.saturating_sub(6)..surname, OTHERS)
            .any(|hit| hit.end == surname && !hit.cues.has(Cue::Caller))
}

/// Whether the word means this caller: always, or because the text says that he is the one who raised the matter.
fn is_caller(text: &Text, callers: &Callers, who: &Hit) -> bool {
    if text.ends_with(who.start, "被") {
        return false;
    }
    if who.cues.any(Cues::of(&[Cue::CallerSure, Cue::CallerPronoun])) {
        return true;
    }
    if who.cues.has(Cue::Caller) && heard(text, callers, who) {
        return true;
    }
    if !callers.addressed && who.cues.has(Cue::Caller) && (is_named(text, who) || of_result(text, who)) {
        return true;
    }
    // 经回访, 业主表示…: only the caller is called back.
    let sentence = text.sentence_of(text.clause_at(who.start));
    if who.cues.has(Cue::Caller) && text.contains(sentence.start..who.start, "回访") {
        return true;
    }
    // In a letter to 您 a 业主 is somebody else.
    who.cues.has(Cue::Caller) && !callers.addressed && callers.raised.contains(&text.chars[who.start..who.end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attitude(words: &str) -> Option<Attitude> {
        find(&Text::read(words)).0
    }

    #[test]
    fn the_callers_own_attitude_is_read() {
        for (words, told) in [
            ("来电人表示满意。", Attitude::Satisfied),
            ("来电人对处理结果基本满意。", Attitude::Fair),
            ("工作人员电话联系来电人，其表示理解。", Attitude::Understands),
            ("投诉人对处理不认可。", Attitude::Dissatisfied),
            ("您对此非常不满意。", Attitude::VeryDissatisfied),
            ("来电人未表态。", Attitude::Unsaid),
            ("经回访，周先生对此次办件结果表示满意。", Attitude::Satisfied),
            ("得到了反映人的认可。", Attitude::Understands),
            ("来电人起初不满意，经解释后，来电人表示认可。", Attitude::Understands),
            ("来电人称系误会，对街道的反应速度表示认可。", Attitude::Understands),
            ("满意情况：满意。", Attitude::Satisfied),
            ("信访人黄某某到场。黄某某仍不满意。", Attitude::Dissatisfied),
            ("社区联系来电人，告知结果，该居民表示非常满意。", Attitude::Satisfied),
            ("住户收到反馈后表示感谢。", Attitude::Satisfied),
            ("业主李女士对此表示满意。", Attitude::Satisfied),
            ("已取得投诉人谅解。", Attitude::Understands),
            ("诉求人对调解结果不服。", Attitude::Dissatisfied),
        ] {
            assert_eq!(attitude(words), Some(told), "{words}");
        }
    }

    #[test]
    fn wishes_questions_and_others_are_not_the_caller() {
        for words in [
            "希望您满意。",
            "如您不满意，请拨打电话。",
            "周边居民纷纷表示满意。",
            "您的心情我们十分理解。",
            "感谢您对我们工作的理解与支持！",
            "店主表示理解并愿意配合。",
            "敬请谅解。",
            "办人民满意的教育。",
            "非常感谢您所提出的宝贵意见。",
            "对您的诉求我们深表理解。",
            "两家商户表示接受整改意见。",
            "来电人反映对物业公司的服务不满意。",
            "被投诉人对此表示不认可。",
            "对于您的建议我们表示认可和感谢。",
        ] {
            assert_eq!(attitude(words), None, "{words}");
        }
    }
}
