//! 联系电话: a telephone number, masked or whole. The number of a ticket, a document or a sum is none.

use std::ops::Range;

use super::text::Text;

/// Short numbers of services that a reply points to. 12345 itself is where the ticket came from.
const SHORT: &[&str] = &[
    "12315", "12333", "12348", "12358", "12366", "12368", "12369", "12318", "12328", "12329", "12320", "12388",
    "12393", "95598", "12306", "12319", "12350", "12351", "12355", "12338", "12385", "12305", "12336", "12309",
    "12339", "12349", "12300", "12321", "12378", "12386", "12363", "12313", "12316", "12326", "110", "119", "122",
    "120", "10000", "10086", "10010", "96",
];

/// Where numbers stand, and their digits and masks.
pub(super) fn find(text: &Text) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.chars.len() {
        if !starts(text, at) {
            at += 1;
            continue;
        }
        let (end, number) = run(text, at);
        if is_phone(text, at, end, &number) {
            found.push((at..end, number.replace(['-', ' '], "")));
        }
        at = end;
    }
    found
}

fn mask(c: char) -> bool {
    matches!(c, '*' | '×' | 'X' | 'x' | '●' | '#' | '＊' | '✱' | '∗' | '⁎' | '﹡')
}

fn starts(text: &Text, at: usize) -> bool {
    let c = text.chars[at];
    (c.is_ascii_digit() || c == '*' || c == '(' && text.chars.get(at + 1) == Some(&'0'))
        && !at
            .checked_sub(1)
            .is_some_and(|before| text.chars[before].is_ascii_alphanumeric())
}

/// The run of digits, masks and what joins them.
fn run(text: &Text, at: usize) -> (usize, String) {
    let mut number = String::new();
    let mut end = at;
    let mut last = at;
    while let Some(c) = text.chars.get(end) {
        if c.is_ascii_digit() {
            number.push(*c);
        } else if mask(*c) {
            number.push('*');
        } else if matches!(c, '-' | ' ' | ')' | '(')
            && end - last <= 1
            && text.chars.get(end + 1).is_some_and(|c| c.is_ascii_digit() || mask(*c))
        {
            number.push('-');
            end += 1;
            continue;
        } else {
            break;
        }
        end += 1;
        last = end;
    }
    (last.max(at + 1), number)
}

fn is_phone(text: &Text, start: usize, end: usize, number: &str) -> bool {
    if text.dates.iter().any(|date| date.start < end && date.end > start) || text.in_title(start) {
        return false;
    }
    if text.chars.get(end).is_some_and(|c| {
        c.is_ascii_alphabetic() || matches!(c, '元' | '号' | '年' | '%' | '.' | '㎡' | '平' | '人' | '户' | '名')
    }) {
        return false;
    }
    let bare: String = number.chars().filter(|c| *c != '-').collect();
    let length = bare.len();
    let near = start.saturating_sub(14)..start;
    let said = |words: &[&str]| words.iter().any(|word| text.contains(near.clone(), word));
    if said(&[
        "网友\"",
        "网友“",
        "工单",
        "单号",
        "编号",
        "信件号",
        "受理号",
        "查询码",
        "身份证",
        "账号",
        "文号",
        "网友0",
        "热线12345",
    ]) || text.ends_with(start, "网友")
    {
        return false;
    }
    let called = said(&[
        "电话", "拨打", "致电", "手机", "热线", "咨询", "联系", "座机", "号码", "微信", "来电", "拨", "Tel", "TEL",
    ]);
    if SHORT.contains(&bare.as_str()) {
        return called;
    }
    if !bare.chars().any(|c| c.is_ascii_digit()) {
        return called && length >= 7;
    }
    let mobile = length == 11 && bare.starts_with('1') && !bare.starts_with("10") && !bare.starts_with("11");
    let area = bare.starts_with('0') && (10..=12).contains(&length);
    let dashed = number.contains('-') && bare.starts_with('0') && (7..=17).contains(&length);
    let service = bare.starts_with("400") && length == 10 || bare.starts_with("800") && length == 10;
    mobile || area || dashed || service || called && (7..=8).contains(&length)
}
