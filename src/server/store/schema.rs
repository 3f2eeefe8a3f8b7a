//! Which database it is, and bringing its schema up to what this program knows. A schema that is newer than the program
//! is refused: an older program would lose what it does not know of.

use std::path::Path;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyPool, SqlSafeStr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error("{given:?} is not a database: write sqlite:PATH or postgres://USER@HOST/NAME")]
    Place { given: String },
    #[error("the database's schema is newer ({found}) than this rexian knows ({known}): start the newer rexian")]
    Newer { found: i64, known: i64 },
    #[error("the schema cannot be brought up")]
    Migrate(#[source] MigrateError),
    #[error("the folder of the database cannot be made: {folder}")]
    Folder {
        folder: String,
        #[source]
        source: std::io::Error,
    },
}

struct Step {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Only ever added to.
const STEPS: &[Step] = &[Step {
    version: 1,
    name: "start",
    sqlite: include_str!("../../../assets/migrations/sqlite/1_start.sql"),
    postgres: include_str!("../../../assets/migrations/postgres/1_start.sql"),
}];

/// Reads where the database is, and makes the folder and the file of a SQLite one, readable by nobody else.
pub fn place(given: &str) -> Result<(Dialect, String), SchemaError> {
    if given.starts_with("postgres://") || given.starts_with("postgresql://") {
        return Ok((Dialect::Postgres, given.to_owned()));
    }
    let wrong = || SchemaError::Place {
        given: without_password(given),
    };
    let path = given.strip_prefix("sqlite:").ok_or_else(wrong)?;
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() {
        return Err(wrong());
    }
    private_file(Path::new(path))?;
    let escaped = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Ok((Dialect::Sqlite, format!("sqlite://{escaped}?mode=rwc")))
}

/// Whether there is a file of a SQLite database. Whether PostgreSQL has one shows when it is opened.
pub fn is_there(given: &str) -> bool {
    given.strip_prefix("sqlite:").is_none_or(|path| {
        let path = path.strip_prefix("//").unwrap_or(path);
        Path::new(path).exists()
    })
}

/// A URL as it may be shown.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}"),
        None => url.to_owned(),
    }
}

fn private_file(path: &Path) -> Result<(), SchemaError> {
    let failed = |source| SchemaError::Folder {
        folder: path.display().to_string(),
        source,
    };
    if path.exists() {
        return Ok(());
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(failed)?;
    Ok(())
}

pub async fn bring_up(dialect: Dialect, pool: &AnyPool) -> Result<(), SchemaError> {
    let steps = STEPS.iter().map(|step| {
        let sql = match dialect {
            Dialect::Sqlite => step.sqlite,
            Dialect::Postgres => step.postgres,
        };
        Migration::new(
            step.version,
            step.name.into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    });
    let known = STEPS.iter().map(|step| step.version).max().unwrap_or(0);
    match Migrator::with_migrations(steps.collect()).run(pool).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found)) if found > known => Err(SchemaError::Newer { found, known }),
        Err(error) => Err(SchemaError::Migrate(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(
            without_password("postgres://me:secret@host/rexian"),
            "postgres://…@host/rexian"
        );
        assert_eq!(without_password("sqlite:/var/rexian.db"), "sqlite:/var/rexian.db");
    }

    #[test]
    fn what_is_no_database_is_told() {
        for given in ["", "rexian.db", "mysql://host/x", "sqlite:"] {
            assert!(place(given).is_err(), "{given}");
        }
    }
}
