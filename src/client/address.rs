//! Where a hotline server is: `http://127.0.0.1:7345`, or behind a gateway `https://12345.example.gov.cn/hotline`.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;
use reqwest::header::HeaderValue;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not an address such as http://127.0.0.1:7345")]
pub struct NotAnAddress {
    pub given: String,
}

impl Address {
    /// This machine: no proxy stands between, and nobody listens in.
    pub fn is_loopback(&self) -> bool {
        match self.0.host_str() {
            Some("localhost") => true,
            Some(host) => {
                let host = host.trim_start_matches('[').trim_end_matches(']');
                host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
            }
            None => false,
        }
    }

    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The path of a route, with what stands in place of the names in braces; none where a name cannot stand in a path.
    pub(super) fn path(&self, route: &str, names: &[&str]) -> Option<Url> {
        let mut url = self.0.clone();
        let mut names = names.iter();
        {
            let mut segments = url.path_segments_mut().ok()?;
            segments.pop_if_empty();
            for part in route.split('/').skip(1) {
                let part = if part.starts_with('{') { names.next()? } else { part };
                // These mean the folder itself or the one above it, however they are written.
                if matches!(part, "" | "." | "..") {
                    return None;
                }
                segments.push(part);
            }
        }
        Some(url)
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let not = || NotAnAddress { given: text.to_owned() };
        let url = Url::parse(text.trim()).map_err(|_| not())?;
        let plain = url.username().is_empty() && url.password().is_none();
        let bare = url.query().is_none() && url.fragment().is_none();
        let sound = matches!(url.scheme(), "http" | "https") && url.has_host() && plain && bare;
        // Whatever is sent is a header sooner or later.
        if sound && HeaderValue::from_str(url.as_str()).is_ok() {
            Ok(Self(url))
        } else {
            Err(not())
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().expect("an address")
    }

    #[test]
    fn names_are_written_so_that_they_stay_one_step_of_the_path() {
        for (base, name, path) in [
            (
                "http://127.0.0.1:7345",
                "T-1",
                "http://127.0.0.1:7345/v1/tickets/T-1/draft",
            ),
            (
                "https://x.cn/hot/",
                "a/b ?",
                "https://x.cn/hot/v1/tickets/a%2Fb%20%3F/draft",
            ),
            (
                "https://x.cn/hot",
                "工单",
                "https://x.cn/hot/v1/tickets/%E5%B7%A5%E5%8D%95/draft",
            ),
        ] {
            let url = address(base).path("/v1/tickets/{no}/draft", &[name]).expect("a path");
            assert_eq!(url.as_str(), path);
        }
        for name in ["", ".", ".."] {
            assert_eq!(address("http://x").path("/v1/tickets/{no}", &[name]), None, "{name:?}");
        }
    }

    #[test]
    fn only_addresses_of_servers_are_taken() {
        for text in [
            "",
            "127.0.0.1:7345",
            "localhost:7345",
            "ftp://x",
            "http://a:b@x",
            "http://x?y=1",
            "http://x/#y",
            "http://",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        assert_eq!(address("HTTP://LocalHost:7345/").to_string(), "http://localhost:7345");
    }

    #[test]
    fn this_machine_is_known_by_all_its_names() {
        for (text, loopback) in [
            ("http://127.0.0.1:1", true),
            ("http://127.8.0.1", true),
            ("http://[::1]:7345", true),
            ("http://localhost", true),
            ("http://192.168.0.1", false),
            ("https://12345.example.cn", false),
        ] {
            assert_eq!(address(text).is_loopback(), loopback, "{text}");
        }
    }
}
