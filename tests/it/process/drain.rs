//! Told to stop, the server takes nothing new, answers what is under way, and goes without a fault.

use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{Process, furnished, serve};
use crate::house::token;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_is_answered_before_the_server_goes() {
    let folder = furnished("drain").await;
    let server = Process::start(serve(&folder));
    let bytes = b"made-up words, long enough to be a file of text\n".repeat(100);
    let sha: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut stream = BufReader::new(TcpStream::connect(server.address()).await.expect("a connection"));
    let head = format!(
        "PUT /v1/blobs/{sha}?size={} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\n\r\n",
        bytes.len(),
        token("qing-li"),
        bytes.len(),
    );
    stream.write_all(head.as_bytes()).await.expect("it is sent");
    // It says so when it has begun to read.
    let mut line = String::new();
    stream.read_line(&mut line).await.expect("a line");
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
    let (first, rest) = bytes.split_at(1000);
    stream.write_all(first).await.expect("it is sent");
    server.terminate();
    while TcpStream::connect(server.address()).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stream.write_all(rest).await.expect("it is sent");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .expect("an answer, and the end");
    assert!(answer.contains("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("\"whole\":true"), "{answer}");
    let (code, log) = server.ended();
    assert_eq!(code, Some(0), "{log}");
    // What was answered is there.
    let server = Process::start(serve(&folder));
    let response = server.ask("qing-li", "GET", &format!("/v1/blobs/{sha}")).send().await;
    assert_eq!(response.expect("an answer").bytes().await.expect("a file"), bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_and_listeners_do_not_hold_it_up() {
    let folder = furnished("idle").await;
    let server = Process::start(serve(&folder));
    let idle = TcpStream::connect(server.address()).await.expect("a connection");
    let mut stream = server
        .ask("office", "GET", "/v1/feed/stream")
        .send()
        .await
        .expect("a stream");
    assert_eq!(server.get("office", "/v1/session").await.0, 200);
    server.terminate();
    let begun = std::time::Duration::from_secs(9);
    let ended = tokio::time::timeout(begun, async {
        while stream.chunk().await.is_ok_and(|piece| piece.is_some()) {}
    });
    ended.await.expect("listeners are sent home");
    let (code, log) = tokio::task::spawn_blocking(move || server.ended())
        .await
        .expect("its end");
    assert_eq!(code, Some(0), "{log}");
    drop(idle);
}
