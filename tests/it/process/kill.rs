//! `kill -9` at any moment: what was answered is there afterwards, and nothing is there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Process, answered, furnished, serve};

const ROUNDS: usize = 6;
const CLIENTS: usize = 6;
/// So many answers of a round are waited for before the server dies.
const ANSWERS: usize = 40;

#[derive(Clone, Debug)]
struct Sent {
    no: String,
    words: String,
    /// The number that was answered, if an answer came.
    seq: Option<i64>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_and_is_never_done_twice() {
    let folder = furnished("kill").await;
    let mut all: BTreeMap<String, Sent> = BTreeMap::new();
    let mut unanswered = 0;
    for round in 0..ROUNDS {
        let mut server = Process::start(serve(&folder));
        if round == 0 {
            for at in 0..3 {
                server.take(&format!("T{at}")).await;
            }
        }
        let answers = Arc::new(AtomicUsize::new(0));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (answers, url, http) = (answers.clone(), server.url.clone(), server.http.clone());
                tokio::spawn(write_until_it_dies(round, client, url, http, answers))
            })
            .collect();
        while answers.load(Ordering::Relaxed) < ANSWERS {
            tokio::task::yield_now().await;
        }
        server.kill();
        for client in clients {
            for (key, sent) in client.await.expect("a client") {
                unanswered += usize::from(sent.seq.is_none());
                all.insert(key, sent);
            }
        }
    }
    assert!(unanswered > 0, "nobody was interrupted: this tried nothing");
    let server = Process::start(serve(&folder));
    let urged = server.urged().await;
    let there: BTreeSet<&String> = urged.iter().collect();
    assert_eq!(there.len(), urged.len(), "something was done twice");
    for sent in all.values().filter(|sent| sent.seq.is_some()) {
        assert!(there.contains(&sent.words), "answered and lost: {sent:?}");
    }
    // Whoever asks again under the same key gets the same answer; what had not been done is done now.
    let was_there = there.len();
    let mut done_now = 0;
    for (key, sent) in &all {
        let (status, body) = answered(server.urge(&sent.no, &sent.words, key))
            .await
            .expect("an answer");
        assert_eq!(status, 200, "{body}");
        if let Some(seq) = sent.seq {
            assert_eq!((&body["seq"], &body["repeated"]), (&seq.into(), &true.into()), "{body}");
        }
        done_now += usize::from(body["repeated"] == false);
    }
    let urged = server.urged().await;
    let there: BTreeSet<&String> = urged.iter().collect();
    assert_eq!((urged.len(), there.len()), (all.len(), all.len()));
    assert_eq!(was_there + done_now, all.len());
    println!(
        "{} writes, {unanswered} interrupted, {done_now} of them not done before the kill",
        all.len()
    );
    server.terminate();
    assert_eq!(server.ended().0, Some(0));
}

async fn write_until_it_dies(
    round: usize,
    client: usize,
    url: String,
    http: reqwest::Client,
    answers: Arc<AtomicUsize>,
) -> Vec<(String, Sent)> {
    let mut all = Vec::new();
    for at in 0.. {
        let key = format!("{round}-{client}-{at}");
        let no = format!("T{}", (client + at) % 3);
        let words = format!("催办 {key}");
        let body = serde_json::json!({ "action": { "action": "urge", "way": "电话", "note": words } });
        let request = http
            .post(format!("{url}/v1/tickets/{no}/actions"))
            .bearer_auth(crate::house::token("office"))
            .header("idempotency-key", &key)
            .json(&body);
        let answer = answered(request).await.ok();
        if let Some((status, body)) = &answer {
            assert_eq!(*status, 200, "{body}");
            answers.fetch_add(1, Ordering::Relaxed);
        }
        let seq = answer.as_ref().and_then(|(_, body)| body["seq"].as_i64());
        all.push((key, Sent { no, words, seq }));
        if answer.is_none() {
            break;
        }
    }
    all
}
