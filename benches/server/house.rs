//! Processes beside the benchmark: the server that is measured, and the hello.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A process that said where it listens.
pub struct House {
    child: Child,
    pub address: SocketAddr,
}

impl House {
    pub fn serve(db: &str, blobs: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rexian"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--db", db, "--blobs"])
            .arg(blobs);
        Self::start(&mut command)
    }

    pub fn hello() -> Self {
        let own = std::env::current_exe().expect("the benchmark's own file");
        Self::start(Command::new(own).arg("hello"))
    }

    fn start(command: &mut Command) -> Self {
        let mut child = command
            .env("REXIAN_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .expect("a program that starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line of its output");
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}"));
        Self { child, address }
    }

    /// Kilobytes in memory: the most there ever were, and now.
    pub fn memory(&self) -> (u64, u64) {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let figure = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            number.unwrap_or(0)
        };
        (figure("VmHWM:"), figure("VmRSS:"))
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // It may have ended already, and everything that was answered is durable.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
