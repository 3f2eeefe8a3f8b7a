//! What a file is, told by its bytes. A name or a header says what a sender likes to say.

use super::text::Text;

/// What may be attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Jpeg,
    Png,
    Gif,
    Webp,
    Heic,
    Pdf,
    Mp4,
    Mov,
    Mp3,
    M4a,
    Wav,
    Amr,
    Ogg,
    /// A zip package: docx, xlsx, pptx, ofd.
    Office,
    /// Before 2007: doc, xls, ppt, wps, et.
    OldOffice,
    Text,
}

/// Each kind, what people call it, and its media type.
const KINDS: &[(FileKind, &str, &str)] = &[
    (FileKind::Jpeg, "jpeg", "image/jpeg"),
    (FileKind::Png, "png", "image/png"),
    (FileKind::Gif, "gif", "image/gif"),
    (FileKind::Webp, "webp", "image/webp"),
    (FileKind::Heic, "heic", "image/heic"),
    (FileKind::Pdf, "pdf", "application/pdf"),
    (FileKind::Mp4, "mp4", "video/mp4"),
    (FileKind::Mov, "mov", "video/quicktime"),
    (FileKind::Mp3, "mp3", "audio/mpeg"),
    (FileKind::M4a, "m4a", "audio/mp4"),
    (FileKind::Wav, "wav", "audio/wav"),
    (FileKind::Amr, "amr", "audio/amr"),
    (FileKind::Ogg, "ogg", "audio/ogg"),
    // The bytes say no more than this without unpacking; which program opens them, the file's name says.
    (FileKind::Office, "docx, xlsx, pptx, ofd", "application/zip"),
    (FileKind::OldOffice, "doc, xls, ppt", "application/x-ole-storage"),
    // In UTF-8 or GB 18030: no charset is claimed.
    (FileKind::Text, "txt", "text/plain"),
];

/// So many bytes from the start tell every kind but text.
pub(super) const HEAD: u64 = 64;

impl FileKind {
    pub fn media_type(self) -> &'static str {
        self.row().2
    }

    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Every kind by name, for an error that says what would have been taken.
    pub fn names() -> String {
        let names: Vec<&str> = KINDS.iter().map(|(_, name, _)| *name).collect();
        names.join(", ")
    }

    fn row(self) -> &'static (FileKind, &'static str, &'static str) {
        KINDS
            .iter()
            .find(|(kind, ..)| *kind == self)
            .expect("every kind is in the table")
    }

    /// Of a file that was let in, by its head: what has no mark of its own is text.
    pub(super) fn of_stored(head: &[u8]) -> Self {
        marked(head).unwrap_or(Self::Text)
    }
}

/// By the marks that files of a kind begin with.
fn marked(head: &[u8]) -> Option<FileKind> {
    let at = |offset: usize, mark: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(mark));
    if at(0, b"\xff\xd8\xff") {
        Some(FileKind::Jpeg)
    } else if at(0, b"\x89PNG\r\n\x1a\n") {
        Some(FileKind::Png)
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        Some(FileKind::Gif)
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        Some(FileKind::Webp)
    } else if at(0, b"RIFF") && at(8, b"WAVE") {
        Some(FileKind::Wav)
    } else if at(0, b"%PDF-") {
        Some(FileKind::Pdf)
    } else if at(4, b"ftyp") {
        of_brand(head.get(8..12)?)
    } else if at(0, b"#!AMR") {
        Some(FileKind::Amr)
    } else if at(0, b"OggS") {
        Some(FileKind::Ogg)
    } else if at(0, b"PK\x03\x04") {
        Some(FileKind::Office)
    } else if at(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        Some(FileKind::OldOffice)
    } else if at(0, b"ID3") || is_mp3_frame(head) {
        Some(FileKind::Mp3)
    } else {
        None
    }
}

/// One box format holds films, sound and pictures; its brand says which.
fn of_brand(brand: &[u8]) -> Option<FileKind> {
    match brand {
        b"qt  " => Some(FileKind::Mov),
        b"M4A " | b"M4B " => Some(FileKind::M4a),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1" => Some(FileKind::Heic),
        b"isom" | b"avc1" | b"mmp4" | b"MSNV" | b"M4V " | b"M4VH" | b"M4VP" | b"dash" => Some(FileKind::Mp4),
        [b'i', b's', b'o', _] | [b'm', b'p', b'4', _] | [b'3', b'g', ..] => Some(FileKind::Mp4),
        _ => None,
    }
}

/// A frame of MPEG layer III, where no tag goes before the first.
fn is_mp3_frame(head: &[u8]) -> bool {
    let &[0xff, second, third, ..] = head else {
        return false;
    };
    let layer_three = second & 0b1110_0110 == 0b1110_0010;
    let bitrate = third >> 4;
    let sampling = third >> 2 & 0b11;
    layer_three && !matches!(bitrate, 0 | 15) && sampling != 0b11
}

/// Every zip package that an office writes has one of these inside; names in a zip stand there as they are.
const PACKAGES: [&[u8]; 2] = [b"[Content_Types].xml", b"OFD.xml"];

/// Tells the kind of a file from all of its bytes as they go by.
pub(super) struct Inspection {
    head: Vec<u8>,
    /// The last bytes seen, where a package's mark may have begun.
    tail: Vec<u8>,
    is_package: bool,
    text: Text,
}

impl Inspection {
    pub fn new() -> Self {
        Self {
            head: Vec::new(),
            tail: Vec::new(),
            is_package: false,
            text: Text::new(),
        }
    }

    pub fn see(&mut self, bytes: &[u8]) {
        let missing = (HEAD as usize).saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..missing]);
        self.text.see(bytes);
        if !self.is_package && self.head.starts_with(b"PK") {
            self.look_for_package(bytes);
        }
    }

    fn look_for_package(&mut self, bytes: &[u8]) {
        let longest = PACKAGES.iter().map(|mark| mark.len()).max().unwrap_or_default();
        let seen = [self.tail.as_slice(), bytes].concat();
        self.is_package = PACKAGES.iter().any(|mark| contains(&seen, mark));
        self.tail = seen[seen.len().saturating_sub(longest)..].to_vec();
    }

    /// Whether a file that goes on from here can still be one of the kinds.
    pub fn is_hopeless(&self) -> bool {
        self.head.len() as u64 == HEAD && marked(&self.head).is_none() && !self.text.may_be()
    }

    pub fn kind(self) -> Option<FileKind> {
        match marked(&self.head) {
            Some(FileKind::Office) => self.is_package.then_some(FileKind::Office),
            Some(kind) => Some(kind),
            None => (!self.head.is_empty() && self.text.ends_well()).then_some(FileKind::Text),
        }
    }
}

fn contains(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> Option<FileKind> {
        let mut inspection = Inspection::new();
        inspection.see(bytes);
        inspection.kind()
    }

    const SAMPLES: &[(&[u8], FileKind)] = &[
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", FileKind::Jpeg),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", FileKind::Png),
        (b"GIF89a\x01\0\x01\0", FileKind::Gif),
        (b"RIFF\x24\0\0\0WEBPVP8 ", FileKind::Webp),
        (b"\0\0\0\x24ftypheic\0\0\0\0mif1", FileKind::Heic),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", FileKind::Pdf),
        (b"\0\0\0\x20ftypisom\0\0\x02\0", FileKind::Mp4),
        (b"\0\0\0\x20ftypmp42\0\0\x02\0", FileKind::Mp4),
        (b"\0\0\0\x18ftyp3gp5\0\0\x02\0", FileKind::Mp4),
        (b"\0\0\0\x14ftypqt  \0\0\x02\0", FileKind::Mov),
        (b"ID3\x04\0\0\0\0\x1f\x76", FileKind::Mp3),
        (b"\xff\xfb\x90\x64\0\x0f", FileKind::Mp3),
        (b"\0\0\0\x20ftypM4A \0\0\x02\0", FileKind::M4a),
        (b"RIFF\x24\0\0\0WAVEfmt ", FileKind::Wav),
        (b"#!AMR\n\x3c\x91", FileKind::Amr),
        (b"OggS\0\x02\0\0", FileKind::Ogg),
        (
            b"PK\x03\x04\x14\0\x06\0\x08\0....[Content_Types].xml \xa2",
            FileKind::Office,
        ),
        (b"PK\x03\x04\x14\0\0\0\x08\0....Doc_0/x\0\0OFD.xml\0", FileKind::Office),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", FileKind::OldOffice),
        ("已联系诉求人。\r\n".as_bytes(), FileKind::Text),
        (b"\xd2\xd1\xc1\xaa\xcf\xb5\r\n", FileKind::Text),
    ];

    #[test]
    fn every_kind_is_told_by_its_bytes_when_it_comes_and_when_it_is_read() {
        for (bytes, expected) in SAMPLES {
            assert_eq!(kind(bytes), Some(*expected), "{expected:?}");
            assert_eq!(FileKind::of_stored(bytes), *expected, "{expected:?}");
        }
        for (kind, name, media_type) in KINDS {
            assert!(SAMPLES.iter().any(|(_, sample)| sample == kind), "no sample of {name}");
            assert_eq!((kind.name(), kind.media_type()), (*name, *media_type));
        }
    }

    #[test]
    fn it_does_not_matter_how_the_bytes_are_cut() {
        for (bytes, expected) in SAMPLES {
            for step in [1, 3, 7] {
                let mut inspection = Inspection::new();
                for piece in bytes.chunks(step) {
                    inspection.see(piece);
                    assert!(!inspection.is_hopeless(), "{expected:?}");
                }
                assert_eq!(inspection.kind(), Some(*expected), "by {step}");
            }
        }
    }

    #[test]
    fn other_files_are_refused() {
        let refused: &[&[u8]] = &[
            b"",
            b"MZ\x90\0\x03\0\0\0",
            b"\x7fELF\x02\x01\x01\0",
            b"PK\x03\x04\x0a\0\0\0\0\0just a zip",
            b"Rar!\x1a\x07\x01\0",
            b"7z\xbc\xaf\x27\x1c",
            b"\0\0\0\x1cftypavif\0\0\0\0",
            b"RIFF\x24\0\0\0AVI LIST",
            b"\xff\xf1\x50\x80",
            b"text with a \0 in it",
        ];
        for bytes in refused {
            assert_eq!(kind(bytes), None, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_file_that_can_be_nothing_is_known_by_its_head() {
        let mut program = Inspection::new();
        program.see(b"MZ\x90\0");
        assert!(!program.is_hopeless(), "four bytes are too few to tell");
        program.see(&[0; HEAD as usize]);
        assert!(program.is_hopeless());
    }
}
