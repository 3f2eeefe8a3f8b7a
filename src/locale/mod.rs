//! Words: every message a person reads, in Chinese or English, from `assets/locales/*.toml`. The layers below speak in
//! keys with arguments; here they become sentences. No rule and no layout lives here.
//!
//! A message has blanks, `{name}`. What stands with a blank in `[` `]` is left out whole when the blank is empty, so
//! that a sentence reads well with and without what it may have to say. Brackets without a blank are only brackets.

mod problem;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::domain::period::Period;
use crate::rules::Finding;
use crate::rules::clause::blanks;
use crate::rules::finding::{Arg, Message};

/// The languages there are words for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    Chinese,
    English,
}

impl Lang {
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// Reads a tag as people and environments write it: `zh-CN`, `zh_CN.UTF-8`, `en`, `en-GB`.
    pub fn of(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_', '.']).next()?.to_ascii_lowercase();
        match language.as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }
}

/// All messages of one language.
#[derive(Debug)]
pub struct Locale {
    lang: Lang,
    messages: BTreeMap<String, String>,
}

impl Locale {
    pub fn of(lang: Lang) -> &'static Self {
        static CHINESE: LazyLock<Locale> =
            LazyLock::new(|| Locale::built_in(Lang::Chinese, include_str!("../../assets/locales/zh-CN.toml")));
        static ENGLISH: LazyLock<Locale> =
            LazyLock::new(|| Locale::built_in(Lang::English, include_str!("../../assets/locales/en.toml")));
        match lang {
            Lang::Chinese => &CHINESE,
            Lang::English => &ENGLISH,
        }
    }

    fn built_in(lang: Lang, text: &str) -> Self {
        // The file is part of the program, and a test reads it.
        let table: toml::Table = text
            .parse()
            .unwrap_or_else(|error| panic!("the built-in words of {}: {error}", lang.tag()));
        let mut messages = BTreeMap::new();
        flatten(&table, "", &mut messages);
        Self { lang, messages }
    }

    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// All keys with their messages as written, for tests and for tools that list them.
    pub fn messages(&self) -> impl Iterator<Item = (&str, &str)> {
        self.messages.iter().map(|(key, text)| (key.as_str(), text.as_str()))
    }

    /// The message as written, where there is one.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.messages.get(key).map(String::as_str)
    }

    /// A message without blanks. A key without words is shown as it is: ugly, and easy to report.
    pub fn word<'a>(&'a self, key: &'a str) -> &'a str {
        self.get(key).unwrap_or(key)
    }

    /// A message with its blanks filled.
    pub fn say(&self, key: &str, args: &[(&str, &str)]) -> String {
        let Some(text) = self.get(key) else {
            return key.to_owned();
        };
        fill(text, &|name| {
            let arg = args.iter().rev().find(|(blank, _)| *blank == name);
            arg.map(|(_, value)| (*value).to_owned())
        })
    }

    /// A message of the layers below.
    pub fn message(&self, message: &Message) -> String {
        let Some(text) = self.get(message.key) else {
            return message.key.to_owned();
        };
        fill(text, &|name| {
            let arg = message.args.iter().rev().find(|(blank, _)| *blank == name);
            arg.map(|(_, value)| self.arg(value))
        })
    }

    /// What is wrong, and how to mend it.
    pub fn finding(&self, finding: &Finding) -> (String, String) {
        (self.message(&finding.message), self.message(&finding.fix))
    }

    /// Why an action is not possible, by the name of the rule alone: what `flow::Permission::No` carries.
    pub fn why(&self, rule: &str) -> (String, String) {
        (
            self.say(&format!("finding.{rule}"), &[]),
            self.say(&format!("fix.{rule}"), &[]),
        )
    }

    /// The word for a member of a closed list: `term("role", "main_leader")`.
    pub fn term(&self, prefix: &str, name: &str) -> String {
        self.get(&format!("{prefix}.{name}")).unwrap_or(name).to_owned()
    }

    pub fn join<S: AsRef<str>>(&self, words: &[S]) -> String {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        words.join(self.word("list.comma"))
    }

    pub fn period(&self, period: Period) -> String {
        let (key, number) = match period {
            Period::HalfWorkDay => return self.word("period.half_work_day").to_owned(),
            Period::WorkDays(number) => ("work_days", number),
            Period::Hours(number) => ("hours", number),
            Period::Days(number) => ("days", number),
        };
        let form = if number == 1 { "one" } else { "many" };
        self.say(&format!("period.{key}.{form}"), &[("n", &number.to_string())])
    }

    fn arg(&self, arg: &Arg) -> String {
        match arg {
            Arg::List(names) => self.join(names),
            Arg::Text(text) => text.clone(),
            Arg::Term { prefix, name } => self.term(prefix, name),
            Arg::Terms { prefix, names } => {
                let words: Vec<String> = names.iter().map(|name| self.term(prefix, name)).collect();
                self.join(&words)
            }
            Arg::Period(period) => self.period(*period),
        }
    }
}

/// `[finding.contact] none = "…"` becomes `finding.contact.none`.
fn flatten(table: &toml::Table, path: &str, into: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let key = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        match value {
            toml::Value::Table(table) => flatten(table, &key, into),
            toml::Value::String(text) => {
                into.insert(key, text.clone());
            }
            // A test refuses anything else in these files.
            other => {
                into.insert(key, other.to_string());
            }
        }
    }
}

/// Fills the blanks; a blank that nothing is known for is empty.
pub fn fill(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let Some(close) = rest[open..].find(']').map(|at| open + at) else {
            break;
        };
        filled.push_str(&fill_plain(&rest[..open], value));
        let optional = &rest[open + 1..close];
        if blanks(optional).next().is_none() {
            filled.push_str(&rest[open..=close]);
        } else if blanks(optional).all(|name| value(name).is_some_and(|value| !value.is_empty())) {
            filled.push_str(&fill_plain(optional, value));
        }
        rest = &rest[close + 1..];
    }
    filled.push_str(&fill_plain(rest, value));
    filled
}

fn fill_plain(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        match (after.split_once('}'), blanks(&rest[open..]).next()) {
            (Some((name, behind)), Some(blank)) if blank == name => {
                filled.push_str(&value(name).unwrap_or_default());
                rest = behind;
            }
            // A brace that opens no blank is only a brace.
            _ => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_filled_and_empty_brackets_vanish() {
        let value = |name: &str| match name {
            "have" => Some("1".to_owned()),
            "next" => Some(String::new()),
            _ => None,
        };
        for (text, filled) in [
            ("只有 {have} 次", "只有 1 次"),
            ("[{next} 之后]再打", "再打"),
            ("[{have} 次之后]再打", "1 次之后再打"),
            ("写 {\"id\"} 一行", "写 {\"id\"} 一行"),
            ("{gone}。", "。"),
            ("没有闭合 [ {have}", "没有闭合 [ 1"),
            ("[book] 的 {have}[，{next}]", "[book] 的 1"),
            ("text 里的 {{have}}", "text 里的 {1}"),
        ] {
            assert_eq!(fill(text, &value), filled, "{text}");
        }
    }

    #[test]
    fn a_value_is_never_read_as_a_blank_again() {
        let value = |name: &str| (name == "words").then(|| "{words}[{x}]".to_owned());
        assert_eq!(fill("“{words}”", &value), "“{words}[{x}]”");
    }

    #[test]
    fn periods_are_words() {
        for (period, chinese, english) in [
            ("1wd", "1个工作日", "1 working day"),
            ("3wd", "3个工作日", "3 working days"),
            ("0.5wd", "半个工作日", "half a working day"),
            ("2h", "2小时", "2 hours"),
            ("90d", "90天", "90 days"),
        ] {
            let period = period.parse().expect("a period");
            assert_eq!(Locale::of(Lang::Chinese).period(period), chinese);
            assert_eq!(Locale::of(Lang::English).period(period), english);
        }
    }

    #[test]
    fn languages_are_read_as_environments_write_them() {
        for (tag, lang) in [
            ("zh-CN", Some(Lang::Chinese)),
            ("zh_CN.UTF-8", Some(Lang::Chinese)),
            ("EN", Some(Lang::English)),
            ("en-GB", Some(Lang::English)),
            ("fr", None),
            ("", None),
        ] {
            assert_eq!(Lang::of(tag), lang, "{tag}");
        }
    }
}
