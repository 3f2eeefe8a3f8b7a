//! 联系电话: a telephone number, masked or whole. The number of a ticket, a document or a sum is none.

use std::ops::Range;

use super::lexicon::Cue;
use super::text::Text;

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
        if is_phone(text, at..end, &number) {
            found.push((at..end, number.replace('-', "")));
        }
        at = end;
    }
    found
}

fn mask(c: char) -> bool {
    matches!(c, '*' | '×' | 'X' | 'x' | '●' | '#' | '✱' | '∗' | '⁎' | '﹡')
}

fn starts(text: &Text, at: usize) -> bool {
    let c = text.chars[at];
    let before = at.checked_sub(1).map(|before| text.chars[before]);
    let opens = c.is_ascii_digit() || c == '*' || c == '(' && text.chars.get(at + 1) == Some(&'0');
    opens && !before.is_some_and(|before| before.is_ascii_alphanumeric() || before == '*')
}

/// Digits of a whole number with its area code; what a dash or a blank then adds is an extension or the next number.
const WHOLE: usize = 10;

/// The run of digits, masks and what joins them, which is written as a dash.
fn run(text: &Text, at: usize) -> (usize, String) {
    let part = |at: usize| text.chars.get(at).is_some_and(|c| c.is_ascii_digit() || mask(*c));
    let mut number = String::new();
    let mut digits = 0;
    let mut end = at;
    while let Some(c) = text.chars.get(end) {
        if part(end) {
            number.push(if c.is_ascii_digit() { *c } else { '*' });
            digits += 1;
        } else if matches!(c, '-' | ' ' | ')' | '(') && part(end + 1) && digits < WHOLE {
            number.push('-');
        } else {
            break;
        }
        end += 1;
    }
    (end.max(at + 1), number)
}

fn is_phone(text: &Text, range: Range<usize>, number: &str) -> bool {
    let counted = |c: &char| c.is_ascii_alphabetic() || "元号年%㎡平人户名".contains(*c);
    // 0000-00000000年8月29日: a number with its area code, and the date that signs off run into it.
    let whole = number.contains('-') && number.starts_with('0');
    let counts = !whole && text.chars.get(range.end).is_some_and(counted);
    if text.date_over(range.clone()) || text.in_title(range.start) || counts {
        return false;
    }
    let near = range.start.saturating_sub(14)..range.start;
    if text.has(range.start.saturating_sub(8)..range.start, &[Cue::NotPhone]) {
        return false;
    }
    let called = text.has(near, &[Cue::Called]);
    if text
        .hits_in(range.clone(), Cue::ShortNumber.into())
        .any(|hit| hit.start == range.start && hit.end == range.end)
    {
        return called;
    }
    let bare: Vec<char> = number.chars().filter(|c| *c != '-').collect();
    let begins = |prefix: &str| prefix.chars().zip(&bare).all(|(c, digit)| c == *digit);
    let length = bare.len();
    if !bare.iter().any(char::is_ascii_digit) {
        return called && length >= 7;
    }
    let mobile = length == 11 && begins("1") && !begins("10") && !begins("11");
    let area = begins("0") && (10..=12).contains(&length);
    let dashed = number.contains('-') && begins("0") && (7..=20).contains(&length);
    let service = length == 10 && (begins("400") || begins("800"));
    // 小区物业公司(62850208).
    let bracketed = range.start > 0
        && text.chars[range.start - 1] == '('
        && text.chars.get(range.end) == Some(&')')
        && !begins("19")
        && !begins("20");
    mobile || area || dashed || service || (called && (7..=8).contains(&length)) || bracketed && length == 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(words: &str) -> Vec<String> {
        find(&Text::read(words)).into_iter().map(|(_, number)| number).collect()
    }

    #[test]
    fn numbers_are_read_whole_or_masked() {
        for (words, number) in [
            ("联系电话：0536-7****21。", "05367****21"),
            ("拨打12333咨询", "12333"),
            ("手机138****2301）", "138****2301"),
            ("（０７３１－８５５５６７８９）", "073185556789"),
            ("咨询电话:0731-0000-00000000.2019年5月23日", "0731000000000000"),
            ("电话88251361咨询", "88251361"),
            ("热线 400 123 4567", "4001234567"),
            ("致电13812345678", "13812345678"),
            ("小陈，0631-5****77。", "06315****77"),
        ] {
            assert_eq!(numbers(words), [number], "{words}");
        }
        assert_eq!(numbers("电话：0000-00000000 0000-00000000").len(), 2);
    }

    #[test]
    fn other_numbers_are_none() {
        for words in [
            "工单编号20261119003127",
            "青岩政发〔2025〕17号",
            "补偿款13800000元",
            "拨打12345热线反映",
            "问政网友0000-00000000您好",
            "查询码10088310266",
            "2026-11-19到场",
            "全长31.28公里",
            "GB 17761-2024",
        ] {
            assert!(numbers(words).is_empty(), "{words}: {:?}", numbers(words));
        }
    }
}
