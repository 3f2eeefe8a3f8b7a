//! The one who writes. Orders are gathered while the last batch goes to disk and written together in one transaction;
//! each is answered only after the commit. A batch that fails is tried again one order at a time, so that one that
//! cannot be written does not take the others with it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::{Any, AnyConnection, Transaction};
use tokio::sync::{mpsc, oneshot};

use super::apply::{self, Done, Order};
use super::{Inner, Store, StoreError, feed};

/// So many orders wait before senders have to.
const QUEUE: usize = 1024;
/// So many go to disk together.
const BATCH: usize = 256;
/// A database that takes longer than this over a batch is taken for away.
const LONGEST: Duration = Duration::from_secs(30);

pub type Answer = Result<Done, StoreError>;

pub struct Waiting {
    order: Order,
    answer: oneshot::Sender<Answer>,
}

enum Word {
    Write(Box<Waiting>),
    Finish(oneshot::Sender<()>),
}

pub struct Orders(mpsc::Receiver<Word>);

/// Where orders are handed in.
pub struct Desk(mpsc::Sender<Word>);

impl Desk {
    pub fn new() -> (Self, Orders) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Self(sender), Orders(receiver))
    }

    /// Everything ordered before has been written when this returns.
    pub async fn finish(&self) {
        let (done, finished) = oneshot::channel();
        if self.0.send(Word::Finish(done)).await.is_ok() {
            // The scribe has gone already: nothing is left to wait for.
            let _ = finished.await;
        }
    }
}

/// The server stops, or the batch was given up.
fn gone() -> StoreError {
    StoreError::Backend("the order was not taken".into())
}

impl Store {
    /// Writes one order and returns when it is durable.
    pub async fn write(&self, order: Order) -> Answer {
        let (answer, answered) = oneshot::channel();
        let word = Word::Write(Box::new(Waiting { order, answer }));
        self.inner.scribe.0.send(word).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

pub(super) async fn run(store: Weak<Inner>, mut orders: Orders) {
    let mut words = Vec::with_capacity(BATCH);
    while orders.0.recv_many(&mut words, BATCH).await > 0 {
        let Some(store) = store.upgrade() else { return };
        let mut batch = Vec::with_capacity(words.len());
        let mut finished = Vec::new();
        for word in words.drain(..) {
            match word {
                Word::Write(waiting) => batch.push(*waiting),
                Word::Finish(done) => finished.push(done),
            }
        }
        // A task of its own: what panics there fails its batch, and the next one is written all the same.
        if let Err(error) = tokio::spawn(write(store, batch)).await {
            tracing::error!(%error, "a batch was given up");
        }
        for done in finished {
            // Whoever asked no longer waits.
            let _ = done.send(());
        }
    }
}

/// Why orders were not written.
enum Failed {
    /// One of them cannot be; nothing was.
    Order(StoreError),
    /// The database is away, full or locked; nothing was.
    Away(StoreError),
    /// The database was lost at the commit, and cannot be asked what became of it.
    Unsure(StoreError),
}

/// An error that several are told of.
fn shared(error: StoreError) -> impl Fn() -> StoreError {
    let (unsure, cause): (bool, Box<dyn std::error::Error + Send + Sync>) = match error {
        StoreError::Unsure(cause) => (true, cause),
        StoreError::Backend(cause) => (false, cause),
        other => (false, Box::new(other)),
    };
    let cause: Arc<dyn std::error::Error + Send + Sync> = cause.into();
    move || {
        let cause = Box::new(cause.clone());
        if unsure {
            StoreError::Unsure(cause)
        } else {
            StoreError::Backend(cause)
        }
    }
}

async fn write(store: Arc<Inner>, batch: Vec<Waiting>) {
    if batch.is_empty() {
        return;
    }
    let orders: Vec<&Order> = batch.iter().map(|waiting| &waiting.order).collect();
    match transaction(&store, &orders).await {
        Ok(answers) => answer(batch, answers),
        Err(Failed::Order(error)) if batch.len() == 1 => answer(batch, vec![Err(error)]),
        Err(Failed::Order(_)) => one_by_one(&store, batch).await,
        Err(Failed::Away(error) | Failed::Unsure(error)) => answer_all(batch, error),
    }
}

/// One of these cannot be written: the others are not to suffer for it.
async fn one_by_one(store: &Inner, batch: Vec<Waiting>) {
    let mut batch = batch.into_iter();
    while let Some(waiting) = batch.next() {
        match transaction(store, &[&waiting.order]).await {
            Ok(answers) => answer(vec![waiting], answers),
            Err(Failed::Order(error) | Failed::Unsure(error)) => answer(vec![waiting], vec![Err(error)]),
            Err(Failed::Away(error)) => {
                // What is away for this one is away for all: nobody waits for each in turn.
                let rest: Vec<Waiting> = std::iter::once(waiting).chain(batch).collect();
                return answer_all(rest, error);
            }
        }
    }
}

fn answer_all(batch: Vec<Waiting>, error: StoreError) {
    let error = shared(error);
    let answers = batch.iter().map(|_| Err(error())).collect();
    answer(batch, answers);
}

fn answer(batch: Vec<Waiting>, answers: Vec<Answer>) {
    for (waiting, answer) in batch.into_iter().zip(answers) {
        // The client has hung up: what was written stays, and is found again under its key.
        let _ = waiting.answer.send(answer);
    }
}

/// A transaction before its commit.
struct Written {
    transaction: Transaction<'static, Any>,
    answers: Vec<Answer>,
    /// The last number, and the link that the event under it was given; none where nothing was appended.
    last: Option<(i64, String)>,
}

/// One transaction. It begins by taking the head of the log, which nobody else gets before the commit: so numbers
/// become visible in their order, whoever writes and through whichever server.
async fn transaction(store: &Inner, orders: &[&Order]) -> Result<Vec<Answer>, Failed> {
    let written = match tokio::time::timeout(LONGEST, fill(store, orders)).await {
        Ok(written) => written?,
        Err(late) => return Err(Failed::Away(StoreError::Backend(Box::new(late)))),
    };
    let committed = match tokio::time::timeout(LONGEST, written.transaction.commit()).await {
        Ok(committed) => committed.map_err(StoreError::from),
        Err(late) => Err(StoreError::Backend(Box::new(late))),
    };
    if let Err(error) = committed {
        // The answer to a commit may be lost on its way although it was done.
        match became(store, written.last.as_ref()).await {
            Some(true) => {}
            Some(false) => return Err(Failed::Away(error)),
            None => return Err(Failed::Unsure(StoreError::Unsure(Box::new(error)))),
        }
    }
    if let Some((last, _)) = written.last {
        store.head.send_if_modified(|head| {
            let newer = last > *head;
            *head = last.max(*head);
            newer
        });
    }
    Ok(written.answers)
}

async fn fill(store: &Inner, orders: &[&Order]) -> Result<Written, Failed> {
    let away = |error: sqlx::Error| Failed::Away(StoreError::from(error));
    let mut transaction = store.writes.begin().await.map_err(away)?;
    let (seq, ticket) = take_head(&mut transaction).await.map_err(away)?;
    let mut page = apply::Page::new(store, &mut transaction, seq, ticket);
    let mut answers = Vec::with_capacity(orders.len());
    for order in orders {
        answers.push(page.apply(order).await.map_err(|error| {
            if is_away(&error) {
                Failed::Away(error)
            } else {
                Failed::Order(error)
            }
        })?);
    }
    let (last, last_ticket) = page.end();
    let link = page.last_link().to_owned();
    if (last, last_ticket) != (seq, ticket) {
        put_head(&mut transaction, last, last_ticket).await.map_err(away)?;
    }
    if last != seq {
        feed::announce(store.dialect, &mut transaction, last)
            .await
            .map_err(Failed::Away)?;
    }
    Ok(Written {
        transaction,
        answers,
        last: (last != seq).then_some((last, link)),
    })
}

/// Takes the head of the log until the transaction ends: its last number and the last ticket's.
pub(super) async fn take_head(connection: &mut AnyConnection) -> Result<(i64, i64), sqlx::Error> {
    sqlx::query_as("UPDATE head SET seq = seq WHERE id = 1 RETURNING seq, ticket")
        .fetch_one(connection)
        .await
}

pub(super) async fn put_head(connection: &mut AnyConnection, seq: i64, ticket: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE head SET seq = $1, ticket = $2 WHERE id = 1")
        .bind(seq)
        .bind(ticket)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether a transaction whose commit was not answered was committed; nothing where it cannot be told.
async fn became(store: &Inner, last: Option<&(i64, String)>) -> Option<bool> {
    let (seq, link) = last?;
    let look = async {
        let mut transaction = store.writes.begin().await?;
        // Waits for the lost transaction to end, should it still go on at the other side.
        take_head(&mut transaction).await?;
        let row: Option<(String,)> = sqlx::query_as("SELECT chain FROM events WHERE seq = $1")
            .bind(seq)
            .fetch_optional(&mut *transaction)
            .await?;
        transaction.rollback().await?;
        Ok::<_, sqlx::Error>(row.is_some_and(|(chain,)| chain == *link))
    };
    match tokio::time::timeout(LONGEST, look).await {
        Ok(Ok(became)) => Some(became),
        Ok(Err(_)) | Err(_) => None,
    }
}

/// Whether the database as a whole fails, and not what was asked of it.
fn is_away(error: &StoreError) -> bool {
    let StoreError::Backend(cause) = error else {
        return false;
    };
    match cause.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::Database(error)) => {
            let code = error.code().unwrap_or_default();
            // SQLite's codes are numbers below 10,000: busy, locked, read only, I/O, corrupt, full, cannot open.
            let sqlite = (code.len() <= 4).then(|| code.parse::<i64>().ok()).flatten();
            let postgres = code.len() == 5 && ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class));
            postgres || sqlite.is_some_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 11 | 13 | 14))
        }
        Some(
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed,
        ) => true,
        _ => false,
    }
}
