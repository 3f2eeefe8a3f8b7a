//! What every rule of a rulebook carries besides its figures: the clause it rests on, its sense in our own words, and
//! whether that sense is our reading of something the source leaves open.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Document number and clause, such as `威环嵩办发〔2023〕10号 三.1(6)`. Cheap to hand on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cite(pub Arc<str>);

impl Cite {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Cite {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Display for Cite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The keys that a text names in braces, in order, each as often as it stands there.
pub fn blanks(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        (!name.is_empty() && name.bytes().all(letter)).then_some(name)
    })
}

/// Declares the schema of one rule: the fields given, and `cite`, `text` and `interpretation`, which every rule has.
/// `text` may name the rule's own keys in braces (`{within}`), so that words never contradict figures.
macro_rules! rule {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* $field:ident : $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
            pub cite: $crate::rules::clause::Cite,
            pub text: String,
            /// Set where the source leaves the point open: says that this is our reading, and why.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub interpretation: Option<String>,
        }
    };
}

pub(crate) use rule;

rule! {
    /// A duty that is stated, shown and cited, and that no figure belongs to.
    pub struct Note {
        id: String,
    }
}
