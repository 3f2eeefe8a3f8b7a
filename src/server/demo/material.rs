//! What the demo is made of: the office, its people, what callers ring about, and the knowledge base, as the files in
//! `assets/demo` have them.

use serde::Deserialize;

use super::photos::Photo;
use crate::domain::ids::{BookId, UnitId};
use crate::domain::intake::{Domain, Kind};
use crate::domain::knowledge::Article;
use crate::domain::moment::Moment;
use crate::domain::people::{Actor, Person, Role, Unit};
use crate::rules::Rulebook;

const OFFICE: &str = include_str!("../../../assets/demo/office.toml");
const MATTERS: &str = include_str!("../../../assets/demo/matters.toml");
const ARTICLES: &str = include_str!("../../../assets/demo/articles.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficeFile {
    main: UnitId,
    units: Vec<UnitRow>,
    people: Vec<Person>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitRow {
    id: UnitId,
    name: String,
    phone: String,
    address: String,
    duties: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MattersFile {
    places: Vec<String>,
    surnames: String,
    given: Vec<String>,
    matters: Vec<Matter>,
}

/// What a caller rings about; `{place}` is put in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    pub title: String,
    pub content: String,
    pub points: Vec<String>,
    pub kind: Kind,
    pub domain: Domain,
    /// Absent: the main unit's.
    pub unit: Option<UnitId>,
    /// What the reply rests on, what was done, and what came of it.
    pub basis: String,
    pub process: String,
    pub result: String,
    /// What the caller sent along.
    pub photo: Option<Photo>,
    /// Many callers at once.
    #[serde(default)]
    pub group: bool,
    /// The caller asked for secrecy.
    #[serde(default)]
    pub secret: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArticlesFile {
    articles: Vec<ArticleRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArticleRow {
    id: String,
    title: String,
    unit: UnitId,
    tags: Vec<String>,
    body: String,
}

pub struct Stock {
    pub main: UnitId,
    pub units: Vec<Unit>,
    pub people: Vec<Person>,
    pub places: Vec<String>,
    pub surnames: Vec<char>,
    pub given: Vec<String>,
    pub matters: Vec<Matter>,
    articles: Vec<ArticleRow>,
}

/// The files are part of the program, and a test reads them.
fn read<T: serde::de::DeserializeOwned>(text: &str, file: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("assets/demo/{file}: {error}"))
}

impl Stock {
    pub fn for_book(book: &Rulebook) -> Self {
        let office: OfficeFile = read(OFFICE, "office.toml");
        let matters: MattersFile = read(MATTERS, "matters.toml");
        let articles: ArticlesFile = read(ARTICLES, "articles.toml");
        let id: &BookId = &book.book.id;
        let unit = |row: UnitRow| Unit {
            id: row.id,
            name: row.name,
            book: id.clone(),
            phone: row.phone,
            address: row.address,
            duties: row.duties,
        };
        Self {
            main: office.main,
            units: office.units.into_iter().map(unit).collect(),
            people: office.people,
            places: matters.places,
            surnames: matters.surnames.chars().collect(),
            given: matters.given,
            matters: matters.matters,
            articles: articles.articles,
        }
    }

    pub fn articles(&self, updated: Moment) -> Vec<Article> {
        let article = |row: &ArticleRow| Article {
            id: row.id.clone(),
            title: row.title.clone(),
            body: row.body.clone(),
            tags: row.tags.clone(),
            unit: row.unit.clone(),
            updated,
        };
        self.articles.iter().map(article).collect()
    }

    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == *id)
    }

    /// The units that tickets go to: those that have a liaison.
    pub fn working_units(&self) -> impl Iterator<Item = &Unit> {
        self.units
            .iter()
            .filter(|unit| self.person(Role::Liaison, &unit.id).is_some())
    }

    fn person(&self, role: Role, unit: &UnitId) -> Option<&Person> {
        self.people
            .iter()
            .find(|person| person.role == role && person.unit == *unit)
    }

    /// Who has this role for this unit: somebody of its own, or the one who has it for all.
    pub fn actor(&self, role: Role, unit: &UnitId) -> Actor {
        self.person(role, unit)
            .or_else(|| self.people.iter().find(|person| person.role == role))
            .map(Person::actor)
            .unwrap_or_else(|| panic!("assets/demo/office.toml has no {role}"))
    }

    pub fn phone(&self, actor: &Actor) -> String {
        let person = self.people.iter().find(|person| person.id == actor.id);
        person.map_or_else(String::new, |person| person.phone.clone())
    }

    /// The other unit of a joint matter.
    pub fn helper(&self, unit: &UnitId) -> UnitId {
        let other = |candidate: &&Unit| candidate.id != *unit && candidate.id != self.main;
        self.working_units()
            .find(other)
            .map_or_else(|| self.main.clone(), |unit| unit.id.clone())
    }
}
