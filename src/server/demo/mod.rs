//! An office to try the program in: its units, its people and some eighty tickets in every state, as old as the day
//! it is opened on. Plain data: nothing is stored here, and no clock is read. Every history is made by
//! `flow::decide`, so that a demo never shows what the rulebook forbids.

mod diary;
mod life;
mod material;
mod papers;
mod photos;
mod play;
mod plots;
mod story;

use crate::calendar::Calendar;
use crate::domain::event::Recorded;
use crate::domain::ids::{PersonId, UnitId};
use crate::domain::intake::Intake;
use crate::domain::knowledge::Article;
use crate::domain::moment::Moment;
use crate::domain::people::{Person, Role, Unit};
use crate::rules::Rulebook;
use diary::Diary;
use material::Stock;

pub use life::Refused;

#[derive(Clone, Debug, PartialEq)]
pub struct Demo {
    pub units: Vec<Unit>,
    /// The first is who the demo is opened as.
    pub people: Vec<Person>,
    pub oversees: Vec<(PersonId, UnitId)>,
    pub tickets: Vec<DemoTicket>,
    pub articles: Vec<Article>,
    /// Every file that a ticket names.
    pub blobs: Vec<DemoBlob>,
    /// What the rulebook would not let happen, whatever was added: empty, or a plot is wrong for this book.
    pub refused: Vec<Refused>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DemoTicket {
    pub intake: Intake,
    /// In order of time, none later than now.
    pub history: Vec<Recorded>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DemoBlob {
    pub sha256: String,
    pub bytes: &'static [u8],
}

/// The office as it is at `now`, under this rulebook.
pub fn office(book: &Rulebook, calendar: &Calendar, now: Moment) -> Demo {
    let stock = Stock::for_book(book);
    let diary = Diary::new(calendar, now);
    let lives = plots::all(book, calendar, &stock, &diary, now);
    let mut refused = Vec::new();
    let mut tickets = Vec::new();
    for life in lives {
        refused.extend(life.refused);
        tickets.push(DemoTicket {
            intake: life.ticket.intake,
            history: life.history,
        });
    }
    tickets.sort_by(|one, other| one.intake.no.cmp(&other.intake.no));
    let leaders = stock
        .people
        .iter()
        .filter(|person| matches!(person.role, Role::DistrictDeputy | Role::DistrictMain));
    let oversees = leaders
        .flat_map(|person| stock.working_units().map(|unit| (person.id.clone(), unit.id.clone())))
        .collect();
    Demo {
        oversees,
        articles: stock.articles(diary.at(20, 60)),
        units: stock.units,
        people: stock.people,
        tickets,
        blobs: photos::all(),
        refused,
    }
}
