//! The load: connections that are kept open and ask one thing after another over HTTP/1.1. It reads no more of an answer
//! than it must, so that on a machine of two cores the server has what there is; the floor and the server are asked by
//! the same code.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::stopwatch;

/// Writes the request of a connection: which connection, and its how-manieth request.
pub type Ask = Arc<dyn Fn(usize, usize, &mut Vec<u8>) + Send + Sync>;

/// What a press came to.
#[derive(Clone, Copy, Debug)]
pub struct Pressed {
    pub rate: f64,
    pub p50: Duration,
    pub p99: Duration,
}

/// Presses for so long, after a fifth of it that is not counted.
pub async fn press(address: SocketAddr, connections: usize, time: Duration, ask: Ask) -> Pressed {
    let began = stopwatch() + time / 5;
    let ends = began + time;
    let mut tasks = Vec::with_capacity(connections);
    for connection in 0..connections {
        let ask = ask.clone();
        tasks.push(tokio::spawn(async move {
            let mut line = Line::open(address).await;
            let mut request = Vec::with_capacity(1024);
            let mut times: Vec<u32> = Vec::with_capacity(64 * 1024);
            for count in 0.. {
                request.clear();
                ask(connection, count, &mut request);
                let sent = stopwatch();
                if sent >= ends {
                    break;
                }
                line.answer(&request).await;
                if sent >= began {
                    let micros = sent.elapsed().as_micros();
                    times.push(u32::try_from(micros).unwrap_or(u32::MAX));
                }
            }
            times
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a connection that lasts"));
    }
    figures(times, began.elapsed())
}

pub fn figures(mut times: Vec<u32>, took: Duration) -> Pressed {
    assert!(!times.is_empty(), "nothing was answered in time");
    times.sort_unstable();
    let at = |share: f64| {
        let place = (times.len() as f64 * share) as usize;
        Duration::from_micros(times[place.min(times.len() - 1)].into())
    };
    Pressed {
        rate: times.len() as f64 / took.as_secs_f64(),
        p50: at(0.5),
        p99: at(0.99),
    }
}

/// One connection.
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("an open socket");
        Self {
            stream,
            buffer: Vec::with_capacity(128 * 1024),
        }
    }

    /// The body of the answer; anything but a success ends the benchmark with what was said.
    pub async fn answer(&mut self, request: &[u8]) -> &[u8] {
        self.stream.write_all(request).await.expect("the server reads");
        self.buffer.clear();
        let (body, length) = loop {
            self.more().await;
            if let Some(body) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break (body + 4, content_length(&self.buffer[..body]));
            }
        };
        while self.buffer.len() < body + length {
            self.more().await;
        }
        assert!(
            self.buffer.starts_with(b"HTTP/1.1 20"),
            "{}\nwas answered by\n{}",
            String::from_utf8_lossy(request),
            String::from_utf8_lossy(&self.buffer)
        );
        &self.buffer[body..]
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.expect("an answer");
        assert!(read > 0, "the server hung up");
    }
}

/// hyper writes names of headers small.
fn content_length(head: &[u8]) -> usize {
    const NAME: &[u8] = b"\r\ncontent-length: ";
    let at = head.windows(NAME.len()).position(|part| part == NAME);
    let digits = at.map_or(&[][..], |at| &head[at + NAME.len()..]);
    digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0, |length, digit| length * 10 + usize::from(digit - b'0'))
}

pub fn get(path: &str, token: Option<&str>) -> Vec<u8> {
    let bearer = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{bearer}\r\n").into_bytes()
}

pub fn post(path: &str, token: Option<&str>, key: Option<&str>, body: &str, into: &mut Vec<u8>) {
    use std::io::Write;
    write!(into, "POST {path} HTTP/1.1\r\nhost: bench\r\n").expect("memory is written");
    if let Some(token) = token {
        write!(into, "authorization: Bearer {token}\r\n").expect("memory is written");
    }
    if let Some(key) = key {
        write!(into, "idempotency-key: {key}\r\n").expect("memory is written");
    }
    write!(
        into,
        "content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("memory is written");
}

/// For the rates and times of several rounds: the middle one.
pub fn middle(rounds: &[Pressed]) -> Pressed {
    let by = |of: fn(&Pressed) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    Pressed {
        rate: by(|pressed| pressed.rate),
        p50: Duration::from_secs_f64(by(|pressed| pressed.p50.as_secs_f64())),
        p99: Duration::from_secs_f64(by(|pressed| pressed.p99.as_secs_f64())),
    }
}
