//! The shared reading of a text, made once: characters made uniform (with the way back to the original), titles in
//! 《》, the words of the lexicon that occur, and sentences and clauses. What any of it proves is not
//! decided here but in the file of each element.

use std::ops::Range;

use super::Span;
use super::cuts::{self, Cut};
use super::dates::{self, When};
use super::lexicon::{Cue, Cues, LEXICON};
use super::mood::Mood;

/// A word of the lexicon at its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) cues: Cues,
}

#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) sentence: usize,
    pub(super) mood: Mood,
    hits: Range<usize>,
    /// Every cue that occurs in it.
    pub(super) cues: Cues,
}

impl Clause {
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

pub(super) struct Text {
    /// Half-width, without the blanks inside words. A run of blanks and a line break are '\n'.
    pub(super) chars: Vec<char>,
    /// By character of `chars`: its place in the original.
    at: Vec<usize>,
    pub(super) hits: Vec<Hit>,
    /// By character: the first hit that begins here or later.
    hit_from: Vec<u32>,
    /// Every cue that occurs at all.
    cues: Cues,
    pub(super) clauses: Vec<Clause>,
    /// What stands inside 《》, without the marks.
    pub(super) titles: Vec<Range<usize>>,
    pub(super) dates: Vec<When>,
    /// By sentence: its clauses.
    sentences: Vec<Range<usize>>,
}

pub(super) fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '〔' | '﹝' => '[',
        '〕' | '﹞' => ']',
        '—' | '–' | '−' | '‐' | '‑' | '―' => '-',
        '○' | '◯' => '〇',
        '〈' => '《',
        '〉' => '》',
        _ => c,
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}') || c.is_control()
}

pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '〇' | '\u{20000}'..='\u{3134f}')
}

impl Text {
    pub(super) fn read(original: &str) -> Self {
        let (chars, at) = normalise(original);
        let titles = find_titles(&chars);
        let dates = dates::find(&chars);
        let cuts = cuts::find(&chars, &titles, &dates);
        let mut hits = find_hits(&chars, &titles);
        cuts::keep_whole(&mut hits, &cuts);
        let (hit_from, cues) = index(&hits, chars.len());
        let mut text = Self {
            chars,
            at,
            hits,
            hit_from,
            cues,
            clauses: Vec::new(),
            titles,
            dates,
            sentences: Vec::new(),
        };
        text.divide(cuts);
        text.feel();
        text
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span {
            start: self.at[range.start],
            end: self.at[range.end - 1] + 1,
        }
    }

    pub(super) fn starts_with(&self, at: usize, word: &str) -> bool {
        let rest = self.chars.get(at..).unwrap_or_default();
        let mut rest = rest.iter();
        word.chars().all(|c| rest.next() == Some(&c))
    }

    pub(super) fn ends_with(&self, end: usize, word: &str) -> bool {
        let length = word.chars().count();
        end >= length && self.starts_with(end - length, word)
    }

    pub(super) fn contains(&self, range: Range<usize>, word: &str) -> bool {
        let mut rest = word.chars();
        let Some(first) = rest.next() else { return true };
        let range = range.start.min(self.chars.len())..range.end.min(self.chars.len());
        work::done(range.len());
        range
            .into_iter()
            .any(|at| self.chars[at] == first && self.starts_with(at + 1, rest.as_str()))
    }

    pub(super) fn in_title(&self, at: usize) -> bool {
        inside(&self.titles, at)
    }

    /// The dates wholly inside the range.
    pub(super) fn dates_in(&self, range: Range<usize>) -> &[When] {
        let from = self.dates.partition_point(|date| date.start < range.start);
        let to = self.dates.partition_point(|date| date.end <= range.end);
        &self.dates[from..to.max(from)]
    }

    /// The dates that begin in the range.
    pub(super) fn dates_from(&self, range: Range<usize>) -> &[When] {
        let from = self.dates.partition_point(|date| date.start < range.start);
        let to = self.dates.partition_point(|date| date.start < range.end);
        &self.dates[from..to]
    }

    /// Whether a date begins at this place.
    pub(super) fn date_from(&self, at: usize) -> bool {
        self.dates.binary_search_by_key(&at, |date| date.start).is_ok()
    }

    /// Whether a date ends at this place.
    pub(super) fn date_until(&self, at: usize) -> bool {
        self.dates.binary_search_by_key(&at, |date| date.end).is_ok()
    }

    /// Whether a date as written overlaps the range.
    pub(super) fn date_over(&self, range: Range<usize>) -> bool {
        let next = self.dates.partition_point(|date| date.end <= range.start);
        self.dates.get(next).is_some_and(|date| date.start < range.end)
    }

    /// 向来电人, 与您, 建议您: the person named is spoken to or acted on.
    pub(super) fn is_object(&self, person: &Hit) -> bool {
        const BEFORE: &str = "向与对给和系知访为由经据告复将就同到议去在请电打叫送邀于及、接从往跟助帮让使醒导待";
        person.start > 0 && BEFORE.contains(self.chars[person.start - 1])
    }

    /// The words of these cues wholly inside the range, in order.
    pub(super) fn hits_in(&self, range: Range<usize>, cues: Cues) -> impl Iterator<Item = &Hit> + '_ {
        let none = !self.cues.any(cues) || range.start >= self.chars.len();
        let from = if none {
            self.hits.len()
        } else {
            self.hit_from[range.start] as usize
        };
        self.hits[from..]
            .iter()
            .inspect(|_| work::done(1))
            .take_while(move |hit| hit.start < range.end)
            .filter(move |hit| hit.end <= range.end && hit.cues.any(cues))
    }

    pub(super) fn has(&self, range: Range<usize>, cues: &[Cue]) -> bool {
        let cues = Cues::of(cues);
        self.cues.any(cues) && self.hits_in(range, cues).next().is_some()
    }

    pub(super) fn hits_of<'a>(&'a self, clause: &Clause, cue: Cue) -> impl Iterator<Item = &'a Hit> + use<'a> {
        let hits = if clause.cues.has(cue) {
            clause.hits.clone()
        } else {
            0..0
        };
        self.hits[hits]
            .iter()
            .inspect(|_| work::done(1))
            .filter(move |hit| hit.cues.has(cue))
    }

    pub(super) fn clause_at(&self, at: usize) -> &Clause {
        let index = self
            .clauses
            .partition_point(|clause| clause.end <= at)
            .min(self.clauses.len() - 1);
        &self.clauses[index]
    }

    /// From the first to the last character of the sentence this clause belongs to.
    pub(super) fn sentence_of(&self, clause: &Clause) -> Range<usize> {
        let clauses = &self.clauses[self.sentences[clause.sentence].clone()];
        clauses[0].start..clauses[clauses.len() - 1].end
    }

    pub(super) fn clauses_of_sentence(&self, sentence: usize) -> &[Clause] {
        self.sentences
            .get(sentence)
            .map_or(&[], |range| &self.clauses[range.clone()])
    }

    fn divide(&mut self, cuts: Vec<Cut>) {
        for cut in cuts {
            if cut.sentence == self.sentences.len() {
                self.sentences.push(self.clauses.len()..self.clauses.len());
            }
            let clause = self.clause(cut.range, cut.sentence);
            self.clauses.push(clause);
            self.sentences[cut.sentence].end = self.clauses.len();
        }
    }

    fn clause(&self, range: Range<usize>, sentence: usize) -> Clause {
        let first = |at: usize| self.hit_from.get(at).map_or(self.hits.len(), |hit| *hit as usize);
        let (from, to) = (first(range.start), first(range.end));
        let mut cues = Cues::default();
        self.hits[from..to].iter().for_each(|hit| cues.join(hit.cues));
        Clause {
            start: range.start,
            end: range.end,
            sentence,
            mood: Mood::default(),
            hits: from..to,
            cues,
        }
    }
}

fn normalise(original: &str) -> (Vec<char>, Vec<usize>) {
    let raw: Vec<char> = original.chars().map(half_width).collect();
    let mut chars = Vec::with_capacity(raw.len());
    let mut at = Vec::with_capacity(raw.len());
    let mut i = 0;
    while i < raw.len() {
        if !is_blank(raw[i]) {
            chars.push(raw[i]);
            at.push(i);
            i += 1;
            continue;
        }
        let start = i;
        while i < raw.len() && is_blank(raw[i]) {
            i += 1;
        }
        let line = raw[start..i].iter().any(|c| matches!(c, '\n' | '\r'));
        let alphanumeric = |c: Option<&char>| c.is_some_and(char::is_ascii_alphanumeric);
        if line || i - start >= 2 {
            chars.push('\n');
            at.push(start);
        } else if alphanumeric(chars.last()) && alphanumeric(raw.get(i)) {
            chars.push(' ');
            at.push(start);
        }
    }
    (chars, at)
}

fn inside(titles: &[Range<usize>], at: usize) -> bool {
    titles
        .get(titles.partition_point(|title| title.end <= at))
        .is_some_and(|title| title.start <= at)
}

/// The longest name in 《》 worth believing; a mark that is never closed must not swallow the text.
const TITLE: usize = 100;

fn find_titles(chars: &[char]) -> Vec<Range<usize>> {
    let mut titles = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if chars[at] == '《' {
            let mut depth = 1;
            let limit = chars.len().min(at + TITLE);
            let mut end = at + 1;
            while end < limit && depth > 0 {
                match chars[end] {
                    '《' => depth += 1,
                    '》' => depth -= 1,
                    '。' => break,
                    _ => {}
                }
                end += 1;
            }
            if depth == 0 && end - 1 > at + 1 {
                titles.push(at + 1..end - 1);
                at = end;
                continue;
            }
        }
        at += 1;
    }
    titles
}

fn index(hits: &[Hit], length: usize) -> (Vec<u32>, Cues) {
    let mut from = Vec::with_capacity(length);
    let mut cues = Cues::default();
    for (number, hit) in hits.iter().enumerate() {
        cues.join(hit.cues);
        // A text has fewer than four thousand million words.
        from.resize(from.len().max(hit.start + 1), number as u32);
    }
    from.resize(length, hits.len() as u32);
    (from, cues)
}

fn find_hits(chars: &[char], titles: &[Range<usize>]) -> Vec<Hit> {
    let lexicon = &*LEXICON;
    let mut hits: Vec<Hit> = Vec::with_capacity(chars.len());
    // The word of noise begun so far that reaches farthest: what ends inside it is swallowed.
    let mut noise: Option<Range<usize>> = None;
    let mut at = 0;
    let mut titles = titles.iter().peekable();
    while at < chars.len() {
        while titles.next_if(|title| title.end <= at).is_some() {}
        if let Some(title) = titles.peek()
            && title.start <= at
        {
            at = title.end;
            continue;
        }
        let from = hits.len();
        let mut swallows = None;
        // 居委会立即到场: the 会 of a body is no 会 of what is to come.
        let of_body = chars[at] == '会' && at > 0 && "委协工商学联".contains(chars[at - 1]);
        lexicon.words_at(chars, at, |end, cues| {
            if of_body && cues.has(Cue::Planned) {
                return;
            }
            hits.push(Hit { start: at, end, cues });
            if cues.has(Cue::Noise) {
                swallows = Some(end);
            }
        });
        if let Some(end) = swallows
            && noise.as_ref().is_none_or(|noise| noise.end < end)
        {
            noise = Some(at..end);
        }
        if let Some(noise) = &noise {
            let mut keep = from;
            for index in from..hits.len() {
                let hit = hits[index];
                if hit.end > noise.end || hit.start == noise.start && hit.end == noise.end {
                    hits[keep] = hit;
                    keep += 1;
                }
            }
            hits.truncate(keep);
        }
        at += 1;
    }
    hits
}

/// Counts the steps of a reading in tests, which show by it that work grows with the text and not with its square.
/// Elsewhere it is nothing.
pub(super) mod work {
    #[cfg(test)]
    thread_local!(pub(in super::super) static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) });

    pub(in super::super) fn done(_steps: usize) {
        #[cfg(test)]
        STEPS.with(|steps| steps.set(steps.get() + _steps));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_lead_back_to_the_original() {
        let original = "于 2026 年 11 月，　　到 场。";
        let text = Text::read(original);
        let read: String = text.chars.iter().collect();
        assert_eq!(read, "于2026年11月,\n到场。");
        let span = text.span(1..8);
        let found: String = original.chars().skip(span.start).take(span.end - span.start).collect();
        assert_eq!(found, "2026 年 11");
        let last = text.span(11..13);
        assert_eq!(original.chars().nth(last.start), Some('到'));
    }

    #[test]
    fn a_longer_word_swallows_the_cue_inside_it() {
        let text = Text::read("现将有关情况答复如下");
        assert!(!text.has(0..text.chars.len(), &[Cue::Supposed]));
    }
}
