//! What should not stand in a reply: blanks left unfilled, buck-passing, rudeness, somebody's identity number or
//! private phone.

use std::ops::Range;

use serde::Serialize;

use super::lexicon::{Cue, Cues};
use super::text::Text;
use super::{Span, phone, result};

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

pub(super) fn find(text: &Text) -> Vec<Flag> {
    let mut flags = Vec::new();
    let mut add = |kind, range: Range<usize>| {
        flags.push(Flag {
            kind,
            span: text.span(range),
        })
    };
    let whole = 0..text.chars.len();
    let mut last = 0;
    for hit in text.hits_in(whole.clone(), Cues::of(&[Cue::Placeholder])) {
        if hit.start >= last {
            add(FlagKind::Placeholder, hit.start..hit.end);
            last = hit.end;
        }
    }
    for clause in text.clauses.iter().filter(|clause| !clause.mood.story) {
        for hit in text.hits_of(clause, Cue::Rude) {
            add(FlagKind::Rude, hit.start..hit.end);
        }
        if let Some(hit) = text.hits_of(clause, Cue::Evasive).next()
            && result::find(text).len() <= 1
        {
            add(FlagKind::Evasive, hit.start..hit.end);
        }
    }
    for range in identities(text) {
        add(FlagKind::LeakedId, range);
    }
    for (range, number) in phone::find(text) {
        if private(text, &range, &number) {
            add(FlagKind::LeakedPhone, range);
        }
    }
    flags
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
