//! Starting the server, serving, and stopping in an orderly way.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use tokio::sync::watch;

use super::blobs::{Blobs, OpenError};
use super::clock::Clock;
use super::desk::{Counter, Desk};
use super::metrics::Metrics;
use super::password::{Checker, PasswordError};
use super::session::Sessions;
use super::store::{Store, StoreError};
use super::{duties, routes};
use crate::api::openapi;

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
