//! `rexian login` and `rexian logout`. A password comes from the prompt or from standard input, never from the command
//! line, where others see it; what is kept afterwards is a token that ends by itself.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::Result;
use clap::Args;

use super::remote::{Failure, Remote};
use super::{Desk, Outcome};
use crate::api::session::Session;
use crate::client::Client;
use crate::client::http::Token;
use crate::client::session::Saved;

#[derive(Args)]
pub struct Login {
    #[command(flatten)]
    remote: Remote,
    #[arg(long, value_name = "ID")]
    user: Option<String>,
}

#[derive(Args)]
pub struct Logout {}

impl Login {
    pub fn run(&self, desk: &Desk) -> Result<Outcome> {
        let file = desk.session_file()?;
        // A broken file of an earlier session keeps nobody from signing in anew.
        let saved = file.load().ok().flatten();
        let server = desk.server(&self.remote, saved.as_ref())?;
        desk.warn_of_open_line(&server);
        let client = desk.client(server, None)?;
        let user = match &self.user {
            Some(user) => user.clone(),
            None => desk.ask_user()?,
        };
        let password = desk.ask_password()?;
        desk.with_server(&client, async {
            let session = client.login(&user, &password).await?;
            let kept = file.keep(&Saved {
                server: client.address().clone(),
                person: session.me.person.id.clone(),
                token: Token::new(session.token.clone()),
                expires: session.expires,
            });
            if let Err(error) = kept {
                let path = file.path().display().to_string();
                let args = [("path", path.as_str()), ("why", &error.to_string())];
                return Err(desk.refuse("cli.login.not_kept", &args).into());
            }
            desk.print(&desk.welcome(&client, &session))?;
            Ok(Outcome::Yes)
        })
    }
}

impl Logout {
    pub fn run(&self, desk: &Desk) -> Result<Outcome> {
        let file = desk.session_file()?;
        let Some(saved) = desk.saved_session()? else {
            desk.note(desk.word("cli.login.nobody"));
            return Ok(Outcome::Yes);
        };
        let client = desk.client(saved.server.clone(), Some(saved.token))?;
        desk.with_server(&client, async {
            let told = client.logout().await;
            // Whatever the server said: here nobody is signed in any more.
            file.forget().map_err(|error| {
                let path = file.path().display().to_string();
                desk.refuse(
                    "cli.login.not_forgotten",
                    &[("path", &path), ("why", &error.to_string())],
                )
            })?;
            let server = saved.server.to_string();
            if let Err(error) = told {
                let outcome = desk.say_trouble(&client, &error);
                let expires = desk.moment_words(saved.expires);
                desk.note(&desk.say("cli.login.still_there", &[("expires", &expires)]));
                return Ok(outcome);
            }
            desk.print(&desk.say("cli.login.out", &[("server", &server)]))?;
            Ok::<_, Failure>(Outcome::Yes)
        })
    }
}

impl Desk {
    fn welcome(&self, client: &Client, session: &Session) -> String {
        let me = &session.me;
        let role = self.locale.term("role", me.person.role.name());
        let args = [
            ("name", me.person.name.as_str()),
            ("role", &role),
            ("unit", &me.unit.name),
            ("server", &client.address().to_string()),
            ("expires", &self.moment_words(session.expires)),
        ];
        self.say("cli.login.done", &args)
    }

    fn ask_user(&self) -> Result<String> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return Err(self.refuse("cli.login.no_user", &[]));
        }
        let mut stderr = io::stderr();
        write!(stderr, "{}", self.word("cli.login.user"))?;
        stderr.flush()?;
        let mut line = String::new();
        stdin.lock().read_line(&mut line)?;
        match line.trim() {
            "" => Err(self.refuse("cli.login.no_user", &[])),
            user => Ok(user.to_owned()),
        }
    }

    /// From the prompt, unseen, or one line of standard input.
    fn ask_password(&self) -> Result<String> {
        let password = if io::stdin().is_terminal() {
            rpassword::prompt_password(self.word("cli.admin.password"))?
        } else {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line)?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        };
        if password.is_empty() {
            return Err(self.refuse("cli.login.no_password", &[]));
        }
        Ok(password)
    }
}
