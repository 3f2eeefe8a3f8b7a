//! Names of people as officials write them: 王某, 江某某, 小陈, 老崔, 李明, 蒋大力. Whether such a person handled the
//! matter is not decided here but in `handler`.

use super::lexicon::{Cue, Cues, LEXICON};
use super::text::{Text, is_han};

/// The length of the name that begins here, if one does.
pub(super) fn name_at(text: &Text, at: usize) -> Option<usize> {
    hidden_name(text, at).or_else(|| full_name(text, at))
}

/// A name that says itself that it is one: 王某, 江某某, 王*, 小陈, 老崔.
pub(super) fn hidden_name(text: &Text, at: usize) -> Option<usize> {
    let c = |offset: usize| text.chars.get(at + offset).copied();
    let first = c(0)?;
    let pet = matches!(first, '小' | '老' | '阿');
    if !pet && !LEXICON.is_surname(first) {
        return None;
    }
    let hides = |c: Option<char>| c.is_some_and(|c| matches!(c, '某' | '*' | 'X' | 'x' | '×'));
    if pet {
        let named = LEXICON.is_surname(c(1)?) && ends_well(text, at + 2) && !is_other_word(text, at);
        return named.then_some(2);
    }
    if !hides(c(1)) && !hides(c(2)) || is_other_word(text, at) {
        return None;
    }
    if hides(c(1)) {
        let third = hides(c(2)) || c(1) != Some('某') && c(2).is_some_and(is_han) && ends_well(text, at + 3);
        return Some(if third { 3 } else { 2 });
    }
    (c(1).is_some_and(is_han) && hides(c(2))).then_some(3)
}

/// 李明, 蒋大力: believed only where what follows fits and no known word begins inside.
fn full_name(text: &Text, at: usize) -> Option<usize> {
    if !LEXICON.is_surname(*text.chars.get(at)?) || is_other_word(text, at) {
        return None;
    }
    // 李明和: the name ends before what joins it on.
    let joins = |c: &char| "和与到在于向对带赴已等就用均也同及".contains(*c);
    let fits = |length: &usize| {
        (*length < 3 || !text.chars.get(at + 2).is_some_and(joins))
            && (1..*length).all(|offset| text.chars.get(at + offset).is_some_and(|c| is_han(*c)))
            && ends_well(text, at + length)
            && !word_begins_inside(text, at, *length)
    };
    [3, 2].into_iter().find(fits)
}

/// 单位, 施工, 小区: a word that begins like a name.
fn is_other_word(text: &Text, at: usize) -> bool {
    let until = text.chars.len().min(at + 4);
    text.hits_in(at..until, Cues::of(&[Cue::NotName]))
        .any(|hit| hit.start == at)
}

fn word_begins_inside(text: &Text, at: usize, length: usize) -> bool {
    const WORDS: Cues = Cues::of(&[
        Cue::Act,
        Cue::ActSure,
        Cue::Planned,
        Cue::Post,
        Cue::Checked,
        Cue::Frame,
        Cue::Means,
        Cue::Wish,
        Cue::Office,
        Cue::CallerSure,
        Cue::PlannedLead,
        Cue::NotName,
    ]);
    let until = text.chars.len().min(at + length + 3);
    text.hits_in(at..until, WORDS)
        .any(|hit| hit.start < at + length && hit.end - hit.start >= 2)
        || text.date_over(at..at + length)
}

/// Characters with which what a named person does goes on.
const GOES_ON: &str = "到在于与和对带前已等分赴就向用使也均多通亲进现及联电赶再同会上入立第两约去给将把组率随回致打当经核调查检反说表告拨出发主负听陪作做志来三跟下抽又过逐次登";

/// Whether a name can end here.
pub(super) fn ends_well(text: &Text, end: usize) -> bool {
    let Some(c) = text.chars.get(end) else { return true };
    if !is_han(*c) && !c.is_ascii_alphabetic() || GOES_ON.contains(*c) {
        return true;
    }
    const ACTS: Cues = Cues::of(&[Cue::Act, Cue::ActSure, Cue::ActWeak, Cue::Means, Cue::Planned]);
    text.hits_in(end..text.chars.len().min(end + 8), ACTS)
        .any(|hit| hit.start == end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_words_that_begin_like_one() {
        for (words, length) in [
            ("王某到场", Some(2)),
            ("江某某电话回访", Some(3)),
            ("小陈,电话", Some(2)),
            ("老崔已", Some(2)),
            ("蒋大力到现场", Some(3)),
            ("李明和来电人", Some(2)),
            ("张*到场", Some(2)),
            ("高度重视", None),
            ("单位已到场", None),
            ("小区居民", None),
            ("施工方到场", None),
            ("于11月3日到场", None),
            ("到现场查看", None),
        ] {
            assert_eq!(name_at(&Text::read(words), 0), length, "{words}");
        }
    }
}
