//! Databases of the tests' own: a file in a temporary folder, or a database made on the server that
//! `REXIAN_TEST_POSTGRES` names, and dropped at the end, whatever came of the test.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Once};

use rexian::server::blobs::Blobs;
use rexian::server::clock::Clock;
use rexian::server::store::{Dialect, Store};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::sync::Semaphore;

use crate::cli::Folder;

const VARIABLE: &str = "REXIAN_TEST_POSTGRES";

/// A PostgreSQL as it is installed takes a hundred connections; some tests open four stores.
static TURN: Semaphore = Semaphore::const_new(4);

pub struct Home {
    /// As `--db` takes it.
    pub place: String,
    pub folder: Folder,
    /// The server's own database and the name of the one that was made.
    made: Option<(String, String)>,
}

impl Home {
    pub async fn open(&self, clock: &Arc<Clock>) -> Store {
        Store::open(&self.place, clock.clone()).await.expect("a store")
    }

    pub fn blobs(&self) -> Blobs {
        Blobs::open(&self.file("files").display().to_string()).expect("a place for files")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn dialect(&self) -> Dialect {
        match self.made {
            None => Dialect::Sqlite,
            Some(_) => Dialect::Postgres,
        }
    }

    /// Another database of the same kind.
    pub async fn another(&self, name: &str) -> Self {
        match self.dialect() {
            Dialect::Sqlite => sqlite(name),
            Dialect::Postgres => postgres().await.expect("there was one"),
        }
    }

    pub async fn end(&self) {
        if let Some((server, name)) = &self.made {
            let mut server = PgConnection::connect(server).await.expect("the server of the tests");
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            server.execute(AssertSqlSafe(drop)).await.expect("dropped");
        }
    }
}

fn random() -> String {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("random bytes");
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub fn sqlite(name: &str) -> Home {
    let folder = Folder::new(&format!("store-{name}-{}", random()));
    Home {
        place: format!("sqlite:{}", folder.path().join("rexian.db").display()),
        folder,
        made: None,
    }
}

/// None where no server is named, and then it is said: past the test's own output, which is shown of failures alone.
pub async fn postgres() -> Option<Home> {
    static SAID: Once = Once::new();
    let Some(server) = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()) else {
        SAID.call_once(|| {
            let _ = writeln!(
                std::io::stderr(),
                "\n{VARIABLE} is not set: the store is NOT tested on PostgreSQL"
            );
        });
        return None;
    };
    let name = format!("rexian_test_{}", random());
    let mut connection = PgConnection::connect(&server).await.expect(VARIABLE);
    let create = format!("CREATE DATABASE {name}");
    connection.execute(AssertSqlSafe(create)).await.expect("a database");
    let (front, options) = server
        .split_once('?')
        .map_or((server.as_str(), String::new()), |(front, options)| {
            (front, format!("?{options}"))
        });
    let (authority, _) = front.rsplit_once('/').expect("postgres://USER@HOST/DATABASE");
    Some(Home {
        place: format!("{authority}/{name}{options}"),
        folder: Folder::new(&format!("store-{name}")),
        made: Some((server, name)),
    })
}

/// Runs a case in a home, and tears the home down before a failure is passed on.
pub async fn run<F>(home: Option<Home>, case: impl FnOnce(Arc<Home>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Some(home) = home.map(Arc::new) else { return };
    let _turn = TURN.acquire().await.expect("never closed");
    let ended = tokio::spawn(case(home.clone())).await;
    home.end().await;
    if let Err(error) = ended {
        std::panic::resume_unwind(error.into_panic());
    }
}
