//! Text laid out in cells: columns that align though a Chinese character is two cells wide, and lines that break where
//! Chinese typesetting lets them. What is written is not decided here.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Never at the start of a line.
const NOT_FIRST: &str = "。，、；：！？）》】〕〉”’…—·％%,.;:!?)]}";
/// Never at the end of a line.
const NOT_LAST: &str = "（《【〔〈“‘([{";

pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` filled with blanks up to `cells`.
pub fn pad(text: &str, cells: usize) -> String {
    let blanks = cells.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(blanks))
}

/// `text` in at most `cells`, its end left out where it is longer.
pub fn cut(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if width(&kept) + c.width().unwrap_or(0) + 1 > cells {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// Rows in columns, two blanks apart; the last column is not filled up.
pub fn columns(rows: &[Vec<String>], indent: usize) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest: Vec<usize> = (0..count)
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| width(cell))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = " ".repeat(indent);
        for (column, cell) in row.iter().enumerate() {
            line.push_str(&pad(cell, widest[column] + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Breaks `text` into lines of at most `cells`. Words and numbers stay whole where they fit on a line.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        let fits = width(&line) + width(piece.trim_end()) <= cells;
        if !fits && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        if line.is_empty() && width(piece.trim_end()) > cells {
            // Longer than a whole line: torn where the line ends, for there is no better place.
            for c in piece.chars() {
                if width(&line) + c.width().unwrap_or(0) > cells && !NOT_FIRST.contains(c) {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        } else if !(line.is_empty() && piece.trim().is_empty()) {
            line.push_str(piece);
        }
    }
    if !line.trim_end().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// What may not be torn: a Chinese character with the marks that cling to it, or a run of Latin letters and digits.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        if let Some(last) = before
            && may_break(last, c)
        {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    pieces.push(&text[start..]);
    pieces
}

fn may_break(last: char, next: char) -> bool {
    if NOT_FIRST.contains(next) || NOT_LAST.contains(last) || matches!(next, ' ' | '(') {
        return false;
    }
    let wide = |c: char| c.width() == Some(2);
    last == ' ' || wide(last) || wide(next) || NOT_FIRST.contains(last) && !last.is_ascii()
}

/// `text` after `head`, its further lines as far in as the first.
pub fn hanging(head: &str, text: &str, cells: usize) -> String {
    let indent = width(head);
    let lines = wrap(text, cells.saturating_sub(indent).max(10));
    let mut laid = String::new();
    for (number, line) in lines.iter().enumerate() {
        let before = if number == 0 {
            head.to_owned()
        } else {
            " ".repeat(indent)
        };
        laid.push_str(format!("{before}{line}").trim_end());
        laid.push('\n');
    }
    laid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() {
        let text = "认为不该自己办的工单，应在1个工作日内回退（含“上级派回”的），超时不可回退；按《条例》第12条办理。";
        for cells in 4..60 {
            let lines = wrap(text, cells);
            assert_eq!(lines.concat(), text, "{cells}");
            for line in &lines[1..] {
                let first = line.chars().next().expect("a line");
                assert!(!NOT_FIRST.contains(first), "{cells}: {line}");
            }
            if cells >= 12 {
                assert!(lines.iter().all(|line| width(line) <= cells), "{cells}: {lines:?}");
            }
        }
    }

    #[test]
    fn words_and_numbers_stay_whole() {
        let lines = wrap("最晚 2026-11-20 17:30 以前 before the limit", 12);
        assert_eq!(lines, ["最晚", "2026-11-20", "17:30 以前", "before the", "limit"]);
    }

    #[test]
    fn what_is_cut_fits_and_says_so() {
        for (text, cells, kept) in [
            ("望河路路灯不亮", 14, "望河路路灯不亮"),
            ("望河路路灯不亮", 13, "望河路路灯不…"),
            ("望河路路灯不亮", 8, "望河路…"),
            ("street lamp", 7, "street…"),
        ] {
            assert_eq!(cut(text, cells), kept);
            assert!(width(kept) <= cells);
        }
    }

    #[test]
    fn columns_align_by_cells() {
        let rows = [["办结", "1"], ["ab", "2"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(columns(&rows, 1), " 办结  1\n ab    2\n");
    }
}
