//! Pages of tickets. Each is one walk along an index, from where the page before ended: as fast with a million tickets as
//! with a hundred, and no ticket comes twice or is left out while others change.

use sqlx::any::AnyArguments;
use sqlx::query::QueryAs;
use sqlx::{Any, AssertSqlSafe};

use super::projection::NEVER;
use super::rows::loudness;
use super::tokens::{Asked, asked};
use super::{Dialect, Store, StoreError};
use crate::api::query::{ListQuery, Sort, View};
use crate::domain::ids::UnitId;
use crate::domain::moment::Moment;
use crate::domain::people::Role;
use crate::domain::ticket::Stage;
use crate::server::clock::seconds;
use crate::server::sight::Sight;

/// So many are counted of each view; more is "more".
const MOST_COUNTED: i64 = 1000;

/// A page, as the stored summaries.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// A line for each ticket: its place in the order, a blank, and its summary.
    lines: String,
    most: usize,
    pub next: Option<String>,
}

impl Rows {
    /// JSON of a `Summary` each.
    pub fn summaries(&self) -> impl Iterator<Item = &str> {
        let lines = self.lines.lines().take(self.most);
        lines.filter_map(|line| line.split_once(' ').map(|(_, summary)| summary))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the cursor is none that this list gave")]
pub struct BadCursor;

/// Where a page ended: the value it is sorted by, and the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    value: i64,
    id: i64,
}

impl Cursor {
    fn write(self, sort: Sort) -> String {
        format!("{}.{:x}.{:x}", sort.name(), self.value, self.id)
    }

    /// Where a line of a page stands.
    fn of(line: &str) -> Option<Self> {
        let (value, id) = line.split(' ').next()?.split_once('.')?;
        Some(Self {
            value: value.parse().ok()?,
            id: id.parse().ok()?,
        })
    }

    pub fn read(text: &str, sort: Sort) -> Result<Self, BadCursor> {
        let rest = text.strip_prefix(sort.name()).and_then(|rest| rest.strip_prefix('.'));
        let (value, id) = rest.and_then(|rest| rest.split_once('.')).ok_or(BadCursor)?;
        let number = |text| i64::from_str_radix(text, 16).map_err(|_| BadCursor);
        Ok(Self {
            value: number(value)?,
            id: number(id)?,
        })
    }
}

enum Bind {
    Number(i64),
    Text(String),
}

/// A statement as it grows: its text and what goes into its places.
#[derive(Default)]
struct Statement {
    sql: String,
    binds: Vec<Bind>,
}

impl Statement {
    fn add(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// ` AND …`, with `?` for the value.
    fn and(&mut self, sql: &str, bind: Bind) {
        self.binds.push(bind);
        let place = format!("${}", self.binds.len());
        self.sql.push_str(" AND ");
        self.sql.push_str(&sql.replace('?', &place));
    }

    fn number(&mut self, sql: &str, number: i64) {
        self.and(sql, Bind::Number(number));
    }

    fn text(&mut self, sql: &str, text: impl Into<String>) {
        self.and(sql, Bind::Text(text.into()));
    }

    fn place(&mut self, bind: Bind) -> String {
        self.binds.push(bind);
        format!("${}", self.binds.len())
    }
}

fn bound<'q, O>(mut query: QueryAs<'q, Any, O, AnyArguments>, binds: Vec<Bind>) -> QueryAs<'q, Any, O, AnyArguments> {
    for bind in binds {
        query = match bind {
            Bind::Number(number) => query.bind(number),
            Bind::Text(text) => query.bind(text),
        };
    }
    query
}

/// What a sort walks along, and which way.
fn order(sort: Sort) -> (&'static str, &'static str) {
    match sort {
        Sort::Due => ("due", "ASC"),
        Sort::Received => ("received", "DESC"),
        Sort::Changed => ("seq", "DESC"),
    }
}

/// How a view is sorted when nobody says.
pub fn usual_sort(query: &ListQuery) -> Sort {
    query.sort.unwrap_or(match query.view {
        Some(View::All | View::Over) => Sort::Received,
        None if query.text.is_some() || query.related.is_some() => Sort::Received,
        _ => Sort::Due,
    })
}

fn view(statement: &mut Statement, view: View, now: Moment, role: Option<Role>) {
    let stage = |statement: &mut Statement, stage: Stage| statement.text("stage = ?", stage.name());
    match view {
        View::ToAccept => stage(statement, Stage::Dispatched),
        View::InHand => {
            statement.add(" AND live = 1 AND stage IN ('handling', 'signing', 'signed', 'sent_back')");
        }
        View::DueToday => {
            statement.add(" AND live = 1 AND runs = 1");
            statement.number("due >= ?", seconds(now));
            statement.number("due <= ?", seconds(Moment::end_of(now.date())));
        }
        View::ReturnWindow => {
            statement.add(" AND live = 1");
            statement.number("return_until >= ?", seconds(now));
        }
        View::ToReportAgain => stage(statement, Stage::SentBack),
        View::Redo => statement.add(" AND live = 1 AND redos > 0 AND runs = 1"),
        View::ToSign => {
            stage(statement, Stage::Signing);
            if let Some(role) = role.filter(|role| role.signs()) {
                statement.text("next_signer = ?", role.name());
            }
        }
        View::Submitted => stage(statement, Stage::Submitted),
        View::Overdue => {
            statement.add(" AND live = 1 AND runs = 1");
            statement.number("due < ?", seconds(now));
        }
        View::Key => statement.add(" AND live = 1 AND key = 1"),
        View::CoHandling => statement.add(" AND live = 1"),
        View::ToDispatch => stage(statement, Stage::Taken),
        View::ToDecide => statement.add(" AND live = 1 AND pending <> ''"),
        View::ToReview => stage(statement, Stage::Submitted),
        View::ToCallBack => stage(statement, Stage::Passed),
        View::Live => statement.add(" AND live = 1"),
        View::Over => statement.add(" AND live = 0"),
        View::All => {}
    }
}

impl Store {
    /// A page of what this person may see.
    pub async fn list(&self, sight: &Sight, query: &ListQuery, limit: u32, now: Moment) -> Result<Rows, ListError> {
        let sort = usual_sort(query);
        let cursor = query
            .cursor
            .as_deref()
            .map(|text| Cursor::read(text, sort))
            .transpose()?;
        let related = match &query.related {
            Some(no) => Some(self.relatives(sight, no).await?),
            None => None,
        };
        let words = query.text.as_deref().map(asked);
        if words.as_ref().is_some_and(Vec::is_empty) || *sight == Sight::Nothing {
            return Ok(Rows::default());
        }
        let search = Search {
            dialect: self.dialect(),
            query,
            words: words.unwrap_or_default(),
            related,
            now,
        };
        let (column, way) = order(sort);
        let mut statement = search.statement(sight, column, way, cursor, i64::from(limit) + 1);
        // One row with all of them: what a row costs on its way here is more than what a ticket costs.
        statement.sql = format!(
            "SELECT coalesce(string_agg(CAST(value AS TEXT) || '.' || CAST(id AS TEXT) || ' ' || summary, '\n' \
             ORDER BY value {way}, id {way}), '') AS lines FROM ({}) AS page",
            statement.sql
        );
        let (lines,): (String,) = bound(sqlx::query_as(AssertSqlSafe(statement.sql)), statement.binds)
            .fetch_one(self.reads())
            .await
            .map_err(StoreError::from)?;
        let most = limit as usize;
        let full = lines.lines().nth(most).is_some();
        let last = lines.lines().nth(most.saturating_sub(1)).filter(|_| full);
        let next = last.and_then(Cursor::of).map(|cursor| cursor.write(sort));
        Ok(Rows { lines, most, next })
    }

    /// How many tickets each view holds.
    pub async fn counts(&self, sight: &Sight, now: Moment) -> Result<Vec<(View, u32, bool)>, StoreError> {
        let mut counts = Vec::with_capacity(View::ALL.len());
        for view in View::ALL.iter().copied() {
            if *sight == Sight::Nothing {
                counts.push((view, 0, false));
                continue;
            }
            let query = ListQuery {
                view: Some(view),
                ..ListQuery::default()
            };
            let search = Search {
                dialect: self.dialect(),
                query: &query,
                words: Vec::new(),
                related: None,
                now,
            };
            let (column, way) = order(usual_sort(&query));
            let mut statement = search.statement(sight, column, way, None, MOST_COUNTED + 1);
            statement.sql = format!("SELECT count(*) FROM ({}) AS counted", statement.sql);
            let (count,): (i64,) = bound(sqlx::query_as(AssertSqlSafe(statement.sql)), statement.binds)
                .fetch_one(self.reads())
                .await?;
            let shown = u32::try_from(count.min(MOST_COUNTED)).unwrap_or(u32::MAX);
            counts.push((view, shown, count > MOST_COUNTED));
        }
        Ok(counts)
    }

    /// What a ticket shares with its relatives: caller and place.
    async fn relatives(&self, sight: &Sight, no: &str) -> Result<Relatives, StoreError> {
        let loaded = self.ticket(no).await?;
        let chain = loaded
            .book
            .signing
            .chain(&loaded.ticket.intake.channel, loaded.ticket.redo_count());
        if !sight.sees(&loaded.ticket, chain) {
            return Err(StoreError::NotFound);
        }
        let row: (String, String) = sqlx::query_as("SELECT caller, place FROM tickets WHERE id = $1")
            .bind(loaded.id)
            .fetch_one(self.reads())
            .await?;
        Ok(Relatives {
            id: loaded.id,
            caller: row.0,
            place: row.1,
        })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    #[error(transparent)]
    Store(#[from] StoreError),
}

struct Relatives {
    id: i64,
    caller: String,
    place: String,
}

struct Search<'a> {
    dialect: Dialect,
    query: &'a ListQuery,
    words: Vec<Asked>,
    related: Option<Relatives>,
    now: Moment,
}

/// What one walk is along. Whose tickets lie in several indexes is walked in as many lanes, each no further than a page.
enum Lane<'a> {
    All,
    /// A unit's own tickets.
    Own(&'a UnitId),
    /// Other units' tickets that it helps with.
    Helped(&'a UnitId),
    /// Those of some of the units that a leader stands above.
    Below(&'a [UnitId], Role),
}

/// A leader's lanes; more of them than units would be no faster.
const LANES: usize = 64;

fn lanes<'a>(sight: &'a Sight, view: Option<View>) -> Vec<Lane<'a>> {
    match sight {
        Sight::Unit(unit) if view == Some(View::CoHandling) => vec![Lane::Helped(unit)],
        Sight::Unit(unit) => vec![Lane::Own(unit), Lane::Helped(unit)],
        Sight::Signer { role, units } => {
            let each = units.len().div_ceil(LANES).max(1);
            units.chunks(each).map(|some| Lane::Below(some, *role)).collect()
        }
        Sight::All | Sight::Nothing => vec![Lane::All],
    }
}

impl Search<'_> {
    fn statement(&self, sight: &Sight, column: &str, way: &str, cursor: Option<Cursor>, limit: i64) -> Statement {
        let mut statement = Statement::default();
        for (at, lane) in lanes(sight, self.query.view).iter().enumerate() {
            statement.add(if at == 0 {
                "SELECT * FROM ("
            } else {
                ") AS lane UNION ALL SELECT * FROM ("
            });
            self.lane(&mut statement, lane, column, cursor);
            let place = statement.place(Bind::Number(limit));
            statement.add(&format!(" ORDER BY {column} {way}, id {way} LIMIT {place}"));
        }
        let place = statement.place(Bind::Number(limit));
        statement.add(&format!(") AS lane ORDER BY 1 {way}, 2 {way} LIMIT {place}"));
        statement
    }

    fn lane(&self, statement: &mut Statement, lane: &Lane<'_>, column: &str, cursor: Option<Cursor>) {
        statement.add(&format!("SELECT {column} AS value, id, summary FROM "));
        let mut role = None;
        match lane {
            Lane::All => statement.add("tickets WHERE 1 = 1"),
            Lane::Own(unit) => {
                statement.add("tickets WHERE 1 = 1");
                statement.text("unit = ?", unit.as_str());
            }
            Lane::Helped(unit) => {
                // A cross join is done in this order: few tickets are helped with, and the others are not looked at.
                statement.add("(SELECT ticket FROM co_units WHERE 1 = 1");
                statement.text("unit = ?", unit.as_str());
                if self.query.view == Some(View::CoHandling) {
                    statement.add(" AND open = 1");
                }
                statement.add(") AS helped CROSS JOIN tickets WHERE id = helped.ticket");
                statement.text("unit <> ?", unit.as_str());
            }
            Lane::Below(units, signer) => {
                role = Some(*signer);
                let places: Vec<String> = units
                    .iter()
                    .map(|unit| statement.place(Bind::Text(unit.0.clone())))
                    .collect();
                statement.add(&format!("tickets WHERE unit IN ({})", places.join(", ")));
                statement.number("(signers & ?) <> 0", Sight::bit(*signer));
            }
        }
        if self.query.view == Some(View::CoHandling) && matches!(lane, Lane::All | Lane::Below(..)) {
            statement.add(" AND id IN (SELECT ticket FROM co_units WHERE open = 1)");
        }
        if let Some(name) = self.query.view {
            view(statement, name, self.now, role);
        }
        self.filters(statement);
        if let Some(cursor) = cursor {
            let sign = if column == "due" { ">" } else { "<" };
            let value = statement.place(Bind::Number(cursor.value));
            let id = statement.place(Bind::Number(cursor.id));
            statement.add(&format!(" AND ({column}, id) {sign} ({value}, {id})"));
        }
    }

    fn filters(&self, statement: &mut Statement) {
        let query = self.query;
        if let Some(unit) = &query.unit {
            statement.text("unit = ?", unit);
        }
        if let Some(stage) = query.stage {
            statement.text("stage = ?", stage.name());
        }
        if let Some(kind) = query.kind {
            statement.text("kind = ?", kind.name());
        }
        if let Some(channel) = &query.channel {
            statement.text("channel = ?", channel);
        }
        if let Some(alert) = query.alert {
            statement.number("alert >= ?", loudness(alert));
        }
        if let Some(from) = query.due_from {
            statement.number("due >= ?", seconds(from));
        }
        if let Some(until) = query.due_until {
            statement.number("due < ?", seconds(until));
            statement.number("due < ?", NEVER);
        }
        if !self.words.is_empty() {
            let (sql, words) = match self.dialect {
                Dialect::Sqlite => (
                    "id IN (SELECT rowid FROM words WHERE words MATCH ?)",
                    sqlite_words(&self.words),
                ),
                Dialect::Postgres => (
                    "id IN (SELECT rowid FROM words WHERE body @@ CAST(? AS TEXT)::tsquery)",
                    postgres_words(&self.words),
                ),
            };
            statement.text(sql, words);
        }
        if let Some(related) = &self.related {
            statement.number("id <> ?", related.id);
            match (related.caller.is_empty(), related.place.is_empty()) {
                (true, true) => statement.add(" AND 1 = 0"),
                (true, false) => statement.text("place = ?", &related.place),
                (false, true) => statement.text("caller = ?", &related.caller),
                (false, false) => {
                    let caller = statement.place(Bind::Text(related.caller.clone()));
                    let place = statement.place(Bind::Text(related.place.clone()));
                    statement.add(&format!(" AND (caller = {caller} OR place = {place})"));
                }
            }
        }
    }
}

// Words hold letters, digits and Chinese characters only, so quoting them is all there is to do.
fn sqlite_words(words: &[Asked]) -> String {
    let words = words
        .iter()
        .map(|asked| format!("\"{}\"{}", asked.word, if asked.beginning { " *" } else { "" }));
    words.collect::<Vec<_>>().join(" AND ")
}

fn postgres_words(words: &[Asked]) -> String {
    let words = words
        .iter()
        .map(|asked| format!("'{}'{}", asked.word, if asked.beginning { ":*" } else { "" }));
    words.collect::<Vec<_>>().join(" & ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_by_its_own_sort_alone() {
        let cursor = Cursor { value: NEVER, id: 42 };
        let text = cursor.write(Sort::Due);
        assert_eq!(Cursor::read(&text, Sort::Due).expect("a cursor"), cursor);
        assert!(Cursor::read(&text, Sort::Changed).is_err());
        for text in ["", "due", "due.1", "due.1.2.3", "due.x.1", "due.1.1'"] {
            assert!(Cursor::read(text, Sort::Due).is_err(), "{text}");
        }
    }
}
