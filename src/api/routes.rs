//! Every path of the contract in one table: the server mounts it, the client calls it, the OpenAPI document prints it.

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::blob::{Upload, UploadQuery};
use super::draft::{Draft, DraftKept, DraftRequest};
use super::feed::{Feed, FeedQuery};
use super::knowledge::{ArticleQuery, ArticleRequest, Articles};
use super::people::{People, Units};
use super::query::ListQuery;
use super::rules::{CalendarEntry, Rulebooks};
use super::session::{Login, Me, Session};
use super::statistics::{Statistics, StatisticsQuery};
use super::ticket::{ActionAnswer, ActionRequest, Counts, NewTicket, NewTickets, Summary, Taken, TicketView};
use crate::domain::knowledge::Article;
use crate::domain::named::named;

named! {
    pub enum Verb {
        Get = "get",
        Head = "head",
        Post = "post",
        Put = "put",
        Delete = "delete",
    }
}

/// How a body is described.
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

#[derive(Clone, Copy, Debug)]
pub enum Content {
    Json(Shape),
    Bytes,
    EventStream,
    Text,
    Nothing,
}

#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The operation's name: `list_tickets`.
    pub id: &'static str,
    pub verb: Verb,
    pub path: &'static str,
    pub about: &'static str,
    /// Without it, nobody has to be signed in.
    pub session: bool,
    pub query: Option<Shape>,
    pub body: Option<Content>,
    /// What comes back when it goes well.
    pub good: (u16, Content),
    /// The problems that may come back, besides those that every path has.
    pub problems: &'static [u16],
}

fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// A page whose summaries may hold only the fields that were asked for.
fn sparse_page(generator: &mut SchemaGenerator) -> Schema {
    let mut summary = Summary::json_schema(generator);
    summary.insert("required".to_owned(), serde_json::json!(["no", "version"]));
    schemars::json_schema!({
        "type": "object",
        "required": ["tickets"],
        "properties": {
            "tickets": { "type": "array", "items": summary },
            "next": { "type": ["string", "null"] },
        },
    })
}

const fn route(id: &'static str, verb: Verb, path: &'static str, about: &'static str) -> Route {
    Route {
        id,
        verb,
        path,
        about,
        session: true,
        query: None,
        body: None,
        good: (200, Content::Nothing),
        problems: &[],
    }
}

impl Route {
    const fn open(mut self) -> Self {
        self.session = false;
        self
    }

    const fn query(mut self, query: Shape) -> Self {
        self.query = Some(query);
        self
    }

    const fn takes(mut self, body: Shape) -> Self {
        self.body = Some(Content::Json(body));
        self
    }

    const fn takes_bytes(mut self) -> Self {
        self.body = Some(Content::Bytes);
        self
    }

    const fn gives(mut self, status: u16, content: Content) -> Self {
        self.good = (status, content);
        self
    }

    const fn or(mut self, problems: &'static [u16]) -> Self {
        self.problems = problems;
        self
    }

    /// The names in braces of the path.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Writes take a key under which they are done once. Signing in and out are not kept: they change no ticket, and
    /// an answer with a token in it is stored nowhere.
    pub fn keyed(&self) -> bool {
        self.session
            && matches!(self.verb, Verb::Post | Verb::Put | Verb::Delete)
            && !matches!(self.id, "logout" | "upload")
    }
}

use Content::{Bytes, EventStream, Json, Nothing, Text};
use Verb::{Delete, Get, Head, Post, Put};

pub const ROUTES: &[Route] = &[
    route("login", Post, "/v1/session", "Sign in")
        .open()
        .takes(shape::<Login>)
        .gives(201, Json(shape::<Session>))
        .or(&[401, 422, 429]),
    route("me", Get, "/v1/session", "Who is signed in, and the server's clock").gives(200, Json(shape::<Me>)),
    route(
        "logout",
        Delete,
        "/v1/session",
        "Sign out: the token is worth nothing any more",
    )
    .gives(204, Nothing),
    route("units", Get, "/v1/units", "The units of the contact book").gives(200, Json(shape::<Units>)),
    route("people", Get, "/v1/people", "The people of the contact book").gives(200, Json(shape::<People>)),
    route("list_tickets", Get, "/v1/tickets", "A page of tickets, as summaries")
        .query(shape::<ListQuery>)
        .gives(200, Json(sparse_page))
        .or(&[404]),
    route(
        "take_ticket",
        Post,
        "/v1/tickets",
        "Take a ticket down, and pass it on at once where it says to whom",
    )
    .takes(shape::<NewTicket>)
    .gives(201, Json(shape::<TicketView>))
    .or(&[403, 409, 422]),
    route(
        "take_tickets",
        Post,
        "/v1/tickets/batch",
        "Take many tickets down; each has a result of its own",
    )
    .takes(shape::<NewTickets>)
    .gives(200, Json(shape::<Taken>))
    .or(&[403, 422]),
    route(
        "count_views",
        Get,
        "/v1/tickets/counts",
        "How many tickets each view holds",
    )
    .gives(200, Json(shape::<Counts>)),
    route(
        "get_ticket",
        Get,
        "/v1/tickets/{no}",
        "One ticket with its events and what they come to",
    )
    .gives(200, Json(shape::<TicketView>))
    .or(&[404]),
    route(
        "act",
        Post,
        "/v1/tickets/{no}/actions",
        "Do something to a ticket: the one way to change it",
    )
    .takes(shape::<ActionRequest>)
    .gives(200, Json(shape::<ActionAnswer>))
    .or(&[404, 409, 422]),
    route(
        "get_draft",
        Get,
        "/v1/tickets/{no}/draft",
        "The unit's draft of the reply",
    )
    .gives(200, Json(shape::<Draft>))
    .or(&[403, 404]),
    route(
        "keep_draft",
        Put,
        "/v1/tickets/{no}/draft",
        "Keep a draft; what it overwrites comes back",
    )
    .takes(shape::<DraftRequest>)
    .gives(200, Json(shape::<DraftKept>))
    .or(&[403, 404, 422]),
    route("drop_draft", Delete, "/v1/tickets/{no}/draft", "Drop the unit's draft")
        .gives(204, Nothing)
        .or(&[403, 404, 422]),
    route(
        "feed",
        Get,
        "/v1/feed",
        "What happened after a number, waiting for it if asked to",
    )
    .query(shape::<FeedQuery>)
    .gives(200, Json(shape::<Feed>)),
    route(
        "feed_stream",
        Get,
        "/v1/feed/stream",
        "The same as server-sent events; goes on after `Last-Event-ID`",
    )
    .query(shape::<FeedQuery>)
    .gives(200, EventStream),
    route(
        "received_upload",
        Get,
        "/v1/blobs/{sha}/upload",
        "How much of a file has arrived",
    )
    .gives(200, Json(shape::<Upload>)),
    route("upload", Put, "/v1/blobs/{sha}", "Send a file, or the rest of it")
        .query(shape::<UploadQuery>)
        .takes_bytes()
        .gives(200, Json(shape::<Upload>))
        .or(&[403, 409, 422]),
    route("download", Get, "/v1/blobs/{sha}", "A file's bytes, or a range of them")
        .gives(200, Bytes)
        .or(&[206, 404, 416]),
    route(
        "blob_head",
        Head,
        "/v1/blobs/{sha}",
        "Whether the file is there, and how long it is",
    )
    .gives(200, Nothing)
    .or(&[404]),
    route(
        "list_articles",
        Get,
        "/v1/articles",
        "Articles of the knowledge base, by words",
    )
    .query(shape::<ArticleQuery>)
    .gives(200, Json(shape::<Articles>)),
    route("get_article", Get, "/v1/articles/{id}", "One article")
        .gives(200, Json(shape::<Article>))
        .or(&[404]),
    route("add_article", Post, "/v1/articles", "Add an article")
        .takes(shape::<ArticleRequest>)
        .gives(201, Json(shape::<Article>))
        .or(&[403, 422]),
    route("change_article", Put, "/v1/articles/{id}", "Write an article anew")
        .takes(shape::<ArticleRequest>)
        .gives(200, Json(shape::<Article>))
        .or(&[403, 404, 422]),
    route("drop_article", Delete, "/v1/articles/{id}", "Take an article out")
        .gives(204, Nothing)
        .or(&[403, 404, 422]),
    route(
        "statistics",
        Get,
        "/v1/statistics",
        "响应率、解决率、满意率、超期率、重办率",
    )
    .query(shape::<StatisticsQuery>)
    .gives(200, Json(shape::<Statistics>))
    .or(&[403]),
    route(
        "rulebooks",
        Get,
        "/v1/rulebooks",
        "The rulebooks that the server judges by",
    )
    .gives(200, Json(shape::<Rulebooks>)),
    route(
        "calendar",
        Get,
        "/v1/calendar",
        "The calendar that the server counts by",
    )
    .gives(200, Json(shape::<CalendarEntry>)),
    route("openapi", Get, "/v1/openapi.json", "This document")
        .open()
        .gives(200, Json(shape::<serde_json::Value>)),
    route("healthz", Get, "/healthz", "The process lives")
        .open()
        .gives(200, Text),
    route("readyz", Get, "/readyz", "The store answers")
        .open()
        .gives(200, Text),
    route("metrics", Get, "/metrics", "Figures for Prometheus")
        .open()
        .gives(200, Text),
];

/// The route of an operation. Called where a constant is made, so that a name that is no operation's does not compile.
pub const fn operation(id: &str) -> &'static Route {
    let mut at = 0;
    while at < ROUTES.len() {
        if same(ROUTES[at].id.as_bytes(), id.as_bytes()) {
            return &ROUTES[at];
        }
        at += 1;
    }
    panic!("no operation of this name")
}

/// `==` of slices cannot be called for a constant yet.
const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_operation_and_no_path_stands_twice() {
        let ids: BTreeSet<_> = ROUTES.iter().map(|route| route.id).collect();
        let paths: BTreeSet<_> = ROUTES.iter().map(|route| (route.path, route.verb)).collect();
        assert_eq!(ids.len(), ROUTES.len());
        assert_eq!(paths.len(), ROUTES.len());
    }

    #[test]
    fn every_operation_is_found_by_its_name() {
        for route in ROUTES {
            let found = operation(route.id);
            assert_eq!((found.verb, found.path), (route.verb, route.path), "{}", route.id);
        }
    }

    #[test]
    fn every_write_but_signing_in_and_uploading_is_done_once_under_a_key() {
        let not_keyed: Vec<_> = ROUTES
            .iter()
            .filter(|route| !matches!(route.verb, Get | Head) && !route.keyed())
            .map(|route| route.id)
            .collect();
        assert_eq!(not_keyed, ["login", "logout", "upload"]);
    }
}
