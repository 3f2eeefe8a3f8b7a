//! The reply checker against labelled replies: how well it finds each element. The made-up replies of
//! `tests/fixtures/replies` must be read nearly without a mistake; `REXIAN_REPLIES=<file.jsonl>` measures any other set.

use std::collections::BTreeMap;
use std::path::Path;

use rexian::domain::element::Element;
use rexian::rules::elements::{Reading, Span, read, unanswered};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Labelled {
    id: String,
    text: String,
    /// What the reply is there to test.
    #[serde(default, rename = "note")]
    _note: String,
    elements: Vec<Element>,
    /// Elements on which the reader of this reply would not swear; they are not counted.
    #[serde(default)]
    unsure: Vec<Element>,
    #[serde(default)]
    split: Option<String>,
}

#[derive(Default)]
struct Score {
    right: usize,
    false_alarms: Vec<String>,
    missed: Vec<String>,
}

impl Score {
    fn precision(&self) -> f64 {
        ratio(self.right, self.right + self.false_alarms.len())
    }

    fn recall(&self) -> f64 {
        ratio(self.right, self.right + self.missed.len())
    }

    fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        if precision + recall == 0.0 {
            0.0
        } else {
            2.0 * precision * recall / (precision + recall)
        }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn labelled(path: &Path) -> Vec<Labelled> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}: {line}", path.display())))
        .collect()
}

fn measure(replies: &[Labelled], count_unsure: bool) -> BTreeMap<Element, Score> {
    let mut scores: BTreeMap<Element, Score> = Element::ALL.iter().map(|e| (*e, Score::default())).collect();
    for reply in replies {
        let reading = read(&reply.text);
        if std::env::var("REXIAN_SHOW").is_ok_and(|ids| ids.split(' ').any(|id| id == reply.id)) {
            show(reply, &reading);
        }
        for (element, score) in &mut scores {
            if reply.unsure.contains(element) && !count_unsure {
                continue;
            }
            match (reply.elements.contains(element), reading.has(*element)) {
                (true, true) => score.right += 1,
                (true, false) => score.missed.push(reply.id.clone()),
                (false, true) => score.false_alarms.push(reply.id.clone()),
                (false, false) => {}
            }
        }
    }
    scores
}

/// Prints what was taken for evidence, to see why a reply was misread.
fn show(reply: &Labelled, reading: &Reading) {
    let characters: Vec<char> = reply.text.chars().collect();
    println!("{} labelled {:?}", reply.id, reply.elements);
    for element in Element::ALL {
        let told = |span: &Span| characters[span.start..span.end].iter().collect::<String>();
        let evidence: Vec<String> = reading.evidence(*element).iter().map(told).collect();
        println!("- {element}: {}", evidence.join(" | "));
    }
}

fn table(scores: &BTreeMap<Element, Score>, with_ids: bool) {
    println!("{:<14}{:>6}{:>6}{:>6}{:>5}", "element", "P", "R", "F1", "n");
    for (element, score) in scores {
        let n = score.right + score.missed.len();
        print!(
            "{:<14}{:>6.3}{:>6.3}{:>6.3}{n:>5}",
            element.name(),
            score.precision(),
            score.recall(),
            score.f1()
        );
        if with_ids {
            print!(
                "  false {} | missed {}",
                score.false_alarms.join(" "),
                score.missed.join(" ")
            );
        }
        println!();
    }
}

/// `REXIAN_REPLIES=<file>` and perhaps `REXIAN_SPLIT=dev`; `REXIAN_IDS=1` names the replies misread,
/// `REXIAN_SHOW='m001 m002'` prints what was taken for evidence in these.
#[test]
fn a_set_named_in_the_environment_is_measured() {
    let Some(path) = std::env::var_os("REXIAN_REPLIES") else {
        return;
    };
    let split = std::env::var("REXIAN_SPLIT").ok();
    let mut replies = labelled(Path::new(&path));
    replies.retain(|reply| split.is_none() || reply.split == split);
    let ids = std::env::var_os("REXIAN_IDS").is_some();
    println!("{} replies, unsure labels left out", replies.len());
    table(&measure(&replies, false), ids);
    println!("unsure labels counted");
    table(&measure(&replies, true), false);
}

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/replies");

fn fixtures() -> Vec<Labelled> {
    let files = std::fs::read_dir(FIXTURES).unwrap_or_else(|error| panic!("{FIXTURES}: {error}"));
    let mut paths: Vec<_> = files.map(|file| file.expect("a readable folder").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    paths.iter().flat_map(|path| labelled(path)).collect()
}

#[test]
fn every_element_of_the_made_up_replies_is_found_nearly_without_a_mistake() {
    let replies = fixtures();
    assert!(replies.len() >= 150, "{} replies are too few to tell", replies.len());
    let scores = measure(&replies, true);
    table(&scores, true);
    for (element, score) in &scores {
        assert!(score.right >= 50, "{element}: too few replies show it");
        assert!(score.f1() >= 0.95, "{element}: F1 {:.3}", score.f1());
    }
}

/// Pieces of replies, among them marks that open and never close.
const PIECES: &[&str] = &[
    "来电人",
    "您",
    "表示",
    "不",
    "满意",
    "2026年11月19日",
    "上午9时",
    "二〇二六年",
    "《",
    "》",
    "条例",
    "第十四条",
    "GB/T 37114",
    "〔2018〕20号",
    "科长王某",
    "小陈",
    "0631-5****77",
    "13812345678",
    "11010519491231002X",
    "将",
    "如",
    "，",
    "。",
    "；",
    "：",
    "\n",
    "　　",
    " ",
    "（",
    "）",
    "可向人民法院起诉",
    "我局",
    "嵩山街道办事处",
    "现场查看",
    "已",
    "转交",
    "称",
    "对",
    "的",
    "XX街道",
    "{{",
    "12345",
    "12333",
    "某",
    "局",
    "处",
    "一、",
    "①",
    "\u{0}",
    "👩‍👩‍👧",
    "e\u{301}",
    "ﷺ",
];

fn check(text: &str) {
    let length = text.chars().count();
    let reading = read(text);
    let evidence = Element::ALL
        .iter()
        .flat_map(|element| reading.evidence(*element).iter().copied());
    let flags = reading.flags().iter().map(|flag| flag.span);
    let told = reading.times().iter().map(|time| time.span);
    let people = reading.handlers().iter().map(|handler| handler.span);
    let phones = reading.phones().iter().map(|phone| phone.span);
    let states = [
        reading.says_declined(),
        reading.says_unreachable(),
        reading.says_unfinished(),
    ];
    for span in evidence
        .chain(flags)
        .chain(told)
        .chain(people)
        .chain(phones)
        .chain(states.into_iter().flatten())
    {
        assert!(
            span.start < span.end && span.end <= length,
            "{span:?} of {length} in {text:?}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn pieces_of_replies_in_any_order_are_read_without_a_panic(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60),
    ) {
        let text = pieces.concat();
        check(&text);
        let demands = vec![text.clone(), "路灯不亮".to_owned()];
        let left = unanswered(&text, &demands);
        proptest::prop_assert!(left.iter().all(|index| *index < demands.len()));
    }
}
