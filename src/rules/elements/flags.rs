//! What should not stand in a reply: blanks left unfilled, buck-passing, rudeness, somebody's identity number or
//! private phone.

use std::ops::Range;

use serde::Serialize;

use super::lexicon::{Cue, Cues, LEXICON};
use super::text::{Text, is_han};
use super::{Span, process, result};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FlagKind {
    /// 【】, XX, ____, {{name}}: a form not filled in.
    Placeholder,
    /// 推诿: not our business, and nothing else said.
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
    let mut blanks: Vec<Range<usize>> = words.chain(crosses(text)).collect();
    blanks.sort_unstable_by_key(|blank| (blank.start, blank.end));
    for blank in blanks {
        if blank.start >= last {
            last = blank.end;
            add(FlagKind::Placeholder, blank);
        }
    }
    for clause in text.clauses.iter().filter(|clause| !clause.mood.story) {
        for hit in text.hits_of(clause, Cue::Rude) {
            add(FlagKind::Rude, hit.start..hit.end);
        }
        // Nothing but the refusal: with a reason, an act or an answer beside it, it is none.
        if let Some(hit) = text.hits_of(clause, Cue::Evasive).next()
            && result::find(text).len() <= 1
            && process::find(text).is_empty()
        {
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

/// XX街道, ××路: crosses for a name left open. 王XX is a name kept back, 138XXXX0000 a number.
fn crosses(text: &Text) -> impl Iterator<Item = Range<usize>> + '_ {
    let cross = |at: usize| text.chars.get(at).is_some_and(|c| matches!(c, 'X' | 'x' | '×'));
    (0..text.chars.len())
        .filter(move |start| cross(*start))
        .filter_map(move |start| {
            let before = start.checked_sub(1).map(|before| text.chars[before]);
            let opens = before.is_none_or(|c| {
                let named = LEXICON.is_surname(c) && !"于在到由向时经和与".contains(c);
                !named && !c.is_ascii_alphanumeric() && !matches!(c, '×' | '*')
            });
            if !opens {
                return None;
            }
            let length = (start..text.chars.len()).take_while(|at| cross(*at)).count();
            let names = text
                .chars
                .get(start + length)
                .is_some_and(|c| is_han(*c) && !"某先女".contains(*c));
            (length >= 2 && names).then_some(start..start + length)
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
        ] {
            assert!(flags(words).is_empty(), "{words}: {:?}", flags(words));
        }
    }
}
