//! What the commands share that talk to a hotline server: which server and as whom, the words for what may go wrong, and
//! the exit code that says so to scripts.

use std::error::Error;

use anyhow::Result;
use clap::Args;

use super::layout::hanging;
use super::{Desk, Outcome};
use crate::api::problem::{FindingView, ProblemKind};
use crate::client::http::{SetupError, Token};
use crate::client::session::{Saved, SessionFile};
use crate::client::{Address, ApiError, Client, Settings};
use crate::config::StateDir;
use crate::rules::finding::Severity;

/// Where `rexian serve` listens if nobody says otherwise.
const USUAL: &str = "http://127.0.0.1:7345";

#[derive(Args)]
pub struct Remote {
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
}

/// Why a command that talks to a server did not come to its end.
pub enum Failure {
    Api(ApiError),
    Other(anyhow::Error),
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl Desk {
    /// The file of the last session: in the folder that `REXIAN_STATE_DIR` names, or where this system keeps such things.
    pub fn session_file(&self) -> Result<SessionFile> {
        let named = std::env::var_os("REXIAN_STATE_DIR").filter(|folder| !folder.is_empty());
        let folder = named.map(StateDir::at).or_else(StateDir::usual);
        let folder = folder.ok_or_else(|| self.refuse("cli.remote.no_home", &[]))?;
        Ok(SessionFile::at(folder.session()))
    }

    pub fn saved_session(&self) -> Result<Option<Saved>> {
        let file = self.session_file()?;
        file.load().map_err(|error| {
            let path = file.path().display().to_string();
            self.refuse("cli.remote.session", &[("path", &path), ("why", &error.to_string())])
        })
    }

    /// The server that is asked for: by the option, the environment, the last session, or the usual one.
    pub fn server(&self, remote: &Remote, saved: Option<&Saved>) -> Result<Address> {
        let named = remote.server.clone().or_else(|| variable("REXIAN_SERVER"));
        match named {
            Some(text) => text
                .parse()
                .map_err(|_| self.refuse("cli.remote.server", &[("given", &text)])),
            None => Ok(match saved {
                Some(saved) => saved.server.clone(),
                None => USUAL
                    .parse()
                    .map_err(|_| self.refuse("cli.remote.server", &[("given", USUAL)]))?,
            }),
        }
    }

    pub fn client(&self, server: Address, token: Option<Token>) -> Result<Client> {
        let settings = Settings {
            lang: self.locale.lang(),
            ..Settings::default()
        };
        Client::new(server, token, settings).map_err(|error: SetupError| {
            let why = chain(&error);
            self.refuse("cli.remote.setup", &[("why", &why)])
        })
    }

    /// The client of whoever is signed in. A kept token goes to the server that gave it and to no other.
    pub fn signed_client(&self, remote: &Remote) -> Result<Client> {
        let token = variable("REXIAN_TOKEN").map(Token::new);
        // Where the environment says it all, no file is needed.
        let whole = token.is_some() && (remote.server.is_some() || variable("REXIAN_SERVER").is_some());
        let saved = if whole { None } else { self.saved_session()? };
        let server = self.server(remote, saved.as_ref())?;
        let kept = saved.filter(|saved| saved.server == server).map(|saved| saved.token);
        self.client(server, token.or(kept))
    }

    /// Runs what a command does with a server, and says what went wrong.
    pub fn with_server(
        &self,
        client: &Client,
        work: impl Future<Output = Result<Outcome, Failure>>,
    ) -> Result<Outcome> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        match runtime.block_on(work) {
            Ok(outcome) => Ok(outcome),
            Err(Failure::Api(error)) => Ok(self.say_trouble(client, &error)),
            Err(Failure::Other(error)) => Err(error),
        }
    }

    /// Tells beside the result what went wrong and what to do; the outcome that it makes.
    pub fn say_trouble(&self, client: &Client, error: &ApiError) -> Outcome {
        let server = client.address().to_string();
        self.note(&self.trouble(&server, error));
        match error {
            ApiError::Refused(problem) if problem.kind() == Some(ProblemKind::Invalid) => Outcome::BadUse,
            ApiError::Encode(_) => Outcome::BadUse,
            ApiError::Unauthorized | ApiError::Rejected(_) | ApiError::Conflict(_) | ApiError::Refused(_) => {
                Outcome::No
            }
            ApiError::Offline(_)
            | ApiError::Timeout
            | ApiError::Busy { .. }
            | ApiError::Server { .. }
            | ApiError::Decode { .. } => Outcome::Unreachable,
        }
    }

    pub fn trouble(&self, server: &str, error: &ApiError) -> String {
        match error {
            ApiError::Offline(source) => {
                // The innermost cause is the one that says what it is.
                let why = innermost(source);
                self.say("cli.remote.offline", &[("server", server), ("why", &why)])
            }
            ApiError::Timeout => self.say("cli.remote.timeout", &[("server", server)]),
            ApiError::Busy {
                request_id,
                retry_after,
                ..
            } => {
                let seconds = retry_after.map(|wait| wait.as_secs().to_string()).unwrap_or_default();
                let args = [("server", server), ("seconds", &seconds), ("request", request_id)];
                self.say("cli.remote.busy", &args)
            }
            ApiError::Server { request_id, status } => {
                let status = status.to_string();
                let args = [("server", server), ("request", request_id), ("status", &status)];
                self.say("cli.remote.failed", &args)
            }
            ApiError::Decode { request_id, .. } => {
                self.say("cli.remote.decode", &[("server", server), ("request", request_id)])
            }
            ApiError::Encode(source) => self.say("cli.remote.encode", &[("why", &source.to_string())]),
            ApiError::Unauthorized => self.say("cli.remote.signed_out", &[("server", server)]),
            ApiError::Rejected(findings) => self.findings(findings),
            ApiError::Conflict(_) => self.word("cli.remote.conflict").to_owned(),
            ApiError::Refused(problem) => {
                let args = [("title", problem.title.as_str()), ("detail", &problem.detail)];
                self.say("cli.remote.refused", &args)
            }
        }
    }

    /// Every finding with its clause, and below it how to mend it.
    pub fn findings(&self, findings: &[FindingView]) -> String {
        let mut text = String::new();
        for finding in findings {
            let key = match finding.severity {
                Severity::Refuse => "cli.remote.finding",
                Severity::Warn => "cli.remote.warning",
            };
            let cite = finding.cite.as_deref().unwrap_or_default();
            let said = self.say(key, &[("cite", cite), ("message", &finding.message)]);
            text.push_str(&hanging("✗ ", &said, self.width));
            text.push_str(&hanging("  → ", &finding.fix, self.width));
        }
        text.trim_end().to_owned()
    }

    /// What is sent in the clear can be read on the way.
    pub fn warn_of_open_line(&self, server: &Address) {
        if !server.is_encrypted() && !server.is_loopback() {
            self.note(&self.say("cli.remote.open_line", &[("server", &server.to_string())]));
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

fn chain(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => innermost(source),
        None => error.to_string(),
    }
}
