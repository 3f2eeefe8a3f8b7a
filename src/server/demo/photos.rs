//! The pictures of the demo, drawn for it.

use sha2::{Digest, Sha256};

use super::DemoBlob;
use crate::domain::material::{Attachment, Material};
use crate::domain::moment::Moment;
use crate::server::store::apply::hex;

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Photo {
    Parking,
    Pothole,
    Rubbish,
    Repaired,
    Call,
    Sealed,
}

const ALL: [Photo; 6] = [
    Photo::Parking,
    Photo::Pothole,
    Photo::Rubbish,
    Photo::Repaired,
    Photo::Call,
    Photo::Sealed,
];

impl Photo {
    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Parking => include_bytes!("../../../assets/demo/photos/parking.jpg"),
            Self::Pothole => include_bytes!("../../../assets/demo/photos/pothole.jpg"),
            Self::Rubbish => include_bytes!("../../../assets/demo/photos/rubbish.jpg"),
            Self::Repaired => include_bytes!("../../../assets/demo/photos/repaired.jpg"),
            Self::Call => include_bytes!("../../../assets/demo/photos/call.png"),
            Self::Sealed => include_bytes!("../../../assets/demo/photos/sealed.png"),
        }
    }

    fn sha256(self) -> String {
        hex(&Sha256::digest(self.bytes()))
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Call | Self::Sealed => "png",
            _ => "jpg",
        }
    }

    /// The picture that serves for a material.
    pub fn of(material: Material) -> Self {
        match material {
            Material::CallScreenshot | Material::CallVideo | Material::CallRecord => Self::Call,
            Material::SitePhoto | Material::Photo => Self::Pothole,
            Material::HandlingPhoto => Self::Repaired,
            _ => Self::Sealed,
        }
    }

    /// Handed in as `material` at `at`: a screenshot shows its day and how long the call was, a document its seal.
    pub fn handed_in(self, material: Material, at: Moment, seconds: Option<u32>) -> Attachment {
        Attachment {
            name: format!("{}.{}", material.name(), self.ending()),
            blob: Some(self.sha256()),
            seconds,
            shows: Some(at.date()),
            sealed: self == Self::Sealed,
            ..Attachment::of(material)
        }
    }
}

pub fn all() -> Vec<DemoBlob> {
    ALL.iter()
        .map(|photo| DemoBlob {
            sha256: photo.sha256(),
            bytes: photo.bytes(),
        })
        .collect()
}
