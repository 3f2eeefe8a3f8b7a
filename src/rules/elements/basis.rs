//! 办理依据: a law, rule, standard or document that is named or numbered. 根据相关规定 names none; a notice, a
//! contract or a summons is an object of the story.

use std::ops::Range;

use super::lexicon::{Cue, LEXICON};
use super::text::{Text, is_han};

pub(super) fn find(text: &Text) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = text
        .titles
        .iter()
        .filter(|title| is_law(text, title))
        .cloned()
        .collect();
    found.extend(unclosed(text));
    found.extend(led_in(text));
    found.extend(standards(text));
    found.extend(numbers(text));
    found.extend(orders(text));
    found.extend(bare_names(text));
    found
}

/// Whether a title is that of something one can rely on: its end says so, parts in brackets left out.
fn is_law(text: &Text, title: &Range<usize>) -> bool {
    let mut end = title.end;
    while end > title.start && text.chars[end - 1] == ')' {
        match (title.start..end).rev().find(|at| text.chars[*at] == '(') {
            Some(open) => end = open,
            None => break,
        }
    }
    let words = &text.chars[end.saturating_sub(8).max(title.start)..end];
    let longest = |cue: Cue| LEXICON.longest_end(words, cue);
    let (law, weak) = (longest(Cue::LawTail), longest(Cue::WeakTail));
    // 草拟了《…规定》: not in force.
    let drafted = ["草拟", "起草", "拟定", "草拟了", "起草了", "拟定了"]
        .iter()
        .any(|word| title.start > 0 && text.ends_with(title.start - 1, word));
    !drafted && law.max(weak) > longest(Cue::PaperTail) && (law > weak || relied_on(text, title))
}

/// 《城乡居民基本医疗保险实施细则, : a mark that is never closed.
fn unclosed(text: &Text) -> impl Iterator<Item = Range<usize>> + '_ {
    const LONGEST: usize = 40;
    (0..text.chars.len())
        .filter(|at| text.chars[*at] == '《' && !text.in_title(at + 1))
        .filter_map(|at| {
            let name = text.chars[at + 1..].iter().take(LONGEST);
            let length = name.take_while(|c| is_han(**c) || c.is_ascii_alphanumeric()).count();
            let end = at + 1 + length;
            (length >= 6 && is_law(text, &(at + 1..end))).then_some(at + 1..end)
        })
}

/// 根据国务院公布的第二次全国残疾人抽样调查残疾标准: a long name of its own without 《》.
fn led_in(text: &Text) -> Vec<Range<usize>> {
    const LEADS: &[&str] = &["根据", "依据", "按照", "依照"];
    const TAILS: &[&str] = &[
        "条例",
        "办法",
        "细则",
        "标准",
        "实施方案",
        "工作方案",
        "技术规范",
        "设计规范",
    ];
    const UNNAMED: &[&str] = &[
        "相关",
        "有关",
        "法律",
        "法规",
        "上述",
        "以上",
        "合同",
        "协议",
        "您",
        "要求",
        "规定的",
        "统一",
        "这",
        "该",
    ];
    const LONGEST: usize = 40;
    /// A shorter one names a kind (收费标准), not a document.
    const SHORTEST: usize = 10;
    let mut found = Vec::new();
    for clause in text.clauses.iter().filter(|clause| !clause.mood.story) {
        for lead in text.hits_of(clause, Cue::RestsOn) {
            if !LEADS
                .iter()
                .any(|word| lead.end - lead.start == 2 && text.starts_with(lead.start, word))
            {
                continue;
            }
            let name = text.chars[lead.end..clause.end].iter().take(LONGEST);
            let length = name.take_while(|c| is_han(**c) || c.is_ascii_alphanumeric()).count();
            let tail = (lead.end + SHORTEST..=lead.end + length).find(|end| {
                let ends = *end == lead.end + length
                    || ["规定", "的规定", "要求", "第"]
                        .iter()
                        .any(|word| text.starts_with(*end, word));
                ends && TAILS.iter().any(|tail| text.ends_with(*end, tail))
            });
            if let Some(end) = tail
                && !UNNAMED.iter().any(|word| text.contains(lead.end..end, word))
            {
                found.push(lead.end..end);
            }
        }
    }
    found
}

/// 根据…《…方案》, 《…通告》(榕交〔2026〕88号), 《…意见》第三条: something rests on it, or it is cited in full.
fn relied_on(text: &Text, title: &Range<usize>) -> bool {
    let sentence = text.sentence_of(text.clause_at(title.start));
    let after = title.end..text.chars.len().min(title.end + 24);
    text.has(sentence.start..title.start, &[Cue::RestsOn])
        || ["号", "规定", "要求", "明确", "精神", "文件", "第", "指出", "执行"]
            .iter()
            .any(|word| text.contains(after.clone(), word))
}

/// GB/T 37114-2018, JGJ125-2016, DB37/T 1234.
fn standards(text: &Text) -> Vec<Range<usize>> {
    const PREFIXES: &[&str] = &[
        "GB", "JGJ", "CJJ", "DB", "HJ", "JJG", "JTG", "DL", "GA", "YY", "NY", "SH", "CJ", "JJF", "AQ", "WS", "TSG",
        "JG", "MZ", "LY", "SB", "YD", "SL",
    ];
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.chars.len() {
        let letters = text.chars[at..].iter().take_while(|c| c.is_ascii_uppercase()).count();
        if letters == 0 {
            at += 1;
            continue;
        }
        let word: String = text.chars[at..at + letters].iter().collect();
        let mut end = at + letters;
        let mut digits = 0;
        while let Some(c) = text.chars.get(end) {
            match c {
                '0'..='9' => digits += 1,
                '/' | 'T' | ' ' | '-' | '.' | 'Z' => {}
                _ => break,
            }
            end += 1;
        }
        if digits >= 3 && PREFIXES.contains(&word.as_str()) {
            found.push(at..end);
        }
        at = end;
    }
    found
}

/// 威环嵩办发〔2023〕10号, 公告2023年第19号.
fn numbers(text: &Text) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, c) in text.chars.iter().enumerate() {
        if matches!(c, '[' | '(') {
            let digits = text.chars[at + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
            let close = text.chars.get(at + 1 + digits);
            if digits != 4 || !matches!(close, Some(']' | ')')) {
                continue;
            }
            let mut end = at + digits + 2;
            if text.chars.get(end) == Some(&'第') {
                end += 1;
            }
            let number = text.chars[end..].iter().take_while(|c| c.is_ascii_digit()).count();
            if number == 0 || text.chars.get(end + number) != Some(&'号') {
                continue;
            }
            let letters = text.chars[..at]
                .iter()
                .rev()
                .take(12)
                .take_while(|c| is_han(**c))
                .count();
            if letters > 0 || at > 0 && text.chars[at - 1] == '》' {
                found.push(at - letters.min(6)..end + number + 1);
            }
        } else if *c == '第' && text.chars[..at].ends_with(&['年']) {
            let number = text.chars[at + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
            if number > 0
                && text.chars.get(at + 1 + number) == Some(&'号')
                && text.contains(at.saturating_sub(12)..at, "公告")
            {
                found.push(at.saturating_sub(7)..at + number + 2);
            }
        }
    }
    found
}

/// 依据国家计委1999年第1283号文件, 根据住建部令第166号, 市政府第45次常务会议纪要.
fn orders(text: &Text) -> Vec<Range<usize>> {
    const LEADS: &[&str] = &["根据", "依据", "按照", "依照"];
    let mut found = Vec::new();
    for clause in text.clauses.iter().filter(|clause| !clause.mood.story) {
        let Some(lead) = text
            .hits_of(clause, Cue::RestsOn)
            .find(|lead| LEADS.iter().any(|word| text.starts_with(lead.start, word)))
        else {
            continue;
        };
        found.extend(
            (lead.end..clause.end)
                .filter(|at| text.chars[*at] == '第')
                .find_map(|at| {
                    let digits = text.chars[at + 1..clause.end]
                        .iter()
                        .take_while(|c| c.is_ascii_digit())
                        .count();
                    let end = at + 1 + digits;
                    let document = text.starts_with(end, "号文") || text.starts_with(end, "号令");
                    let order = text.starts_with(end, "号") && text.ends_with(at, "令");
                    let minutes = text.starts_with(end, "次") && text.contains(end..clause.end, "会议");
                    (digits > 0 && (document || order || minutes)).then_some(lead.end..end + 1)
                }),
        );
    }
    found
}

/// 劳动合同法第十四条, 根据民法典: the name itself, where an article follows or a 根据 leads it in.
fn bare_names(text: &Text) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for clause in text.clauses.iter().filter(|clause| !clause.mood.story) {
        for law in text.hits_of(clause, Cue::LawName) {
            let article = text.chars[law.end..].iter().take(24).collect::<String>();
            let article = article.split([',', '。']).next().unwrap_or_default();
            let article = article.contains('第') && (article.contains('条') || article.contains('款'));
            if article
                || text.has(clause.start..law.start, &[Cue::RestsOn])
                || text.has(law.end..clause.end, &[Cue::RestsOn])
            {
                found.push(law.start..law.end);
            }
        }
    }
    // Any 第…条 of something that ends like a law: 城市养犬管理条例第九条.
    for at in 0..text.chars.len() {
        if text.chars[at] != '第' || at == 0 {
            continue;
        }
        let article = text.chars[at + 1..].iter().take(8).position(|c| *c == '条');
        let law = [
            "法", "条例", "规定", "办法", "细则", "法典", "章程", "规范", "须知", "规约", "公约", "制度",
        ]
        .iter()
        .any(|tail| text.ends_with(at, tail));
        let named = at >= 4
            && text.chars[at - 4..at].iter().all(|c| is_han(*c))
            && !["相关规定", "有关规定", "法律规定", "法律法规", "相关办法", "上述规定"]
                .iter()
                .any(|bare| text.ends_with(at, bare));
        if article.is_some() && law && named {
            found.push(at - 4..at + 2 + article.unwrap_or(0));
        }
        let quoted = at > 1
            && matches!(text.chars[at - 1], '"' | '”')
            && ["须知事项", "规定", "办法", "条例", "须知"]
                .iter()
                .any(|tail| text.ends_with(at - 1, tail));
        if article.is_some() && quoted {
            found.push(at - 2..at + 1);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basis(words: &str) -> Vec<String> {
        let text = Text::read(words);
        find(&text)
            .into_iter()
            .map(|range| text.chars[range].iter().collect())
            .collect()
    }

    #[test]
    fn laws_rules_standards_and_numbered_documents_are_a_basis() {
        for words in [
            "依据《城市市容和环境卫生管理条例》第十四条。",
            "根据劳动合同法第十四条，",
            "依据GB/T 37114-2018检测。",
            "依据JGJ 125-2016，",
            "按照青岩政发〔2025〕17号文件精神，",
            "财政部、税务总局公告2023年第19号，",
            "根据《关于加强物业管理工作的通知》要求，",
            "《房票安置暂行办法（试行）》自6月1日起施行。",
            "城市养犬管理条例第九条规定，",
            "根据住建部令第166号，",
            "依据《城乡居民基本医疗保险实施细则，",
        ] {
            assert!(!basis(words).is_empty(), "{words}");
        }
    }

    #[test]
    fn papers_of_the_story_and_bare_rules_are_none() {
        for words in [
            "根据相关规定，不予退费。",
            "下达《责令改正通知书》。",
            "双方签有《会员服务合同》。",
            "法院传票已送达。",
            "在平台《问政西地省》留言。",
            "按照有关法律法规处理。",
            "工单编号20261119003127。",
            "收到《关于交房的函》。",
        ] {
            assert!(basis(words).is_empty(), "{words}: {:?}", basis(words));
        }
    }
}
