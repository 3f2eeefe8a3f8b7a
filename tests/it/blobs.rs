//! Attachments kept in a folder and in S3: the same cases over both, each through `Blobs` alone.

mod place;
mod traffic;

use std::cell::Cell;
use std::io;
use std::pin::pin;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{TryStreamExt, stream};
use rexian::server::blobs::{BlobError, Blobs, FileKind, Received, Sha};

use self::place::Place;
pub use self::traffic::photo;
use self::traffic::{MIB, body, broken_body, from, nobody_reads, read, to, upload, whole};
use crate::cli::Folder;

/// Each case over a folder and over S3.
macro_rules! over_both {
    ($($case:ident)*) => {
        mod in_a_folder {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let folder = crate::cli::Folder::new(concat!("blobs-", stringify!($case)));
                super::$case(&super::Place::Folder(folder)).await;
            })*
        }
        mod in_s3 {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(&super::Place::S3(crate::s3_stand_in::StandIn::start().await)).await;
            })*
        }
    };
}

over_both! {
    a_file_comes_back_as_it_went_in
    a_larger_file_is_put_together_from_pieces
    an_upload_that_broke_off_goes_on_where_it_stands
    another_server_finishes_what_one_began
    a_part_that_lost_its_bytes_is_sent_again
    an_upload_that_lacks_no_byte_is_finished_without_one
    what_is_here_is_not_read_again
    an_upload_goes_on_from_no_further_than_it_stands
    bytes_of_another_hash_are_thrown_away_and_an_honest_upload_follows
    more_than_announced_or_allowed_is_refused
    a_kind_that_is_not_let_in_is_refused_early_and_late
    two_servers_take_in_the_same_file_at_once
    many_uploads_at_once_do_not_disturb_one_another
    a_part_of_a_file_is_read
    what_nobody_went_on_with_is_swept_away
    every_whole_file_is_named_and_verified
    a_lost_place_is_an_error_of_the_place
    an_upload_is_finished_though_nobody_waits_for_it
}

async fn a_file_comes_back_as_it_went_in(place: &Place) {
    let blobs = place.blobs();
    blobs.ready().await.expect("the place answers");
    for size in [4, 63, 64, 65, MIB - 1, MIB, MIB + 1, 3 * MIB] {
        let photo = photo(size);
        let sha = Sha::of(&photo);
        assert_eq!(blobs.received(&sha).await.expect("an answer"), Received::Nothing);
        assert_eq!(upload(&blobs, &photo).await.expect("taken in"), whole(&photo), "{size}");
        assert_eq!(blobs.received(&sha).await.expect("an answer"), whole(&photo));
        assert_eq!(read(&blobs, &sha).await, photo, "{size}");
        let name = sha.to_string();
        assert!(place.content().contains(&format!("blobs/{}/{name}", &name[..2])));
    }
    assert!(place.is_tidy(), "{:?}", place.content());
    assert!(matches!(
        blobs.get(&Sha::of(b"nothing"), None).await.err(),
        Some(BlobError::Absent)
    ));
}

async fn a_larger_file_is_put_together_from_pieces(place: &Place) {
    let blobs = place.blobs();
    let film = photo(12 * MIB + 12_345);
    assert_eq!(upload(&blobs, &film).await.expect("taken in"), whole(&film));
    assert_eq!(read(&blobs, &Sha::of(&film)).await, film);
    assert!(place.is_tidy());
    if let Place::S3(s3) = place {
        let requests = &s3.shelf().requests;
        let pieces = requests.iter().filter(|line| line.contains("partNumber=")).count();
        assert_eq!(pieces, 3, "in pieces of five MiB");
    }
}

async fn an_upload_that_broke_off_goes_on_where_it_stands(place: &Place) {
    let blobs = place.blobs();
    let photo = photo(3 * MIB);
    let (sha, size) = (Sha::of(&photo), 3 * MIB);
    let came = 2 * MIB + 500_000;
    let broke = blobs.put(&sha, size, 0, broken_body(&to(&photo, came))).await;
    assert!(matches!(broke, Err(BlobError::Client(_))), "{broke:?}");
    let bytes = came;
    assert_eq!(
        blobs.received(&sha).await.expect("an answer"),
        Received::Part { bytes },
        "not a byte is lost"
    );

    let sent = Cell::new(0);
    let rest = body(&from(&photo, came), 60_000).inspect_ok(|piece| sent.set(sent.get() + piece.len() as u64));
    assert_eq!(
        blobs.put(&sha, size, came, rest).await.expect("taken in"),
        whole(&photo)
    );
    assert_eq!(sent.get(), size - came, "only the rest is sent");
    assert_eq!(read(&blobs, &sha).await, photo);
    assert!(place.is_tidy());
}

async fn another_server_finishes_what_one_began(place: &Place) {
    let (one, other) = (place.blobs(), place.blobs());
    let photo = photo(2 * MIB + 7);
    let (sha, size) = (Sha::of(&photo), photo.len() as u64);
    let mut at = 0;
    // Turn by turn, a little each time; a body that ends early is how a client sends in bits.
    for server in [&one, &other, &one, &other] {
        let bit = to(&from(&photo, at), 400_000);
        let received = server.put(&sha, size, at, body(&bit, 100_000)).await.expect("taken in");
        at += 400_000;
        assert_eq!(received, Received::Part { bytes: at });
    }
    let rest = body(&from(&photo, at), 100_000);
    assert_eq!(one.put(&sha, size, at, rest).await.expect("taken in"), whole(&photo));
    assert_eq!(read(&other, &sha).await, photo);
    assert!(place.is_tidy());
}

async fn a_part_that_lost_its_bytes_is_sent_again(place: &Place) {
    let blobs = place.blobs();
    let photo = photo(3 * MIB);
    let (sha, size) = (Sha::of(&photo), 3 * MIB);
    blobs
        .put(&sha, size, 0, body(&to(&photo, 2 * MIB), 60_000))
        .await
        .expect("taken in");
    let second = place.content().pop().expect("a part");
    place.corrupt(&second, b"");
    assert_eq!(
        blobs.received(&sha).await.expect("an answer"),
        Received::Part { bytes: MIB }
    );
    let rest = body(&from(&photo, MIB), 60_000);
    assert_eq!(blobs.put(&sha, size, MIB, rest).await.expect("taken in"), whole(&photo));
}

async fn an_upload_that_lacks_no_byte_is_finished_without_one(place: &Place) {
    let blobs = place.blobs();
    let photo = photo(2000);
    let sha = Sha::of(&photo);
    // As after the death of a server: all parts are there, and nothing was made of them.
    let received = blobs.put(&sha, 2001, 0, body(&photo, 300)).await.expect("taken in");
    assert_eq!(received, Received::Part { bytes: 2000 });
    let nothing = stream::empty::<io::Result<Bytes>>();
    let finished = blobs.put(&sha, 2000, 2000, nothing).await.expect("finished");
    assert_eq!(finished, whole(&photo));
    assert_eq!(read(&blobs, &sha).await, photo);
}

async fn what_is_here_is_not_read_again(place: &Place) {
    let photo = photo(100_000);
    let sha = Sha::of(&photo);
    upload(&place.blobs(), &photo).await.expect("taken in");
    for offset in [0, 7, 100_000] {
        let again = place.blobs().put(&sha, 100_000, offset, nobody_reads()).await;
        assert_eq!(again.expect("an answer"), whole(&photo));
    }
}

async fn an_upload_goes_on_from_no_further_than_it_stands(place: &Place) {
    let blobs = place.blobs();
    let photo = photo(2 * MIB);
    let (sha, size) = (Sha::of(&photo), 2 * MIB);
    let gap = blobs.put(&sha, size, 1, nobody_reads()).await;
    assert!(matches!(gap, Err(BlobError::Gap { received: 0 })), "{gap:?}");
    let begun = blobs.put(&sha, size, 0, body(&to(&photo, 700_000), 9_999)).await;
    assert_eq!(begun.expect("taken in"), Received::Part { bytes: 700_000 });
    let gap = blobs.put(&sha, size, 700_001, nobody_reads()).await;
    assert!(matches!(gap, Err(BlobError::Gap { received: 700_000 })), "{gap:?}");
    // Who does not know how far it is may begin before that.
    let rest = body(&from(&photo, 500_000), 9_999);
    assert_eq!(
        blobs.put(&sha, size, 500_000, rest).await.expect("taken in"),
        whole(&photo)
    );
    assert_eq!(read(&blobs, &sha).await, photo);
    assert!(place.is_tidy());
}

async fn bytes_of_another_hash_are_thrown_away_and_an_honest_upload_follows(place: &Place) {
    let blobs = place.blobs();
    // Of a size at which what is refused had been begun in S3 already.
    let honest = photo(6 * MIB + 9);
    let forged = {
        let mut bytes = honest.to_vec();
        bytes[1_000_000] ^= 1;
        Bytes::from(bytes)
    };
    let (sha, size) = (Sha::of(&honest), honest.len() as u64);
    let refused = blobs.put(&sha, size, 0, body(&forged, 60_000)).await;
    assert!(matches!(refused, Err(BlobError::Mismatch)), "{refused:?}");
    assert_eq!(blobs.received(&sha).await.expect("an answer"), Received::Nothing);
    assert!(place.content().is_empty(), "{:?}", place.content());

    // Somebody spoils the beginning, and the honest one goes on from there.
    let begun = blobs.put(&sha, size, 0, body(&to(&forged, MIB + 5), 60_000)).await;
    assert_eq!(begun.expect("taken in"), Received::Part { bytes: MIB + 5 });
    let rest = body(&from(&honest, MIB + 5), 60_000);
    let refused = blobs.put(&sha, size, MIB + 5, rest).await;
    assert!(matches!(refused, Err(BlobError::Mismatch)), "{refused:?}");
    assert_eq!(upload(&blobs, &honest).await.expect("taken in"), whole(&honest));
    assert_eq!(read(&blobs, &sha).await, honest);
    assert!(place.is_tidy());

    // A size that is not the file's is no better than wrong bytes.
    let other = photo(1000);
    let short = blobs.put(&Sha::of(&other), 999, 0, body(&to(&other, 999), 100)).await;
    assert!(matches!(short, Err(BlobError::Mismatch)), "{short:?}");
}

async fn more_than_announced_or_allowed_is_refused(place: &Place) {
    let blobs = place.blobs().with_limit(1000);
    let photo = photo(1001);
    let sha = Sha::of(&photo);
    let large = blobs.put(&sha, 1001, 0, nobody_reads()).await;
    assert!(matches!(large, Err(BlobError::TooLarge { most: 1000 })), "{large:?}");
    let longer = blobs.put(&sha, 1000, 0, body(&photo, 100)).await;
    assert!(matches!(longer, Err(BlobError::Length { size: 1000 })), "{longer:?}");
    assert_eq!(
        upload(&blobs.clone().with_limit(1001), &photo).await.expect("taken in"),
        whole(&photo)
    );
    assert_eq!(place.blobs().limit(), 50 * MIB);
}

async fn a_kind_that_is_not_let_in_is_refused_early_and_late(place: &Place) {
    let blobs = place.blobs();
    let mut program = b"\x7fELF\x02\x01\x01\0".to_vec();
    program.resize(3 * 1024 * 1024, 0);
    let program = Bytes::from(program);
    let sent = Cell::new(0);
    let counted = body(&program, 60_000).inspect_ok(|piece| sent.set(sent.get() + piece.len() as u64));
    let refused = blobs.put(&Sha::of(&program), 3 * MIB, 0, counted).await;
    assert!(matches!(refused, Err(BlobError::Kind)), "{refused:?}");
    assert!(sent.get() < MIB + 60_000, "refused by its first part");
    assert!(
        refused.expect_err("refused").to_string().contains("pdf"),
        "says what is let in"
    );

    // Text, until the very end of it.
    let mut text = "热线".repeat(300_000).into_bytes();
    text.push(0);
    for refused in [Bytes::from(text), Bytes::new(), Bytes::from_static(b"MZ\0")] {
        let outcome = upload(&blobs, &refused).await;
        assert!(matches!(outcome, Err(BlobError::Kind)), "{outcome:?}");
    }
    assert!(place.content().is_empty(), "{:?}", place.content());

    let text = Bytes::from("已办结。");
    let kind = FileKind::Text;
    assert_eq!(
        upload(&blobs, &text).await.expect("taken in"),
        Received::Whole { size: 12, kind }
    );
    let blob = blobs.get(&Sha::of(&text), None).await.expect("a file");
    assert_eq!((blob.kind, blob.kind.media_type()), (kind, "text/plain"));
}

async fn two_servers_take_in_the_same_file_at_once(place: &Place) {
    for round in 0..4 {
        let photo = photo(2 * MIB + 100 + round);
        let (sha, size) = (Sha::of(&photo), photo.len() as u64);
        let send = |step| {
            let (blobs, bytes) = (place.blobs(), photo.clone());
            tokio::spawn(async move { blobs.put(&sha, size, 0, body(&bytes, step)).await })
        };
        let (one, other) = (send(77_777), send(1_000_003));
        // One of them may find its parts gone because the other one's file was just made whole.
        for outcome in [one.await, other.await] {
            assert_eq!(outcome.expect("no panic").expect("taken in"), whole(&photo));
        }
        assert_eq!(read(&place.blobs(), &sha).await, photo);
    }
    assert!(place.is_tidy(), "{:?}", place.content());
}

async fn many_uploads_at_once_do_not_disturb_one_another(place: &Place) {
    let uploads: Vec<_> = (0..60)
        .map(|number| {
            let blobs = place.blobs();
            tokio::spawn(async move {
                let photo = photo(1000 + number);
                (upload(&blobs, &photo).await, photo)
            })
        })
        .collect();
    for upload in uploads {
        let (outcome, photo) = upload.await.expect("no panic");
        assert_eq!(outcome.expect("taken in"), whole(&photo));
    }
    let count = place.blobs().all().try_fold(0, async |count, _| Ok(count + 1)).await;
    assert_eq!(count.expect("a list"), 60);
    assert!(place.is_tidy());
}

async fn a_part_of_a_file_is_read(place: &Place) {
    let blobs = place.blobs();
    let photo = photo(2 * MIB + 10);
    let (sha, size) = (Sha::of(&photo), photo.len() as u64);
    upload(&blobs, &photo).await.expect("taken in");
    for (range, expected) in [
        (0..1, 0..1),
        (0..64, 0..64),
        (5..70, 5..70),
        (MIB - 1..MIB + 1, MIB - 1..MIB + 1),
        (3..2 * MIB + 5, 3..2 * MIB + 5),
        (size - 1..u64::MAX, size - 1..size),
        (0..u64::MAX, 0..size),
    ] {
        let blob = blobs.get(&sha, Some(range.clone())).await.expect("a part");
        assert_eq!((blob.size, blob.kind), (size, FileKind::Jpeg));
        assert_eq!(blob.range, expected, "{range:?}");
        let pieces: Vec<Bytes> = blob.bytes.try_collect().await.expect("its bytes");
        let expected = to(&from(&photo, expected.start), expected.end - expected.start);
        assert_eq!(Bytes::from(pieces.concat()), expected, "{range:?}");
    }
    #[expect(clippy::reversed_empty_ranges, reason = "as a client may ask")]
    for range in [size..size + 1, 5..5, 9..3, u64::MAX..u64::MAX] {
        let outside = blobs.get(&sha, Some(range.clone())).await.err();
        assert!(
            matches!(outside, Some(BlobError::Range { size: told }) if told == size),
            "{range:?}"
        );
    }
}

async fn what_nobody_went_on_with_is_swept_away(place: &Place) {
    let blobs = place.blobs();
    let begin = async |size| {
        let photo = photo(size);
        let begun = blobs
            .put(&Sha::of(&photo), size, 0, body(&to(&photo, size - 1), 60_000))
            .await;
        assert_eq!(begun.expect("taken in"), Received::Part { bytes: size - 1 });
        photo
    };
    let old = begin(2 * MIB).await;
    let lively = begin(2 * MIB + 1).await;
    let done = photo(500);
    upload(&blobs, &done).await.expect("taken in");

    let today: DateTime<Utc> = "2026-11-20T00:00:00Z".parse().expect("a date");
    for path in place.content() {
        place.date(&path, today - TimeDelta::days(9));
    }
    let newest = place
        .content()
        .into_iter()
        .rfind(|path| path.contains(&Sha::of(&lively).to_string()))
        .expect("a part");
    place.date(&newest, today);
    if let Place::Folder(folder) = place {
        let (left, fresh) = (
            folder.file("blobs/blobs/ab/abc#1", ""),
            folder.file("blobs/blobs/ab/abc#2", ""),
        );
        place.date("blobs/ab/abc#1", today - TimeDelta::days(9));
        place.date("blobs/ab/abc#2", today);
        assert_eq!(blobs.sweep(today - TimeDelta::days(10)).await.expect("swept"), 0);
        assert!(left.exists());
        assert_eq!(blobs.sweep(today - TimeDelta::days(7)).await.expect("swept"), 1);
        assert!(!left.exists() && fresh.exists());
    } else {
        assert_eq!(blobs.sweep(today - TimeDelta::days(10)).await.expect("swept"), 0);
        assert_eq!(blobs.sweep(today - TimeDelta::days(7)).await.expect("swept"), 1);
    }
    assert_eq!(
        blobs.received(&Sha::of(&old)).await.expect("an answer"),
        Received::Nothing
    );
    let bytes = 2 * MIB;
    assert_eq!(
        blobs.received(&Sha::of(&lively)).await.expect("an answer"),
        Received::Part { bytes }
    );
    assert_eq!(read(&blobs, &Sha::of(&done)).await, done);
    assert_eq!(blobs.sweep(today - TimeDelta::days(7)).await.expect("swept"), 0);
}

async fn every_whole_file_is_named_and_verified(place: &Place) {
    let blobs = place.blobs();
    let mut expected = Vec::new();
    for size in [10, 20, 30, MIB + 40, MIB + 50] {
        let photo = photo(size);
        upload(&blobs, &photo).await.expect("taken in");
        expected.push((Sha::of(&photo), size));
    }
    // An upload under way is none yet.
    let begun = photo(100);
    blobs
        .put(&Sha::of(&begun), 100, 0, body(&to(&begun, 99), 9))
        .await
        .expect("taken in");
    let mut found: Vec<(Sha, u64)> = pin!(blobs.all()).try_collect().await.expect("a list");
    found.sort();
    expected.sort();
    assert_eq!(found, expected);

    for (sha, _) in &expected {
        assert!(blobs.verify(sha).await.expect("read"));
    }
    let (sha, size) = expected[2];
    let name = sha.to_string();
    let spoilt = photo(size + 1);
    place.corrupt(&format!("blobs/{}/{name}", &name[..2]), &to(&spoilt, size));
    assert!(!blobs.verify(&sha).await.expect("read"), "other bytes");
    place.corrupt(&format!("blobs/{}/{name}", &name[..2]), &to(&spoilt, 5));
    assert!(!blobs.verify(&sha).await.expect("read"), "fewer bytes");
    let absent = blobs.verify(&Sha::of(b"absent")).await;
    assert!(matches!(absent, Err(BlobError::Absent)));
}

async fn a_lost_place_is_an_error_of_the_place(place: &Place) {
    let blobs = place.blobs();
    let photo = photo(1000);
    let sha = Sha::of(&photo);
    upload(&blobs, &photo).await.expect("taken in");
    place.lose();
    let errors = [
        upload(&blobs, &photo).await.err(),
        blobs.received(&sha).await.err(),
        blobs.get(&sha, None).await.err(),
        blobs.verify(&sha).await.err(),
        blobs.ready().await.err(),
    ];
    for (number, error) in errors.into_iter().enumerate() {
        let Some(BlobError::Backend(_)) = &error else {
            panic!("{number}: {error:?}")
        };
        let words = error.expect("an error").to_string();
        assert!(!words.contains('/'), "{words}");
    }
}

async fn an_upload_is_finished_though_nobody_waits_for_it(place: &Place) {
    let blobs = place.blobs();
    let photo = photo(2 * MIB + 5);
    let (sha, size) = (Sha::of(&photo), photo.len() as u64);
    let hangs_up = || Err(io::Error::new(io::ErrorKind::ConnectionReset, "gone"));
    // The server drops a request when its client hangs up. What had come by then counts all the same.
    drop_at_the_end(&blobs, &sha, size, 0, &to(&photo, MIB + 9), Some(hangs_up())).await;
    until(&blobs, &sha, Received::Part { bytes: MIB + 9 }).await;
    drop_at_the_end(&blobs, &sha, size, MIB + 9, &from(&photo, MIB + 9), None).await;
    until(&blobs, &sha, whole(&photo)).await;
    assert_eq!(read(&blobs, &sha).await, photo);
}

/// Drops an upload in the moment in which it has read the end of its body.
async fn drop_at_the_end(
    blobs: &Blobs,
    sha: &Sha,
    size: u64,
    offset: u64,
    bytes: &Bytes,
    end: Option<io::Result<Bytes>>,
) {
    let (tell, told) = tokio::sync::oneshot::channel();
    let mut tell = Some(tell);
    let mut end = end;
    let tail = stream::poll_fn(move |_| {
        if let Some(tell) = tell.take() {
            tell.send(()).expect("somebody listens");
        }
        std::task::Poll::Ready(end.take())
    });
    let body = futures_util::StreamExt::chain(body(bytes, 60_000), tail);
    tokio::select! {
        biased;
        told = told => told.expect("told"),
        // On a busy machine the work may be over before it can be dropped.
        _ = blobs.put(sha, size, offset, body) => {}
    }
}

async fn until(blobs: &Blobs, sha: &Sha, expected: Received) {
    let reached = async {
        while blobs.received(sha).await.expect("an answer") != expected {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), reached)
        .await
        .expect("it comes to that");
}

/// Only the owner may look into it.
#[cfg(unix)]
#[test]
fn the_folder_is_made_and_private() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new("blobs-private");
    let path = folder.path().join("deep/down");
    Blobs::open(&path.to_string_lossy()).expect("made");
    let mode = std::fs::metadata(&path).expect("a folder").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_place_that_cannot_be_a_folder_is_refused() {
    let folder = Folder::new("blobs-no-folder");
    let file = folder.file("file", "");
    let refused = Blobs::open(&file.to_string_lossy()).expect_err("refused");
    assert!(refused.to_string().contains("cannot be made or used"), "{refused}");
}
