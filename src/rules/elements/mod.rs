//! Finding the elements of a reply (办理时间、经办单位、经办人、依据、过程、结果、满意、电话、计划、联系、救济) in a Chinese text.
//!
//! | file | what it knows |
//! |---|---|
//! | `lexicon` | the words, from `assets/elements/*.toml`, and the tree that finds them |
//! | `text` | the shared reading: uniform characters, titles, words, sentences, clauses |
//! | `cuts` | where a text is cut into sentences and clauses, at the latest at a bounded length |
//! | `mood` | in what spirit a clause is said: the caller's story, under an if, ahead, a wish |
//! | `names` | names of people as written |
//! | `dates` | days and times of day as written |
//! | `time` … `remedy` | one element each: what of the reading proves it |
//! | `flags` | what should not stand in a reply at all |
//! | `demands` | the caller's points that nothing in the reply speaks to |
//!
//! Which elements a reply must have is the rulebook's to say, not this folder's.

mod basis;
mod contact;
mod cuts;
mod dates;
mod demands;
mod flags;
mod handler;
mod lexicon;
mod mood;
mod names;
mod phone;
mod plan;
mod process;
mod remedy;
mod result;
mod satisfaction;
mod text;
mod time;
mod unit;

use std::ops::Range;

use chrono::NaiveDate;

use crate::domain::element::{Attitude, Element};

pub use demands::unanswered;
pub use flags::{Flag, FlagKind};

use text::Text;

/// A stretch of the original text, counted in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// What was found in a reply.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    evidence: [Vec<Span>; Element::COUNT],
    times: Vec<Time>,
    phones: Vec<Phone>,
    handlers: Vec<Handler>,
    attitude: Option<Attitude>,
    unreachable: Option<Span>,
    declined: Option<Span>,
    unfinished: Option<Span>,
    flags: Vec<Flag>,
}

/// A moment of handling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    pub span: Span,
    /// Where the words tell year, month and day.
    pub date: Option<NaiveDate>,
    /// Whether it is precise to the hour.
    pub to_the_hour: bool,
}

/// A telephone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    pub span: Span,
    /// Digits and masks only: no blanks, no dashes; a mask is `*`.
    pub number: String,
}

/// A person who handled the matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handler {
    pub span: Span,
    /// 王某, 小陈; none where only the post is told.
    pub name: Option<String>,
    /// 科长, 网格员; none where only the name is told.
    pub post: Option<String>,
}

impl Reading {
    /// Where the text shows the element; empty if it does not.
    pub fn evidence(&self, element: Element) -> &[Span] {
        &self.evidence[element as usize]
    }

    pub fn has(&self, element: Element) -> bool {
        !self.evidence(element).is_empty()
    }

    /// Whether some time of handling is precise to the hour.
    pub fn time_to_the_hour(&self) -> bool {
        self.times.iter().any(|time| time.to_the_hour)
    }

    /// The caller's attitude; of several stated, the last.
    pub fn attitude(&self) -> Option<Attitude> {
        self.attitude
    }

    pub fn times(&self) -> &[Time] {
        &self.times
    }

    pub fn phones(&self) -> &[Phone] {
        &self.phones
    }

    pub fn handlers(&self) -> &[Handler] {
        &self.handlers
    }

    /// 多次拨打无人接听、电话关机、无法取得联系.
    pub fn says_unreachable(&self) -> Option<Span> {
        self.unreachable
    }

    /// The caller wants no contact or no handling, or has withdrawn.
    pub fn says_declined(&self) -> Option<Span> {
        self.declined
    }

    /// The matter is not finished yet.
    pub fn says_unfinished(&self) -> Option<Span> {
        self.unfinished
    }

    pub fn flags(&self) -> &[Flag] {
        &self.flags
    }

    fn set(&mut self, element: Element, text: &Text, ranges: impl IntoIterator<Item = Range<usize>>) {
        let spans = &mut self.evidence[element as usize];
        spans.extend(
            ranges
                .into_iter()
                .filter(|range| !range.is_empty())
                .map(|range| text.span(range)),
        );
        spans.sort_unstable();
        spans.dedup();
    }
}

/// Reads a reply. Never fails: a text that is no reply simply shows nothing.
pub fn read(original: &str) -> Reading {
    let text = Text::read(original);
    let mut reading = Reading::default();
    if text.clauses.is_empty() {
        return reading;
    }
    let times = time::find(&text);
    reading.times = times
        .iter()
        .map(|when| Time {
            span: text.span(when.start..when.end),
            date: when.date,
            to_the_hour: when.hour,
        })
        .collect();
    reading.set(Element::Time, &text, times.iter().map(|when| when.start..when.end));
    let phones = phone::find(&text);
    reading.set(Element::Phone, &text, phones.iter().map(|(range, _)| range.clone()));
    reading.flags = flags::find(&text, &phones);
    reading.phones = phones
        .into_iter()
        .map(|(range, number)| Phone {
            span: text.span(range),
            number,
        })
        .collect();
    let handlers = handler::find(&text);
    reading.set(
        Element::Handler,
        &text,
        handlers.iter().map(|named| named.range.clone()),
    );
    reading.handlers = handlers
        .into_iter()
        .map(|named| Handler {
            span: text.span(named.range),
            name: named.name,
            post: named.post,
        })
        .collect();
    let (attitude, attitudes) = satisfaction::find(&text);
    reading.attitude = attitude;
    reading.set(Element::Satisfaction, &text, attitudes);
    reading.set(Element::Unit, &text, unit::find(&text));
    reading.set(Element::Basis, &text, basis::find(&text));
    reading.set(Element::Process, &text, process::find(&text));
    reading.set(Element::Plan, &text, plan::find(&text));
    reading.set(Element::Contact, &text, contact::find(&text));
    reading.set(Element::Remedy, &text, remedy::find(&text));
    reading.set(Element::Result, &text, result::find(&text));
    reading.unreachable = contact::unreachable(&text).map(|range| text.span(range));
    reading.declined = contact::declined(&text).map(|range| text.span(range));
    reading.unfinished = plan::unfinished(&text).map(|range| text.span(range));
    reading
}

#[cfg(test)]
mod tests {
    use super::text::work::STEPS;
    use super::{read, unanswered};

    /// The steps it takes to read a text and to look for a demand in it.
    fn steps(text: &str) -> usize {
        STEPS.with(|steps| steps.set(0));
        read(text);
        unanswered(text, &["停止夜间施工".to_owned(), "渣土车要覆盖".to_owned()]);
        STEPS.with(std::cell::Cell::get)
    }

    #[test]
    fn twice_the_text_is_twice_the_work_however_it_is_written() {
        for piece in [
            "2026年11月19日甲街道办事处到现场查看",
            "居民反映甲街道办事处科长王某",
            "这事不归我们管",
            "不在我局职责范围，",
            "信访人王某表示满意、",
            "业主反映，业主满意，",
            "您，我局将",
            "来电人称",
            "《关于",
            "（2026）",
            "电话13812345678",
            "如不服可起诉，",
            "XX某某【",
            "一、",
        ] {
            let text = |length: usize| piece.repeat(length / piece.chars().count());
            let (once, twice) = (steps(&text(6_000)), steps(&text(12_000)));
            assert!(twice <= once * 5 / 2, "{piece}: {once} steps, then {twice}");
            assert!(twice <= 12_000 * 2_000, "{piece}: {twice} steps");
        }
    }
}
