//! Which of the caller's numbered demands nothing in the reply speaks to. Only what is quite sure is reported: an
//! answer may be in other words, and a reply that numbers its answers is taken at its word.

use std::collections::HashSet;
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
    let own = |index: usize| -> HashSet<[char; 2]> {
        let others = |pair: &[char; 2]| {
            asked
                .iter()
                .enumerate()
                .any(|(other, (_, pairs))| other != index && pairs.contains(pair))
        };
        asked[index].1.iter().copied().filter(|pair| !others(pair)).collect()
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
    const TENS: usize = 9;
    let whole = 0..text.chars.len();
    let han = ['一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let circled = ['①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨'];
    let runs = |mark: &dyn Fn(usize) -> Vec<String>| {
        (0..TENS)
            .take_while(|n| mark(*n).iter().any(|mark| text.contains(whole.clone(), mark)))
            .count()
    };
    [
        runs(&|n| vec![format!("{}.", n + 1), format!("{}、", n + 1), format!("({})", n + 1)]),
        runs(&|n| vec![format!("{}、", han[n]), format!("({})", han[n])]),
        runs(&|n| vec![format!("{}是", han[n]), format!("第{}", han[n])]),
        runs(&|n| vec![circled[n].to_string()]),
    ]
    .into_iter()
    .max()
    .unwrap_or(0)
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
        assert!(left("", &[]).is_empty());
        assert!(left("已办结。", &["。。。"]).is_empty());
    }
}
