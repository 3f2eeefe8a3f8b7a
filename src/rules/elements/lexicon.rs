//! The words the readers of a reply look for: `assets/elements/*.toml`, one tree over all of them. Which words mean
//! what is data there; what a meaning does to a text is in the other files of this folder.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::domain::named::named;

named! {
    /// What a word signals. Each is one list in one of the lexicon files, where it says what belongs in it.
    pub enum Cue {
        Noise = "noise",
        Caller = "caller",
        CallerSure = "caller_sure",
        CallerPronoun = "caller_pronoun",
        Tell = "tell",
        Narrates = "narrates",
        Office = "office",
        Agent = "agent",
        Act = "act",
        ActSure = "act_sure",
        ActWeak = "act_weak",
        ActThird = "act_third",
        Forward = "forward",
        Checked = "checked",
        PlannedLead = "planned_lead",
        Planned = "planned",
        Will = "will",
        Efforts = "efforts",
        Supposed = "supposed",
        Wish = "wish",
        Modal = "modal",
        Negation = "negation",
        Past = "past",
        Unfinished = "unfinished",
        PastEvent = "past_event",
        Enrols = "enrols",
        Means = "means",
        Invites = "invites",
        Unreachable = "unreachable",
        Declined = "declined",
        Satisfied = "satisfied",
        Fair = "fair",
        Understands = "understands",
        Dissatisfied = "dissatisfied",
        VeryDissatisfied = "very_dissatisfied",
        Unsaid = "unsaid",
        Decision = "decision",
        AttitudeNoise = "attitude_noise",
        Outcome = "outcome",
        Answer = "answer",
        Fix = "fix",
        Frame = "frame",
        Topic = "topic",
        Verdict = "verdict",
        LawTail = "law_tail",
        WeakTail = "weak_tail",
        PaperTail = "paper_tail",
        LawName = "law_name",
        RestsOn = "rests_on",
        Remedy = "remedy",
        Opens = "opens",
        UnderWay = "under_way",
        Body = "body",
        Place = "place",
        Firm = "firm",
        Section = "section",
        NameStop = "name_stop",
        Generic = "generic",
        Post = "post",
        LeadPost = "lead_post",
        Title = "title",
        NotName = "not_name",
        OtherSide = "other_side",
        Party = "party",
        Called = "called",
        NotPhone = "not_phone",
        ShortNumber = "short_number",
        Placeholder = "placeholder",
        Evasive = "evasive",
        EvasiveWeak = "evasive_weak",
        Rude = "rude",
    }
}

/// Cues of one word: a word may stand in several lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cues(u128);

impl Cues {
    pub(super) const fn of(list: &[Cue]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < list.len() {
            bits |= 1 << list[at] as u64;
            at += 1;
        }
        Self(bits)
    }

    pub(super) const fn has(self, cue: Cue) -> bool {
        self.0 & (1 << cue as u64) != 0
    }

    pub(super) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }

    pub(super) fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    fn add(&mut self, cue: Cue) {
        self.0 |= 1 << cue as u64;
    }
}

impl From<Cue> for Cues {
    fn from(cue: Cue) -> Self {
        Self::of(&[cue])
    }
}

const FILES: &[(&str, &str)] = &[
    ("people", include_str!("../../../assets/elements/people.toml")),
    ("tense", include_str!("../../../assets/elements/tense.toml")),
    ("acts", include_str!("../../../assets/elements/acts.toml")),
    ("contact", include_str!("../../../assets/elements/contact.toml")),
    ("attitude", include_str!("../../../assets/elements/attitude.toml")),
    ("outcome", include_str!("../../../assets/elements/outcome.toml")),
    ("law", include_str!("../../../assets/elements/law.toml")),
    ("remedy", include_str!("../../../assets/elements/remedy.toml")),
    ("units", include_str!("../../../assets/elements/units.toml")),
    ("posts", include_str!("../../../assets/elements/posts.toml")),
    ("phones", include_str!("../../../assets/elements/phones.toml")),
    ("noise", include_str!("../../../assets/elements/noise.toml")),
    ("flags", include_str!("../../../assets/elements/flags.toml")),
];

/// A set of characters, asked for at every character of a text.
#[derive(Default)]
pub(super) struct Characters(Vec<u64>);

impl Characters {
    fn of(characters: &str) -> Self {
        let mut bits = Vec::new();
        for c in characters.chars() {
            let word = c as usize / 64;
            if bits.len() <= word {
                bits.resize(word + 1, 0);
            }
            bits[word] |= 1 << (c as usize % 64);
        }
        Self(bits)
    }

    pub(super) fn has(&self, c: char) -> bool {
        self.0
            .get(c as usize / 64)
            .is_some_and(|word| word & (1 << (c as usize % 64)) != 0)
    }
}

/// A list of words, or one string of single characters.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Words {
    List(Vec<String>),
    Characters(String),
}

/// Words by their characters. Over Chinese, two steps from a character on mostly tell that no word begins there, and
/// unlike an automaton over bytes it needs no way back from bytes to characters.
#[derive(Default)]
struct Tree {
    /// By first character: its node, or 0.
    first: Vec<u32>,
    nodes: Vec<Node>,
    /// Next characters of all nodes, each node's in order.
    steps: Vec<(char, u32)>,
}

#[derive(Default)]
struct Node {
    /// What the word that ends here means; nothing if none does.
    cues: Cues,
    steps: Range<u32>,
}

impl Tree {
    fn of(words: &BTreeMap<String, Cues>) -> Self {
        let mut next: Vec<BTreeMap<char, u32>> = vec![BTreeMap::new()];
        let mut cues = vec![Cues::default()];
        for (word, meaning) in words {
            let mut node = 0;
            for c in word.chars() {
                let fresh = next.len() as u32;
                node = *next[node].entry(c).or_insert(fresh) as usize;
                if node == next.len() {
                    next.push(BTreeMap::new());
                    cues.push(Cues::default());
                }
            }
            cues[node].join(*meaning);
        }
        let mut tree = Self::default();
        for (c, node) in &next[0] {
            let at = *c as usize;
            if tree.first.len() <= at {
                tree.first.resize(at + 1, 0);
            }
            tree.first[at] = *node;
        }
        for (steps, cues) in next.into_iter().zip(cues) {
            let from = tree.steps.len() as u32;
            tree.steps.extend(steps);
            tree.nodes.push(Node {
                cues,
                steps: from..tree.steps.len() as u32,
            });
        }
        tree
    }
}

pub(super) struct Lexicon {
    tree: Tree,
    surnames: Characters,
    /// Characters at which the name of a body cannot reach further left.
    pub(super) name_stops: Characters,
}

impl Lexicon {
    /// The words that begin at this place, shortest first: where they end and what they mean.
    pub(super) fn words_at(&self, chars: &[char], at: usize, mut found: impl FnMut(usize, Cues)) {
        let tree = &self.tree;
        let mut node = tree.first.get(chars[at] as usize).map_or(0, |node| *node as usize);
        let mut end = at + 1;
        while node != 0 {
            if tree.nodes[node].cues != Cues::default() {
                found(end, tree.nodes[node].cues);
            }
            let steps = &tree.nodes[node].steps;
            let steps = &tree.steps[steps.start as usize..steps.end as usize];
            let step = chars
                .get(end)
                .and_then(|c| steps.binary_search_by_key(c, |(c, _)| *c).ok());
            node = step.map_or(0, |step| steps[step].1 as usize);
            end += 1;
        }
    }

    /// The length of the longest word of this cue that ends the text; 0 if none does.
    pub(super) fn longest_end(&self, chars: &[char], cue: Cue) -> usize {
        let mut longest = 0;
        for at in 0..chars.len() {
            self.words_at(chars, at, |end, cues| {
                if end == chars.len() && cues.has(cue) {
                    longest = longest.max(end - at);
                }
            });
        }
        longest
    }

    pub(super) fn is_surname(&self, c: char) -> bool {
        self.surnames.has(c)
    }
}

/// Built once, on the first reply read.
pub(super) static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| load(FILES).unwrap_or_else(|error| panic!("assets/elements: {error}")));

fn load(files: &[(&str, &str)]) -> Result<Lexicon, String> {
    let mut words: BTreeMap<String, Cues> = BTreeMap::new();
    let (mut surnames, mut name_stops) = (Characters::default(), Characters::default());
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (file, text) in files {
        let lists: BTreeMap<String, Words> = toml::from_str(text).map_err(|error| format!("{file}.toml: {error}"))?;
        for (name, list) in lists {
            if let Some(other) = seen.insert(name.clone(), file) {
                return Err(format!("{name} stands in {other}.toml and in {file}.toml"));
            }
            match list {
                Words::Characters(characters) if name == "surnames" => surnames = Characters::of(&characters),
                Words::Characters(characters) if name == "name_stop_characters" => {
                    name_stops = Characters::of(&characters);
                }
                Words::Characters(_) => return Err(format!("{file}.toml: {name} must be a list")),
                Words::List(list) => {
                    let cue: Cue = name.parse().map_err(|error| format!("{file}.toml: {error}"))?;
                    for word in list {
                        if word.trim().is_empty() {
                            return Err(format!("{file}.toml: {name} holds an empty word"));
                        }
                        let cues = words.entry(word.clone()).or_default();
                        if cues.has(cue) {
                            return Err(format!("{file}.toml: {word} stands twice in {name}"));
                        }
                        cues.add(cue);
                    }
                }
            }
        }
    }
    if let Some(missing) = Cue::ALL.iter().find(|cue| !seen.contains_key(cue.name())) {
        return Err(format!("no file holds {missing}"));
    }
    Ok(Lexicon {
        tree: Tree::of(&words),
        surnames,
        name_stops,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_loads_and_every_cue_has_words() {
        let lexicon = load(FILES).unwrap();
        for cue in Cue::ALL {
            assert!(lexicon.tree.nodes.iter().any(|node| node.cues.has(*cue)), "{cue}");
        }
        assert!(lexicon.is_surname('王') && !lexicon.is_surname('的'));
        assert!(Cue::ALL.len() <= 128, "Cues is a u128");
    }

    #[test]
    fn an_unknown_list_is_an_error_that_names_it() {
        let error = load(&[("people", "callr = [\"来电人\"]")]).err().unwrap();
        assert!(error.contains("callr") && error.contains("people.toml"), "{error}");
    }

    #[test]
    fn a_list_in_two_files_is_an_error() {
        let error = load(&[("a", "act = [\"查看\"]"), ("b", "act = [\"查看\"]")])
            .err()
            .unwrap();
        assert!(error.contains("a.toml") && error.contains("b.toml"), "{error}");
    }

    #[test]
    fn a_word_twice_in_a_list_is_an_error() {
        let error = load(&[("acts", "act = [\"查看\", \"查看\"]")]).err().unwrap();
        assert!(error.contains("查看") && error.contains("act"), "{error}");
    }

    #[test]
    fn words_are_written_as_a_normalised_text_has_them() {
        for (file, text) in FILES {
            let lists: BTreeMap<String, Words> = toml::from_str(text).unwrap();
            for list in lists.into_values() {
                if let Words::List(list) = list {
                    for word in list {
                        let read: String = word.chars().map(super::super::text::half_width).collect();
                        assert_eq!(word, read, "{file}.toml: a normalised text never holds this word");
                    }
                }
            }
        }
    }
}
