//! The databases that are served. Building a million tickets takes minutes, so what was built is kept in the target folder
//! (or beside on PostgreSQL), under a name that says how it was built; small ones are served from a fresh copy.

use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::town::{FORM, Town};

/// More than this is served where it lies: copying would take as long as all measuring.
const COPIED: usize = 100_000;

/// Changes with the schema and with what is seeded.
fn name(tickets: usize) -> String {
    let mut schema = include_str!("../../assets/migrations/sqlite/1_start.sql")
        .bytes()
        .chain(include_str!("../../assets/migrations/postgres/1_start.sql").bytes());
    let key = schema.try_fold(u32::from(b'r'), |key, byte| {
        Some(key.wrapping_mul(31).wrapping_add(byte.into()))
    });
    format!("rexian_bench_{tickets}_{FORM}_{:08x}", key.unwrap_or_default())
}

pub async fn sqlite(folder: &Path, tickets: usize) -> String {
    std::fs::create_dir_all(folder).expect("the folder for data");
    let built = folder.join(format!("{}.db", name(tickets)));
    if !built.exists() {
        let building = folder.join("building.db");
        remove(&building);
        eprintln!("building {tickets} tickets");
        Town { tickets }.build(&format!("sqlite:{}", building.display())).await;
        std::fs::rename(&building, &built).expect("the built database gets its name");
    }
    if tickets > COPIED {
        return format!("sqlite:{}", built.display());
    }
    let served = folder.join("served.db");
    remove(&served);
    std::fs::copy(&built, &served).expect("a copy");
    format!("sqlite:{}", served.display())
}

fn remove(path: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        // Mostly it is not there.
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}

/// `url` names a database that its user may log in to, and where they may create others.
pub async fn postgres(url: &str, tickets: usize) -> String {
    let mut home = PgConnection::connect(url).await.expect("the PostgreSQL of --postgres");
    let named = |name: &str| {
        let (server, _) = url.rsplit_once('/').expect("postgres://USER@HOST:PORT/NAME");
        format!("{server}/{name}")
    };
    let built = name(tickets);
    let found: Option<(i32,)> = sqlx::query_as("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(&built)
        .fetch_optional(&mut home)
        .await
        .expect("a list of databases");
    if found.is_none() {
        eprintln!("building {tickets} tickets on PostgreSQL");
        run(&mut home, "DROP DATABASE IF EXISTS rexian_bench_building").await;
        run(&mut home, "CREATE DATABASE rexian_bench_building").await;
        let building = named("rexian_bench_building");
        Town { tickets }.build(&building).await;
        let mut inside = PgConnection::connect(&building).await.expect("the built database");
        run(&mut inside, "VACUUM ANALYZE").await;
        inside.close().await.expect("a connection that ends");
        run(
            &mut home,
            &format!("ALTER DATABASE rexian_bench_building RENAME TO {built}"),
        )
        .await;
    }
    if tickets > COPIED {
        return named(&built);
    }
    run(&mut home, "DROP DATABASE IF EXISTS rexian_bench_served").await;
    run(
        &mut home,
        &format!("CREATE DATABASE rexian_bench_served TEMPLATE {built}"),
    )
    .await;
    named("rexian_bench_served")
}

async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}
