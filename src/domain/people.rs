//! Who acts: the roles of the three desks and the person behind an action.

use serde::{Deserialize, Serialize};

use super::ids::{BookId, PersonId, UnitId};
use super::named::named;

named! {
    /// What a person may be. The signers stand in order of rank, lowest first.
    pub enum Role {
        /// 联络员: triages, calls, drafts, submits.
        Liaison = "liaison",
        /// 科室负责人
        SectionHead = "section_head",
        /// 经授权的有关负责同志
        Authorised = "authorised",
        /// 分管领导
        DeputyLeader = "deputy_leader",
        /// 主要领导
        MainLeader = "main_leader",
        /// 区分管领导
        DistrictDeputy = "district_deputy",
        /// 区主要领导
        DistrictMain = "district_main",
        /// 热线办: dispatches, reviews, calls back.
        Office = "office",
        Admin = "admin",
        /// The server's own clock duties.
        System = "system",
    }
}

impl Role {
    pub fn signs(self) -> bool {
        (Self::SectionHead..=Self::DistrictMain).contains(&self)
    }
}

/// Who does something, as the server knows them from their session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    pub id: PersonId,
    pub name: String,
    pub role: Role,
    pub unit: UnitId,
}

/// A leader's opinion put on paper and attested by the liaison, as a return or an extension needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Opinion {
    pub role: Role,
    pub name: String,
    #[serde(default)]
    pub text: String,
}

/// A unit that tickets go to, with what the contact book says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    pub id: UnitId,
    pub name: String,
    /// The rulebook that its tickets follow.
    pub book: BookId,
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub address: String,
    /// What it answers for, so that a ticket finds its way.
    #[serde(default)]
    pub duties: String,
}

/// A person who signs in, as the contact book shows them. What they sign in with is the server's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub role: Role,
    pub unit: UnitId,
    #[serde(default)]
    pub phone: String,
    /// Somebody who has left may no longer sign in; what they did stays theirs.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

impl Person {
    pub fn actor(&self) -> Actor {
        Actor {
            id: self.id.clone(),
            name: self.name.clone(),
            role: self.role,
            unit: self.unit.clone(),
        }
    }
}
