//! Which tickets a person may see: a unit its own and those it helps with, a signer those that need their signature, the
//! office all.

use crate::domain::ids::UnitId;
use crate::domain::people::{Person, Role};
use crate::domain::ticket::Ticket;
use crate::rules::signing::Chain;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    All,
    Unit(UnitId),
    Signer {
        role: Role,
        units: Vec<UnitId>,
    },
    /// An administrator looks after units and people, not after citizens' matters.
    Nothing,
}

impl Sight {
    /// `oversees`: the units below a leader who stands above the units.
    pub fn of(person: &Person, oversees: &[UnitId]) -> Self {
        match person.role {
            Role::Office | Role::System => Self::All,
            Role::Liaison => Self::Unit(person.unit.clone()),
            Role::Admin => Self::Nothing,
            role => {
                let mut units = vec![person.unit.clone()];
                units.extend(oversees.iter().filter(|unit| **unit != person.unit).cloned());
                Self::Signer { role, units }
            }
        }
    }

    /// What lists and the feed ask of the stored columns, and `get` of the ticket itself.
    pub fn sees(&self, ticket: &Ticket, chain: Chain) -> bool {
        match self {
            Self::All => true,
            Self::Unit(unit) => {
                ticket.unit.as_ref() == Some(unit)
                    || ticket
                        .co_handling
                        .iter()
                        .any(|other| other.unit == *unit && other.released.is_none())
            }
            Self::Signer { role, units } => {
                chain.contains(*role) && ticket.unit.as_ref().is_some_and(|unit| units.contains(unit))
            }
            Self::Nothing => false,
        }
    }

    /// A signer's bit among the signers of a ticket.
    pub fn bit(role: Role) -> i64 {
        i64::from(Chain::of(&[role]).bits())
    }
}
