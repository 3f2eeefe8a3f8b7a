//! One call: the address from the table of routes, who asks, in which language, under which key; its answer; and trying
//! again where that is safe and may help. It always is: a write has its key, and everything else changes nothing twice.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Body, Method, RequestBuilder, Response, StatusCode, redirect};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::Address;
use super::error::{ApiError, request_id};
use super::key::Key;
use super::patience::Patience;
use crate::api::IDEMPOTENCY_KEY;
use crate::api::problem::{Problem, ProblemKind};
use crate::api::routes::{Route, Verb};
use crate::locale::{Lang, Locale};

const CONNECT: Duration = Duration::from_secs(5);
/// No answer of the contract but a file comes near this.
const LARGEST: usize = 64 << 20;

/// What a client brings besides address and token.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The language that problems come back in.
    pub lang: Lang,
    pub patience: Patience,
    /// How long one answer may take; for files, how long nothing may move.
    pub timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lang: Lang::Chinese,
            patience: Patience::default(),
            timeout: Duration::from_secs(30),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the connection cannot be set up")]
pub struct SetupError(#[source] reqwest::Error);

/// What a person is known by after signing in. It is never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A server as one person calls it. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    http: reqwest::Client,
    address: Address,
    token: Option<Token>,
    settings: Settings,
}

impl Client {
    pub fn new(address: Address, token: Option<Token>, settings: Settings) -> Result<Self, SetupError> {
        // It is there already when this is called a second time.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .user_agent(concat!("rexian/", env!("CARGO_PKG_VERSION")))
            // A token is for the server that gave it and for no other.
            .redirect(redirect::Policy::none());
        if address.is_loopback() {
            http = http.no_proxy();
        }
        if !address.is_encrypted() {
            // A machine without any certificates can still talk to a server that needs none.
            http = http.tls_certs_only([]);
        }
        let http = http.build().map_err(SetupError)?;
        Ok(Self(Arc::new(Inner {
            http,
            address,
            token,
            settings,
        })))
    }

    /// The same server for somebody who is signed in.
    pub fn signed(&self, token: Token) -> Self {
        Self(Arc::new(Inner {
            http: self.0.http.clone(),
            address: self.0.address.clone(),
            token: Some(token),
            settings: self.0.settings,
        }))
    }

    pub fn address(&self) -> &Address {
        &self.0.address
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// What is asked for, as it is written in JSON.
    pub(super) async fn ask<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, ApiError> {
        self.answer(call).await?.json()
    }

    /// The same, tried once: whoever calls has a patience of their own.
    pub(super) async fn ask_once<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, ApiError> {
        self.once(call).await?.json()
    }

    /// Something whose answer has no body.
    pub(super) async fn tell(&self, call: &Call<'_>) -> Result<(), ApiError> {
        self.answer(call).await.map(drop)
    }

    /// Tries until there is an answer that stands, or patience ends.
    async fn answer(&self, call: &Call<'_>) -> Result<Answer, ApiError> {
        let mut tries = self.0.settings.patience.begin();
        loop {
            let error = match self.once(call).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some(wait) = tries.after(&error) else {
                return Err(error);
            };
            tokio::time::sleep(wait).await;
        }
    }

    async fn once(&self, call: &Call<'_>) -> Result<Answer, ApiError> {
        let timeout = call.timeout.unwrap_or(self.0.settings.timeout);
        let mut request = self.request(call)?.timeout(timeout);
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let mut response = request.send().await.map_err(ApiError::of_sending)?;
        let body = read(&mut response).await?;
        let status = response.status();
        if status.as_u16() == call.route.good.0 {
            Ok(Answer {
                request_id: request_id(response.headers()),
                body,
            })
        } else {
            Err(ApiError::of_answer(status, response.headers(), &body))
        }
    }

    /// A request with everything but its body.
    pub(super) fn request(&self, call: &Call<'_>) -> Result<RequestBuilder, ApiError> {
        let Inner {
            http,
            address,
            token,
            settings,
        } = &*self.0;
        let Some(mut url) = address.path(call.route.path, &call.names) else {
            // No server could be asked for it.
            let problem = Problem::new(ProblemKind::NotFound, Locale::of(settings.lang));
            return Err(ApiError::Refused(Box::new(problem)));
        };
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = http
            .request(method(call.route.verb), url)
            .header(ACCEPT_LANGUAGE, settings.lang.tag());
        if let Some(Token(token)) = token.as_ref().filter(|_| call.route.session) {
            let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {token}")) else {
                // A token with a line break in it is nobody's.
                return Err(ApiError::Unauthorized);
            };
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        if let Some(key) = call.key {
            request = request.header(IDEMPOTENCY_KEY, key.as_str());
        }
        Ok(request)
    }

    /// Sends a request whose body is a stream. It is not tried again here: what to send then depends on how far it came.
    pub(super) async fn send(&self, call: &Call<'_>, body: Option<Body>) -> Result<Response, ApiError> {
        let mut request = self.request(call)?;
        for (name, value) in &call.headers {
            request = request.header(name.clone(), value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        request.send().await.map_err(ApiError::of_sending)
    }
}

/// The whole body of an answer that is kept in memory.
pub(super) async fn read(response: &mut Response) -> Result<Bytes, ApiError> {
    let mut body = BytesMut::new();
    while let Some(piece) = response.chunk().await.map_err(ApiError::of_sending)? {
        if body.len() + piece.len() > LARGEST {
            return Err(ApiError::Decode {
                request_id: request_id(response.headers()),
                source: None,
            });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

/// The problem that an answer with a stream turned out to be.
pub(super) async fn refusal(mut response: Response) -> ApiError {
    let status: StatusCode = response.status();
    match read(&mut response).await {
        Ok(body) => ApiError::of_answer(status, response.headers(), &body),
        Err(error) => error,
    }
}

fn method(verb: Verb) -> Method {
    match verb {
        Verb::Get => Method::GET,
        Verb::Head => Method::HEAD,
        Verb::Post => Method::POST,
        Verb::Put => Method::PUT,
        Verb::Delete => Method::DELETE,
    }
}

struct Answer {
    request_id: String,
    body: Bytes,
}

impl Answer {
    fn json<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        serde_json::from_slice(&self.body).map_err(|source| ApiError::Decode {
            request_id: self.request_id,
            source: Some(source),
        })
    }
}

/// What is to be asked. Made once and sent as often as need be, always the same.
pub(super) struct Call<'a> {
    route: &'static Route,
    names: Vec<&'a str>,
    query: Vec<(String, String)>,
    body: Option<Bytes>,
    key: Option<&'a Key>,
    timeout: Option<Duration>,
    headers: Vec<(reqwest::header::HeaderName, String)>,
}

impl<'a> Call<'a> {
    pub fn to(route: &'static Route) -> Self {
        Self {
            route,
            names: Vec::new(),
            query: Vec::new(),
            body: None,
            key: None,
            timeout: None,
            headers: Vec::new(),
        }
    }

    /// What stands in place of the next name in braces.
    pub fn named(mut self, name: &'a str) -> Self {
        self.names.push(name);
        self
    }

    /// The fields of a query, those that are there.
    pub fn asking(mut self, query: &impl Serialize) -> Result<Self, ApiError> {
        let fields = serde_json::to_value(query).map_err(ApiError::Encode)?;
        for (name, value) in fields.as_object().into_iter().flatten() {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            self.query.push((name.clone(), text));
        }
        Ok(self)
    }

    pub fn with(mut self, body: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(body).map_err(ApiError::Encode)?;
        self.body = Some(body.into());
        Ok(self)
    }

    pub fn under(mut self, key: &'a Key) -> Self {
        self.key = Some(key);
        self
    }

    pub fn within(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    pub fn header(mut self, name: reqwest::header::HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::routes::operation;

    #[test]
    fn a_token_is_never_printed_and_goes_to_no_open_path() {
        let client = Client::new(
            "http://127.0.0.1:1".parse().expect("an address"),
            Some(Token::new("geheim")),
            Settings::default(),
        )
        .expect("a client");
        assert!(!format!("{client:?}").contains("geheim"));
        let sent = |route| {
            client
                .request(&Call::to(route))
                .expect("a request")
                .build()
                .expect("a request")
        };
        assert_eq!(sent(operation("me")).headers()[AUTHORIZATION], "Bearer geheim");
        assert!(!sent(operation("healthz")).headers().contains_key(AUTHORIZATION));
    }
}
