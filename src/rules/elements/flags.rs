//! What should not stand in a reply: blanks left unfilled, buck-passing, rudeness, somebody's identity number or
//! private phone.

use std::ops::Range;

use serde::Serialize;

use super::lexicon::{Cue, Cues, LEXICON};
use super::text::{Clause, Hit, Text, is_han};
use super::{Span, basis, process, unit};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FlagKind {
    /// 【】, XX, ____, {{name}}: a form not filled in.
    Placeholder,
    /// 推诿: a word that sends the caller away, or a refusal of competence with nothing else said.
    Evasive,
    Rude,
    /// An 18-digit identity number that is one by its checksum.
    LeakedId,
    /// A private person's mobile number, unmasked.
    LeakedPhone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Flag {
    pub kind: FlagKind,
    pub span: Span,
}

pub(super) fn find(text: &Text, phones: &[(Range<usize>, String)]) -> Vec<Flag> {
    let mut flags = Vec::new();
    let mut add = |kind, range: Range<usize>| {
        flags.push(Flag {
            kind,
            span: text.span(range),
        })
    };
    let whole = 0..text.chars.len();
    let mut last = 0;
    let words = text
        .hits_in(whole, Cues::of(&[Cue::Placeholder]))
        .map(|hit| hit.start..hit.end);
    let mut blanks: Vec<Range<usize>> = words
        .chain(crosses(text))
        .chain(somebodies(text))
        .chain(instructions(text))
        .collect();
    blanks.sort_unstable_by_key(|blank| (blank.start, blank.end));
    for blank in blanks {
        if blank.start >= last {
            last = blank.end;
            add(FlagKind::Placeholder, blank);
        }
    }
    // Both weigh the whole text: asked for once, and only where a weak word occurs.
    let mut bare: Option<bool> = None;
    for clause in text.clauses.iter().filter(|clause| !clause.mood.story) {
        for hit in text.hits_of(clause, Cue::Rude) {
            add(FlagKind::Rude, hit.start..hit.end);
        }
        let evades = text
            .hits_of(clause, Cue::Evasive)
            .find(|hit| to_caller(text, clause, hit));
        let evades = evades.or_else(|| {
            let weak = text.hits_of(clause, Cue::EvasiveWeak).next()?;
            bare.get_or_insert_with(|| says_nothing_else(text)).then_some(weak)
        });
        if let Some(hit) = evades {
            add(FlagKind::Evasive, hit.start..hit.end);
        }
    }
    for range in identities(text) {
        add(FlagKind::LeakedId, range);
    }
    for (range, number) in phones {
        if private(text, range, number) {
            add(FlagKind::LeakedPhone, range.clone());
        }
    }
    flags
}

/// 物业称不归其管, 该户已自行解决: told of somebody else, it is no word to the caller.
fn to_caller(text: &Text, clause: &Clause, hit: &Hit) -> bool {
    let before = clause.start..hit.start;
    let others = ["称", "声称", "答称", "为由", "借口", "已", "曾"];
    !others.iter().any(|word| text.contains(before.clone(), word)) && !text.starts_with(hit.end, "的问题")
}

/// No act, no law, and nobody named to turn to: a refusal of competence that stands alone is buck-passing.
fn says_nothing_else(text: &Text) -> bool {
    process::find(text).is_empty() && basis::find(text).is_empty() && !names_another(text)
}

/// 由住建局负责, 请向街道城管办反映: a named body to which the caller is pointed.
fn names_another(text: &Text) -> bool {
    const TO: &[&str] = &[
        "由", "向", "请", "到", "询", "联系", "归", "是", "属", "属于", "拨打", "至", "为", "找", "交",
    ];
    const FOR: &[&str] = &[
        "负责", "管理", "职责", "受理", "咨询", "反映", "主管", "承担", "办理", "处理",
    ];
    text.clauses.iter().filter(|clause| !clause.mood.story).any(|clause| {
        text.hits_in(clause.range(), Cues::of(&[Cue::Body, Cue::Place]))
            .any(|tail| {
                unit::name(text, clause, tail).is_some_and(|name| {
                    TO.iter().any(|word| text.ends_with(name.start, word))
                        || FOR.iter().any(|word| text.starts_with(name.end, word))
                })
            })
    })
}

/// 【请填写姓名】, (填写时间): an instruction of the form left standing.
fn instructions(text: &Text) -> impl Iterator<Item = Range<usize>> + '_ {
    const LONGEST: usize = 24;
    const ASKS: &[&str] = &["请填", "填写", "填入", "待填", "请输入", "请补充", "待补充", "此处"];
    (0..text.chars.len())
        .filter(|at| matches!(text.chars[*at], '【' | '(' | '[' | '{' | '<'))
        .filter(|at| ASKS.iter().any(|word| text.starts_with(at + 1, word)))
        .filter_map(|at| {
            let rest = text.chars[at..].iter().take(LONGEST);
            let close = rest.take_while(|c| !matches!(c, '】' | ')' | ']' | '}' | '>')).count();
            (close < LONGEST && at + close < text.chars.len()).then_some(at..at + close + 1)
        })
}

/// Before a name left open these are no surnames, though some people are called so.
const NO_SURNAMES: &str = "于在到由向时经和与";

/// XX街道, ××路, 联系人:XX。: crosses for a name left open. 王XX is a name kept back, 138XXXX0000 a number.
fn crosses(text: &Text) -> impl Iterator<Item = Range<usize>> + '_ {
    let cross = |at: usize| text.chars.get(at).is_some_and(|c| matches!(c, 'X' | 'x' | '×'));
    (0..text.chars.len())
        .filter(move |start| cross(*start))
        .filter_map(move |start| {
            let before = start.checked_sub(1).map(|before| text.chars[before]);
            let opens = before.is_none_or(|c| {
                let named = LEXICON.is_surname(c) && !NO_SURNAMES.contains(c);
                !named && !c.is_ascii_alphanumeric() && !matches!(c, '×' | '*' | '某')
            });
            if !opens {
                return None;
            }
            let length = (start..text.chars.len()).take_while(|at| cross(*at)).count();
            let after = text.chars.get(start + length);
            let names = after.is_none_or(|c| {
                is_han(*c) && !"某先女".contains(*c)
                    || matches!(c, ',' | '。' | ';' | '、' | ')' | '\n' | '!' | ':' | '】')
            });
            (length >= 2 && names).then_some(start..start + length)
        })
}

/// 某某街道, 联系人:某某: the same in words. 王某某 is a name kept back.
fn somebodies(text: &Text) -> impl Iterator<Item = Range<usize>> + '_ {
    const NAMED: Cues = Cues::of(&[Cue::Body, Cue::Place, Cue::Firm, Cue::Section]);
    const PLACES: &[&str] = &["路", "小区", "县", "市", "区", "省", "年", "月", "日", "同志"];
    let some = |at: usize| text.chars.get(at) == Some(&'某');
    (0..text.chars.len())
        .filter(move |at| some(*at) && (*at == 0 || !some(at - 1)))
        .filter_map(move |start| {
            let end = start + (start..text.chars.len()).take_while(|at| some(*at)).count();
            let before = start.checked_sub(1).map(|before| text.chars[before]);
            let surname = before.is_some_and(|c| LEXICON.is_surname(c) && !NO_SURNAMES.contains(c));
            if end - start < 2 || surname {
                return None;
            }
            let names = text
                .hits_in(end..text.chars.len().min(end + 8), NAMED)
                .any(|hit| hit.start <= end + 2)
                || PLACES.iter().any(|word| text.starts_with(end, word));
            let led = before.is_none_or(|c| !is_han(c) || NO_SURNAMES.contains(c))
                || text
                    .hits_in(start.saturating_sub(5)..start, Cues::of(&[Cue::Post]))
                    .any(|hit| hit.end == start);
            let alone = text.chars.get(end).is_none_or(|c| !is_han(*c));
            (names || led && alone).then_some(start..end)
        })
}

/// Eighteen digits, the last perhaps X, whose checksum is that of GB 11643.
fn identities(text: &Text) -> Vec<Range<usize>> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.chars.len() {
        let digits = text.chars[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let last = text.chars.get(at + 17).map(char::to_ascii_uppercase);
        if digits == 18 || digits == 17 && last == Some('X') {
            let sum: u32 = text.chars[at..at + 17]
                .iter()
                .zip(WEIGHTS)
                .map(|(c, weight)| c.to_digit(10).unwrap_or(0) * weight)
                .sum();
            if last == Some(CHECK[(sum % 11) as usize]) {
                found.push(at..at + 18);
            }
        }
        at += digits.max(1);
    }
    found
}

/// A whole mobile number that is nobody's office.
fn private(text: &Text, range: &Range<usize>, number: &str) -> bool {
    if number.len() != 11 || number.contains('*') || !number.starts_with('1') {
        return false;
    }
    let near = range.start.saturating_sub(20)..range.start;
    let office = [
        "联系电话",
        "办公电话",
        "咨询电话",
        "服务电话",
        "值班电话",
        "监督电话",
        "举报电话",
        "联系人",
        "工作电话",
        "我局",
        "我单位",
        "网格员",
        "经办人",
        "承办人",
    ];
    !office.iter().any(|word| text.contains(near.clone(), word))
        || [
            "来电人",
            "投诉人",
            "反映人",
            "诉求人",
            "信访人",
            "举报人",
            "业主",
            "其手机",
            "本人",
        ]
        .iter()
        .any(|word| text.contains(near.clone(), word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(words: &str) -> Vec<FlagKind> {
        let text = Text::read(words);
        find(&text, &super::super::phone::find(&text))
            .into_iter()
            .map(|flag| flag.kind)
            .collect()
    }

    #[test]
    fn what_should_not_stand_is_flagged() {
        for (words, kind) in [
            ("XX街道办事处工作人员到现场查看。", FlagKind::Placeholder),
            ("于××路现场查看。", FlagKind::Placeholder),
            ("联系人：____，电话：", FlagKind::Placeholder),
            ("尊敬的{{name}}：您好！", FlagKind::Placeholder),
            ("联系人：【】。", FlagKind::Placeholder),
            ("您反映的问题不归我们管。", FlagKind::Evasive),
            ("我们也无能为力。", FlagKind::Evasive),
            (
                "不归我们管，我局已现场查看，依据《物业管理条例》第五条处理。",
                FlagKind::Evasive,
            ),
            ("请找相关部门。", FlagKind::Evasive),
            ("请您自行想办法。", FlagKind::Evasive),
            ("该问题不在我局职责范围。", FlagKind::Evasive),
            ("承办人：XX。", FlagKind::Placeholder),
            ("联系人：【请填写】。", FlagKind::Placeholder),
            ("于（请填写时间）到现场查看。", FlagKind::Placeholder),
            ("某某街道办事处已到场。", FlagKind::Placeholder),
            ("联系人：某某，电话另告。", FlagKind::Placeholder),
            ("你这是无理取闹。", FlagKind::Rude),
            ("来电人身份证号11010519491231002X。", FlagKind::LeakedId),
            ("来电人王某，手机13812345678。", FlagKind::LeakedPhone),
        ] {
            assert_eq!(flags(words), [kind], "{words}");
        }
    }

    #[test]
    fn what_is_masked_reasoned_or_the_offices_own_is_not() {
        for words in [
            "来电人王XX表示满意。",
            "手机138XXXX5678。",
            "手机138****5678。",
            "联系人：李某，联系电话：13812345678。",
            "咨询电话：0531-88888888。",
            "流水号110105194912310021。",
            "该事项不属于我局职责范围。依据《物业管理条例》第五条，由街道负责指导，我局已约谈物业公司，要求其整改。",
            "来电人称对方无理取闹。",
            "来电人称物业答复不归我们管。",
            "物业公司称无能为力，我局已责令其整改。",
            "该问题不在我局职责范围，请向区住房和城乡建设局反映。",
            "来电人王某某、张**、李XX均表示理解。",
            "与王XX、李某某当面沟通。",
            "手机138****2301，车牌鲁AXX123。",
        ] {
            assert!(flags(words).is_empty(), "{words}: {:?}", flags(words));
        }
    }
}
