//! Who rings, from where, about what: a matter, a place and a caller make a ticket.

use super::material::{Matter, Stock};
use super::photos::Photo;
use crate::calendar::Calendar;
use crate::domain::ids::TicketNo;
use crate::domain::intake::{Caller, Intake, Showing, Story, Urgency};
use crate::domain::material::Material;
use crate::domain::moment::Moment;
use crate::domain::period::Period;
use crate::rules::Rulebook;

/// Numbers that share no factor with the lengths of the lists, so that the same pair does not come twice soon.
const PLACE_STEP: usize = 7;
const GIVEN_STEP: usize = 5;
/// Where the document leaves the limit to the ticket.
const STATED: Period = Period::WorkDays(4);

/// How a ticket came in.
pub struct Came<'a> {
    pub received: Moment,
    pub channel: &'a str,
    pub class: Option<&'a str>,
    pub secret: bool,
}

pub fn intake(
    number: usize,
    matter: &Matter,
    came: &Came<'_>,
    stock: &Stock,
    book: &Rulebook,
    calendar: &Calendar,
) -> Intake {
    // Once round all places, it goes on with the next: the same matter is somewhere else then.
    let round = number / stock.places.len();
    let place = &stock.places[(number * PLACE_STEP + round) % stock.places.len()];
    let put = |text: &str| text.replace("{place}", place);
    let surname = stock.surnames[number % stock.surnames.len()];
    let name = format!("{surname}{}", stock.given[(number * GIVEN_STEP) % stock.given.len()]);
    let secret = came.secret || matter.secret;
    let photo = matter
        .photo
        .map(|photo| photo.handed_in(Material::Photo, came.received, None));
    let mut intake = Intake {
        no: TicketNo(format!("QL{}{number:03}", came.received.date().format("%Y%m%d"))),
        book: book.book.id.clone(),
        received: came.received,
        channel: came.channel.to_owned(),
        kind: matter.kind,
        domain: matter.domain,
        urgency: match (came.class, number % 9) {
            (Some(_), _) => Urgency::VeryUrgent,
            (None, 4) => Urgency::Urgent,
            _ => Urgency::Ordinary,
        },
        classes: came.class.map(str::to_owned).into_iter().collect(),
        title: put(&matter.title),
        place: place.clone(),
        content: put(&matter.content),
        story: Story {
            people: "来电人及周边居民".to_owned(),
            demand: matter.points.join("；"),
            ..Story::default()
        },
        points: matter.points.clone(),
        caller: Caller {
            name,
            phone: format!("1380000{:04}", 1000 + number * 37),
            address: place.clone(),
            showing: if secret { Showing::Secret } else { Showing::Open },
        },
        attachments: photo.into_iter().collect(),
        stated_due: None,
        legal_limit: None,
    };
    let limit = book.limits.finish_for(&(&intake).into());
    if limit.is_some_and(|limit| limit.within.is_none()) {
        intake.stated_due = Some(calendar.due(came.received, STATED).at);
    }
    intake
}

/// The picture of a place as the unit found it.
pub fn picture(matter: &Matter) -> Photo {
    matter.photo.unwrap_or(Photo::Pothole)
}
