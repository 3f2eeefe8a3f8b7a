//! The one who writes. Orders are gathered while the last batch goes to disk and written together in one transaction;
//! each is answered only after the commit. A batch that fails is tried again one order at a time, so that one that
//! cannot be written does not take the others with it.

use std::sync::Weak;

use tokio::sync::{mpsc, oneshot};

use super::apply::{self, Done, Order};
use super::{Inner, Store, StoreError, feed};

/// So many orders wait before senders have to.
const QUEUE: usize = 1024;
/// So many go to disk together.
const BATCH: usize = 256;

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

fn gone() -> StoreError {
    StoreError::Backend("the server is stopping".into())
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
        write(&store, batch).await;
        for done in finished {
            // Whoever asked no longer waits.
            let _ = done.send(());
        }
    }
}

async fn write(store: &Inner, batch: Vec<Waiting>) {
    let together: Vec<&Order> = batch.iter().map(|waiting| &waiting.order).collect();
    if together.is_empty() {
        return;
    }
    match transaction(store, &together).await {
        Ok(answers) => answer(batch, answers),
        Err(error) if batch.len() == 1 => answer(batch, vec![Err(error)]),
        Err(_) => {
            for waiting in batch {
                let answers = transaction(store, &[&waiting.order]).await;
                let answers = answers.unwrap_or_else(|error| vec![Err(error)]);
                answer(vec![waiting], answers);
            }
        }
    }
}

fn answer(batch: Vec<Waiting>, answers: Vec<Answer>) {
    for (waiting, answer) in batch.into_iter().zip(answers) {
        // The client has hung up: what was written stays, and is found again under its key.
        let _ = waiting.answer.send(answer);
    }
}

/// One transaction. It begins by taking the head of the log, which nobody else gets before the commit: so numbers
/// become visible in their order, whoever writes and through whichever server.
async fn transaction(store: &Inner, orders: &[&Order]) -> Result<Vec<Answer>, StoreError> {
    let mut transaction = store.writes.begin().await?;
    let (seq, ticket): (i64, i64) = sqlx::query_as("UPDATE head SET seq = seq WHERE id = 1 RETURNING seq, ticket")
        .fetch_one(&mut *transaction)
        .await?;
    let mut page = apply::Page::new(store, &mut transaction, seq, ticket);
    let mut answers = Vec::with_capacity(orders.len());
    for order in orders {
        answers.push(page.apply(order).await?);
    }
    let (last, last_ticket) = page.end();
    if (last, last_ticket) != (seq, ticket) {
        sqlx::query("UPDATE head SET seq = $1, ticket = $2 WHERE id = 1")
            .bind(last)
            .bind(last_ticket)
            .execute(&mut *transaction)
            .await?;
    }
    if last != seq {
        feed::announce(store.dialect, &mut transaction, last).await?;
    }
    transaction.commit().await?;
    store.head.send_if_modified(|head| {
        let newer = last > *head;
        *head = last.max(*head);
        newer
    });
    Ok(answers)
}
