//! Reading text that people hand in: UTF-8, what Windows programs write (GBK, UTF-16 with its mark), or a plain word
//! that it is no text. What the text says is not read here.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use encoding_rs::{GBK, UTF_8, UTF_16BE, UTF_16LE};
use unicode_normalization::UnicodeNormalization;

use super::Desk;

/// No reply, rulebook or calendar comes near this; it keeps a wrong file from filling the memory.
pub const LARGEST: usize = 4 * 1024 * 1024;

/// What an input method in full-width mode typed (２０２６－０９－２０, ９：３０), as it was meant.
pub fn half_width(text: &str) -> String {
    text.nfkc().collect()
}

/// How a text was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16,
    Gbk,
}

/// Why bytes are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText;

/// The text of `bytes`, without a byte order mark.
pub fn decode(bytes: &[u8]) -> Result<(String, Encoding), NotText> {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return plain(
            UTF_8.decode_without_bom_handling_and_without_replacement(rest),
            Encoding::Utf8,
        );
    }
    for (mark, encoding) in [(b"\xFF\xFE", UTF_16LE), (b"\xFE\xFF", UTF_16BE)] {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return plain(
                encoding.decode_without_bom_handling_and_without_replacement(rest),
                Encoding::Utf16,
            );
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return plain(Some(text.into()), Encoding::Utf8);
    }
    if !looks_like_gbk(bytes) {
        return Err(NotText);
    }
    plain(
        GBK.decode_without_bom_handling_and_without_replacement(bytes),
        Encoding::Gbk,
    )
}

/// A text has no control characters but those of lines and columns.
fn plain(text: Option<std::borrow::Cow<'_, str>>, encoding: Encoding) -> Result<(String, Encoding), NotText> {
    let text = text.ok_or(NotText)?;
    if text
        .chars()
        .any(|c| c == '\0' || c.is_control() && encoding != Encoding::Utf8 && !c.is_whitespace())
    {
        return Err(NotText);
    }
    Ok((text.into_owned(), encoding))
}

/// Real GBK writes nearly everything with the pairs of GB 2312. Broken UTF-8 and binary files decode as GBK too, by
/// chance, but mostly to pairs outside of it.
fn looks_like_gbk(bytes: &[u8]) -> bool {
    let (mut pairs, mut common) = (0_usize, 0_usize);
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] < 0x80 {
            at += 1;
            continue;
        }
        pairs += 1;
        if let [0xA1..=0xF7, 0xA1..=0xFE] = bytes[at..bytes.len().min(at + 2)] {
            common += 1;
        }
        at += 2;
    }
    common * 10 >= pairs * 9
}

impl Desk {
    /// The text of a file, or of stdin where there is none or it is `-`; a conversion is said.
    pub fn read_text(&self, file: Option<&Path>) -> anyhow::Result<String> {
        let name = self.name_of(file);
        let bytes = self.read_bytes(file)?;
        let (text, encoding) =
            decode(&bytes).map_err(|NotText| self.refuse("cli.input.not_text", &[("file", &name)]))?;
        self.say_encoding(encoding, &name);
        Ok(text)
    }

    pub fn say_encoding(&self, encoding: Encoding, name: &str) {
        match encoding {
            Encoding::Utf8 => {}
            Encoding::Gbk => self.note(&self.say("cli.input.gbk", &[("file", name)])),
            Encoding::Utf16 => self.note(&self.say("cli.input.utf16", &[("file", name)])),
        }
    }

    pub fn name_of(&self, file: Option<&Path>) -> String {
        match file {
            Some(path) if !is_stdin(path) => path.display().to_string(),
            _ => self.word("cli.input.stdin").to_owned(),
        }
    }

    /// The bytes of a file or of stdin, one at a time no more than [`LARGEST`].
    pub fn open(&self, file: Option<&Path>) -> anyhow::Result<Box<dyn Read>> {
        match file {
            Some(path) if !is_stdin(path) => {
                let unreadable = |error: &io::Error| self.unreadable(path, error);
                let opened = File::open(path).map_err(|error| unreadable(&error))?;
                if opened.metadata().is_ok_and(|about| about.is_dir()) {
                    return Err(self.refuse("cli.input.folder", &[("file", &path.display().to_string())]));
                }
                Ok(Box::new(opened))
            }
            _ => {
                let stdin = io::stdin();
                if stdin.is_terminal() {
                    self.note(self.word("cli.input.typing"));
                }
                Ok(Box::new(stdin.lock()))
            }
        }
    }

    fn read_bytes(&self, file: Option<&Path>) -> anyhow::Result<Vec<u8>> {
        let name = self.name_of(file);
        let mut bytes = Vec::new();
        let mut limited = self.open(file)?.take(LARGEST as u64 + 1);
        limited
            .read_to_end(&mut bytes)
            .map_err(|error| self.unreadable(Path::new(&name), &error))?;
        if bytes.len() > LARGEST {
            return Err(self.refuse("cli.input.too_large", &[("file", &name)]));
        }
        Ok(bytes)
    }

    /// The kinds of failure that people can do something about have words; the rest is the system's own.
    fn unreadable(&self, path: &Path, error: &io::Error) -> anyhow::Error {
        let file = path.display().to_string();
        match error.kind() {
            io::ErrorKind::NotFound => self.refuse("cli.input.no_file", &[("file", &file)]),
            io::ErrorKind::PermissionDenied => self.refuse("cli.input.no_permission", &[("file", &file)]),
            _ => self.refuse("cli.input.unreadable", &[("file", &file), ("why", &error.to_string())]),
        }
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_windows_writes_is_read() {
        let text = "经查，已责令整改。";
        let (gbk, _, _) = GBK.encode(text);
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), Encoding::Utf8),
            (gbk.into_owned(), Encoding::Gbk),
            (utf16, Encoding::Utf16),
            (Vec::new(), Encoding::Utf8),
        ] {
            let expected = if bytes.is_empty() { "" } else { text };
            assert_eq!(decode(&bytes), Ok((expected.to_owned(), encoding)));
        }
    }

    #[test]
    fn what_is_no_text_is_refused_instead_of_turned_into_nonsense() {
        let mut broken = "经查，投诉人反映的情况属实。".as_bytes().to_vec();
        broken.remove(1);
        let cases: [&[u8]; 4] = [
            &broken,
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"caf\xE9 au lait",
            b"abc\0def",
        ];
        for bytes in cases {
            assert_eq!(decode(bytes), Err(NotText), "{bytes:?}");
        }
    }
}
