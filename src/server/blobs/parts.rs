//! The parts of an upload under way, and how far they reach: pure arithmetic over names and sizes.
//!
//! A part is called `<offset>-<length>`. The length stands in the name so that two clients who send the same file, cut
//! differently, never put a short part in the place of a longer one. Parts may therefore overlap; what counts is how
//! far they reach from the start without a gap.

use std::ops::Range;

/// Parts end at multiples of this, wherever they begin: an upload taken up again is soon cut like any other.
pub(super) const PART: u64 = 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub offset: u64,
    pub length: u64,
}

impl Part {
    pub fn name(self) -> String {
        format!("{:020}-{}", self.offset, self.length)
    }

    pub fn named(name: &str) -> Option<Self> {
        let (offset, length) = name.split_once('-')?;
        let part = Self {
            offset: offset.parse().ok()?,
            length: length.parse().ok()?,
        };
        // Nothing else writes here; a name that does not read back as itself is none of ours.
        (part.name() == name && part.offset.checked_add(part.length).is_some()).then_some(part)
    }

    fn end(self) -> u64 {
        self.offset + self.length
    }
}

/// A part, and what to take of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub part: Part,
    pub bytes: Range<u64>,
}

/// What to take, in order, for the bytes from the start to `size`, or as far as the parts go.
pub(super) fn chain(mut parts: Vec<Part>, size: u64) -> Vec<Taken> {
    parts.sort_unstable();
    let mut chain = Vec::new();
    let mut reach = 0;
    let mut rest = parts.as_slice();
    while reach < size {
        let near = rest.partition_point(|part| part.offset <= reach);
        let furthest = rest[..near].iter().copied().max_by_key(|part| part.end());
        let Some(part) = furthest.filter(|part| part.end() > reach) else {
            break;
        };
        let end = part.end().min(size);
        chain.push(Taken {
            part,
            bytes: reach - part.offset..end - part.offset,
        });
        reach = end;
        rest = &rest[near..];
    }
    chain
}

/// How many bytes stand from the start without a gap.
pub(super) fn reach(chain: &[Taken]) -> u64 {
    chain.iter().map(|taken| taken.bytes.end - taken.bytes.start).sum()
}

/// Where the part that `at` falls in ends, in a file of `size`.
pub(super) fn end_of_part(at: u64, size: u64) -> u64 {
    (at - at % PART).saturating_add(PART).min(size)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(given: &[(u64, u64)]) -> Vec<Part> {
        given.iter().map(|&(offset, length)| Part { offset, length }).collect()
    }

    fn reaches(given: &[(u64, u64)], size: u64) -> u64 {
        reach(&chain(parts(given), size))
    }

    #[test]
    fn a_gap_ends_the_chain() {
        assert_eq!(reaches(&[], 10), 0);
        assert_eq!(reaches(&[(1, 5)], 10), 0);
        assert_eq!(reaches(&[(0, 4), (4, 4)], 10), 8);
        assert_eq!(reaches(&[(5, 5), (0, 4)], 10), 4);
    }

    #[test]
    fn overlapping_parts_are_joined_without_repeating_a_byte() {
        let chain = chain(parts(&[(0, 4), (0, 10), (6, 10), (2, 3)]), 12);
        let taken: Vec<_> = chain
            .iter()
            .map(|taken| (taken.part.offset, taken.bytes.clone()))
            .collect();
        assert_eq!(taken, [(0, 0..10), (6, 4..6)]);
    }

    #[test]
    fn a_part_of_before_the_reach_is_still_found_when_a_short_one_was_taken_first() {
        assert_eq!(reaches(&[(0, 2), (1, 9)], 10), 10);
        assert_eq!(reaches(&[(0, 0), (0, 3)], 10), 3);
    }

    #[test]
    fn a_part_is_read_by_its_name() {
        let part = Part {
            offset: 1_048_576,
            length: 77,
        };
        assert_eq!(part.name(), "00000000000001048576-77");
        assert_eq!(Part::named(&part.name()), Some(part));
        for name in ["", "5", "5-5", "0000000000000000000a-5", "00000000000000000005-+5"] {
            assert_eq!(Part::named(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_chain_is_as_long_as_the_bytes_covered_from_the_start(
            given in prop::collection::vec((0_u64..40, 0_u64..15), 0..12),
            size in 0_u64..60,
        ) {
            let covered = |byte: u64| given.iter().any(|&(offset, length)| (offset..offset + length).contains(&byte));
            let expected = (0..size).take_while(|&byte| covered(byte)).count() as u64;
            let chain = chain(parts(&given), size);
            prop_assert_eq!(reach(&chain), expected);
            let mut at = 0;
            for taken in chain {
                prop_assert_eq!(taken.part.offset + taken.bytes.start, at);
                prop_assert!(taken.bytes.end <= taken.part.length);
                at += taken.bytes.end - taken.bytes.start;
            }
        }

        #[test]
        fn a_part_ends_after_it_begins(at in 0_u64..u64::MAX, more in 1_u64..10_000_000) {
            let size = at.saturating_add(more);
            let end = end_of_part(at, size);
            prop_assert!(end > at && end <= size && end - at <= PART);
        }
    }
}
