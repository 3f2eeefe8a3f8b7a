//! Signing in and out, guessing and being slowed, and everything that ends a session.

use futures_util::future::join_all;
use rexian::domain::ids::PersonId;
use rexian::domain::people::Role;
use rexian::server::store::account::Order as Account;
use serde_json::{Value, json};

use crate::house::{Answer, House, PASSWORD, password_hash, person, signed_in, token};

async fn sign_in(house: &House, who: &str, password: &str) -> Answer {
    house
        .post("", "/v1/session", json!({ "person": who, "password": password }))
        .await
}

async fn me(house: &House, token: &str) -> Answer {
    let ask = house.ask("", "GET", "/v1/session");
    ask.header("authorization", &format!("Bearer {token}")).send().await
}

fn token_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{answer}");
    answer.json()["token"].as_str().expect("a token").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_in_is_told_who_they_are_and_signs_out_for_good() {
    let house = House::new().await;
    let answer = sign_in(&house, "qing-li", PASSWORD).await;
    let first = token_of(&answer);
    let second = token_of(&sign_in(&house, "qing-li", PASSWORD).await);
    assert_ne!(first, second);
    let said = answer.json();
    assert_eq!(said["me"]["person"]["id"], "qing-li");
    assert_eq!(said["me"]["unit"]["name"], "青柳街道");
    assert_eq!(said["me"]["now"], "2026-03-03T10:00:00+08:00");
    assert!(!answer.to_string().contains(&password_hash()));
    assert_eq!(me(&house, &first).await.json()["person"]["name"], "李青");
    let out = house
        .ask("", "DELETE", "/v1/session")
        .header("authorization", &format!("bearer {first}"));
    assert_eq!(out.send().await.status, 204);
    let after = me(&house, &first).await;
    assert_eq!((after.status, &*after.problem()), (401, "signed_out"));
    assert_eq!(me(&house, &second).await.status, 200, "the other session goes on");
    assert_eq!(me(&house, &"0".repeat(64)).await.status, 401);
    assert_eq!(me(&house, &"x".repeat(5000)).await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_and_an_unknown_name_are_told_alike() {
    let house = House::new().await;
    let same = |answer: &Answer| {
        let mut said = answer.json();
        said.as_object_mut().expect("fields").remove("request_id");
        (answer.status, answer.header("www-authenticate").to_owned(), said)
    };
    let wrong = sign_in(&house, "qing-li", "not the password").await;
    assert_eq!((wrong.status, &*wrong.problem()), (401, "wrong_password"), "{wrong}");
    for (who, password) in [
        ("nobody", "not the password"),
        ("QING-LI", PASSWORD),
        ("qing-li' OR 1=1 --", PASSWORD),
        ("", PASSWORD),
        ("qing-sun", ""),
        ("qing-sun", &"x".repeat(201)),
        ("system", PASSWORD),
    ] {
        assert_eq!(same(&sign_in(&house, who, password).await), same(&wrong), "{who:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_is_slowed_and_the_wait_is_told_and_ends() {
    let house = House::new().await;
    for _ in 0..5 {
        assert_eq!(sign_in(&house, "qing-li", "guess").await.status, 401);
    }
    let mut slowed = sign_in(&house, "qing-li", PASSWORD).await;
    assert_eq!(
        (slowed.status, &*slowed.problem()),
        (429, "too_many"),
        "the right one has to wait, too: {slowed}"
    );
    let wait: i64 = slowed.header("retry-after").parse().expect("seconds");
    assert_eq!(slowed.json()["retry_after"], wait);
    assert!((1..=2).contains(&wait), "{wait}");
    // Other people from the same address are let in.
    assert_eq!(sign_in(&house, "qing-sun", PASSWORD).await.status, 201);
    // Asking again before the wait is over does not make it longer.
    while slowed.status == 429 {
        assert!(slowed.header("retry-after").parse::<i64>().expect("seconds") <= wait);
        slowed = sign_in(&house, "qing-li", PASSWORD).await;
    }
    assert_eq!(slowed.status, 201, "{slowed}");
    // And all is forgiven.
    for _ in 0..4 {
        assert_eq!(sign_in(&house, "qing-li", "guess").await.status, 401);
    }
    assert_eq!(sign_in(&house, "qing-li", PASSWORD).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_guesses_at_once_are_counted_one_by_one() {
    let house = House::new().await;
    let guesses = join_all((0..24).map(|_| sign_in(&house, "qing-li", "guess"))).await;
    let tried = guesses.iter().filter(|answer| answer.status == 401).count();
    let slowed = guesses.iter().filter(|answer| answer.status == 429).count();
    assert_eq!(tried + slowed, 24);
    // Five are nobody's fault; after that one a second at most.
    assert!((5..=8).contains(&tried), "{tried} guesses were let through");
    // An unknown name is slowed in the same way.
    let guesses = join_all((0..12).map(|_| sign_in(&house, "nobody", "guess"))).await;
    assert!(guesses.iter().any(|answer| answer.status == 429));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_with_its_time_its_password_and_its_person() {
    let house = House::new().await;
    house.account(signed_in("qing-li", "out of date", 1_000_000_000)).await;
    assert_eq!(me(&house, "out of date").await.status, 401);
    // Another password: every session ends, and the old password with them.
    let hash = rexian::server::password::hash("another password 8").expect("a hash");
    let token = token_of(&sign_in(&house, "wang-li", PASSWORD).await);
    house
        .account(Account::SetPassword {
            person: PersonId::from("wang-li"),
            hash,
        })
        .await;
    assert_eq!(me(&house, &token).await.status, 401);
    assert_eq!(sign_in(&house, "wang-li", PASSWORD).await.status, 401);
    let again = token_of(&sign_in(&house, "wang-li", "another password 8").await);
    assert_eq!(me(&house, &again).await.status, 200);
    // Somebody who has left, with a session that has just been used.
    assert_eq!(house.get("qing-sun", "/v1/session").await.status, 200);
    let mut left = person("qing-sun", "孙柳", Role::Liaison, "qingliu");
    left.active = false;
    house.account(Account::PutPerson(left)).await;
    until_signed_out(&house, &crate::house::token("qing-sun")).await;
    let refused = sign_in(&house, "qing-sun", PASSWORD).await;
    assert_eq!((refused.status, &*refused.problem()), (401, "wrong_password"));
    // Nobody without a password.
    house
        .account(Account::PutPerson(person("fresh", "新来", Role::Liaison, "qingliu")))
        .await;
    assert_eq!(sign_in(&house, "fresh", "").await.status, 401);
}

/// What was read of a session is believed for a second at most.
async fn until_signed_out(house: &House, token: &str) {
    let begun = std::time::Duration::from_secs(3);
    let out = tokio::time::timeout(begun, async { while me(house, token).await.status != 401 {} });
    out.await.expect("the session ends within a second or two");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_moves_to_another_unit_sees_that_ones_tickets() {
    let house = House::new().await;
    house.ticket("Q1", "qingliu").await;
    house.ticket("W1", "wanghe").await;
    assert_eq!(house.get("qing-li", "/v1/tickets").await.numbers(), ["Q1"]);
    house
        .account(Account::PutPerson(person("qing-li", "李青", Role::Liaison, "wanghe")))
        .await;
    let moved = async { while house.get("qing-li", "/v1/tickets").await.numbers() != ["W1"] {} };
    tokio::time::timeout(std::time::Duration::from_secs(3), moved)
        .await
        .expect("within a second or two");
    assert_eq!(house.get("qing-li", "/v1/tickets/Q1").await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_stored_is_neither_token_nor_password() {
    let house = House::new().await;
    let token = token_of(&sign_in(&house, "office", PASSWORD).await);
    sign_in(&house, "office", "a wrong password 99").await;
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(house.folder.path()).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            bytes.extend(std::fs::read(path).expect("a file"));
        }
    }
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("$argon2id$"), "this is not where it is stored");
    for text in [
        &*token,
        &*crate::house::token("office"),
        PASSWORD,
        "a wrong password 99",
    ] {
        assert!(!holds(text), "{text} is stored");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_read_as_the_standard_writes_it() {
    let house = House::new().await;
    let good = token("office");
    for (header, status) in [
        (format!("Bearer {good}"), 200),
        (format!("BEARER {good}"), 200),
        (format!("Bearer  {good} "), 200),
        (format!("Bearer{good}"), 401),
        (format!("Bearer {good}x"), 401),
        (format!("Bearer {good} {good}"), 401),
    ] {
        let answer = house
            .ask("", "GET", "/v1/session")
            .header("authorization", &header)
            .send()
            .await;
        assert_eq!(answer.status, status, "{header:?}");
    }
    let said: Value = house.get("office", "/v1/session").await.json();
    assert_eq!(said["person"]["role"], "office");
}
