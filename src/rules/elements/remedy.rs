//! 权利救济: reconsideration, litigation, arbitration or another legal way that stands open to the caller. A suit
//! already running is none, nor is 如有疑问请联系我们.

use std::ops::Range;

use super::lexicon::Cue;
use super::text::{Clause, Hit, Text};

pub(super) fn find(text: &Text) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for clause in text.clauses.iter().filter(|clause| !clause.mood.story) {
        if let Some(hit) = text.hits_of(clause, Cue::Remedy).find(|hit| open(text, clause, hit)) {
            found.push(hit.start..hit.end);
        }
    }
    found
}

fn open(text: &Text, clause: &Clause, hit: &Hit) -> bool {
    if text.has(clause.range(), &[Cue::UnderWay]) {
        return false;
    }
    // 将申请法院强制执行: the office's own way.
    if clause.mood.ahead
        || text.has(clause.start..hit.start, &[Cue::Planned, Cue::Will])
        || text.ends_with(hit.end, "了")
    {
        return false;
    }
    let sentence = text.sentence_of(clause);
    text.has(sentence.start..hit.end, &[Cue::Opens])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &str) -> bool {
        !find(&Text::read(words)).is_empty()
    }

    #[test]
    fn a_legal_way_that_stands_open_is_a_remedy() {
        for words in [
            "如不服，可申请行政复议。",
            "您可以向人民法院起诉。",
            "建议通过司法途径解决。",
            "可向劳动仲裁委员会申请仲裁。",
            "对裁决不服的，可提起行政诉讼。",
            "您反映商家扣留押金的情况，建议您通过法律途径解决。",
            "建议寻求法律帮助。",
        ] {
            assert!(found(words), "{words}");
        }
    }

    #[test]
    fn a_suit_under_way_the_offices_own_and_a_phone_are_none() {
        for words in [
            "双方已提起诉讼，正在审理中。",
            "下一步将申请法院强制执行。",
            "如有疑问请联系我们。",
            "可拨打12358举报。",
            "按仲裁书执行。",
        ] {
            assert!(!found(words), "{words}");
        }
    }
}
