//! What lies beside the tickets: drafts, articles, sessions, wrong passwords, loaded texts, and the schema itself.

use std::sync::Arc;

use rexian::api::draft::DraftRequest;
use rexian::api::knowledge::ArticleRequest;
use rexian::domain::ids::{BookId, PersonId, UnitId};
use rexian::domain::people::{Actor, Role};
use rexian::domain::reply::Reply;
use rexian::server::clock::machine_time;
use rexian::server::sight::Sight;
use rexian::server::store::account::Order as Account;
use rexian::server::store::apply::{Done, Kept, Order};
use rexian::server::store::articles::Order as Articles;
use rexian::server::store::drafts::Order as Drafts;
use rexian::server::store::schema::SchemaError;
use rexian::server::store::{Store, StoreError};

use super::home::Home;
use super::town::{self, HOTLINE, QINGLIU, WANGHE, account, clock, key, liaison, office, person, settle, taken};

async fn keep(store: &Store, by: &Actor, seen: Option<i64>, text: &str) -> Done {
    let order = Drafts::Keep {
        by: by.clone(),
        sight: Sight::Unit(by.unit.clone()),
        no: "T1".to_owned(),
        request: Box::new(DraftRequest {
            seen,
            reply: Reply::of(text),
        }),
        key: None,
    };
    store.write(Order::Draft(order)).await.expect("written")
}

pub async fn the_last_writer_of_a_draft_is_told_what_it_overwrote(home: Arc<Home>) {
    let clock = clock();
    let (store, other) = (home.open(&clock).await, home.open(&clock).await);
    settle(&store).await;
    let ticket = taken(&store, "T1", QINGLIU).await.id;
    let colleague = Actor {
        id: PersonId::from("wangyi"),
        ..liaison(QINGLIU)
    };
    let me = liaison(QINGLIU);
    let Done::Draft(first) = keep(&store, &me, None, "一稿").await else {
        panic!()
    };
    assert!(first.overwrote.is_none());
    // My own, seen or not, is nobody else's.
    let Done::Draft(second) = keep(&store, &me, None, "二稿").await else {
        panic!()
    };
    assert!(second.overwrote.is_none() && second.version > first.version);
    // A colleague who saw it, at another server.
    let Done::Draft(third) = keep(&other, &colleague, Some(second.version), "三稿").await else {
        panic!()
    };
    assert!(third.overwrote.is_none() && third.version > second.version);
    // I did not see theirs.
    let Done::Draft(fourth) = keep(&store, &me, Some(second.version), "四稿").await else {
        panic!()
    };
    let overwrote = fourth.overwrote.expect("their words come back");
    assert_eq!(
        (overwrote.reply.text.as_str(), overwrote.by.as_str()),
        ("三稿", "wangyi")
    );
    let stands = other.draft_of(ticket, QINGLIU).await.expect("the draft");
    assert_eq!((stands.reply.text.as_str(), stands.version), ("四稿", fourth.version));
    // Another unit, and whoever writes no replies.
    assert!(matches!(
        keep(&store, &liaison(WANGHE), None, "。").await,
        Done::NotFound
    ));
    assert!(matches!(keep(&store, &office(), None, "。").await, Done::Forbidden));
    assert!(matches!(
        store.draft_of(ticket, WANGHE).await,
        Err(StoreError::NotFound)
    ));
    // What was dropped is gone, and what is begun anew is not taken for the old one.
    let order = Order::Draft(Drafts::Drop {
        by: me.clone(),
        sight: Sight::Unit(me.unit.clone()),
        no: "T1".to_owned(),
        key: None,
    });
    assert!(matches!(store.write(order).await, Ok(Done::Nothing)));
    assert!(matches!(
        store.draft_of(ticket, QINGLIU).await,
        Err(StoreError::NotFound)
    ));
    clock.set(town::at("2026-11-18 10:05"));
    let Done::Draft(anew) = keep(&store, &colleague, None, "新稿").await else {
        panic!()
    };
    assert!(anew.version > fourth.version && anew.overwrote.is_none());
    store.close().await;
    other.close().await;
}

pub async fn articles_are_written_by_those_who_answer_for_them(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    let write = async |by: Actor, id: Option<&str>, title: &str, under: &str| {
        let order = Articles::Write {
            by,
            id: id.map(str::to_owned),
            request: ArticleRequest {
                title: title.to_owned(),
                body: "路灯报修：白天 9 点至 17 点，拨打 0631-5200000。".to_owned(),
                tags: vec!["照明".to_owned()],
            },
            key: key(under, title),
        };
        store.write(Order::Article(order)).await.expect("written")
    };
    let Done::Article(article) = write(liaison(QINGLIU), None, "路灯怎样报修", "a").await else {
        panic!()
    };
    assert_eq!(article.unit.as_str(), QINGLIU);
    let again = write(liaison(QINGLIU), None, "路灯怎样报修", "a").await;
    assert!(
        matches!(&again, Done::Repeated(Kept::Article(kept)) if kept.id == article.id),
        "{again:?}"
    );
    let id = Some(article.id.as_str());
    assert!(matches!(
        write(liaison(WANGHE), id, "占为己有", "b").await,
        Done::Forbidden
    ));
    let section_head = town::actor(Role::SectionHead, QINGLIU);
    assert!(matches!(write(section_head, None, "。", "c").await, Done::Forbidden));
    let Done::Article(changed) = write(office(), id, "路灯报修办法", "d").await else {
        panic!()
    };
    assert_eq!(changed.unit, article.unit, "it stays with the unit that answers for it");
    assert!(matches!(write(office(), Some("none"), "。", "e").await, Done::NotFound));
    let Done::Article(_) = write(liaison(WANGHE), None, "噪音投诉", "f").await else {
        panic!()
    };

    let found = async |text: Option<&str>| store.articles(text).await.expect("articles").len();
    assert_eq!(found(None).await, 2);
    for (text, count) in [
        ("路灯", 2),
        ("办法", 1),
        ("噪", 1),
        ("照明 噪音", 1),
        ("520", 2),
        ("怎样", 0),
        ("，", 0),
    ] {
        assert_eq!(found(Some(text)).await, count, "{text}");
    }
    let drop = |by: Actor| {
        store.write(Order::Article(Articles::Drop {
            by,
            id: article.id.clone(),
            key: None,
        }))
    };
    assert!(matches!(drop(liaison(WANGHE)).await, Ok(Done::Forbidden)));
    assert!(matches!(drop(liaison(QINGLIU)).await, Ok(Done::Nothing)));
    assert!(matches!(drop(liaison(QINGLIU)).await, Ok(Done::NotFound)));
    assert_eq!(found(None).await, 1);
    store.close().await;
}

pub async fn sessions_end_and_passwords_end_them(home: Arc<Home>) {
    let (store, other) = (home.open(&clock()).await, home.open(&clock()).await);
    settle(&store).await;
    account(
        &store,
        Account::PutPerson(person("lisan", Role::DistrictDeputy, HOTLINE)),
    )
    .await;
    let sign_in = async |token: &str| {
        let order = Account::SignIn {
            token: token.to_owned(),
            person: PersonId::from("lisan"),
            expires: i64::from(u32::MAX),
        };
        account(&store, order).await;
    };
    let oversee = Account::Oversee {
        person: PersonId::from("lisan"),
        unit: UnitId::from(QINGLIU),
    };
    account(&store, oversee).await;
    sign_in("one").await;
    sign_in("two").await;
    let (who, expires, units) = other.session("one").await.expect("a session");
    assert_eq!((who.id.as_str(), expires), ("lisan", i64::from(u32::MAX)));
    assert_eq!(units, [UnitId::from(QINGLIU)]);
    account(
        &other,
        Account::SignOut {
            token: "one".to_owned(),
        },
    )
    .await;
    assert!(matches!(store.session("one").await, Err(StoreError::NotFound)));
    assert!(store.session("two").await.is_ok());

    let set = |id: &str| Account::SetPassword {
        person: PersonId::from(id),
        hash: "hash".to_owned(),
    };
    account(&store, set("lisan")).await;
    assert!(matches!(other.session("two").await, Err(StoreError::NotFound)));
    assert_eq!(other.person("lisan").await.expect("a person").1, "hash");
    assert!(matches!(account(&store, set("nobody")).await, Done::NotFound));

    sign_in("three").await;
    let mut left = person("lisan", Role::DistrictDeputy, HOTLINE);
    left.active = false;
    account(&store, Account::PutPerson(left)).await;
    assert!(matches!(other.session("three").await, Err(StoreError::NotFound)));
    assert_eq!(
        other.person("lisan").await.expect("a person").1,
        "hash",
        "a change keeps the password"
    );
    store.close().await;
    other.close().await;
}

pub async fn wrong_passwords_are_counted_and_forgiven(home: Arc<Home>) {
    let (store, other) = (home.open(&clock()).await, home.open(&clock()).await);
    let names = ["lisan".to_owned(), "lisan 127.0.0.1".to_owned()];
    assert_eq!(store.guesses(&names).await.expect("counts"), [(0, 0), (0, 0)]);
    let guessed = vec![(names[0].clone(), 3, 10), (names[1].clone(), 6, 900)];
    account(&store, Account::Guessed(guessed)).await;
    assert_eq!(other.guesses(&names).await.expect("counts"), [(3, 10), (6, 900)]);
    account(&other, Account::Guessed(vec![(names[0].clone(), 4, 20)])).await;
    assert_eq!(store.guesses(&names).await.expect("counts"), [(4, 20), (6, 900)]);
    account(&store, Account::Forgive(names.to_vec())).await;
    assert_eq!(other.guesses(&names).await.expect("counts"), [(0, 0), (0, 0)]);
    store.close().await;
    other.close().await;
}

pub async fn out_of_date_things_are_thrown_away(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    account(&store, Account::PutPerson(person("lisan", Role::Liaison, QINGLIU))).await;
    let now = machine_time().timestamp();
    for (token, expires) in [("old", now - 10), ("good", now + 3600)] {
        let order = Account::SignIn {
            token: token.to_owned(),
            person: PersonId::from("lisan"),
            expires,
        };
        account(&store, order).await;
    }
    account(
        &store,
        Account::Guessed(vec![("a".to_owned(), 1, now - 3 * 24 * 3600), ("b".to_owned(), 1, now)]),
    )
    .await;
    taken(&store, "T1", QINGLIU).await;
    let order = || town::acting(office(), "T1", town::urge("补充"), key("k", "补充"));
    store.write(order()).await.expect("written");
    sqlx::query("INSERT INTO answers (person, key, request, body, at) VALUES ('p', 'k', 'r', '\"nothing\"', $1)")
        .bind(now - 100 * 24 * 3600)
        .execute(store.writes())
        .await
        .expect("an old answer");
    store.tidy().await.expect("tidied");
    assert!(matches!(store.session("old").await, Err(StoreError::NotFound)));
    assert!(store.session("good").await.is_ok());
    let names = ["a".to_owned(), "b".to_owned()];
    assert_eq!(store.guesses(&names).await.expect("counts"), [(0, 0), (1, now)]);
    let (answers,): (i64,) = sqlx::query_as("SELECT count(*) FROM answers")
        .fetch_one(store.reads())
        .await
        .expect("a count");
    assert_eq!(answers, 1);
    assert!(
        matches!(store.write(order()).await, Ok(Done::Repeated(_))),
        "a key of today is remembered"
    );
    store.close().await;
}

pub async fn a_newer_schema_is_refused_and_says_so(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
        SELECT 9001, description, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1";
    sqlx::query(later).execute(store.writes()).await.expect("a later step");
    store.close().await;
    let refused = Store::open(&home.place, clock()).await;
    let Err(StoreError::Schema(SchemaError::Newer { found, known })) = refused else {
        panic!("it was opened");
    };
    assert_eq!(found, 9001);
    assert!(known < found);
    // The program says it, with what to do.
    let ran = crate::cli::run(
        &home.folder,
        &["admin", "--db", &home.place, "unit", "list", "--lang", "en"],
    );
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("version 9001") && ran.err.contains("use the newer rexian"),
        "{}",
        ran.err
    );
}

pub async fn a_loaded_text_is_a_law_at_the_next_start(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    let laws = store.laws();
    let text = laws
        .books
        .iter()
        .find(|book| book.book.book.id.as_str() == "haojiang")
        .expect("a book");
    let mine = text.text.replace("id = \"haojiang\"", "id = \"qingliu\"");
    assert_ne!(mine, text.text);
    let order = Account::PutText {
        name: "rulebook:qingliu@2026-01-01".to_owned(),
        text: mine,
    };
    account(&store, order).await;
    assert!(
        store.laws().shelf.latest(&BookId::from("qingliu")).is_none(),
        "not under a running server"
    );
    store.close().await;
    let store = home.open(&clock()).await;
    assert!(store.laws().shelf.latest(&BookId::from("qingliu")).is_some());
    assert!(
        store
            .texts()
            .await
            .expect("texts")
            .iter()
            .any(|(name, _)| name.starts_with("rulebook:qingliu"))
    );
    let order = Account::PutText {
        name: "calendar".to_owned(),
        text: "no calendar".to_owned(),
    };
    account(&store, order).await;
    store.close().await;
    let refused = Store::open(&home.place, clock()).await;
    assert!(
        matches!(refused, Err(StoreError::Laws(_))),
        "a law that does not read is not passed over"
    );
}
