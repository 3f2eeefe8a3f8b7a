//! `rexian serve`: runs the hotline server until it is told to stop.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use tracing_subscriber::EnvFilter;

use super::place::Place;
use super::{Desk, Outcome};
use crate::domain::ids::BookId;
use crate::rules::Shelf;
use crate::server::clock::Clock;
use crate::server::run::{self, Settings, StartError, Tls};

const LISTEN: &str = "127.0.0.1:7345";

#[derive(Args)]
pub struct Serve {
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    #[command(flatten)]
    place: Place,
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "songshan")]
    demo: Option<String>,
    #[arg(long)]
    test_clock: bool,
}

impl Serve {
    pub fn run(&self, desk: &Desk) -> Result<Outcome> {
        let settings = self.settings(desk)?;
        let demo = self.demo.as_deref().map(|id| desk.demo_book(id)).transpose()?;
        if demo.is_some() && !settings.listen.ip().is_loopback() {
            return Err(desk.refuse("cli.serve.demo_open", &[("listen", &settings.listen.to_string())]));
        }
        // Answers of requests go nowhere near it: only what the server itself does is logged, and to stderr.
        let filter = EnvFilter::try_from_env("REXIAN_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .init();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(desk.serve(&settings, demo))
    }

    fn settings(&self, desk: &Desk) -> Result<Settings> {
        let listen = self.listen.as_deref().unwrap_or(LISTEN);
        let listen: SocketAddr = listen
            .parse()
            .map_err(|_| desk.refuse("cli.serve.listen", &[("given", listen)]))?;
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(cert), Some(key)) => Some(Tls {
                cert: cert.clone(),
                key: key.clone(),
            }),
            (None, None) => None,
            _ => return Err(desk.refuse("cli.serve.tls_half", &[])),
        };
        let name = match &self.demo {
            Some(id) => format!("demo-{}", desk.demo_book(id)?),
            None => "rexian".to_owned(),
        };
        let (db, blobs) = self.place.or_usual(desk, &name)?;
        Ok(Settings {
            listen,
            db,
            blobs,
            tls,
            test_clock: self.test_clock,
        })
    }
}

impl Desk {
    /// The rulebook that the demo office works under.
    fn demo_book(&self, id: &str) -> Result<BookId> {
        let known: Vec<&str> = Shelf::built_in().ids().map(BookId::as_str).collect();
        if known.contains(&id) {
            Ok(BookId::from(id))
        } else {
            Err(self.refuse_choice("cli.book.unknown", id, &known))
        }
    }

    async fn serve(&self, settings: &Settings, demo: Option<BookId>) -> Result<Outcome> {
        let clock = Arc::new(Clock::running());
        let counter = run::open(settings, clock)
            .await
            .map_err(|error| self.start_failed(settings, &error))?;
        if let Some(book) = demo {
            let filled = run::fill_with_demo(&counter, &book)
                .await
                .map_err(|error| self.start_failed(settings, &error))?;
            self.note(&match &filled {
                Some(filled) => self.say(
                    "cli.serve.demo",
                    &[
                        ("tickets", &filled.tickets.to_string()),
                        ("person", &filled.first),
                        ("password", run::DEMO_PASSWORD),
                    ],
                ),
                None => self.say("cli.serve.demo_before", &[("password", run::DEMO_PASSWORD)]),
            });
        }
        let running = run::serve(settings, counter)
            .await
            .map_err(|error| self.start_failed(settings, &error))?;
        let scheme = if settings.tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", running.address);
        self.print(&self.say("cli.serve.listening", &[("url", &url)]))?;
        told_to_stop().await?;
        self.note(self.word("cli.serve.stopping"));
        running.stop().await;
        Ok(Outcome::Yes)
    }

    /// Why it did not start, and what to do.
    fn start_failed(&self, settings: &Settings, error: &StartError) -> anyhow::Error {
        let listen = settings.listen.to_string();
        let why = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        match error {
            StartError::Store(error) => self.store_failed(&settings.db, error),
            StartError::Blobs(_) => self.refuse(
                "cli.serve.blobs",
                &[("place", &settings.blobs), ("why", &error.to_string())],
            ),
            StartError::Listen { .. } => self.refuse("cli.serve.port", &[("listen", &listen), ("why", &why)]),
            StartError::Tls(_) => self.refuse("cli.serve.tls", &[("why", &why)]),
            StartError::TestClock { .. } => self.refuse("cli.serve.test_clock", &[("listen", &listen)]),
            StartError::DemoFiles(_) => self.refuse("cli.serve.other", &[("why", &why)]),
            StartError::Password(_) => self.refuse("cli.serve.other", &[("why", &error.to_string())]),
        }
    }
}

/// Waits for Ctrl-C or the service manager's word.
async fn told_to_stop() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

impl Desk {
    /// Why the database cannot be used, and what to do.
    pub(super) fn store_failed(&self, db: &str, error: &crate::server::store::StoreError) -> anyhow::Error {
        use crate::server::store::StoreError;
        use crate::server::store::schema::{SchemaError, without_password};
        let db = without_password(db);
        let why = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        match error {
            StoreError::Schema(SchemaError::Newer { found, known }) => self.refuse(
                "cli.serve.newer",
                &[
                    ("db", &db),
                    ("found", &found.to_string()),
                    ("known", &known.to_string()),
                ],
            ),
            StoreError::Schema(SchemaError::Place { given }) => self.refuse("cli.serve.no_db", &[("given", given)]),
            StoreError::Unreadable { source, .. } => {
                let why = format!("{error}: {source}");
                self.refuse("cli.serve.db", &[("db", &db), ("why", &why)])
            }
            StoreError::Laws(error) => self.refuse("cli.serve.laws", &[("why", &error.to_string())]),
            _ => self.refuse("cli.serve.db", &[("db", &db), ("why", &why)]),
        }
    }
}
