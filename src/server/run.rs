//! Starting the server, serving, and stopping in an orderly way.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use axum_server::{Handle, Server};
use bytes::Bytes;
use hyper_util::rt::TokioTimer;
use tokio::sync::watch;

use super::blobs::{BlobError, Blobs, OpenError};
use super::clock::Clock;
use super::desk::{Counter, Desk};
use super::metrics::Metrics;
use super::password::{Checker, PasswordError};
use super::session::Sessions;
use super::store::account::Order as Account;
use super::store::apply::Order;
use super::store::articles::Order as Articles;
use super::store::{Store, StoreError};
use super::{demo, duties, password, routes};
use crate::api::openapi;
use crate::domain::ids::BookId;

/// How long requests that are under way may still take when the server stops.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a client may take over the head of a request, and how long a connection may stand idle between two.
const HEAD: Duration = Duration::from_secs(30);
/// The longest head of a request, and what is read of a connection ahead of its being asked for.
const HEAD_BYTES: usize = 64 << 10;

#[derive(Clone, Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    pub db: String,
    pub blobs: String,
    pub tls: Option<Tls>,
    pub test_clock: bool,
}

#[derive(Clone, Debug)]
pub struct Tls {
    pub cert: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Blobs(#[from] OpenError),
    #[error("the files of the demo cannot be stored")]
    DemoFiles(#[from] BlobError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("{listen} cannot be listened on")]
    Listen {
        listen: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("the TLS certificate or key cannot be read")]
    Tls(#[source] std::io::Error),
    #[error("--test-clock is for loopback only, not for {listen}")]
    TestClock { listen: SocketAddr },
}

/// A server that has its port and answers.
pub struct Running {
    pub address: SocketAddr,
    pub desk: Desk,
    handle: Handle<SocketAddr>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    duties: tokio::task::JoinHandle<()>,
}

/// Everything but the port.
pub async fn open(settings: &Settings, clock: Arc<Clock>) -> Result<Desk, StartError> {
    let store = Store::open(&settings.db, clock.clone()).await?;
    let blobs = Blobs::open(&settings.blobs)?;
    Ok(Arc::new(Counter {
        store,
        blobs,
        clock,
        sessions: Sessions::default(),
        checker: Checker::new()?,
        metrics: Metrics::default(),
        stopping: watch::Sender::new(false),
        contract: openapi::document().to_string(),
        tls: settings.tls.is_some(),
    }))
}

pub async fn start(settings: &Settings, clock: Arc<Clock>) -> Result<Running, StartError> {
    let desk = open(settings, clock).await?;
    serve(settings, desk).await
}

/// What everybody of a demo office signs in with.
pub const DEMO_PASSWORD: &str = "rexian-demo";

#[derive(Clone, Debug)]
pub struct Filled {
    pub tickets: usize,
    /// Who to sign in as.
    pub first: String,
}

/// Puts the demo office into an empty database; nothing where there are units already.
pub async fn fill_with_demo(desk: &Counter, book: &BookId) -> Result<Option<Filled>, StartError> {
    let store = &desk.store;
    let laws = store.laws();
    let now = desk.now();
    let book = laws.shelf.in_force(book, now.date()).ok_or(StoreError::NotFound)?;
    let mut demo = demo::office(&book, &laws.calendar, now);
    // A filling that was broken off is gone on with; an office of somebody's own is left alone.
    let (first, last) = (demo.people.first(), demo.people.last());
    let (Some(first), Some(last)) = (
        first.map(|person| person.id.0.clone()),
        last.map(|person| person.id.0.clone()),
    ) else {
        return Ok(None);
    };
    let ours = demo.units.iter().map(|unit| &unit.id).collect::<BTreeSet<_>>();
    let foreign = store.units().await?.iter().any(|unit| !ours.contains(&unit.id));
    if foreign || store.people().await?.iter().any(|person| person.id.0 == last) {
        return Ok(None);
    }
    for blob in demo.blobs {
        let bytes = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(blob.bytes))]);
        let size = blob.bytes.len() as u64;
        let sha = blob
            .sha256
            .parse()
            .expect("the digest of a picture that comes with the program");
        desk.blobs.put(&sha, size, 0, bytes).await?;
    }
    for unit in demo.units {
        store.write(Order::Account(Account::PutUnit(unit))).await?;
    }
    for article in demo.articles {
        store.write(Order::Article(Articles::Import(article))).await?;
    }
    let tickets = demo.tickets.len();
    // In the order of their last events, as a feed would have them; ordered at once, so that they are written together.
    demo.tickets.sort_by_key(|ticket| {
        ticket
            .history
            .last()
            .map_or(ticket.intake.received, |recorded| recorded.at)
    });
    let orders = demo.tickets.into_iter().map(|ticket| {
        store.write(Order::Import {
            intake: Box::new(ticket.intake),
            history: ticket.history,
        })
    });
    for done in futures_util::future::join_all(orders).await {
        done?;
    }
    // One hash for all: it is the same password, and it is known.
    let hash = password::hash(DEMO_PASSWORD)?;
    for person in demo.people {
        let id = person.id.clone();
        store.write(Order::Account(Account::PutPerson(person))).await?;
        let order = Account::SetPassword {
            person: id,
            hash: hash.clone(),
        };
        store.write(Order::Account(order)).await?;
    }
    for (person, unit) in demo.oversees {
        store.write(Order::Account(Account::Oversee { person, unit })).await?;
    }
    Ok(Some(Filled { tickets, first }))
}

/// Listens, and answers from the moment this returns.
pub async fn serve(settings: &Settings, desk: Desk) -> Result<Running, StartError> {
    let listen = settings.listen;
    if settings.test_clock {
        if !listen.ip().is_loopback() {
            return Err(StartError::TestClock { listen });
        }
        tracing::warn!("--test-clock: anybody on this machine may set the clock; never use this with real tickets");
    }
    let failed = |source| StartError::Listen { listen, source };
    let listener = std::net::TcpListener::bind(listen).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let app = routes::router(desk.clone(), settings.test_clock).into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    let serving = match &settings.tls {
        None => {
            let server = axum_server::from_tcp(listener).map_err(failed)?.handle(handle.clone());
            tokio::spawn(guarded(server).serve(app))
        }
        Some(tls) => {
            install_crypto();
            let config = RustlsConfig::from_pem_file(&tls.cert, &tls.key)
                .await
                .map_err(StartError::Tls)?;
            // Only what is spoken is offered.
            let mut offered = (*config.get_inner()).clone();
            offered.alpn_protocols = vec![b"http/1.1".to_vec()];
            config.reload_from_config(Arc::new(offered));
            let server = axum_server::from_tcp_rustls(listener, config)
                .map_err(failed)?
                .handle(handle.clone());
            tokio::spawn(guarded(server).serve(app))
        }
    };
    let duties = tokio::spawn(duties::run(desk.clone()));
    Ok(Running {
        address,
        desk,
        handle,
        serving,
        duties,
    })
}

/// A client that says nothing, or its request letter by letter, does not hold a connection for ever.
fn guarded<A>(server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    let mut server = server.http1_only();
    server
        .http_builder()
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES);
    server
}

/// The one implementation of TLS for everything in this process.
pub fn install_crypto() {
    // It is there already when this is called a second time.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

impl Running {
    /// Takes no new requests, lets those under way end, writes what was ordered, and closes the database.
    pub async fn stop(self) {
        self.desk.stopping.send_replace(true);
        self.handle.graceful_shutdown(Some(PATIENCE));
        if let Ok(Err(error)) = self.serving.await {
            tracing::error!(%error, "serving ended badly");
        }
        if let Err(error) = self.duties.await {
            tracing::error!(%error, "the clock's duties ended badly");
        }
        self.desk.store.close().await;
    }
}
