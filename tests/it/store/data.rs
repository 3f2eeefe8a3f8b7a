//! The care of what is stored: backups that come back whole, checks that find what is wrong, and making anew.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use rexian::domain::ids::PersonId;
use rexian::server::blobs::{Blobs, Sha};
use rexian::server::sight::Sight;
use rexian::server::store::Store;
use rexian::server::store::account::Order as Account;
use rexian::server::store::apply::Done;
use rexian::server::store::backup::{Counts, FILE};
use rexian::server::store::restore::RestoreError;
use sqlx::AssertSqlSafe;

use super::home::{self, Home};
use super::lives::{projection, sound};
use super::town::{self, QINGLIU, account, act, clock, key, office, settle, taken, urge};

/// A demo office with its photos, and something in every table that is kept.
async fn full(home: &Home) -> (Store, Blobs) {
    let store = home.open(&clock()).await;
    let demo = town::demo_town(&store, "songshan").await;
    let blobs = home.blobs();
    for blob in &demo.blobs {
        let bytes = bytes::Bytes::from_static(blob.bytes);
        let sha: Sha = blob.sha256.parse().expect("a hash");
        let sent = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes)]);
        blobs.put(&sha, blob.bytes.len() as u64, 0, sent).await.expect("stored");
        let order = Account::Sent {
            sha256: blob.sha256.clone(),
            unit: demo.units[0].id.clone(),
        };
        account(&store, order).await;
    }
    let laws = store.laws();
    let order = Account::PutText {
        name: "calendar".to_owned(),
        text: laws.calendar_text.clone(),
    };
    account(&store, order).await;
    let with_a_unit = town::all_tickets(&store)
        .await
        .into_iter()
        .find(|loaded| loaded.ticket.stage.with_the_unit())
        .expect("a ticket on a desk");
    let no = with_a_unit.ticket.intake.no.0.clone();
    let unit = with_a_unit.ticket.unit.expect("a unit");
    let done = store
        .write(town::acting(office(), &no, urge("补充"), key("k", "r")))
        .await;
    assert!(matches!(done, Ok(Done::Ticket(_))), "{done:?}");
    let order = rexian::server::store::drafts::Order::Keep {
        by: town::liaison(unit.as_str()),
        sight: Sight::Unit(unit),
        no,
        request: Box::new(rexian::api::draft::DraftRequest {
            seen: None,
            reply: rexian::domain::reply::Reply::of("一稿"),
        }),
        key: None,
    };
    let done = store.write(rexian::server::store::apply::Order::Draft(order)).await;
    assert!(matches!(done, Ok(Done::Draft(_))), "{done:?}");
    (store, blobs)
}

/// The lines of a backup but the first, which says when it was made, and the last.
fn rows(folder: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(FILE)).expect("a backup");
    text.lines()
        .filter(|line| line.starts_with('['))
        .map(str::to_owned)
        .collect()
}

pub async fn a_backup_comes_back_whole(home: Arc<Home>) {
    let (store, blobs) = full(&home).await;
    let folder = home.file("backup");
    let counts = store.backup(&folder, &blobs).await.expect("a backup");
    assert!(
        counts.tickets > 60 && counts.events > 300 && counts.files > 3,
        "{counts:?}"
    );
    let mode = std::fs::metadata(folder.join(FILE))
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600, "for nobody else to read");
    assert!(!folder.join(format!("{FILE}.part")).exists());
    let written = rows(&folder);
    for table in [
        "texts", "units", "people", "oversees", "articles", "senders", "answers", "intakes", "events", "drafts",
    ] {
        assert!(
            written.iter().any(|row| row.starts_with(&format!("[\"{table}\","))),
            "nothing of {table}"
        );
    }
    let kept = projection(&store).await;

    // Into a new database of the same kind, and of every other that there is.
    let mut others = vec![home.another("restored").await, home::sqlite("restored")];
    others.extend(home::postgres().await);
    for other in &others {
        let restored = other.open(&clock()).await;
        let back = restored.restore(&folder, &other.blobs()).await.expect("restored");
        assert_eq!(back, counts);
        restored.close().await;
        // As a server would start on it.
        let restored = other.open(&clock()).await;
        if other.dialect() == home.dialect() {
            assert_eq!(projection(&restored).await, kept);
        }
        assert_eq!(sound(other, &restored).await, Vec::<String>::new());
        let again = other.file("again");
        restored.backup(&again, &other.blobs()).await.expect("a backup");
        assert_eq!(rows(&again), written);
        // It goes on where it ended: the same key, the next number.
        let seq = *restored.head().borrow();
        let person = restored.person("wangyi").await;
        drop(person);
        settle(&restored).await;
        let next = taken(&restored, "NEW", QINGLIU).await;
        assert_eq!(next.seq, seq + 1);
        restored.close().await;
        other.end().await;
    }
    store.close().await;
}

pub async fn a_backup_is_of_one_moment(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    taken(&store, "T1", QINGLIU).await;
    // Somebody goes on writing while it is made.
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 0..60 {
                act(&store, office(), "T1", urge(&format!("第{number}条"))).await;
            }
        })
    };
    let mut backups = 0;
    while !writer.is_finished() || backups == 0 {
        let folder = home.file(&format!("backup-{backups}"));
        let counts = store.backup(&folder, &home.blobs()).await.expect("a backup");
        let text = std::fs::read_to_string(folder.join(FILE)).expect("a backup");
        let opening: serde_json::Value = serde_json::from_str(text.lines().next().expect("a line")).expect("json");
        assert_eq!(opening["seq"], counts.events, "as many events as numbers");
        let other = home::sqlite("moment");
        let restored = other.open(&clock()).await;
        restored.restore(&folder, &other.blobs()).await.expect("restored");
        assert_eq!(sound(&other, &restored).await, Vec::<String>::new());
        restored.close().await;
        backups += 1;
    }
    writer.await.expect("written");
    store.close().await;
}

pub async fn a_backup_that_was_cut_or_changed_is_refused(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    taken(&store, "T1", QINGLIU).await;
    act(&store, office(), "T1", urge("补充情况")).await;
    let folder = home.file("backup");
    store.backup(&folder, &home.blobs()).await.expect("a backup");
    let path = folder.join(FILE);
    let whole = std::fs::read_to_string(&path).expect("a backup");
    let lines: Vec<&str> = whole.lines().collect();
    let other = home.another("refused").await;
    let empty = other.open(&clock()).await;
    let cut = lines[..lines.len() - 1].join("\n");
    let without_a_row = [&lines[..3], &lines[4..]].concat().join("\n");
    for (name, text) in [
        ("nothing", String::new()),
        ("no end", cut),
        ("half a line", whole[..whole.len() / 2].to_owned()),
        ("a row less", without_a_row),
        ("a word changed", whole.replace("补充情况", "补充清况")),
        (
            "something after the end",
            format!("{whole}[\"units\",\"x\",\"{{}}\"]\n"),
        ),
        ("something else", "{\"a\": 1}\n".to_owned()),
    ] {
        std::fs::write(&path, text).expect("written");
        let refused = empty.restore(&folder, &other.blobs()).await;
        assert!(
            matches!(refused, Err(RestoreError::Broken { .. })),
            "{name}: {refused:?}"
        );
    }
    let newer = whole.replacen("\"rexian_backup\":1", "\"rexian_backup\":2", 1);
    std::fs::write(&path, newer).expect("written");
    let refused = empty.restore(&folder, &other.blobs()).await;
    assert!(matches!(refused, Err(RestoreError::Newer { found: 2 })), "{refused:?}");
    // Nothing of all that is in the database, and the backup itself still comes back.
    std::fs::write(&path, &whole).expect("written");
    let back = empty.restore(&folder, &other.blobs()).await.expect("restored");
    assert_eq!((back.tickets, back.events), (1, 2));
    empty.close().await;
    other.end().await;
    store.close().await;
}

pub async fn nothing_is_restored_over_something(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    let folder = home.file("backup");
    let counts = store.backup(&folder, &home.blobs()).await.expect("a backup");
    assert_eq!(counts, Counts::default());
    let refused = store.restore(&folder, &home.blobs()).await;
    assert!(
        matches!(refused, Err(RestoreError::NotEmpty { table: "units" })),
        "{refused:?}"
    );
    store.close().await;
}

/// Runs statements that nobody but a tamperer would.
async fn tamper(store: &Store, sql: &str) {
    let done = sqlx::query(AssertSqlSafe(sql.to_owned()))
        .execute(store.writes())
        .await
        .expect(sql);
    assert!(done.rows_affected() > 0, "{sql}: nothing was changed");
}

pub async fn every_tampering_is_found(home: Arc<Home>) {
    let (store, blobs) = full(&home).await;
    let flaws = async || sound(&home, &store).await;
    assert_eq!(flaws().await, Vec::<String>::new());
    let (seq,): (i64,) = sqlx::query_as("SELECT max(seq) FROM events")
        .fetch_one(store.reads())
        .await
        .expect("a seq");
    let (ticket, no): (i64, String) = sqlx::query_as(
        "SELECT e.ticket, i.no FROM events e JOIN intakes i ON i.id = e.ticket GROUP BY e.ticket, i.no \
         HAVING count(*) > 4 ORDER BY e.ticket LIMIT 1",
    )
    .fetch_one(store.reads())
    .await
    .expect("a ticket");
    let named = |kind: &str| format!("{no} {kind}");
    for (there, back, kind) in [
        (
            format!(
                "UPDATE events SET body = replace(body, '\"v\":1', '\"v\": 1') WHERE ticket = {ticket} AND version = 2"
            ),
            format!(
                "UPDATE events SET body = replace(body, '\"v\": 1', '\"v\":1') WHERE ticket = {ticket} AND version = 2"
            ),
            named("chain 2"),
        ),
        (
            format!("UPDATE events SET body = '[' || body WHERE ticket = {ticket} AND version = 3"),
            format!("UPDATE events SET body = substr(body, 2) WHERE ticket = {ticket} AND version = 3"),
            named("event 3"),
        ),
        (
            format!("UPDATE events SET version = 1000 WHERE ticket = {ticket} AND version = 2"),
            format!("UPDATE events SET version = 2 WHERE ticket = {ticket} AND version = 1000"),
            named("gap 3"),
        ),
        (
            format!("UPDATE events SET audience = audience || 'x|' WHERE ticket = {ticket} AND version = 2"),
            format!(
                "UPDATE events SET audience = substr(audience, 1, length(audience) - 2) WHERE ticket = {ticket} AND version = 2"
            ),
            named("audience 2"),
        ),
        (
            format!("UPDATE events SET seq = seq + 100000 WHERE ticket = {ticket} AND version = 4"),
            format!("UPDATE events SET seq = seq - 100000 WHERE ticket = {ticket} AND version = 4"),
            named("number 4"),
        ),
        (
            "UPDATE head SET seq = seq + 1".to_owned(),
            "UPDATE head SET seq = seq - 1".to_owned(),
            format!(" count {seq} / {}", seq + 1),
        ),
        (
            format!("UPDATE intakes SET body = '[' || body WHERE id = {ticket}"),
            format!("UPDATE intakes SET body = substr(body, 2) WHERE id = {ticket}"),
            named("intake"),
        ),
        (
            format!("UPDATE tickets SET due = due + 1, unit = unit || 'x' WHERE id = {ticket}"),
            format!("UPDATE tickets SET due = due - 1, unit = substr(unit, 1, length(unit) - 1) WHERE id = {ticket}"),
            named("row unit, due"),
        ),
        (
            format!("UPDATE tickets SET summary = replace(summary, '\"redos\":', '\"redos\":1') WHERE id = {ticket}"),
            format!("UPDATE tickets SET summary = replace(summary, '\"redos\":1', '\"redos\":') WHERE id = {ticket}"),
            named("row summary"),
        ),
        (
            format!("INSERT INTO co_units (unit, ticket, open) VALUES ('nobody', {ticket}, 1)"),
            "DELETE FROM co_units WHERE unit = 'nobody'".to_owned(),
            named("helpers"),
        ),
        (
            format!("INSERT INTO ticket_blobs (sha256, ticket) VALUES ('0', {ticket})"),
            "DELETE FROM ticket_blobs WHERE sha256 = '0'".to_owned(),
            named("files"),
        ),
    ] {
        tamper(&store, &there).await;
        let found = flaws().await;
        assert!(
            found.iter().any(|flaw| flaw.starts_with(&kind)),
            "{there}: {kind} not in {found:?}"
        );
        tamper(&store, &back).await;
        assert_eq!(flaws().await, Vec::<String>::new(), "{back}");
    }
    tamper(&store, &format!("DELETE FROM words WHERE rowid = {ticket}")).await;
    assert!(flaws().await[0].starts_with(&named("words")));
    store.rebuild().await.expect("made anew");
    assert_eq!(flaws().await, Vec::<String>::new());

    // The files: one whose bytes were changed, and one that is gone.
    let (sha,): (String,) = sqlx::query_as("SELECT sha256 FROM ticket_blobs ORDER BY sha256 LIMIT 1")
        .fetch_one(store.reads())
        .await
        .expect("a file");
    let path = home.file("files").join("blobs").join(&sha[..2]).join(&sha);
    let mut bytes = std::fs::read(&path).expect("a file");
    *bytes.last_mut().expect("a byte") ^= 1;
    std::fs::write(&path, bytes).expect("changed");
    let mut found = Vec::new();
    let mut tell = |flaw: rexian::server::store::verify::Flaw| found.push(format!("{} {}", flaw.kind, flaw.what));
    let looked = store.verify(&blobs, true, &mut tell).await.expect("looked through");
    assert!(looked.files > 3 && looked.events as i64 == seq, "{looked:?}");
    assert_eq!(found, [format!("bytes {sha}")]);
    // It is not taken along as if it were whole, and the rest is.
    let counts = store.backup(&home.file("backup"), &blobs).await.expect("a backup");
    assert_eq!(counts.broken, [sha.parse::<Sha>().expect("a hash")]);
    assert_eq!(counts.files + 1, looked.files);
    std::fs::remove_file(&path).expect("removed");
    assert!(
        flaws()
            .await
            .iter()
            .all(|flaw| flaw.ends_with(&format!("no_file {sha}")))
    );
    assert!(!flaws().await.is_empty());
    store.close().await;
}

pub async fn a_row_that_was_lost_or_changed_is_made_anew(home: Arc<Home>) {
    let (store, _) = full(&home).await;
    let kept = projection(&store).await;
    for sql in [
        "DELETE FROM co_units",
        "DELETE FROM ticket_blobs",
        "DELETE FROM words",
        "UPDATE tickets SET stage = 'closed', live = 0, caller = '1' WHERE id > 10",
        "DELETE FROM tickets WHERE id <= 10",
    ] {
        tamper(&store, sql).await;
    }
    assert!(!sound(&home, &store).await.is_empty());
    // While it is made anew, others write.
    settle(&store).await;
    account(
        &store,
        Account::PutPerson(town::person("p", rexian::domain::people::Role::Liaison, QINGLIU)),
    )
    .await;
    assert!(
        store
            .person("p")
            .await
            .is_ok_and(|(person, _)| person.id == PersonId::from("p"))
    );
    let tickets = store.rebuild().await.expect("made anew");
    assert!(tickets > 60);
    assert_eq!(projection(&store).await, kept);
    assert_eq!(sound(&home, &store).await, Vec::<String>::new());
    store.close().await;
}
