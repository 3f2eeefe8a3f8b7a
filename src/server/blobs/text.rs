//! Whether bytes are text that a person wrote: UTF-8 or GB 18030 (which GBK is a part of) to the last byte, and no
//! control characters but those of lines and tabs.

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};

pub(super) struct Text {
    /// The encodings that everything so far fits into.
    fitting: Vec<Decoder>,
}

impl Text {
    pub fn new() -> Self {
        let start = |encoding: &'static Encoding| encoding.new_decoder_without_bom_handling();
        Self {
            fitting: vec![start(UTF_8), start(GB18030)],
        }
    }

    pub fn see(&mut self, bytes: &[u8]) {
        if self.may_be() && bytes.iter().any(|byte| is_control(*byte)) {
            self.fitting.clear();
        }
        self.fitting.retain_mut(|decoder| fits(decoder, bytes, false));
    }

    pub fn may_be(&self) -> bool {
        !self.fitting.is_empty()
    }

    /// Whether the text also ends at the end of a character.
    pub fn ends_well(mut self) -> bool {
        self.fitting.iter_mut().any(|decoder| fits(decoder, &[], true))
    }
}

/// None of these is ever a part of a longer character, in neither encoding.
fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0e..=0x1f | 0x7f)
}

fn fits(decoder: &mut Decoder, mut bytes: &[u8], last: bool) -> bool {
    let mut thrown_away = [0; 4096];
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(bytes, &mut thrown_away, last);
        match result {
            DecoderResult::InputEmpty => return true,
            DecoderResult::OutputFull => bytes = &bytes[read..],
            DecoderResult::Malformed(..) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_text(pieces: &[&[u8]]) -> bool {
        let mut text = Text::new();
        for piece in pieces {
            text.see(piece);
        }
        text.ends_well()
    }

    #[test]
    fn chinese_in_either_encoding_is_text_however_it_is_cut() {
        let written = "经核实，噪音扰民属实。\r\n\t".repeat(900);
        let (gbk, ..) = GB18030.encode(&written);
        for bytes in [written.as_bytes(), &gbk] {
            for step in [1, 2, 5, bytes.len()] {
                assert!(is_text(&bytes.chunks(step).collect::<Vec<_>>()), "by {step}");
            }
            assert!(!is_text(&[&bytes[..bytes.len() - 4]]), "half a character at the end");
        }
    }

    #[test]
    fn other_bytes_are_not() {
        assert!(!is_text(&[b"a\0b"]));
        assert!(!is_text(&[b"\x1b[31mred"]));
        assert!(!is_text(&[b"\xff\xfea\0"]));
        assert!(!is_text(&[b"good \xe9", b" bad \xff\xff"]));
    }
}
