//! Help and usage mistakes in the reader's language. The commands' shape is clap's; every word comes from the locale,
//! by the command's path and the argument's name: `help.rulebook.show.id`.

use std::ffi::OsString;
use std::io::{self, Write};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, Error};

use super::{Outcome, say_beside};
use crate::config::ConfigDir;
use crate::locale::Locale;

/// The command line of `C`, with its words.
pub fn command<C: CommandFactory>(locale: &'static Locale) -> Command {
    worded(C::command(), "help", locale)
}

fn worded(command: Command, path: &str, locale: &'static Locale) -> Command {
    let key = |name: &str| format!("{path}.{name}");
    let template = format!(
        "{{about-with-newline}}\n{}{{usage}}\n\n{{all-args}}{{after-help}}",
        locale.word("help.headings.usage")
    );
    let folder = ConfigDir::usual().map(|folder| folder.path().display().to_string());
    let folder = folder.unwrap_or_default();
    let examples = match locale.get(&key("examples")) {
        Some(_) => locale.say(&key("examples"), &[("dir", &folder)]),
        None => String::new(),
    };
    let command = command
        .about(locale.say(&key("about"), &[]))
        .override_usage(locale.say(&key("usage"), &[]))
        .after_help(examples)
        .subcommand_help_heading(locale.word("help.headings.commands"))
        .help_template(template);
    let command = command.mut_args(|arg| {
        let name = arg.get_id().to_string();
        let own = key(&name);
        let shared = format!("help.all.{name}");
        let text = if locale.get(&own).is_some() { own } else { shared };
        let text = locale.say(&text, &[]);
        let heading = if arg.is_positional() {
            "help.headings.arguments"
        } else {
            "help.headings.options"
        };
        let heading = locale.word(heading);
        arg.help(text).help_heading(heading)
    });
    command.mut_subcommands(|sub| {
        let path = key(sub.get_name());
        worded(sub, &path, locale)
    })
}

/// Says what clap stopped at: help and version on stdout, a mistake as one line on stderr.
pub fn answer(error: &Error, command: &Command, args: &[OsString], locale: &Locale) -> Outcome {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A closed pipe: nobody is left to tell.
            let _ = io::stdout().write_all(page(error, locale).as_bytes());
            Outcome::Yes
        }
        _ => {
            say_beside(&mistake(error, command, args, locale));
            Outcome::BadUse
        }
    }
}

/// The help page. Headings end in a colon that clap puts there; it is made the language's own.
fn page(error: &Error, locale: &Locale) -> String {
    let page = error.render().to_string();
    let headings = [
        "help.headings.commands",
        "help.headings.arguments",
        "help.headings.options",
    ];
    headings.into_iter().fold(page, |page, key| {
        let heading = locale.word(key);
        let colon = locale.word("help.headings.colon");
        page.replace(&format!("\n{heading}:\n"), &format!("\n{heading}{colon}\n"))
    })
}

fn mistake(error: &Error, command: &Command, args: &[OsString], locale: &Locale) -> String {
    let named = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => locale.join(texts),
        _ => String::new(),
    };
    let (here, path) = reached(command, args);
    let given = named(ContextKind::InvalidArg);
    let line = match error.kind() {
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let choices: Vec<&str> = here.get_subcommands().map(Command::get_name).collect();
            locale.say("cli.usage.no_subcommand", &[("choices", &locale.join(&choices))])
        }
        ErrorKind::InvalidSubcommand => {
            let given = named(ContextKind::InvalidSubcommand);
            let choices: Vec<&str> = here.get_subcommands().map(Command::get_name).collect();
            let args = [("given", given.as_str()), ("choices", &locale.join(&choices))];
            locale.say("cli.usage.subcommand", &args)
        }
        ErrorKind::UnknownArgument if !given.starts_with('-') => locale.say("cli.usage.extra", &[("given", &given)]),
        ErrorKind::UnknownArgument => {
            let choices = options(here);
            let args = [("given", given.as_str()), ("choices", &locale.join(&choices))];
            locale.say("cli.usage.option", &args)
        }
        ErrorKind::MissingRequiredArgument => locale.say("cli.usage.missing", &[("given", &given)]),
        ErrorKind::InvalidValue | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            locale.say("cli.usage.value", &[("given", &given)])
        }
        ErrorKind::ArgumentConflict if named(ContextKind::PriorArg) == given => {
            locale.say("cli.usage.twice", &[("given", &given)])
        }
        ErrorKind::ArgumentConflict => {
            let prior = named(ContextKind::PriorArg);
            locale.say("cli.usage.conflict", &[("given", &given), ("prior", &prior)])
        }
        _ => {
            let all = error.to_string();
            let first = all.lines().next().unwrap_or_default().trim_start_matches("error: ");
            locale.say("cli.usage.other", &[("given", first)])
        }
    };
    format!("{line}{}", locale.say("cli.usage.see", &[("command", &path)]))
}

/// The subcommand that the arguments reach, and how it is called.
fn reached<'c>(command: &'c Command, args: &[OsString]) -> (&'c Command, String) {
    let mut here = command;
    let mut path = command.get_name().to_owned();
    for arg in args.iter().skip(1) {
        if let Some(sub) = arg.to_str().and_then(|name| here.find_subcommand(name)) {
            here = sub;
            path = format!("{path} {}", sub.get_name());
        }
    }
    (here, path)
}

fn options(command: &Command) -> Vec<String> {
    let long = command.get_arguments().filter_map(|arg| arg.get_long());
    long.map(|name| format!("--{name}")).collect()
}
