//! The table: medians of the rounds, beside the floors of the same rounds.

use crate::wire::{Pressed, middle};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Fifty tickets of a liaison's desk.
    List,
    /// One ticket with its events and assessment.
    Get,
    /// A contact with the caller is recorded, durably.
    Contact,
    /// Fifty of the office's list of all.
    All,
    Overdue,
    Counts,
    /// A word that every twelfth ticket holds, by the office.
    Search,
    /// The same by a unit.
    SearchUnit,
    /// A word that one ticket holds.
    Seldom,
    Statistics,
}

impl Work {
    pub const ALL: [Self; 10] = [
        Self::List,
        Self::Get,
        Self::Contact,
        Self::All,
        Self::Overdue,
        Self::Counts,
        Self::Search,
        Self::SearchUnit,
        Self::Seldom,
        Self::Statistics,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::List => "list-50",
            Self::Get => "get-one",
            Self::Contact => "contact",
            Self::All => "list-50-all",
            Self::Overdue => "list-50-overdue",
            Self::Counts => "counts",
            Self::Search => "search-often",
            Self::SearchUnit => "search-unit",
            Self::Seldom => "search-seldom",
            Self::Statistics => "statistics",
        }
    }

    pub fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|work| work.name() == name);
        found.unwrap_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|work| work.name()).collect();
            panic!("{name:?} is none of {}", names.join(", "))
        })
    }
}

struct Round {
    work: Work,
    connections: usize,
    pressed: Pressed,
    floors: [Pressed; 2],
}

pub struct Report {
    title: String,
    rounds: Vec<Round>,
    memory: (u64, u64),
}

impl Report {
    pub fn new(dialect: &str, tickets: usize) -> Self {
        Self {
            title: format!("{dialect}, {tickets} tickets"),
            rounds: Vec::new(),
            memory: (0, 0),
        }
    }

    pub fn add(&mut self, work: Work, connections: usize, pressed: Pressed, floors: [Pressed; 2]) {
        self.rounds.push(Round {
            work,
            connections,
            pressed,
            floors,
        });
    }

    /// In kilobytes: the most, and at the end.
    pub fn memory(&mut self, memory: (u64, u64)) {
        self.memory = memory;
    }

    pub fn print(&self) {
        println!("\n{}", self.title);
        println!(
            "{:<16} {:>5} {:>12} {:>9} {:>9} {:>12} {:>7}",
            "work", "conns", "requests/s", "p50 ms", "p99 ms", "floor/s", "ratio"
        );
        let mut shown: Vec<(Work, usize)> = Vec::new();
        for round in &self.rounds {
            let kind = (round.work, round.connections);
            if shown.contains(&kind) {
                continue;
            }
            shown.push(kind);
            let same = || {
                self.rounds
                    .iter()
                    .filter(|other| (other.work, other.connections) == kind)
            };
            let pressed = middle(&same().map(|round| round.pressed).collect::<Vec<_>>());
            let floor = middle(&same().flat_map(|round| round.floors).collect::<Vec<_>>());
            let ms = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
            println!(
                "{:<16} {:>5} {:>12.0} {:>9.2} {:>9.2} {:>12.0} {:>7.3}",
                round.work.name(),
                round.connections,
                pressed.rate,
                ms(pressed.p50),
                ms(pressed.p99),
                floor.rate,
                pressed.rate / floor.rate
            );
        }
        let mib = |kilobytes: u64| kilobytes as f64 / 1024.0;
        println!(
            "memory of the server: {:.1} MiB at most, {:.1} MiB now",
            mib(self.memory.0),
            mib(self.memory.1)
        );
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        println!("load average after: {}", load.trim());
    }
}
