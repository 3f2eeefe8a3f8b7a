//! `rexian admin` over the real binary: people, laws, and the care of the data.

use std::path::Path;

use sqlx::{Connection, Executor, SqliteConnection};

use crate::cli::{Folder, Ran, run, run_with};

const BOOK: &str = r#"[book]
id = "qingliu"
place = "青柳街道"
document = "青街办〔2026〕1号"
title = "青柳街道办理办法"
in_force = 2026-01-01
base = "songshan"
channels = ["热线电话"]

[returning.window]
within = "2wd"
cite = "青街办〔2026〕1号 二"
text = "应在{within}内退回。"
interpretation = "按工作日理解。"
"#;

/// Commands on the database `name` of the folder, with its files beside it.
fn admin(folder: &Folder, name: &str, args: &[&str]) -> Ran {
    let db = format!("sqlite:{}", folder.path().join(format!("{name}.db")).display());
    let blobs = folder.path().join(format!("{name}-files")).display().to_string();
    run(
        folder,
        &[&["admin", "--db", &db, "--blobs", &blobs, "--lang", "en"], args].concat(),
    )
}

fn done(ran: Ran) -> String {
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    ran.out
}

/// What somebody with the file in their hands could do to it.
fn tamper(file: &Path, sql: &'static str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let url = format!("sqlite://{}", file.display());
        let mut connection = SqliteConnection::connect(&url).await.expect("the file");
        connection.execute(sql).await.expect(sql);
        connection.close().await.expect("closed");
    });
}

#[test]
fn a_rulebook_is_stored_for_all_servers_or_refused_with_its_lines() {
    let folder = Folder::new("admin-rulebook");
    done(admin(
        &folder,
        "a",
        &["unit", "add", "u1", "--name", "一", "--rulebook", "songshan"],
    ));
    let broken = folder.file(
        "broken.toml",
        BOOK.replace("\"2wd\"", "\"2 weeks\"")
            .replace("[book]", "[book]\nx = 1"),
    );
    let refused = admin(&folder, "a", &["rulebook", broken.to_str().expect("UTF-8")]);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""));
    for place in ["broken.toml:2:", "broken.toml:12:"] {
        assert!(refused.err.contains(place), "{place}: {}", refused.err);
    }
    let unknown = admin(&folder, "a", &["unit", "rulebook", "u1", "qingliu"]);
    assert!(unknown.code == 2 && unknown.err.contains("qingliu"), "{}", unknown.err);

    let book = folder.file("qingliu.toml", BOOK);
    let stored = done(admin(&folder, "a", &["rulebook", book.to_str().expect("UTF-8")]));
    assert!(
        stored.contains("rulebook:qingliu@2026-01-01") && stored.contains("rebuild"),
        "{stored}"
    );
    done(admin(&folder, "a", &["unit", "rulebook", "u1", "qingliu"]));
    // One that stands on it, whatever its name; and then it may not be taken away from under that.
    let other = BOOK
        .replace("id = \"qingliu\"", "id = \"a\"")
        .replace("base = \"songshan\"", "base = \"qingliu\"");
    let other = folder.file("a.toml", other);
    done(admin(&folder, "a", &["rulebook", other.to_str().expect("UTF-8")]));
    done(admin(&folder, "a", &["unit", "rulebook", "u1", "a"]));
}

#[test]
fn a_calendar_is_stored_for_all_servers_or_refused_with_its_line() {
    let folder = Folder::new("admin-calendar");
    let calendar = include_str!("../../assets/calendars/cn.toml");
    let broken = folder.file("broken.toml", format!("{calendar}\n[2027]\nholidays = 3\n"));
    let refused = admin(&folder, "a", &["calendar", broken.to_str().expect("UTF-8")]);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""));
    assert!(refused.err.contains("broken.toml:"), "{}", refused.err);
    let none = admin(&folder, "a", &["calendar", "nowhere.toml"]);
    assert!(none.code == 2 && none.err.contains("nowhere.toml"), "{}", none.err);
    let whole = folder.file("cn.toml", calendar);
    let stored = done(admin(&folder, "a", &["calendar", whole.to_str().expect("UTF-8")]));
    assert!(stored.contains("calendar"), "{stored}");
    done(admin(&folder, "a", &["unit", "list"]));
}

#[test]
fn a_backup_is_restored_verified_and_rebuilt() {
    let folder = Folder::new("admin-backup");
    done(admin(
        &folder,
        "a",
        &["unit", "add", "u1", "--name", "青柳街道", "--rulebook", "songshan"],
    ));
    let db = format!("sqlite:{}", folder.path().join("a.db").display());
    let added = [
        "admin", "--db", &db, "user", "add", "liwen", "--name", "李文", "--unit", "u1", "--role", "liaison",
    ];
    assert_eq!(run_with(&folder, &added, "deng-hong-2026\n".as_bytes()).code, 0);
    let said = done(admin(&folder, "a", &["backup", "copy"]));
    assert_eq!(said, "backed up to copy: 0 tickets, 0 events, 0 attachments\n");
    // Once more into the same folder: the newer one takes the place of the old.
    done(admin(&folder, "a", &["backup", "copy"]));
    let said = done(admin(&folder, "b", &["restore", "copy"]));
    assert_eq!(said, "restored from copy: 0 tickets, 0 events, 0 attachments\n");
    let people = |name| done(admin(&folder, name, &["user", "list", "--json"]));
    assert_eq!(people("b"), people("a"));
    let twice = admin(&folder, "b", &["restore", "copy"]);
    assert!(
        twice.code == 2 && twice.err.contains("only an empty one"),
        "{}",
        twice.err
    );

    assert_eq!(
        done(admin(&folder, "b", &["verify", "--blobs-too"])),
        "nothing wrong was found: 0 tickets, 0 events, 0 attachments\n"
    );
    assert_eq!(
        done(admin(&folder, "b", &["rebuild"])),
        "lists, search and statistics are made anew: 0 tickets\n"
    );
    tamper(&folder.path().join("b.db"), "UPDATE head SET seq = 7");
    let found = admin(&folder, "b", &["verify"]);
    assert_eq!((found.code, found.err.as_str()), (1, ""));
    assert!(
        found.out.contains("0 / 7") && found.out.contains("1 things are wrong"),
        "{}",
        found.out
    );

    let path = folder.path().join("copy").join("rexian.jsonl");
    let text = std::fs::read_to_string(&path).expect("a backup");
    std::fs::write(&path, text.replace("李文", "王文")).expect("changed");
    let refused = admin(&folder, "c", &["restore", "copy"]);
    assert!(refused.code == 2 && refused.err.contains("line 4"), "{}", refused.err);
}

#[test]
fn a_database_that_is_not_there_is_not_found_to_be_in_order() {
    let folder = Folder::new("admin-nowhere");
    for args in [&["verify"][..], &["backup", "copy"], &["rebuild"]] {
        let refused = admin(&folder, "none", args);
        assert!(
            refused.code == 2 && refused.err.contains("there is no database"),
            "{args:?}: {}",
            refused.err
        );
    }
    assert!(!folder.path().join("none.db").exists() && !folder.path().join("copy").exists());
    let refused = admin(&folder, "a", &["restore", "nowhere"]);
    assert!(refused.code == 2 && refused.err.contains("nowhere"), "{}", refused.err);
    assert!(
        !folder.path().join("nowhere").exists(),
        "looking for a backup makes no folder"
    );
}
