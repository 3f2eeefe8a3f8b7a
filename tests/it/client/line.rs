//! A line to the server that can be cut: after a request was passed on and before its answer comes back, after so many
//! bytes, or altogether until it is mended.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens to one connection.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// The server has answered, and its answer is lost.
    Answer,
    /// So many bytes get to the server.
    Up(usize),
    /// So many bytes come back.
    Down(usize),
}

pub struct Line {
    pub address: SocketAddr,
    cuts: Arc<Mutex<VecDeque<Cut>>>,
    whole: watch::Sender<bool>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Line {
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let cuts: Arc<Mutex<VecDeque<Cut>>> = Arc::default();
        let (whole, state) = watch::channel(true);
        let mine = cuts.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((desk, _)) = listener.accept().await {
                if !*state.borrow() {
                    continue;
                }
                let cut = mine.lock().expect("a lock").pop_front();
                tokio::spawn(carry(desk, server, cut, state.clone()));
            }
        });
        Self {
            address,
            cuts,
            whole,
            accepting,
        }
    }

    /// The next connections are cut like this, in this order; those after them are not.
    pub fn cut_next(&self, cuts: &[Cut]) {
        self.cuts.lock().expect("a lock").extend(cuts);
    }

    /// Everything that is on the line is lost, and nothing gets through until it is mended.
    pub fn lose(&self) {
        self.whole.send_replace(false);
    }

    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(desk: TcpStream, server: SocketAddr, cut: Option<Cut>, mut whole: watch::Receiver<bool>) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (from_desk, to_desk) = desk.into_split();
    let (from_server, to_server) = server.into_split();
    let (up, down) = match cut {
        None => (usize::MAX, usize::MAX),
        Some(Cut::Answer) => (usize::MAX, 0),
        Some(Cut::Up(bytes)) => (bytes, usize::MAX),
        Some(Cut::Down(bytes)) => (usize::MAX, bytes),
    };
    // Whichever ends first takes the other along: a line is whole or it is not.
    tokio::select! {
        () = pass(from_desk, to_server, up) => {}
        () = pass(from_server, to_desk, down) => {}
        _ = whole.wait_for(|whole| !whole) => {}
    }
}

/// Passes on no more than `most` bytes, and ends when there would be more.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, most: usize) {
    let mut piece = vec![0; 16 * 1024];
    let mut left = most;
    loop {
        let Ok(read @ 1..) = from.read(&mut piece).await else {
            return;
        };
        let passed = read.min(left);
        if to.write_all(&piece[..passed]).await.is_err() {
            return;
        }
        left -= passed;
        if passed < read || left == 0 {
            // What was passed on gets there before the line is closed.
            let _ = to.shutdown().await;
            return;
        }
    }
}
