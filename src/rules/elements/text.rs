//! The shared reading of a text, made once: characters made uniform (with the way back to the original), titles in
//! 《》, the words of the lexicon that occur, and sentences and clauses with their mood. What any of it proves is not
//! decided here but in the file of each element.

use std::ops::Range;

use super::Span;
use super::dates::{self, When};
use super::lexicon::{Cue, Cues, LEXICON};

/// A word of the lexicon at its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) cues: Cues,
}

/// In what spirit a clause is said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mood {
    /// The caller's own account of the matter.
    pub(super) story: bool,
    /// Under 如、若, or what follows from it.
    pub(super) supposed: bool,
    /// After 下一步、今后.
    pub(super) ahead: bool,
    /// A wish, thanks, an apology.
    pub(super) wish: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) sentence: usize,
    pub(super) mood: Mood,
    hits: Range<usize>,
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
        let hits = find_hits(&chars, &titles);
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
        text.cut();
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
        range
            .into_iter()
            .any(|at| self.chars[at] == first && self.starts_with(at + 1, rest.as_str()))
    }

    pub(super) fn in_title(&self, at: usize) -> bool {
        inside(&self.titles, at)
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
            .take_while(move |hit| hit.start < range.end)
            .filter(move |hit| hit.end <= range.end && hit.cues.any(cues))
    }

    pub(super) fn has(&self, range: Range<usize>, cues: &[Cue]) -> bool {
        let cues = Cues::of(cues);
        self.cues.any(cues) && self.hits_in(range, cues).next().is_some()
    }

    pub(super) fn hits_of<'a>(&'a self, clause: &Clause, cue: Cue) -> impl Iterator<Item = &'a Hit> + use<'a> {
        self.hits[clause.hits.clone()]
            .iter()
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

    fn cut(&mut self) {
        let mut start = 0;
        let mut sentence = 0;
        let mut first = 0;
        let mut titles = self.titles.iter().peekable();
        let mut ends = self
            .dates
            .iter()
            .filter(|date| date.signs_off)
            .map(|date| date.end)
            .peekable();
        let mut at = 0;
        while at < self.chars.len() {
            while titles.next_if(|title| title.end <= at).is_some() {}
            if let Some(title) = titles.peek()
                && title.contains(&at)
            {
                at = title.end;
                continue;
            }
            let c = self.chars[at];
            at += 1;
            let full = matches!(c, '。' | '!' | '?' | ';' | '\n')
                || (c == '.'
                    && at >= 2
                    && is_han(self.chars[at - 2])
                    && self.chars.get(at).is_some_and(|c| is_han(*c)))
                || ends.next_if(|end| *end <= at).is_some();
            let between_digits =
                at >= 2 && self.chars[at - 2].is_ascii_digit() && self.chars.get(at).is_some_and(char::is_ascii_digit);
            let part = matches!(c, ',' | ':') && !between_digits;
            if full || part {
                self.clauses.push(self.clause(start..at, sentence));
                start = at;
                if full {
                    self.sentences.push(first..self.clauses.len());
                    first = self.clauses.len();
                    sentence += 1;
                }
            }
        }
        if start < self.chars.len() {
            self.clauses.push(self.clause(start..self.chars.len(), sentence));
        }
        if first < self.clauses.len() {
            self.sentences.push(first..self.clauses.len());
        }
    }

    fn clause(&self, range: Range<usize>, sentence: usize) -> Clause {
        let first = |at: usize| self.hit_from.get(at).map_or(self.hits.len(), |hit| *hit as usize);
        let (from, to) = (first(range.start), first(range.end));
        Clause {
            start: range.start,
            end: range.end,
            sentence,
            mood: Mood::default(),
            hits: from..to,
        }
    }

    fn feel(&mut self) {
        let mut moods: Vec<Mood> = Vec::with_capacity(self.clauses.len());
        for (index, clause) in self.clauses.iter().enumerate() {
            let before = match index.checked_sub(1) {
                Some(before) if self.clauses[before].sentence == clause.sentence => moods[before],
                _ => Mood::default(),
            };
            let mut mood = Mood::default();
            mood.supposed = before.supposed || self.hits_of(clause, Cue::Supposed).next().is_some();
            mood.ahead = before.ahead || self.opens_ahead(clause) || self.carries_plan(index);
            mood.wish = self.hits_of(clause, Cue::Wish).next().is_some();
            mood.story = if before.story {
                !self.answers(clause)
            } else {
                self.tells(clause)
            };
            moods.push(mood);
        }
        for (clause, mood) in self.clauses.iter_mut().zip(moods) {
            clause.mood = mood;
        }
    }

    /// Whether 今后, 后续 turns the clause to what is to come: not 2016年1月1日以后, not 项目后续的维修.
    pub(super) fn leads(&self, clause: &Clause, hit: &Hit) -> bool {
        let dated = self.dates.iter().any(|date| date.end == hit.start);
        !dated && hit.start <= clause.start + 12 && !self.ends_with(hit.start, "的") && !self.starts_with(hit.end, "的")
    }

    /// 待检测报告出具后.
    pub(super) fn waits(&self, clause: &Clause) -> bool {
        self.starts_with(clause.start, "待") && !self.starts_with(clause.start, "待遇")
    }

    /// 将尽快核实, 并将结果回复您: the second clause is as much ahead as the first.
    fn carries_plan(&self, index: usize) -> bool {
        let clause = &self.clauses[index];
        let joined = ["并", "及时", "再", "同时", "且"]
            .iter()
            .any(|word| self.starts_with(clause.start, word));
        let before = index.checked_sub(1).map(|before| &self.clauses[before]);
        joined
            && before.is_some_and(|before| {
                before.sentence == clause.sentence
                    && self.hits_of(before, Cue::Planned).any(|hit| hit.end - hit.start >= 2)
            })
    }

    fn opens_ahead(&self, clause: &Clause) -> bool {
        self.hits_of(clause, Cue::PlannedLead)
            .any(|hit| self.leads(clause, hit))
            || self.waits(clause)
    }

    /// Whether the caller is heard telling the story here, and goes on into the next clause.
    fn tells(&self, clause: &Clause) -> bool {
        let Some(caller) = self.hits_of(clause, Cue::CallerSure).next() else {
            return false;
        };
        let asks = self
            .hits_of(clause, Cue::Tell)
            .find(|tell| tell.start >= caller.end && tell.start - caller.end <= 8);
        if let Some(asks) = asks
            && !self
                .chars
                .get(asks.end)
                .is_some_and(|c| matches!(c, '的' | '所' | '中' | '时' | '后'))
            && !self.has(clause.range(), &[Cue::Office, Cue::Supposed])
            && !self.has(asks.end..clause.end, &[Cue::Means, Cue::Checked])
            && !self.starts_with(asks.start, "希望")
            && !self.starts_with(asks.start, "认为")
            && !self.starts_with(asks.start, "所")
            && !self.is_object(caller)
            && !self.has(caller.end..asks.end, &[Cue::Modal, Cue::Remedy])
            && !self.chars[caller.end..asks.start].contains(&'的')
        {
            return true;
        }
        self.hits_of(clause, Cue::Narrates).any(|tell| {
            tell.start >= caller.end
                && tell.start - caller.end <= 16
                && !self.has(clause.range(), &[Cue::Supposed])
                && self.chars.get(tell.end) != Some(&'的')
                && !self.has(caller.end..tell.start, &[Cue::Office])
        })
    }

    /// Whether the office takes the word again after the caller's account.
    fn answers(&self, clause: &Clause) -> bool {
        // 关于诉求人反映某公司一事: what was told ends here.
        if ["事,", "事:", "案:", "案,", "题,", "题:"]
            .iter()
            .any(|end| self.ends_with(clause.start, end))
        {
            return true;
        }
        let head = clause.start..clause.end.min(clause.start + 16);
        if self.has(head.clone(), &[Cue::Office, Cue::Checked]) || self.date_over(head.clone()) {
            return true;
        }
        let somebody = self.has(
            head,
            &[Cue::Body, Cue::Place, Cue::Agent, Cue::Firm, Cue::Section, Cue::Post],
        );
        let acts = self.has(clause.range(), &[Cue::ActSure, Cue::Means, Cue::Fix]);
        somebody && acts && !self.has(clause.range(), &[Cue::Wish, Cue::Modal])
            || ["经", "现将", "现已", "现就", "接诉", "接到", "收到", "接报", "接件"]
                .iter()
                .any(|word| self.starts_with(clause.start, word))
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
    let mut bytes = String::with_capacity(chars.len() * 3);
    let mut char_of = Vec::with_capacity(chars.len() * 3 + 1);
    for (index, c) in chars.iter().enumerate() {
        bytes.push(*c);
        char_of.resize(bytes.len(), index);
    }
    char_of.push(chars.len());
    let lexicon = &*LEXICON;
    let mut hits: Vec<Hit> = Vec::with_capacity(chars.len());
    let mut noise: Vec<Range<usize>> = Vec::new();
    for found in lexicon.automaton.find_overlapping_iter(&bytes) {
        let (start, end) = (char_of[found.start()], char_of[found.end()]);
        let cues = lexicon.cues[found.pattern().as_usize()];
        if cues.has(Cue::Noise) {
            noise.push(start..end);
        }
        hits.push(Hit { start, end, cues });
    }
    hits.retain(|hit| {
        let swallowed = |word: &Range<usize>| {
            word.start <= hit.start && hit.end <= word.end && hit.end - hit.start < word.end - word.start
        };
        let from = noise.partition_point(|word| word.end < hit.end);
        !noise[from..]
            .iter()
            .take_while(|word| word.start <= hit.start + 8)
            .any(swallowed)
            && !inside(titles, hit.start)
    });
    hits.sort_unstable_by_key(|hit| (hit.start, hit.end));
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clauses(original: &str) -> Vec<String> {
        let text = Text::read(original);
        text.clauses
            .iter()
            .map(|clause| text.chars[clause.range()].iter().collect())
            .collect()
    }

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
    fn clauses_end_at_marks_but_not_inside_titles_or_numbers() {
        assert_eq!(
            clauses("依据《办法（一，二）》，罚1,000元；9:30到场。"),
            ["依据《办法(一,二)》,", "罚1,000元;", "9:30到场。"]
        );
    }

    #[test]
    fn a_sign_off_date_ends_a_letter() {
        assert_eq!(clauses("特此回复2019年1月29日网友您好")[0], "特此回复2019年1月29日");
    }

    #[test]
    fn what_the_caller_tells_is_his_story_until_the_office_answers() {
        let text = Text::read("来电人称楼下烧烤店油烟扰民，曾到场劝阻，经核实，情况属实。");
        let story: Vec<bool> = text.clauses.iter().map(|clause| clause.mood.story).collect();
        assert_eq!(story, [true, true, false, false]);
    }

    #[test]
    fn a_longer_word_swallows_the_cue_inside_it() {
        let text = Text::read("现将有关情况答复如下");
        assert!(!text.has(0..text.chars.len(), &[Cue::Supposed]));
    }
}
