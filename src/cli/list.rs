//! `rexian list`: tickets by view and question, as a table or as JSON.

use std::collections::BTreeMap;
use std::str::FromStr;

use anyhow::Result;
use chrono::{Datelike, NaiveDate};
use clap::Args;

use super::input::half_width;
use super::layout::{columns, cut, width};
use super::remote::{Failure, Remote};
use super::{Desk, Outcome};
use crate::api::limits;
use crate::api::query::{ListQuery, Sort, View};
use crate::api::ticket::Summary;
use crate::client::{ApiError, Client};
use crate::domain::action::Alert;
use crate::domain::ids::UnitId;
use crate::domain::moment::Moment;
use crate::domain::named::UnknownName;

#[derive(Args)]
pub struct List {
    #[arg(long, value_name = "VIEW")]
    view: Option<String>,
    #[arg(long, value_name = "ID")]
    unit: Option<String>,
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    #[arg(long, value_name = "LEVEL")]
    alert: Option<String>,
    #[arg(long, value_name = "WORDS")]
    text: Option<String>,
    #[arg(long, value_name = "TIME")]
    due_from: Option<String>,
    #[arg(long, value_name = "TIME")]
    due_until: Option<String>,
    #[arg(long, value_name = "ORDER")]
    sort: Option<String>,
    #[arg(long, value_name = "N", conflicts_with = "all")]
    limit: Option<String>,
    #[arg(long)]
    all: bool,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Cells of a unit's name in a table.
const UNIT: usize = 12;
/// Cells that are left to the title however long the rest is.
const TITLE: usize = 8;
/// Rows that are laid out together when all are asked for.
const TOGETHER: usize = limits::PAGE as usize;

impl List {
    pub fn run(&self, desk: &Desk) -> Result<Outcome> {
        let most = self.most(desk)?;
        let query = self.query(desk, most)?;
        let client = desk.signed_client(&self.remote)?;
        desk.with_server(&client, async {
            let mut list = client.list(query);
            if !self.all {
                let (tickets, more) = list.first(most).await?;
                if self.json {
                    desk.print_json(&tickets)?;
                } else {
                    desk.print_table(&client, &tickets, &mut None).await?;
                }
                if more {
                    desk.note(&desk.say("cli.list.more", &[("shown", &tickets.len().to_string())]));
                }
                return Ok(Outcome::Yes);
            }
            let mut names = None;
            loop {
                let (tickets, more) = list.first(TOGETHER).await?;
                if self.json {
                    for ticket in &tickets {
                        desk.print_json(ticket)?;
                    }
                } else {
                    desk.print_table(&client, &tickets, &mut names).await?;
                }
                if !more {
                    return Ok::<_, Failure>(Outcome::Yes);
                }
            }
        })
    }

    fn most(&self, desk: &Desk) -> Result<usize> {
        let Some(text) = &self.limit else {
            return Ok(limits::PAGE_USUAL as usize);
        };
        let number = half_width(text).trim().parse().ok().filter(|number| *number > 0);
        number.ok_or_else(|| desk.refuse("cli.list.limit", &[("given", text)]))
    }

    fn query(&self, desk: &Desk, most: usize) -> Result<ListQuery> {
        let page = if self.all { TOGETHER } else { most };
        Ok(ListQuery {
            view: desk.named("cli.list.view", self.view.as_deref(), View::ALL, |view| {
                desk.locale.term("view", view.name())
            })?,
            unit: self.unit.clone(),
            kind: desk.kind(self.kind.as_deref())?,
            channel: self.channel.clone(),
            alert: desk.named("cli.list.alert", self.alert.as_deref(), Alert::ALL, |alert| {
                desk.locale.term("alert", alert.name())
            })?,
            text: self.text.clone(),
            due_from: desk.day_or_moment("--due-from", self.due_from.as_deref(), Moment::midnight)?,
            due_until: desk.day_or_moment("--due-until", self.due_until.as_deref(), Moment::end_of)?,
            sort: desk.named("cli.list.sort", self.sort.as_deref(), Sort::ALL, |sort| {
                desk.locale.term("sort", sort.name())
            })?,
            limit: u32::try_from(page).ok().map(|page| page.min(limits::PAGE)),
            ..ListQuery::default()
        })
    }
}

impl Desk {
    /// A member of a list by its name, or by the word that people read for it.
    fn named<T>(&self, key: &str, given: Option<&str>, all: &[T], word: impl Fn(&T) -> String) -> Result<Option<T>>
    where
        T: Copy + FromStr<Err = UnknownName> + std::fmt::Display,
    {
        let Some(given) = given else { return Ok(None) };
        let found = given
            .parse()
            .ok()
            .or_else(|| all.iter().copied().find(|member| word(member) == given));
        let names = || all.iter().map(ToString::to_string).collect::<Vec<_>>();
        found.map(Some).ok_or_else(|| {
            let names = names();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            self.refuse_choice(key, given, &names)
        })
    }

    /// A moment, or a day that stands for its beginning or its end.
    fn day_or_moment(
        &self,
        option: &str,
        given: Option<&str>,
        whole_day: fn(NaiveDate) -> Moment,
    ) -> Result<Option<Moment>> {
        let Some(text) = given else { return Ok(None) };
        let typed = half_width(text);
        match NaiveDate::parse_from_str(typed.trim(), "%Y-%m-%d") {
            Ok(day) if crate::domain::moment::YEARS.contains(&day.year()) => Ok(Some(whole_day(day))),
            _ => self.moment(option, text).map(Some),
        }
    }

    /// `names`: what the units are called, once it has been asked.
    async fn print_table(
        &self,
        client: &Client,
        tickets: &[Summary],
        names: &mut Option<BTreeMap<UnitId, String>>,
    ) -> Result<(), Failure> {
        if tickets.is_empty() {
            self.note(self.word("cli.list.none"));
            return Ok(());
        }
        if names.is_none() {
            *names = Some(unit_names(client).await?);
        }
        let names = names.as_ref();
        let unit = |id: &UnitId| names.and_then(|names| names.get(id)).unwrap_or(&id.0).clone();
        Ok(self.print(&self.table(tickets, &unit))?)
    }

    /// Number, alert, limit, stage, unit, title, within the width of the paper. Where all limits lie in one year, the
    /// year stands in the head alone.
    fn table(&self, tickets: &[Summary], unit: &dyn Fn(&UnitId) -> String) -> String {
        let ends: Vec<Option<End>> = tickets.iter().map(|ticket| ticket.due.map(End::of)).collect();
        let mut years = ends.iter().flatten().map(|end| end.day.year());
        let year = years.next().filter(|first| years.all(|year| year == *first));
        let head = |name: &str| self.locale.term("cli.list.head", name);
        let limit = match year {
            Some(year) => self.say("cli.list.due_in", &[("year", &year.to_string())]),
            None => head("due"),
        };
        let mut rows = vec![vec![
            head("no"),
            head("alert"),
            limit,
            head("stage"),
            head("unit"),
            head("title"),
        ]];
        for (ticket, end) in tickets.iter().zip(ends) {
            rows.push(vec![
                ticket.no.to_string(),
                self.locale.term("alert", ticket.alert.name()),
                end.map(|end| end.words(year.is_none())).unwrap_or_default(),
                self.locale.term("stage", ticket.stage.name()),
                cut(&ticket.unit.as_ref().map(unit).unwrap_or_default(), UNIT),
                ticket.title.split_whitespace().collect::<Vec<_>>().join(" "),
            ]);
        }
        let before: usize = (0..5)
            .map(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0) + 2)
            .sum();
        let room = self.width.saturating_sub(before).max(TITLE);
        for row in &mut rows {
            row[5] = cut(&row[5], room);
        }
        columns(&rows, 0)
    }
}

/// A limit as a table shows it.
struct End {
    day: NaiveDate,
    time: String,
}

impl End {
    /// What ends at midnight ends at 24:00 of the day before, as people say it.
    fn of(due: Moment) -> Self {
        match due.date().pred_opt().filter(|_| due == Moment::midnight(due.date())) {
            Some(day) => Self {
                day,
                time: "24:00".to_owned(),
            },
            None => Self {
                day: due.date(),
                time: due.time().format("%H:%M").to_string(),
            },
        }
    }

    fn words(&self, with_year: bool) -> String {
        let form = if with_year { "%Y-%m-%d" } else { "%m-%d" };
        format!("{} {}", self.day.format(form), self.time)
    }
}

pub async fn unit_names(client: &Client) -> Result<BTreeMap<UnitId, String>, ApiError> {
    let units = client.units().await?;
    Ok(units.into_iter().map(|unit| (unit.id, unit.name)).collect())
}
