//! The command line: one file a subcommand. Results go to stdout, everything said beside them to stderr, and the exit
//! code is 0 for yes, 1 for no, 2 for bad use, 3 for a server that cannot be reached. No rule is decided here.

mod act;
mod admin;
mod calendar;
mod check;
mod deadline;
mod help;
mod input;
mod layout;
mod library;
mod list;
mod login;
mod place;
mod remote;
mod rulebook;
mod serve;
mod sheet;
mod show;
mod timeline;
mod watch;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::{ArgAction, FromArgMatches, Parser, Subcommand};

use crate::config::ConfigDir;
use crate::locale::{Lang, Locale};

/// What all commands share stands last in their help.
const COMMON: usize = 1000;

// Help and value checks are not clap's: `help` puts the words in, and each command names the choices in its language.
#[derive(Parser)]
#[command(
    name = "rexian",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true
)]
struct Cli {
    #[arg(long, global = true, value_name = "LANG", display_order = COMMON)]
    lang: Option<String>,
    #[arg(long, global = true, value_name = "DIR", display_order = COMMON + 1)]
    config_dir: Option<PathBuf>,
    #[arg(long, short = 'h', global = true, action = ArgAction::Help, display_order = COMMON + 2)]
    help: Option<bool>,
    #[arg(long, short = 'V', action = ArgAction::Version, display_order = COMMON + 3)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Calendar(calendar::Calendar),
    Deadline(deadline::Deadline),
    Check(check::Check),
    #[command(subcommand)]
    Rulebook(rulebook::Rulebook),
    Login(login::Login),
    Logout(login::Logout),
    List(list::List),
    Show(show::Show),
    Act(act::Act),
    Watch(watch::Watch),
    Serve(serve::Serve),
    Admin(admin::Admin),
}

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Yes = 0,
    No = 1,
    BadUse = 2,
    /// The server cannot be reached, or is of no use now.
    Unreachable = 3,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome as u8)
    }
}

/// What every command needs: the words, the folder, the paper it writes on.
struct Desk {
    locale: &'static Locale,
    config: Option<ConfigDir>,
    /// How wide the paper is, in cells.
    width: usize,
}

/// Runs the program. `env_lang` is the language that the environment asks for.
pub fn run(args: impl IntoIterator<Item = OsString>, env_lang: Option<OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    // The language must be known before the arguments are read: their mistakes are told in it.
    let locale = match language(&args, env_lang) {
        Ok(lang) => Locale::of(lang),
        Err(line) => {
            say_beside(&line);
            return Outcome::BadUse.into();
        }
    };
    let mut command = help::command::<Cli>(locale);
    let cli = match command
        .try_get_matches_from_mut(&args)
        .and_then(|matches| Cli::from_arg_matches(&matches))
    {
        Ok(cli) => cli,
        Err(error) => return help::answer(&error, &command, &args, locale).into(),
    };
    if let Some(folder) = cli.config_dir.as_ref().filter(|folder| !folder.is_dir()) {
        let folder = folder.display().to_string();
        say_beside(&locale.say("cli.no_config", &[("dir", &folder)]));
        return Outcome::BadUse.into();
    }
    let desk = Desk {
        locale,
        config: cli.config_dir.map(ConfigDir::at).or_else(ConfigDir::usual),
        width: width(),
    };
    let outcome = match cli.command {
        None => desk.print(locale.word("cli.hello")).map(|()| Outcome::Yes),
        Some(Command::Calendar(command)) => command.run(&desk),
        Some(Command::Deadline(command)) => command.run(&desk),
        Some(Command::Check(command)) => command.run(&desk),
        Some(Command::Rulebook(command)) => command.run(&desk),
        Some(Command::Login(command)) => command.run(&desk),
        Some(Command::Logout(command)) => command.run(&desk),
        Some(Command::List(command)) => command.run(&desk),
        Some(Command::Show(command)) => command.run(&desk),
        Some(Command::Act(command)) => command.run(&desk),
        Some(Command::Watch(command)) => command.run(&desk),
        Some(Command::Serve(command)) => command.run(&desk),
        Some(Command::Admin(command)) => command.run(&desk),
    };
    match outcome {
        Ok(outcome) => outcome.into(),
        // The reader has gone (`| head`): nobody is left to tell.
        Err(error) if is_closed_pipe(&error) => Outcome::Yes.into(),
        Err(error) => {
            say_beside(&error.to_string());
            Outcome::BadUse.into()
        }
    }
}

/// `--lang` wins over the environment; an environment that asks for another language is no mistake.
fn language(args: &[OsString], env_lang: Option<OsString>) -> Result<Lang, String> {
    let mut asked = None;
    let mut rest = args.iter().skip(1).map(|arg| arg.to_string_lossy());
    while let Some(arg) = rest.next() {
        match arg.strip_prefix("--lang") {
            Some("") => asked = rest.next().map(|tag| tag.into_owned()),
            Some(tag) if tag.starts_with('=') => asked = Some(tag[1..].to_owned()),
            _ if arg == "--" => break,
            _ => {}
        }
    }
    if let Some(tag) = asked {
        return Lang::of(&tag).ok_or_else(|| {
            let choices = Lang::ALL.map(Lang::tag);
            let locale = Locale::of(Lang::Chinese);
            locale.say("cli.lang", &[("given", &tag), ("choices", &locale.join(&choices))])
        });
    }
    let env_lang = env_lang.and_then(|tag| Lang::of(&tag.to_string_lossy()));
    Ok(env_lang.unwrap_or(Lang::Chinese))
}

/// Where nobody says how wide it is: what every terminal has.
const USUAL_WIDTH: usize = 80;
const NARROWEST: usize = 40;

fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.unwrap_or(USUAL_WIDTH).max(NARROWEST)
}

impl Desk {
    fn say(&self, key: &str, args: &[(&str, &str)]) -> String {
        self.locale.say(key, args)
    }

    fn word(&self, key: &'static str) -> &'static str {
        self.locale.word(key)
    }

    /// A mistake of use, as one line.
    fn refuse(&self, key: &str, args: &[(&str, &str)]) -> anyhow::Error {
        anyhow!(self.say(key, args))
    }

    fn refuse_choice(&self, key: &str, given: &str, choices: &[&str]) -> anyhow::Error {
        self.refuse(key, &[("given", given), ("choices", &self.locale.join(choices))])
    }

    /// Something worth knowing beside the result.
    fn note(&self, line: &str) {
        say_beside(line);
    }

    fn print(&self, text: &str) -> anyhow::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            stdout.write_all(b"\n")?;
        }
        Ok(stdout.flush()?)
    }

    fn print_json(&self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        self.print(&serde_json::to_string(value)?)
    }
}

/// To stderr; where that is closed there is nobody to tell.
fn say_beside(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_language_is_the_arguments_then_the_environments_then_chinese() {
        for (line, env, lang) in [
            ("rexian", None, Some(Lang::Chinese)),
            ("rexian", Some("en_US.UTF-8"), Some(Lang::English)),
            ("rexian", Some("fr"), Some(Lang::Chinese)),
            ("rexian calendar 2026 --lang en", None, Some(Lang::English)),
            ("rexian --lang=zh-CN", Some("en"), Some(Lang::Chinese)),
            ("rexian --lang fr", None, None),
            ("rexian check -- --lang", None, Some(Lang::Chinese)),
        ] {
            assert_eq!(
                language(&args(line), env.map(OsString::from)).ok(),
                lang,
                "{line} {env:?}"
            );
        }
    }
}
