//! Days and times of day as they are written: 2026年11月19日, 11月19日上午9时, 二〇二六年十一月十九日, 2026.11.19, 当日下午.
//! Whether one of them is the time of handling is not decided here but in `time`.

use chrono::NaiveDate;

/// How exactly a moment is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grain {
    Year,
    Month,
    /// 当日, 次日: a day, told by another one.
    Relative,
    /// 上午9时 without a day.
    Clock,
    Day,
}

/// A moment as written.
#[derive(Clone, Debug)]
pub(super) struct When {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) grain: Grain,
    /// Where year, month and day are all told and exist.
    pub(super) date: Option<NaiveDate>,
    /// Told to the hour.
    pub(super) hour: bool,
    /// The date at the end of a letter.
    pub(super) signs_off: bool,
}

pub(super) fn find(chars: &[char]) -> Vec<When> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if let Some(when) = at_point(chars, at) {
            at = when.end;
            found.push(when);
        } else if digit(chars[at]).is_some() {
            // The rest of a number that is no date holds no date either.
            while at < chars.len() && digit(chars[at]).is_some() {
                at += 1;
            }
        } else {
            at += 1;
        }
    }
    found
}

fn digit(c: char) -> Option<u32> {
    Some(match c {
        '0'..='9' => c as u32 - '0' as u32,
        '〇' | '零' => 0,
        '一' | '元' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '廿' => 20,
        _ => return None,
    })
}

/// Reads a number of at most four signs: 2026, 二〇二六, 十九, 二十一.
fn number(chars: &[char], at: usize) -> Option<(u32, usize)> {
    let signs = chars[at..]
        .iter()
        .take(5)
        .take_while(|c| digit(**c).is_some() && **c != '元')
        .count();
    if signs == 0 || signs > 4 {
        return None;
    }
    let values: Vec<u32> = chars[at..at + signs].iter().filter_map(|c| digit(*c)).collect();
    let value = if values.iter().any(|value| *value >= 10) {
        let ten = values.iter().position(|value| *value >= 10)?;
        let tens = if values[ten] == 20 {
            2
        } else {
            *values[..ten].last().unwrap_or(&1)
        };
        if ten > 1 || values.len() > ten + 2 {
            return None;
        }
        tens * 10 + values.get(ten + 1).copied().unwrap_or(0)
    } else {
        values.iter().fold(0, |sum, value| sum * 10 + value)
    };
    Some((value, at + signs))
}

/// Day words, and whether they need a part of day behind them to be a moment of handling.
const RELATIVE: &[&str] = &[
    "当日", "当天", "当晚", "次日", "翌日", "同日", "今日", "今天", "昨日", "昨天", "即日", "隔日", "今晨", "昨晚",
    "今早", "当夜",
];
const PARTS: &[&str] = &[
    "上午", "下午", "中午", "晚上", "晚间", "傍晚", "凌晨", "清晨", "早上", "早晨", "夜间", "夜里", "深夜", "午间",
    "当晚", "晚", "早", "夜", "左右",
];

fn starts(chars: &[char], at: usize, word: &str) -> bool {
    let mut rest = chars[at.min(chars.len())..].iter();
    word.chars().all(|c| rest.next() == Some(&c))
}

fn one_of(chars: &[char], at: usize, words: &[&str]) -> Option<usize> {
    words
        .iter()
        .find(|word| starts(chars, at, word))
        .map(|word| at + word.chars().count())
}

fn at_point(chars: &[char], at: usize) -> Option<When> {
    let c = chars[at];
    if digit(c).is_some() && c != '元' {
        let numeric = calendar(chars, at).or_else(|| punctuated(chars, at));
        if let Some(when) = numeric {
            return Some(finish(chars, when));
        }
        return clock(chars, at).map(|(end, _)| bare_clock(at, end));
    }
    if matches!(c, '当' | '次' | '翌' | '同' | '今' | '昨' | '即' | '隔') {
        let end = one_of(chars, at, RELATIVE)?;
        let when = When {
            start: at,
            end,
            grain: Grain::Relative,
            date: None,
            hour: false,
            signs_off: false,
        };
        return Some(finish(chars, when));
    }
    if matches!(
        c,
        '上' | '下' | '中' | '晚' | '傍' | '凌' | '清' | '早' | '夜' | '深' | '午'
    ) {
        let mut end = one_of(chars, at, PARTS)?;
        end = one_of(chars, end, PARTS).unwrap_or(end);
        if let Some((end, _)) = clock(chars, end) {
            return Some(bare_clock(at, end));
        }
    }
    None
}

fn bare_clock(start: usize, end: usize) -> When {
    When {
        start,
        end,
        grain: Grain::Clock,
        date: None,
        hour: true,
        signs_off: false,
    }
}

/// 2026年11月19日, 11月19日, 19日, 2026年11月, 2026年.
fn calendar(chars: &[char], at: usize) -> Option<When> {
    let (first, end) = number(chars, at)?;
    let unit = *chars.get(end)?;
    let when = |end, grain, date| When {
        start: at,
        end,
        grain,
        date,
        hour: false,
        signs_off: false,
    };
    match unit {
        '年' => {
            let year = match first {
                1900..=2199 => first,
                0..=99 if end - at == 2 => 2000 + first,
                _ => return None,
            };
            if starts(chars, end, "年度") {
                return None;
            }
            let Some((month, day, grain, end)) = month_day(chars, end + 1) else {
                return (first >= 1900).then(|| when(end + 1, Grain::Year, None));
            };
            let date = day.and_then(|day| NaiveDate::from_ymd_opt(year as i32, month, day));
            Some(when(end, grain, date))
        }
        '月' => {
            let (_, _, grain, end) = month_day(chars, at)?;
            Some(when(end, grain, None))
        }
        '日' if (1..=31).contains(&first) => {
            // 15日内, 60日起: a length of time. 3日游: neither.
            let length = matches!(
                chars.get(end + 1),
                Some('内' | '以' | '之' | '起' | '游' | '后' | '左' | '个' | '常')
            );
            (!length).then(|| when(end + 1, Grain::Day, None))
        }
        _ => None,
    }
}

fn month_day(chars: &[char], at: usize) -> Option<(u32, Option<u32>, Grain, usize)> {
    let (month, end) = number(chars, at)?;
    if !(1..=12).contains(&month) || chars.get(end) != Some(&'月') {
        return None;
    }
    let end = end + 1;
    if let Some((day, after)) = number(chars, end)
        && (1..=31).contains(&day)
        && matches!(chars.get(after), Some('日' | '号'))
    {
        return Some((month, Some(day), Grain::Day, after + 1));
    }
    // 11月18 without 日 happens before 上午.
    if let Some((day, after)) = number(chars, end)
        && (1..=31).contains(&day)
        && one_of(chars, after, PARTS).is_some()
    {
        return Some((month, Some(day), Grain::Day, after));
    }
    let end = if starts(chars, end, "份") { end + 1 } else { end };
    Some((month, None, Grain::Month, end))
}

/// 2026.11.19, 2026-11-19, 2026/1/3.
fn punctuated(chars: &[char], at: usize) -> Option<When> {
    if at > 0 && (chars[at - 1].is_ascii_alphanumeric() || matches!(chars[at - 1], '.' | '-' | '/')) {
        return None;
    }
    let (year, end) = number(chars, at)?;
    let mark = *chars.get(end)?;
    if !(1900..=2199).contains(&year) || !matches!(mark, '.' | '-' | '/') {
        return None;
    }
    let (month, end) = number(chars, end + 1).filter(|(month, _)| (1..=12).contains(month))?;
    if chars.get(end) != Some(&mark) {
        return None;
    }
    let (day, end) = number(chars, end + 1).filter(|(day, _)| (1..=31).contains(day))?;
    let date = NaiveDate::from_ymd_opt(year as i32, month, day)?;
    Some(When {
        start: at,
        end,
        grain: Grain::Day,
        date: Some(date),
        hour: false,
        signs_off: false,
    })
}

/// 9时, 9点, 14时许, 9:30, 9时10分; tells where it ends and whether it has minutes.
fn clock(chars: &[char], at: usize) -> Option<(usize, bool)> {
    let (hour, end) = number(chars, at)?;
    if hour > 24 {
        return None;
    }
    let mark = *chars.get(end)?;
    let minutes = |from| number(chars, from).filter(|(minute, _)| *minute < 60);
    match mark {
        '时' | '点' => {
            if matches!(
                chars.get(end + 1),
                Some('间' | '期' | '段' | '之' | '以' | '建' | '内' | '位')
            ) {
                return None;
            }
            let mut end = end + 1;
            if let Some((_, after)) = minutes(end)
                && chars.get(after) == Some(&'分')
            {
                return Some((after + 1, true));
            }
            end = one_of(chars, end, &["许", "整", "半", "左右"]).unwrap_or(end);
            Some((end, false))
        }
        ':' => {
            let (_, after) = minutes(end + 1).filter(|(_, after)| after - end == 3)?;
            let after = match chars.get(after) {
                Some(':') => minutes(after + 1).map_or(after, |(_, after)| after),
                _ => after,
            };
            Some((after, true))
        }
        _ => None,
    }
}

/// Takes the part of the day and the time of day behind a date in, and sees whether it signs a letter off.
fn finish(chars: &[char], mut when: When) -> When {
    if when.grain == Grain::Day || when.grain == Grain::Relative {
        let mut at = when.end;
        if starts(chars, at, "的") {
            at += 1;
        }
        if matches!(chars.get(at), Some(' ' | ',' | 'T' | '\n')) {
            at += 1;
        }
        let part = one_of(chars, at, PARTS);
        let mut at = part.unwrap_or(at);
        at = one_of(chars, at, PARTS).unwrap_or(at);
        if let Some((end, _)) = clock(chars, at) {
            when.end = end;
            when.hour = true;
        } else if part.is_some() {
            when.end = at;
        }
    }
    when.signs_off = when.grain == Grain::Day && !when.hour && signs_off(chars, &when);
    when
}

/// What the next letter begins with.
const SALUTATIONS: &[&str] = &[
    "网友",
    "经栏目",
    "尊敬的",
    "您好",
    "你好",
    "\"UU",
    "“UU",
    "‘UU",
    "来信人",
    "来电人:",
    "网民",
    "市民朋友",
    "亲爱的",
    "【",
    "关于您",
    "您的",
    "您所",
    "您反映",
    "\"",
    "“",
    "感谢您",
    "感谢你",
    "感谢来",
    "(信件",
    "附件",
    "附:",
    "联系电话",
    "关于咨询",
    "关于反映",
    "答复:",
    "回复:",
];

fn signs_off(chars: &[char], when: &When) -> bool {
    let before = when.start.checked_sub(1).map(|before| chars[before]);
    if matches!(
        before,
        Some('于' | '在' | '自' | '从' | '至' | '到' | '为' | '日' | '、' | '由' | '截')
    ) {
        return false;
    }
    let mut after = when.end;
    let mut broken = false;
    while let Some(c) = chars.get(after) {
        match c {
            '\n' => broken = true,
            ' ' | '。' | ')' | '.' | ']' | '】' | '!' => {}
            _ => break,
        }
        after += 1;
    }
    let opens = after == chars.len() || one_of(chars, after, SALUTATIONS).is_some();
    let alone = matches!(before, None | Some('\n' | '。' | '!' | '>' | ')')) && broken;
    opens && before.is_some() || alone && before.is_some() && after > when.end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Grain, bool)> {
        let chars: Vec<char> = text.chars().collect();
        let told = |when: &When| chars[when.start..when.end].iter().collect();
        find(&chars)
            .iter()
            .map(|when| (told(when), when.grain, when.hour))
            .collect()
    }

    #[test]
    fn days_are_read_in_every_form() {
        for (text, told, hour) in [
            ("于2026年11月19日到场", "2026年11月19日", false),
            ("11月19日上午9时到场", "11月19日上午9时", true),
            ("二〇二六年十一月十九日到场", "二〇二六年十一月十九日", false),
            ("二0一八年五月三日", "二0一八年五月三日", false),
            ("2026.11.19,到场", "2026.11.19", false),
            ("2026-11-06 21:15,出警", "2026-11-06 21:15", true),
            ("2026/1/3现场", "2026/1/3", false),
            ("18日下午到场", "18日下午", false),
            ("11月15日晚8时许到", "11月15日晚8时许", true),
            ("11月20日2时15分接报", "11月20日2时15分", true),
            ("11月20日20时整", "11月20日20时整", true),
        ] {
            assert_eq!(read(text), [(told.to_owned(), Grain::Day, hour)], "{text}");
        }
        assert_eq!(read("当日下午到场"), [("当日下午".to_owned(), Grain::Relative, false)]);
        assert_eq!(read("上午9:30到场"), [("上午9:30".to_owned(), Grain::Clock, true)]);
    }

    #[test]
    fn lengths_and_numbers_are_no_days() {
        for text in [
            "15日内答复",
            "60日起",
            "3号楼",
            "20个工作日",
            "2时间隔",
            "1:1000",
            "13812345678",
            "0754-8123",
        ] {
            assert!(read(text).is_empty(), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn a_whole_date_is_known_and_an_impossible_one_is_not() {
        let chars: Vec<char> = "2026年11月19日和2026年2月30日".chars().collect();
        let dates: Vec<Option<NaiveDate>> = find(&chars).iter().map(|when| when.date).collect();
        assert_eq!(dates, [NaiveDate::from_ymd_opt(2026, 11, 19), None]);
    }

    #[test]
    fn the_date_at_the_end_of_a_letter_signs_off() {
        for (text, signs) in [
            ("感谢支持!2018年1月11日", true),
            ("特此回复2019年1月29日网友:您好!", true),
            ("某局\n2019年1月29日\n", true),
            ("已办结于2019年1月29日", false),
            ("2019年1月29日到场", false),
        ] {
            let chars: Vec<char> = text.chars().collect();
            assert_eq!(find(&chars)[0].signs_off, signs, "{text}");
        }
    }
}
