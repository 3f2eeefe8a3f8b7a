//! `rexian watch`: one line for everything that happens, as it happens, until Ctrl-C.

use anyhow::Result;
use clap::Args;

use super::list::unit_names;
use super::remote::{Failure, Remote};
use super::show::Units;
use super::{Desk, Outcome};
use crate::api::feed::News;
use crate::client::Client;
use crate::client::feed::Tiding;

#[derive(Args)]
pub struct Watch {
    #[arg(long, value_name = "SEQ")]
    after: Option<String>,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

impl Watch {
    pub fn run(&self, desk: &Desk) -> Result<Outcome> {
        let after = match &self.after {
            None => None,
            Some(text) => {
                let number = text.trim().parse::<i64>().ok().filter(|number| *number >= 0);
                Some(number.ok_or_else(|| desk.refuse("cli.watch.after", &[("given", text)]))?)
            }
        };
        let client = desk.signed_client(&self.remote)?;
        desk.with_server(&client, async {
            tokio::select! {
                outcome = self.listen(desk, &client, after) => outcome,
                pressed = tokio::signal::ctrl_c() => {
                    pressed.map_err(anyhow::Error::from)?;
                    Ok(Outcome::Yes)
                }
            }
        })
    }

    async fn listen(&self, desk: &Desk, client: &Client, after: Option<i64>) -> Result<Outcome, Failure> {
        // Asked first in any case: whoever is not signed in, or asks the wrong server, hears it at once.
        let me = client.me().await?;
        let units = if self.json {
            Units::new()
        } else {
            unit_names(client).await?
        };
        let mut feed = client.subscribe(after.unwrap_or(me.head));
        let server = client.address().to_string();
        desk.note(&desk.say(
            "cli.watch.listening",
            &[("server", &server), ("after", &feed.after().to_string())],
        ));
        loop {
            match feed.next().await? {
                Tiding::News(news) if self.json => desk.print_json(&*news)?,
                Tiding::News(news) => desk.print(&desk.news_line(&news, &units))?,
                Tiding::Lost(error) => {
                    desk.note(&desk.trouble(&server, &error));
                    desk.note(desk.word("cli.watch.lost"));
                }
                Tiding::Found => desk.note(desk.word("cli.watch.found")),
            }
        }
    }
}

impl Desk {
    fn news_line(&self, news: &News, units: &Units) -> String {
        let head = self.event_head(&news.event, units);
        let title = match &news.ticket {
            Some(ticket) => ticket.title.split_whitespace().collect::<Vec<_>>().join(" "),
            None => self.word("cli.watch.gone").to_owned(),
        };
        format!("{}  {}  {}  {head}  {title}", news.seq, news.event.at, news.no)
    }
}
