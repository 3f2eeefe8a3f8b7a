//! `rexian check`: whether a drafted reply may be submitted. Finding the elements and judging them is `rules`' work.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::deadline::clause;
use super::input::{Encoding, LARGEST, NotText, decode};
use super::layout::{hanging, pad, width};
use super::{Desk, Outcome};
use crate::domain::intake::Kind;
use crate::domain::reply::ReplyFields;
use crate::rules::contact::Standing;
use crate::rules::elements::{self, Span};
use crate::rules::finding::Finding;
use crate::rules::reply::{Draft, ElementState, ReplyRules, Verdict};
use crate::rules::{Rulebook, Severity};

#[derive(Args)]
pub struct Check {
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[arg(long, value_name = "ID")]
    rulebook: Option<String>,
    #[arg(long)]
    emergency: bool,
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    jsonl: Option<PathBuf>,
    #[arg(long)]
    json: bool,
}

/// What all texts of one run are judged by.
struct Judge<'a> {
    rules: &'a ReplyRules,
    kind: Option<Kind>,
    channel: Option<&'a str>,
    emergency: bool,
}

/// The form in JSON: other programs rely on it.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Value>,
    ok: bool,
    elements: Vec<Shown<'a>>,
    findings: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    id: &'static str,
    label: String,
    found: bool,
    required: bool,
    cite: Option<&'a str>,
    evidence: Vec<Evidence>,
}

/// Counted in characters.
#[derive(Serialize)]
struct Evidence {
    start: usize,
    end: usize,
    text: String,
}

#[derive(Serialize)]
struct Told<'a> {
    rule: &'static str,
    cite: Option<&'a str>,
    severity: Severity,
    field: Option<&'static str>,
    message: String,
    fix: String,
    start: Option<usize>,
    end: Option<usize>,
}

/// One line of many.
struct Line {
    id: Value,
    text: String,
}

impl Line {
    /// The line, or the key of what is wrong with it.
    fn read(line: &str) -> Result<Self, &'static str> {
        let value: Value = serde_json::from_str(line).map_err(|_| "cli.check.no_json")?;
        let Value::Object(mut line) = value else {
            return Err("cli.check.no_object");
        };
        let id = line.remove("id").ok_or("cli.check.no_id")?;
        match line.remove("text") {
            Some(Value::String(text)) => Ok(Self { id, text }),
            Some(_) => Err("cli.check.text_no_string"),
            None => Err("cli.check.no_text"),
        }
    }
}

impl Check {
    pub fn run(&self, desk: &Desk) -> Result<Outcome> {
        let kind = desk.kind(self.kind.as_deref())?;
        let book = match &self.rulebook {
            Some(id) => {
                let library = desk.library()?;
                let book = desk.book(&library, id, None)?;
                desk.known_channel(&book, self.channel.as_deref())?;
                Some(book)
            }
            None => {
                let given = [
                    ("--emergency", self.emergency),
                    ("--kind", kind.is_some()),
                    ("--channel", self.channel.is_some()),
                ];
                let unused: Vec<&str> = given
                    .iter()
                    .filter(|(_, given)| *given)
                    .map(|(name, _)| *name)
                    .collect();
                if !unused.is_empty() {
                    desk.note(&desk.say("cli.check.unused", &[("options", &desk.locale.join(&unused))]));
                }
                None
            }
        };
        let nothing_required = ReplyRules::default();
        let judge = Judge {
            rules: book.as_ref().map_or(&nothing_required, |book| &book.reply),
            kind,
            channel: self.channel.as_deref(),
            emergency: self.emergency,
        };
        if let Some(file) = &self.jsonl {
            return desk.check_lines(file, &judge);
        }
        let text = desk.read_text(self.file.as_deref())?;
        let (ok, page) = judge.with_verdict(&text, |verdict| {
            let page = if self.json {
                serde_json::to_string(&desk.answer(None, &text, verdict))
            } else {
                Ok(desk.gauge(&text, verdict, book.as_deref()))
            };
            (verdict.ok(), page)
        });
        desk.print(&page?)?;
        Ok(if ok { Outcome::Yes } else { Outcome::No })
    }
}

impl Judge<'_> {
    fn with_verdict<T>(&self, text: &str, look: impl FnOnce(&Verdict<'_>) -> T) -> T {
        let reading = elements::read(text);
        let draft = Draft {
            text,
            reading: &reading,
            fields: &ReplyFields::default(),
            attachments: &[],
            kind: self.kind,
            channel: self.channel,
            emergency: self.emergency,
            finished: true,
            points: &[],
            answered: &[],
            standing: &Standing::Unknown,
            caller_phone: None,
        };
        look(&self.rules.judge(&draft))
    }
}

impl Desk {
    fn answer<'a>(&self, id: Option<&'a Value>, text: &str, verdict: &'a Verdict<'_>) -> Answer<'a> {
        let characters: Vec<char> = text.chars().collect();
        let element = |state: &ElementState<'a>| Shown {
            id: state.element.name(),
            label: self.locale.term("element", state.element.name()),
            found: state.found,
            required: state.required,
            cite: state.cite.map(|cite| cite.as_str()),
            evidence: state
                .evidence
                .iter()
                .map(|span| Evidence {
                    start: span.start,
                    end: span.end,
                    text: quoted(&characters, *span),
                })
                .collect(),
        };
        let finding = |finding: &'a Finding| {
            let (message, fix) = self.locale.finding(finding);
            Told {
                rule: finding.rule,
                cite: finding.cite.as_ref().map(|cite| cite.as_str()),
                severity: finding.severity,
                field: finding.field,
                message,
                fix,
                start: finding.span.map(|(start, _)| start),
                end: finding.span.map(|(_, end)| end),
            }
        };
        Answer {
            id,
            ok: verdict.ok(),
            elements: verdict.elements.iter().map(element).collect(),
            findings: verdict.findings.iter().map(finding).collect(),
        }
    }

    /// The gauge, the findings with their mends, the verdict.
    fn gauge(&self, text: &str, verdict: &Verdict<'_>, book: Option<&Rulebook>) -> String {
        let characters: Vec<char> = text.chars().collect();
        let mut page = String::new();
        if let Some(book) = book {
            page.push_str(&format!("{} {}\n", book.book.place, book.book.document));
        }
        let label = |state: &ElementState<'_>| self.locale.term("element", state.element.name());
        let clause_of = |cite: &str| book.map_or_else(|| cite.to_owned(), |book| clause(cite, book).to_owned());
        let widest = verdict
            .elements
            .iter()
            .map(|state| width(&label(state)))
            .max()
            .unwrap_or(0);
        let cites = verdict.elements.iter().filter_map(|state| state.cite);
        let cite_width = cites.map(|cite| width(&clause_of(cite.as_str()))).max().unwrap_or(0);
        for state in &verdict.elements {
            // An element that nobody asks for is no fault.
            let mark = match state.found {
                true => "✓",
                false if is_missed(state, verdict, book) => "✗",
                false => "·",
            };
            let cite = state.cite.map(|cite| clause_of(cite.as_str())).unwrap_or_default();
            let head = format!("{mark} {}  {}  ", pad(&label(state), widest), pad(&cite, cite_width));
            let words = if !state.found && mark == "·" && state.required {
                self.word("cli.check.replaced").to_owned()
            } else {
                self.evidence_words(&characters, state)
            };
            page.push_str(&hanging(&head, &words, self.width));
        }
        for (number, finding) in verdict.findings.iter().enumerate() {
            let (message, fix) = self.locale.finding(finding);
            let cite = finding
                .cite
                .as_ref()
                .map(|cite| clause_of(cite.as_str()))
                .unwrap_or_default();
            let severity = format!("cli.check.{}", finding.severity.name());
            let message = self.say(&severity, &[("message", &message), ("cite", &cite)]);
            let head = format!("{}. ", number + 1);
            page.push_str(if number == 0 { "\n" } else { "" });
            page.push_str(&hanging(&head, &message, self.width));
            let indent = " ".repeat(width(&head));
            let arrow = format!("{indent}→ ");
            page.push_str(&hanging(&arrow, &fix, self.width));
        }
        let refusals = verdict.findings.iter().filter(|finding| finding.refuses()).count();
        page.push('\n');
        let verdict = match (verdict.ok(), book.is_some()) {
            (true, true) => self.word("cli.check.ok").to_owned(),
            (true, false) => self.word("cli.check.ok_without_book").to_owned(),
            (false, _) => self.say("cli.check.not_ok", &[("count", &refusals.to_string())]),
        };
        page.push_str(&hanging("", &verdict, self.width));
        page
    }

    /// The first places that show it, shortened: a person wants to recognise them, not to read them all.
    fn evidence_words(&self, characters: &[char], state: &ElementState<'_>) -> String {
        const PLACES: usize = 2;
        const LONGEST: usize = 24;
        if state.evidence.is_empty() {
            return if state.required {
                self.word("cli.check.absent").to_owned()
            } else {
                String::new()
            };
        }
        let short = |span: &Span| {
            let words = quoted(characters, *span).replace(char::is_whitespace, "");
            let mut shown: String = words.chars().take(LONGEST).collect();
            if words.chars().count() > LONGEST {
                shown.push('…');
            }
            self.say("cli.check.quote", &[("words", &shown)])
        };
        let mut words: Vec<String> = state.evidence.iter().take(PLACES).map(short).collect();
        if state.evidence.len() > PLACES {
            let count = state.evidence.len().to_string();
            words.push(self.say("cli.check.places", &[("count", &count)]));
        }
        words.join(" ")
    }

    /// One object a line in, one a line out, in order. A line that cannot be read is told and passed over.
    fn check_lines(&self, file: &Path, judge: &Judge<'_>) -> Result<Outcome> {
        let name = self.name_of(Some(file));
        let mut input = BufReader::new(self.open(Some(file))?);
        let mut outcome = Outcome::Yes;
        let mut seen = false;
        let mut encoding = Encoding::Utf8;
        let mut bytes = Vec::new();
        for number in 1_usize.. {
            bytes.clear();
            let mut limited = (&mut input).take(LARGEST as u64 + 1);
            if limited.read_until(b'\n', &mut bytes)? == 0 {
                break;
            }
            if bytes.len() > LARGEST {
                self.bad_line(&name, number, self.word("cli.check.long_line"));
                outcome = Outcome::BadUse;
                skip_line(&mut input)?;
                continue;
            }
            let line = match decode(&bytes) {
                Ok((text, read_as)) => {
                    // Said once, not a thousand times.
                    if encoding == Encoding::Utf8 && read_as != encoding {
                        encoding = read_as;
                        self.say_encoding(encoding, &name);
                    }
                    text
                }
                Err(NotText) => {
                    self.bad_line(&name, number, self.word("cli.check.no_text_line"));
                    outcome = Outcome::BadUse;
                    continue;
                }
            };
            if line.trim().is_empty() {
                continue;
            }
            seen = true;
            let Line { id, text } = match Line::read(&line) {
                Ok(line) => line,
                Err(why) => {
                    self.bad_line(&name, number, self.word(why));
                    outcome = Outcome::BadUse;
                    continue;
                }
            };
            let (ok, answer) = judge.with_verdict(&text, |verdict| {
                let answer = serde_json::to_string(&self.answer(Some(&id), &text, verdict));
                (verdict.ok(), answer)
            });
            self.print(&answer?)?;
            if !ok && outcome == Outcome::Yes {
                outcome = Outcome::No;
            }
        }
        if !seen && outcome == Outcome::Yes {
            self.note(&self.say("cli.check.no_lines", &[("file", &name)]));
        }
        Ok(outcome)
    }

    fn bad_line(&self, name: &str, number: usize, problem: &str) {
        self.note(&format!("{name}:{number}: {problem}"));
    }
}

/// Required, absent, and really missed: where one of several will do, or the write-up of a caller who was not reached
/// takes its place, nothing speaks against the reply.
fn is_missed(state: &ElementState<'_>, verdict: &Verdict<'_>, book: Option<&Rulebook>) -> bool {
    let rows = book.map_or(&[][..], |book| &book.reply.elements);
    let groups = rows.iter().filter(|row| row.any.contains(&state.element));
    // A row that is not met speaks in the name of its first element.
    let names: Vec<&str> = groups
        .filter_map(|row| row.any.first())
        .chain([&state.element])
        .map(|element| element.name())
        .collect();
    let about_it = |finding: &Finding| finding.field.is_some_and(|field| names.contains(&field));
    let asks = |finding: &Finding| matches!(finding.rule, "reply.element" | "reply.unfinished");
    state.required
        && verdict
            .findings
            .iter()
            .any(|finding| asks(finding) && about_it(finding))
}

/// Reads on to the end of a line that is too long to be kept.
fn skip_line(input: &mut impl BufRead) -> Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => {
                input.consume(at + 1);
                return Ok(());
            }
            None => {
                let length = buffer.len();
                input.consume(length);
            }
        }
    }
}

fn quoted(characters: &[char], span: Span) -> String {
    let end = span.end.min(characters.len());
    characters[span.start.min(end)..end].iter().collect()
}
