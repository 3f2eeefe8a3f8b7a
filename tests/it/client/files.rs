//! Files over lines that are cut.

use rexian::api::limits;
use rexian::client::blobs::TransferError;
use rexian::client::http::Token;
use rexian::client::{ApiError, Client, Patience, Settings};
use sha2::{Digest, Sha256};

use super::line::{Cut, Line};
use crate::blobs::photo;
use crate::client_house::{House, client_at, settings};

const MIB: u64 = 1 << 20;

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn downloaded(client: &Client, sha256: &str, path: &std::path::Path) -> Vec<u8> {
    let size = client.download(sha256, path, |_| ()).await.expect("a file");
    let bytes = std::fs::read(path).expect("its bytes");
    assert_eq!(bytes.len() as u64, size);
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_up_and_comes_down() {
    let house = House::new("files").await;
    let wangyi = house.client("wangyi").await;
    for size in [4, MIB, 3 * MIB + 7] {
        let bytes = photo(size);
        let path = house.file("photo.jpg", &bytes);
        let mut steps = Vec::new();
        let sent = wangyi.upload(&path, |at| steps.push(at)).await.expect("sent");
        assert_eq!((sent.sha256.as_str(), sent.size), (hash(&bytes).as_str(), size));
        assert_eq!(sent.media_type.as_deref(), Some("image/jpeg"));
        assert!(steps.is_sorted() && steps.first() == Some(&0), "{steps:?}");
        assert_eq!(wangyi.blob_size(&sent.sha256).await.expect("an answer"), Some(size));
        let there = house.folder.path().join(format!("there-{size}"));
        assert_eq!(downloaded(&wangyi, &sent.sha256, &there).await, bytes);
        // Once it is there nothing is sent.
        let mut steps = Vec::new();
        wangyi.upload(&path, |at| steps.push(at)).await.expect("sent");
        assert_eq!(steps, [size]);
    }
    assert_eq!(wangyi.blob_size(&hash(b"none")).await.expect("an answer"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_cut_again_and_again_gets_there() {
    let house = House::new("files-cut-up").await;
    let line = Line::to(house.address).await;
    let wangyi = house.client_by(line.address, "wangyi").await;
    let bytes = photo(5 * MIB);
    let path = house.file("photo.jpg", &bytes);
    let mib = MIB as usize;
    line.cut_next(&[Cut::Up(2 * mib + 1000), Cut::Up(mib + 500), Cut::Answer, Cut::Up(700)]);
    let mut last = 0;
    let sent = wangyi.upload(&path, |at| last = at).await.expect("sent");
    assert_eq!((sent.sha256.as_str(), last), (hash(&bytes).as_str(), sent.size));
    let there = house.folder.path().join("there");
    assert_eq!(downloaded(&wangyi, &sent.sha256, &there).await, bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_run_sends_only_what_is_lacking() {
    let house = House::new("files-other-run").await;
    let line = Line::to(house.address).await;
    let token = house.token("wangyi").await;
    let address = format!("http://{}", line.address).parse().expect("an address");
    let once = Settings {
        patience: Patience::NONE,
        ..settings()
    };
    let hasty = Client::new(address, Some(Token::new(token.as_str())), once).expect("a client");
    let bytes = photo(5 * MIB);
    let path = house.file("photo.jpg", &bytes);
    line.cut_next(&[Cut::Up(3 * MIB as usize + 1000)]);
    let cut = hasty.upload(&path, |_| ()).await.expect_err("the line was cut");
    assert!(matches!(cut, TransferError::Api(ApiError::Offline(_))), "{cut:?}");

    // The server has still to put down what it got.
    let wangyi = client_at(house.address, Some(&token));
    let sha256 = hash(&bytes);
    let there = loop {
        let upload = wangyi.received(&sha256).await.expect("an answer");
        if upload.received >= 2 * MIB {
            break upload.received;
        }
    };
    let mut steps = Vec::new();
    wangyi.upload(&path, |at| steps.push(at)).await.expect("sent");
    assert!(steps[0] >= there && steps.is_sorted(), "{there} {steps:?}");
    assert_eq!(
        downloaded(&wangyi, &sha256, &house.folder.path().join("there")).await,
        bytes
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_goes_on_where_it_was_cut() {
    let house = House::new("files-cut-down").await;
    let line = Line::to(house.address).await;
    let bytes = photo(3 * MIB);
    let path = house.file("photo.jpg", &bytes);
    let sent = house.client("wangyi").await.upload(&path, |_| ()).await.expect("sent");
    let wangyi = house.client_by(line.address, "wangyi").await;
    let mib = MIB as usize;
    line.cut_next(&[Cut::Answer, Cut::Down(mib), Cut::Down(mib)]);
    let there = house.folder.path().join("there");
    let mut steps = Vec::new();
    wangyi
        .download(&sent.sha256, &there, |at| steps.push(at))
        .await
        .expect("a file");
    assert_eq!(std::fs::read(&there).expect("its bytes"), bytes);
    assert!(steps.is_sorted(), "what was there was asked for again");
    assert!(!house.folder.path().join("there.part").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_run_left_is_used_where_it_fits_and_thrown_away_where_not() {
    let house = House::new("files-left").await;
    let wangyi = house.client("wangyi").await;
    let bytes = photo(MIB);
    let sent = wangyi
        .upload(&house.file("photo.jpg", &bytes), |_| ())
        .await
        .expect("sent");
    let mut wrong = bytes[..1000].to_vec();
    wrong[500] ^= 1;
    let longer = [&bytes[..], b"more"].concat();
    for left in [&bytes[..1000], &bytes[..], &wrong, &longer] {
        house.file("there.part", left);
        let there = house.folder.path().join("there");
        assert_eq!(downloaded(&wangyi, &sent.sha256, &there).await, bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_or_fetched_is_told() {
    let house = House::new("files-refused").await;
    let wangyi = house.client("wangyi").await;
    let nothing = house.file("empty", b"");
    assert!(matches!(
        wangyi.upload(&nothing, |_| ()).await,
        Err(TransferError::Empty)
    ));
    let large = house.file("large", b"");
    let file = std::fs::File::options().write(true).open(&large).expect("a file");
    file.set_len(limits::BLOB + 1).expect("a hole");
    let refused = wangyi.upload(&large, |_| ()).await;
    assert!(matches!(refused, Err(TransferError::TooLarge { most: limits::BLOB })));
    let program = house.file("program", b"\x7fELF\x02\x01\x01\0 and so on");
    let refused = wangyi.upload(&program, |_| ()).await.expect_err("415");
    assert!(
        matches!(refused, TransferError::Api(ApiError::Refused(_))),
        "{refused:?}"
    );
    let gone = house.folder.path().join("gone");
    assert!(matches!(
        wangyi.upload(&gone, |_| ()).await,
        Err(TransferError::File(_))
    ));
    // Another unit's file is not there.
    let sent = wangyi
        .upload(&house.file("photo.jpg", photo(1000)), |_| ())
        .await
        .expect("sent");
    let refused = house.client("zhaoer").await.download(&sent.sha256, &gone, |_| ()).await;
    assert!(matches!(refused, Err(TransferError::Api(ApiError::Refused(_)))));
    assert!(!gone.exists());
}
