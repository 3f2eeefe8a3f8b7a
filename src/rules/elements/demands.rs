//! Which of the caller's numbered demands nothing in the reply speaks to. Only what is quite sure is reported: an
//! answer may be in other words, and a reply that numbers its answers is taken at its word.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::text::{Text, is_han};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Wording {
    empty: HashSet<String>,
    alike: Vec<Vec<String>>,
}

static WORDING: LazyLock<Wording> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../assets/elements/demands.toml"))
        .unwrap_or_else(|error| panic!("assets/elements/demands.toml: {error}"))
});

/// Indexes of the demands left unanswered.
pub fn unanswered(reply: &str, demands: &[String]) -> Vec<usize> {
    let text = Text::read(reply);
    if demands.len() > 1 && numbered(&text) >= demands.len() {
        return Vec::new();
    }
    let said: String = text.chars.iter().collect();
    let spoken = pairs(&said);
    let asked: Vec<(String, HashSet<[char; 2]>)> = demands.iter().map(|demand| subject(demand)).collect();
    let mut askers: HashMap<[char; 2], usize> = HashMap::new();
    for pair in asked.iter().flat_map(|(_, pairs)| pairs) {
        *askers.entry(*pair).or_default() += 1;
    }
    let own = |index: usize| -> HashSet<[char; 2]> {
        let pairs = asked[index].1.iter().copied();
        pairs.filter(|pair| askers[pair] == 1).collect()
    };
    (0..demands.len())
        .filter(|index| {
            // What all demands name (the place) answers none of them.
            let own = own(*index);
            own.len() >= SURE && own.is_disjoint(&spoken) && !alike(&asked[*index].0, &said)
        })
        .collect()
}

/// Fewer pairs of characters of its own than this, and nothing sure can be said of a demand.
const SURE: usize = 2;

fn subject(demand: &str) -> (String, HashSet<[char; 2]>) {
    let words: String = Text::read(demand).chars.iter().collect();
    let pairs = pairs(&words);
    (words, pairs)
}

/// Whether the reply uses another word for what the demand names.
fn alike(demand: &str, reply: &str) -> bool {
    WORDING.alike.iter().any(|group| {
        group.iter().any(|word| demand.contains(word.as_str()))
            && group.iter().any(|word| reply.contains(word.as_str()))
    })
}

/// How many numbered answers the reply gives, in the numbering that goes furthest.
fn numbered(text: &Text) -> usize {
    const STYLES: usize = 4;
    let mut seen = [[false; NUMBERS.len()]; STYLES];
    let opens = text.clauses.iter().map(|clause| clause.start);
    // 1.…、2.…: what follows a 、 opens too where it is numbered.
    let listed = (1..text.chars.len()).filter(|at| matches!(text.chars[at - 1], '、' | ' ' | '"' | '”'));
    for at in opens.chain(listed) {
        if let Some((style, number)) = mark(text, at) {
            seen[style][number] = true;
        }
    }
    seen.iter()
        .map(|numbers| numbers.iter().take_while(|seen| **seen).count())
        .max()
        .unwrap_or(0)
}

/// How the numbers of points are written, each in three scripts.
const NUMBERS: [[char; 3]; 9] = [
    ['1', '一', '①'],
    ['2', '二', '②'],
    ['3', '三', '③'],
    ['4', '四', '④'],
    ['5', '五', '⑤'],
    ['6', '六', '⑥'],
    ['7', '七', '⑦'],
    ['8', '八', '⑧'],
    ['9', '九', '⑨'],
];

/// The numbering and the number of a mark that stands here: 1. 1、 (1) | 一、 (一) | 一是 第一, | ①. A decimal, a date
/// and an article (12.03, 第一条) are no marks.
fn mark(text: &Text, at: usize) -> Option<(usize, usize)> {
    let c = |offset: usize| text.chars.get(at + offset).copied();
    let number = |c: Option<char>, script: usize| NUMBERS.iter().position(|signs| c == Some(signs[script]));
    let (found, end) = if let Some(number) = number(c(0), 2) {
        ((3, number), 1)
    } else if c(0) == Some('(') && c(2) == Some(')') {
        let arabic = number(c(1), 0).map(|number| (0, number));
        (arabic.or_else(|| number(c(1), 1).map(|number| (1, number)))?, 3)
    } else if c(0) == Some('第') && matches!(c(2), Some(',' | '、' | ':' | '.')) {
        ((2, number(c(1), 1)?), 3)
    } else if matches!(c(1), Some('.' | '、')) {
        let arabic = number(c(0), 0).map(|number| (0, number));
        (arabic.or_else(|| number(c(0), 1).map(|number| (1, number)))?, 2)
    } else if c(1) == Some('是') {
        ((2, number(c(0), 1)?), 2)
    } else {
        return None;
    };
    let goes_on = c(end).is_some_and(|c| c.is_ascii_digit() || matches!(c, '条' | '款' | '项' | '日' | '月' | '点'));
    (!goes_on).then_some(found)
}

/// Neighbouring characters that say something about a subject.
fn pairs(words: &str) -> HashSet<[char; 2]> {
    let chars: Vec<char> = words.chars().collect();
    chars
        .windows(2)
        .filter(|pair| pair.iter().all(|c| is_han(*c) || c.is_ascii_alphanumeric()))
        .filter(|pair| !pair.iter().any(|c| "的了是在和与对为把被将也都就还请吗呢".contains(*c)))
        .filter(|pair| !WORDING.empty.contains(&pair.iter().collect::<String>()))
        .map(|pair| [pair[0], pair[1]])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(reply: &str, demands: &[&str]) -> Vec<usize> {
        unanswered(
            reply,
            &demands.iter().map(|demand| (*demand).to_owned()).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn a_demand_nothing_speaks_to_is_left() {
        let demands = ["幸福小区路灯不亮，要求修复", "幸福小区电梯经常停运"];
        assert_eq!(
            left("经查，幸福小区路灯线缆老化，已更换，现已恢复照明。", &demands),
            [1]
        );
        assert_eq!(left("您的留言已收悉，已转有关部门。", &demands), [0, 1]);
    }

    #[test]
    fn other_words_and_numbered_answers_answer() {
        assert!(left("现场测得57分贝，已责令商户关闭音箱。", &["楼下酒吧噪音太大"]).is_empty());
        assert!(left("一、已修复。二、已通知维保公司。", &["路灯不亮", "电梯停运"]).is_empty());
        assert!(left("答复如下：1.已修复；2.已通知维保公司。", &["路灯不亮", "电梯停运"]).is_empty());
        assert!(left("一是已修复，二是已通知维保公司。", &["路灯不亮", "电梯停运"]).is_empty());
        assert!(left("", &[]).is_empty());
        assert!(left("已办结。", &["。。。"]).is_empty());
    }

    #[test]
    fn dates_amounts_and_articles_number_no_answers() {
        let demands = ["幸福小区路灯不亮，要求修复", "幸福小区电梯经常停运"];
        for reply in [
            "2021.12.03到场维修。",
            "1.2万元，2.5公里。",
            "依据第一条、第二款处理。",
            "依据条例第一条第二款，一、二组居民均已通知。",
            "1.1日、2.3日均已到场。",
        ] {
            assert_eq!(left(reply, &demands), [0, 1], "{reply}");
        }
    }
}
