//! Which of the caller's numbered demands nothing in the reply speaks to. Only what is quite sure is reported: an
//! answer may be in other words.

use std::collections::HashSet;

use super::text::{Text, is_han};

/// Indexes of the demands left unanswered.
pub fn unanswered(reply: &str, demands: &[String]) -> Vec<usize> {
    let text = Text::read(reply);
    if numbered(&text) >= demands.len() {
        return Vec::new();
    }
    let said = pairs(&text.chars);
    demands
        .iter()
        .enumerate()
        .filter(|(_, demand)| {
            let asked = pairs(&Text::read(demand).chars);
            !asked.is_empty() && asked.intersection(&said).next().is_none()
        })
        .map(|(index, _)| index)
        .collect()
}

/// How many numbered answers the reply gives.
fn numbered(text: &Text) -> usize {
    let sets: [&[&str]; 4] = [
        &["1.", "2.", "3.", "4.", "5.", "6.", "7.", "8.", "9."],
        &["1、", "2、", "3、", "4、", "5、", "6、", "7、", "8、", "9、"],
        &["一、", "二、", "三、", "四、", "五、", "六、", "七、", "八、", "九、"],
        &["①", "②", "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨"],
    ];
    let whole = 0..text.chars.len();
    sets.iter()
        .map(|marks| {
            marks
                .iter()
                .take_while(|mark| text.contains(whole.clone(), mark))
                .count()
        })
        .max()
        .unwrap_or(0)
        .max(1)
}

/// Two characters that say nothing about the subject.
const EMPTY: &[&str] = &[
    "反映", "问题", "要求", "希望", "处理", "情况", "请求", "有关", "部门", "相关", "解决", "尽快", "回复", "核实",
    "进行", "以及", "是否", "什么", "怎么", "如何", "为何", "市民", "来电",
];

fn pairs(chars: &[char]) -> HashSet<[char; 2]> {
    chars
        .windows(2)
        .filter(|pair| pair.iter().all(|c| is_han(*c) || c.is_ascii_alphanumeric()))
        .filter(|pair| !EMPTY.contains(&pair.iter().collect::<String>().as_str()))
        .map(|pair| [pair[0], pair[1]])
        .collect()
}
