//! The search: the same words on both databases, and nothing of a caller who asked for secrecy.

use std::sync::Arc;

use rexian::api::query::ListQuery;
use rexian::domain::ids::UnitId;
use rexian::domain::intake::{Caller, Showing};
use rexian::server::sight::Sight;
use rexian::server::store::Store;

use super::home::Home;
use super::town::{self, QINGLIU, WANGHE, act, at, clock, intake, office, settle, take, urge};

async fn found(store: &Store, sight: &Sight, query: ListQuery) -> Vec<String> {
    let now = store.clock().now();
    let rows = store.list(sight, &query, 50, now).await.expect("a list");
    let mut found: Vec<String> = rows
        .summaries()
        .map(|summary| {
            let summary: rexian::api::ticket::Summary = serde_json::from_str(summary).expect("a summary");
            summary.no.0
        })
        .collect();
    found.sort();
    found
}

async fn hits(store: &Store, text: &str) -> Vec<String> {
    let query = ListQuery {
        text: Some(text.to_owned()),
        ..ListQuery::default()
    };
    found(store, &Sight::All, query).await
}

pub async fn words_of_two_characters_one_and_latin_ones_are_found(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    take(&store, intake("T1"), QINGLIU).await;
    let mut noise = intake("T2");
    noise.title = "锦程花园夜间噪音扰民".to_owned();
    noise.content = "KTV 每晚营业到两点，Ｗi-Fi 名 PARTY2026，100%扰民。'; DROP TABLE words; --".to_owned();
    noise.place = "锦程花园".to_owned();
    noise.points = vec!["晚上安静".to_owned()];
    noise.caller.phone = "0476-1234567".to_owned();
    take(&store, noise, WANGHE).await;
    act(&store, office(), "T1", urge("施工单位称缺少灯头型号 LED-40W")).await;
    for (text, hit) in [
        ("路灯", &["T1"][..]),
        ("噪音", &["T2"]),
        ("灯", &["T1"]),
        ("扰", &["T2"]),
        ("不亮", &["T1"]),
        ("灯路", &[]),
        ("夜间噪音 花园", &["T2"]),
        ("夜间 路灯", &[]),
        ("ktv", &["T2"]),
        ("ＫＴＶ", &["T2"]),
        ("kt", &["T2"]),
        ("tv", &[]),
        ("party2026", &["T2"]),
        ("led-40w", &["T1"]),
        ("灯头型号", &["T1"]),
        ("13900000000", &["T1"]),
        ("1390000", &["T1"]),
        ("1234567", &["T2"]),
        ("周女士", &["T1", "T2"]),
        ("T2", &["T2"]),
        // What would be an operator or an end of a text elsewhere.
        ("路灯 OR 噪音", &[]),
        ("噪音*", &["T2"]),
        ("噪音' | '路灯", &[]),
        ("\"噪音\"", &["T2"]),
        ("100%", &["T2"]),
        ("%", &[]),
        ("'", &[]),
        ("：*&|!()", &[]),
    ] {
        assert_eq!(hits(&store, text).await, hit, "{text}");
    }
    // Only what somebody may see.
    let query = || ListQuery {
        text: Some("周女士".to_owned()),
        ..ListQuery::default()
    };
    assert_eq!(found(&store, &Sight::Unit(UnitId::from(WANGHE)), query()).await, ["T2"]);
    assert_eq!(found(&store, &Sight::Nothing, query()).await, Vec::<String>::new());
    store.close().await;
}

pub async fn nothing_of_a_secret_caller_is_found(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    let mut secret = intake("T1");
    secret.caller = Caller {
        name: "欧阳夏丹丹".to_owned(),
        phone: "13700001111".to_owned(),
        address: "望河社区三号楼".to_owned(),
        showing: Showing::Secret,
    };
    secret.content = "欧阳夏丹丹（电话 137-0000-1111）反映望河社区三号楼楼道堆物。".to_owned();
    secret.place = "望河社区三号楼".to_owned();
    take(&store, secret.clone(), QINGLIU).await;
    act(&store, office(), "T1", urge("已致电13700001111，欧阳夏丹丹表示知晓")).await;
    for text in [
        "欧阳夏丹丹",
        "欧阳",
        "夏丹",
        "13700001111",
        "1370",
        "三号楼",
        "137-0000-1111",
    ] {
        assert_eq!(hits(&store, text).await, Vec::<String>::new(), "{text}");
    }
    assert_eq!(hits(&store, "楼道堆物").await, ["T1"], "the matter itself is found");
    // Neither in what lists, the feed and the search's own table hold.
    let stored = super::lives::projection(&store).await.join("\n");
    let feed = store.read(&Sight::All, 0, 100).await.expect("read");
    let told: String = feed
        .entries
        .iter()
        .map(|entry| format!("{}{}", entry.event, entry.summary.as_deref().unwrap_or_default()))
        .collect();
    for word in ["欧阳", "夏丹", "13700001111", "1111", "三号"] {
        assert!(!stored.contains(word) && !told.contains(word), "{word}");
    }
    // Nor are two tickets joined by a caller who is nobody's business.
    let mut other = secret;
    other.no = "T2".into();
    take(&store, other, QINGLIU).await;
    let query = ListQuery {
        related: Some("T1".to_owned()),
        ..ListQuery::default()
    };
    assert_eq!(found(&store, &Sight::All, query).await, Vec::<String>::new());
    store.close().await;
}

pub async fn relatives_share_the_caller_or_the_place(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    take(&store, intake("T1"), QINGLIU).await;
    let mut same_caller = intake("T2");
    same_caller.place = "别处".to_owned();
    same_caller.caller.phone = "139 0000 0000".to_owned();
    take(&store, same_caller, QINGLIU).await;
    let mut same_place = intake("T3");
    same_place.caller.phone = "13812345678".to_owned();
    take(&store, same_place, WANGHE).await;
    let mut neither = intake("T4");
    neither.caller.phone = String::new();
    neither.place = String::new();
    let nobody = rexian::flow::take(neither.clone(), &store.laws().book_of(&neither).expect("a book")).is_err();
    if !nobody {
        take(&store, neither, QINGLIU).await;
    }
    let related = |no: &str| ListQuery {
        related: Some(no.to_owned()),
        ..ListQuery::default()
    };
    assert_eq!(found(&store, &Sight::All, related("T1")).await, ["T2", "T3"]);
    assert_eq!(found(&store, &Sight::All, related("T2")).await, ["T1"]);
    let qingliu = Sight::Unit(UnitId::from(QINGLIU));
    assert_eq!(
        found(&store, &qingliu, related("T1")).await,
        ["T2"],
        "what is another unit's stays theirs"
    );
    if !nobody {
        assert_eq!(found(&store, &Sight::All, related("T4")).await, Vec::<String>::new());
    }
    // A ticket that is not theirs tells them nothing, not even that it is there.
    let now = at(town::NOW);
    for (sight, no) in [(&qingliu, "T3"), (&Sight::All, "T9")] {
        let refused = store.list(sight, &related(no), 50, now).await;
        let not_found = rexian::server::store::StoreError::NotFound.to_string();
        assert_eq!(refused.expect_err("not theirs").to_string(), not_found, "{no}");
    }
    store.close().await;
}

pub async fn a_word_too_long_for_an_index_is_found(home: Arc<Home>) {
    let store = home.open(&clock()).await;
    settle(&store).await;
    take(&store, intake("T1"), QINGLIU).await;
    let long = "x1".repeat(5000);
    act(&store, office(), "T1", urge(&format!("附：{long}"))).await;
    // Texts as long as they may be, until an index of a megabyte would be full.
    let mut signs = (0x4E00..0x9FFF_u32).filter_map(char::from_u32).cycle();
    for _ in 0..4 {
        for step in 1..4 {
            let text: String = signs.by_ref().step_by(step).take(20_000).collect();
            act(&store, office(), "T1", urge(&text)).await;
        }
    }
    assert_eq!(hits(&store, &long).await, ["T1"]);
    assert_eq!(hits(&store, "x1x1").await, ["T1"]);
    assert_eq!(hits(&store, &"x2".repeat(40)).await, Vec::<String>::new());
    assert_eq!(super::lives::sound(&home, &store).await, Vec::<String>::new());
    store.close().await;
}
