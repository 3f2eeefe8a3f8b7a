//! `[signing]`: which leaders sign a reply, by channel and by how often it was redone. (RULES.md C5, E)

use serde::{Deserialize, Serialize};

use super::clause::{Cite, Note, rule};
use crate::domain::people::Role;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Signing {
    /// Every row that applies adds its signers.
    pub chains: Vec<ChainRule>,
    pub above_the_unit: Option<AboveTheUnit>,
    pub weights: Vec<Weight>,
    pub notes: Vec<Note>,
}

rule! {
    /// Who signs.
    pub struct ChainRule {
        signers: Vec<Role>,
        /// Empty: every channel.
        #[serde(default)]
        channels: Vec<String>,
        #[serde(default)]
        redo_from: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        redo_to: Option<u32>,
    }
}

rule! {
    /// Leaders who stand above the units and so sign for each of them; the others sign for their own unit only.
    pub struct AboveTheUnit {
        roles: Vec<Role>,
    }
}

rule! {
    /// Channels that count for more when a unit is judged.
    pub struct Weight {
        channels: Vec<String>,
        times: u32,
    }
}

/// The leaders whose signatures one action needs, lowest first. A set of bits, so that a hundred thousand tickets can
/// be assessed without an allocation for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain(u16);

impl Chain {
    pub fn of(roles: &[Role]) -> Self {
        roles
            .iter()
            .fold(Self::default(), |chain, role| Self(chain.0 | 1 << *role as u16))
    }

    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn contains(self, role: Role) -> bool {
        self.0 & (1 << role as u16) != 0
    }

    /// One bit for each role, in their order: how a store keeps it.
    pub fn bits(self) -> u16 {
        self.0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn roles(self) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(move |role| self.contains(*role))
    }

    /// The next to sign after `signed` have.
    pub fn next(self, signed: Self) -> Option<Role> {
        self.roles().find(|role| !signed.contains(*role))
    }
}

impl ChainRule {
    fn applies(&self, channel: &str, redos: u32) -> bool {
        let channel = self.channels.is_empty() || self.channels.iter().any(|name| name == channel);
        channel && redos >= self.redo_from && self.redo_to.is_none_or(|to| redos <= to)
    }
}

impl Signing {
    pub fn chain(&self, channel: &str, redos: u32) -> Chain {
        self.chains
            .iter()
            .filter(|rule| rule.applies(channel, redos))
            .fold(Chain::default(), |chain, rule| chain.with(Chain::of(&rule.signers)))
    }

    /// Whether this leader signs for other units than their own.
    pub fn is_above_the_unit(&self, role: Role) -> bool {
        self.above_the_unit
            .as_ref()
            .is_some_and(|rule| rule.roles.contains(&role))
    }

    /// Why this role has to sign.
    pub fn why(&self, role: Role, channel: &str, redos: u32) -> Option<&Cite> {
        let rule = self
            .chains
            .iter()
            .find(|rule| rule.applies(channel, redos) && rule.signers.contains(&role));
        rule.map(|rule| &rule.cite)
    }

    pub fn weight(&self, channel: &str) -> u32 {
        let rule = self
            .weights
            .iter()
            .find(|rule| rule.channels.iter().any(|name| name == channel));
        rule.map_or(1, |rule| rule.times)
    }
}
