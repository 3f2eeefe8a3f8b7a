//! Where a text is cut into sentences and clauses: at its marks, and where those fail, at a bounded length. All that
//! the readers look at around a word lies in its clause or its sentence, so that the bounds are also what keeps the
//! time of a reading in step with the length of the text, whatever the text.

use std::ops::Range;

use super::dates::When;
use super::text::{Hit, is_han};

/// A clause, and the number of its sentence.
pub(super) struct Cut {
    pub(super) range: Range<usize>,
    pub(super) sentence: usize,
}

/// Hardly a clause of a real reply is longer; one that is, is a list, and is cut between two things it lists.
const CLAUSE: usize = 160;
/// Longer than any sentence of a real reply.
const SENTENCE: usize = 480;
/// How far back from its bound a list is searched for a place to cut.
const LIST: usize = 60;

pub(super) fn find(chars: &[char], titles: &[Range<usize>], dates: &[When]) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut titles = titles.iter().peekable();
    let mut ends = dates
        .iter()
        .filter(|date| date.signs_off)
        .map(|date| date.end)
        .peekable();
    let (mut start, mut sentence, mut opened) = (0, 0, 0);
    let mut at = 0;
    while at < chars.len() {
        if at - start >= CLAUSE {
            let end = forced(chars, dates, start, at);
            cuts.push(Cut {
                range: start..end,
                sentence,
            });
            start = end;
            if end - opened >= SENTENCE {
                sentence += 1;
                opened = end;
            }
        }
        while titles.next_if(|title| title.end <= at).is_some() {}
        if let Some(title) = titles.peek()
            && title.contains(&at)
        {
            at = title.end;
            continue;
        }
        let c = chars[at];
        at += 1;
        let full = matches!(c, '。' | '!' | '?' | ';' | '\n')
            || (c == '.' && at >= 2 && is_han(chars[at - 2]) && chars.get(at).is_some_and(|c| is_han(*c)))
            || ends.next_if(|end| *end <= at).is_some();
        let between_digits =
            at >= 2 && chars[at - 2].is_ascii_digit() && chars.get(at).is_some_and(char::is_ascii_digit);
        let part = matches!(c, ',' | ':') && !between_digits;
        if full || part {
            cuts.push(Cut {
                range: start..at,
                sentence,
            });
            start = at;
            if full || at - opened >= SENTENCE {
                sentence += 1;
                opened = at;
            }
        }
    }
    if start < chars.len() {
        cuts.push(Cut {
            range: start..chars.len(),
            sentence,
        });
    }
    cuts
}

/// Where a clause that has reached its bound is cut: behind the last 、 or blank near, or before a date, or just there.
fn forced(chars: &[char], dates: &[When], start: usize, at: usize) -> usize {
    let listed = (at - LIST..at).rev().find(|at| matches!(chars[*at], '、' | ' '));
    if let Some(mark) = listed {
        return mark + 1;
    }
    let date = &dates[dates.partition_point(|date| date.end <= at)..];
    match date.first() {
        Some(date) if date.start < at && date.start > start => date.start,
        _ => at,
    }
}

/// Drops the words that a cut goes through.
pub(super) fn keep_whole(hits: &mut Vec<Hit>, cuts: &[Cut]) {
    let mut cuts = cuts.iter().peekable();
    hits.retain(|hit| {
        while cuts.next_if(|cut| cut.range.end <= hit.start).is_some() {}
        cuts.peek().is_some_and(|cut| hit.end <= cut.range.end)
    });
}

#[cfg(test)]
mod tests {
    use super::super::text::Text;
    use super::*;

    fn clauses(original: &str) -> Vec<String> {
        let text = Text::read(original);
        text.clauses
            .iter()
            .map(|clause| text.chars[clause.range()].iter().collect())
            .collect()
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
    fn what_goes_on_without_a_mark_is_cut_all_the_same_and_loses_nothing() {
        for piece in [
            "这事不归我们管",
            "2026年11月19日甲街道办事处到现场查看",
            "路灯、",
            "《甲》",
            "9",
        ] {
            let whole = piece.repeat(500);
            let cut = clauses(&whole);
            assert_eq!(cut.concat(), whole);
            assert!(
                cut.iter().all(|clause| clause.chars().count() <= CLAUSE + 100),
                "{piece}"
            );
        }
        let cut = clauses(&"2026年11月19日甲街道办事处到现场查看".repeat(50));
        assert!(
            cut.iter()
                .all(|clause| clause.starts_with("2026") || !clause.contains("26年")),
            "{cut:?}"
        );
    }

    #[test]
    fn a_sentence_of_commas_is_bounded_too() {
        let text = Text::read(&"来电人称，我局已到场，".repeat(300));
        let longest = text.clauses.iter().map(|clause| text.sentence_of(clause).len()).max();
        assert!(
            longest.is_some_and(|longest| longest <= SENTENCE + CLAUSE),
            "{longest:?}"
        );
    }
}
