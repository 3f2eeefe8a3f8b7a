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
