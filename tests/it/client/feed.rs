//! The feed over lines that are cut: nothing twice, nothing left out.

use rexian::api::feed::FeedQuery;
use rexian::client::feed::{Subscription, Tiding};
use rexian::client::{ApiError, Client};

use super::line::{Cut, Line};
use crate::client_house::{House, act, facts};

/// The next number, whatever is said of the line before it.
async fn seq(feed: &mut Subscription) -> i64 {
    loop {
        if let Tiding::News(news) = feed.next().await.expect("it goes on") {
            return news.seq;
        }
    }
}

async fn all(client: &Client) -> Vec<i64> {
    let query = FeedQuery {
        limit: Some(500),
        ..FeedQuery::default()
    };
    let page = client.feed(&query).await.expect("a page");
    page.news.iter().map(|news| news.seq).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_line_is_told_of_once_and_what_happened_meanwhile_follows() {
    let house = House::new("feed-lost").await;
    house.take("T-1", "qingliu").await;
    let office = house.client("bangong").await;
    let line = Line::to(house.address).await;
    let wangyi = house.client_by(line.address, "wangyi").await;
    let mut feed = wangyi.subscribe(wangyi.me().await.expect("me").head);

    let first = act(&office, "T-1", facts("一")).await.seq;
    assert_eq!(seq(&mut feed).await, first);

    line.lose();
    let lost = feed.next().await.expect("a tiding");
    assert!(matches!(lost, Tiding::Lost(ApiError::Offline(_))), "{lost:?}");
    let second = act(&office, "T-1", facts("二")).await.seq;
    let third = act(&office, "T-1", facts("三")).await.seq;
    line.mend();
    let found = feed.next().await.expect("a tiding");
    assert!(matches!(found, Tiding::Found), "{found:?}");
    assert_eq!([seq(&mut feed).await, seq(&mut feed).await], [second, third]);
    assert_eq!(feed.after(), third);
}

#[tokio::test(flavor = "multi_thread")]
async fn however_often_the_line_is_cut_every_event_comes_once() {
    const EVENTS: usize = 40;
    let house = House::new("feed-cuts").await;
    house.take("T-1", "qingliu").await;
    let office = house.client("bangong").await;
    let line = Line::to(house.address).await;
    let wangyi = house.client_by(line.address, "wangyi").await;
    let begin = wangyi.me().await.expect("me").head;
    // Answers are lost before they come, in their heads, and in the middle of their bodies.
    line.lose();
    let cuts = (0..60_usize).map(|number| {
        if number % 5 == 0 {
            Cut::Answer
        } else {
            Cut::Down(number * 37)
        }
    });
    line.cut_next(&cuts.collect::<Vec<_>>());
    line.mend();

    let writer = tokio::spawn(async move {
        for number in 0..EVENTS {
            act(&office, "T-1", facts(&format!("第{number}次"))).await;
        }
        office
    });
    let mut feed = wangyi.subscribe(begin);
    let mut heard = Vec::new();
    while heard.len() < EVENTS {
        heard.push(seq(&mut feed).await);
    }
    let office = writer.await.expect("written");
    let there: Vec<i64> = all(&office).await.into_iter().filter(|seq| *seq > begin).collect();
    assert_eq!(heard, there);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_goes_on_over_a_restart_of_the_server() {
    let mut house = House::new("feed-restart").await;
    house.take("T-1", "qingliu").await;
    let wangyi = house.client("wangyi").await;
    let mut feed = wangyi.subscribe(0);
    let dispatched = seq(&mut feed).await;
    assert_eq!(feed.after(), dispatched);
    house.stop().await;
    house.start().await;
    let office = house.client("bangong").await;
    let later = act(&office, "T-1", facts("重启之后")).await.seq;
    assert_eq!(seq(&mut feed).await, later);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_others_moves_the_feed_on_all_the_same() {
    let house = House::new("feed-others").await;
    house.take("T-1", "wanghe").await;
    let taken = house.take("T-2", "qingliu").await;
    let wangyi = house.client("wangyi").await;
    let mut feed = wangyi.subscribe(0);
    assert_eq!(seq(&mut feed).await, taken.summary.seq);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_waiting_in_the_middle_loses_nothing() {
    let house = House::new("feed-cancelled").await;
    house.take("T-1", "qingliu").await;
    let office = house.client("bangong").await;
    let wangyi = house.client("wangyi").await;
    let mut feed = wangyi.subscribe(wangyi.me().await.expect("me").head);
    let (mut done, mut heard) = (Vec::new(), Vec::new());
    for number in 0..20 {
        let action = facts(&number.to_string());
        let mut acting = std::pin::pin!(act(&office, "T-1", action));
        loop {
            tokio::select! {
                biased;
                tiding = feed.next() => match tiding.expect("a tiding") {
                    Tiding::News(news) => heard.push(news.seq),
                    other => panic!("{other:?}"),
                },
                // The question that is under way is dropped.
                acted = &mut acting => {
                    done.push(acted.seq);
                    break;
                }
            }
        }
    }
    while heard.len() < done.len() {
        heard.push(seq(&mut feed).await);
    }
    assert_eq!(heard, done);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_feed() {
    let house = House::new("feed-signed-out").await;
    let wangyi = house.client("wangyi").await;
    let mut feed = wangyi.subscribe(0);
    wangyi.logout().await.expect("signed out");
    assert!(matches!(feed.next().await, Err(ApiError::Unauthorized)));
}
