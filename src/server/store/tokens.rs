//! Search words, the same for both databases: Chinese in pairs of characters, everything else by whole words.

use unicode_normalization::UnicodeNormalization;

/// One search may ask for so many words.
const MOST_ASKED: usize = 40;
/// Letters of one word that count. PostgreSQL keeps no more than 2047 bytes of one and does not say so.
const LONGEST: usize = 64;
/// Bytes of all the words of one text. Past a megabyte PostgreSQL's index loses its place without a word.
const MOST_BYTES: usize = 512 * 1024;

fn ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

/// Letters and digits that both databases keep whole: what is outside these parts words.
fn letter(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// Runs of characters of one sort, brought to one form (full width to half, capitals to small).
fn runs(text: &str) -> Vec<(bool, Vec<char>)> {
    let mut runs: Vec<(bool, Vec<char>)> = Vec::new();
    let mut open = false;
    for c in text.nfkc().flat_map(char::to_lowercase) {
        let chinese = ideograph(c);
        if !chinese && !letter(c) {
            open = false;
            continue;
        }
        match runs.last_mut() {
            Some((false, run)) if open && !chinese && run.len() >= LONGEST => {}
            Some((sort, run)) if open && *sort == chinese => run.push(c),
            _ => runs.push((chinese, vec![c])),
        }
        open = true;
    }
    runs
}

/// Every word of a text, each once, in order: what the index holds.
pub fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for (chinese, run) in runs(text) {
        if chinese {
            words.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
            // So that the last character is found by itself, too.
            words.extend(run.last().map(char::to_string));
        } else {
            words.push(run.into_iter().collect());
        }
    }
    words.sort_unstable();
    words.dedup();
    let mut bytes = 0;
    words.retain(|word| {
        bytes += word.len() + 1;
        bytes <= MOST_BYTES
    });
    words
}

/// A word that is asked for: whole, or as a beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub word: String,
    pub beginning: bool,
}

/// What a search asks for; none when it holds no word at all.
pub fn asked(text: &str) -> Vec<Asked> {
    let mut words = Vec::new();
    for (chinese, run) in runs(text) {
        if chinese && run.len() > 1 {
            words.extend(run.windows(2).map(|pair| Asked {
                word: pair.iter().collect(),
                beginning: false,
            }));
        } else {
            // A single character is the beginning of its pairs; of a number or a name often only the start is known.
            words.push(Asked {
                word: run.into_iter().collect(),
                beginning: true,
            });
        }
    }
    words.truncate(MOST_ASKED);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a text with these words answers the question, as both databases judge it.
    fn hits(text: &str, question: &str) -> bool {
        let held = words(text);
        asked(question).iter().all(|asked| {
            held.iter().any(|word| {
                if asked.beginning {
                    word.starts_with(&asked.word)
                } else {
                    *word == asked.word
                }
            })
        })
    }

    #[test]
    fn a_word_of_two_characters_is_found_anywhere() {
        let text = "锦程花园小区夜间噪音扰民，联系电话0476-1234567，WiFi 断网";
        for question in [
            "噪音",
            "扰民",
            "花园",
            "夜间噪音",
            "民",
            "噪",
            "1234567",
            "ＷＩＦＩ",
            "wi",
            "断网 噪音",
        ] {
            assert!(hits(text, question), "{question}");
        }
        for question in ["音噪", "停车", "花程", "234567", "噪音 停车"] {
            assert!(!hits(text, question), "{question}");
        }
    }

    #[test]
    fn what_no_index_could_hold_is_cut_short_and_found_all_the_same() {
        let long = "x".repeat(3000);
        assert_eq!(words(&long), ["x".repeat(LONGEST)]);
        assert!(hits(&long, &long));
        let many: String = (0..200_000).map(|number| format!("word{number} ")).collect();
        let held: usize = words(&many).iter().map(|word| word.len() + 1).sum();
        assert!(held <= MOST_BYTES, "{held}");
    }

    #[test]
    fn signs_alone_ask_for_nothing() {
        assert_eq!(asked("，。!? '\"*:&|"), []);
        assert_eq!(words(""), Vec::<String>::new());
    }
}
