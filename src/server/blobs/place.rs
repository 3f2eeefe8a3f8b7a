//! Where blobs are kept: a folder, or a prefix in an S3 bucket.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;
use object_store::RetryConfig;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::client::{HttpClient, HttpConnector};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, Error as StoreError};

use super::problem::OpenError;

/// Two stores, so that clearing away the parts of one upload never touches a folder that others use.
pub(super) struct Place {
    pub parts: Arc<dyn ObjectStore>,
    pub whole: Arc<dyn ObjectStore>,
    /// None in a bucket.
    pub folder: Option<PathBuf>,
}

pub(super) const PARTS: &str = "parts";
pub(super) const WHOLE: &str = "blobs";

pub(super) fn open(place: &str, setting: impl Fn(&str) -> Option<String>) -> Result<Place, OpenError> {
    match place.split_once("://") {
        Some(("s3", rest)) => {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            open_bucket(bucket, prefix, setting)
        }
        Some((scheme, _)) => Err(OpenError::Scheme {
            scheme: scheme.to_owned(),
        }),
        None => open_folder(place),
    }
}

fn open_folder(folder: &str) -> Result<Place, OpenError> {
    let inside = |name: &str| -> Result<LocalFileSystem, OpenError> {
        let path = PathBuf::from(folder).join(name);
        make_private(&path).map_err(|source| OpenError::Folder {
            folder: folder.to_owned(),
            source,
        })?;
        LocalFileSystem::new_with_prefix(path).map_err(|source| OpenError::Store {
            folder: folder.to_owned(),
            source,
        })
    };
    Ok(Place {
        // Parts need not outlive a power cut: whatever they were joined to is checked against its hash.
        parts: Arc::new(inside(PARTS)?.with_automatic_cleanup(true)),
        whole: Arc::new(inside(WHOLE)?.with_fsync(true)),
        folder: Some(PathBuf::from(folder)),
    })
}

/// Attachments tell of people's complaints: nobody else on the machine reads them.
fn make_private(path: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The settings that are heard, each by its usual name.
const SETTINGS: &[(&str, AmazonS3ConfigKey)] = &[
    ("AWS_ACCESS_KEY_ID", AmazonS3ConfigKey::AccessKeyId),
    ("AWS_SECRET_ACCESS_KEY", AmazonS3ConfigKey::SecretAccessKey),
    ("AWS_SESSION_TOKEN", AmazonS3ConfigKey::Token),
    ("AWS_DEFAULT_REGION", AmazonS3ConfigKey::DefaultRegion),
    ("AWS_REGION", AmazonS3ConfigKey::Region),
    (
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
        AmazonS3ConfigKey::VirtualHostedStyleRequest,
    ),
    ("AWS_CHECKSUM_ALGORITHM", AmazonS3ConfigKey::Checksum),
    ("AWS_SKIP_SIGNATURE", AmazonS3ConfigKey::SkipSignature),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", AmazonS3ConfigKey::WebIdentityTokenFile),
    ("AWS_ROLE_ARN", AmazonS3ConfigKey::RoleArn),
    ("AWS_ROLE_SESSION_NAME", AmazonS3ConfigKey::RoleSessionName),
    ("AWS_ENDPOINT_URL_STS", AmazonS3ConfigKey::StsEndpoint),
    (
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        AmazonS3ConfigKey::ContainerCredentialsRelativeUri,
    ),
    (
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        AmazonS3ConfigKey::ContainerCredentialsFullUri,
    ),
    (
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        AmazonS3ConfigKey::ContainerAuthorizationTokenFile,
    ),
];

fn open_bucket(bucket: &str, prefix: &str, setting: impl Fn(&str) -> Option<String>) -> Result<Place, OpenError> {
    if bucket.is_empty() {
        return Err(OpenError::NoBucket);
    }
    let prefix = Path::parse(prefix.trim_matches('/')).map_err(|source| OpenError::Prefix {
        prefix: prefix.to_owned(),
        source,
    })?;
    let s3 = connect(bucket, setting)?;
    Ok(Place {
        parts: Arc::new(PrefixStore::new(s3.clone(), prefix.clone().join(PARTS))),
        whole: Arc::new(PrefixStore::new(s3, prefix.join(WHOLE))),
        folder: None,
    })
}

fn connect(bucket: &str, setting: impl Fn(&str) -> Option<String>) -> Result<AmazonS3, OpenError> {
    // An empty variable is how a person unsets one in a container's settings.
    let setting = |name: &str| setting(name).filter(|value| !value.is_empty());
    // Another part of the program may have done this already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        // Not every S3 knows the request that deletes many at once; here they are a few dozen.
        .with_disable_bulk_delete(true)
        // A person waits for the answer and is told to try again: minutes of trying help nobody.
        .with_retry(RetryConfig {
            max_retries: 3,
            retry_timeout: Duration::from_secs(10),
            ..RetryConfig::default()
        });
    for (name, key) in SETTINGS {
        if let Some(value) = setting(name) {
            builder = builder.with_config(*key, value);
        }
    }
    if let Some(endpoint) = setting("AWS_ENDPOINT_URL_S3").or_else(|| setting("AWS_ENDPOINT_URL")) {
        let (scheme, rest) = endpoint.split_once("://").unwrap_or(("", &endpoint));
        let host = rest.split('/').next().unwrap_or_default();
        if host.contains('@') {
            return Err(OpenError::SecretInEndpoint);
        }
        if scheme == "http" {
            // No certificate is looked at, so none need be there, as in a bare container.
            builder = builder.with_client_options(
                ClientOptions::new()
                    .with_allow_http(true)
                    .with_no_system_certificates(true),
            );
            if is_this_machine(host) {
                builder = builder.with_http_connector(Direct);
            }
        }
        builder = builder.with_endpoint(endpoint);
    }
    builder.build().map_err(OpenError::S3)
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next(),
        None => host.split(':').next(),
    };
    let name = name.unwrap_or_default();
    name == "localhost"
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Goes past the proxy that a machine may be set up with: it would look for this machine at its own.
#[derive(Debug)]
struct Direct;

impl HttpConnector for Direct {
    fn connect(&self, _: &ClientOptions) -> Result<HttpClient, StoreError> {
        reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .build()
            .map(HttpClient::new)
            .map_err(|error| StoreError::Generic {
                store: "S3",
                source: Box::new(error),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(place: &str, endpoint: &str) -> String {
        let setting = |name: &str| (name == "AWS_ENDPOINT_URL").then(|| endpoint.to_owned());
        match open(place, setting) {
            Ok(_) => panic!("{place} was opened"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_place_that_is_none_is_refused_in_words() {
        assert!(refusal("gs://bucket", "").starts_with("gs:// is no place"));
        assert!(refusal("s3://", "").contains("s3://BUCKET/PREFIX"));
        assert!(refusal("s3:///prefix", "").contains("s3://BUCKET/PREFIX"));
        assert!(refusal("s3://bucket/a//b", "").contains("\"a//b\""));
    }

    #[test]
    fn a_password_in_the_endpoint_is_refused_and_not_repeated() {
        let refusal = refusal("s3://bucket", "http://root:hunter2@127.0.0.1:9000");
        assert!(
            refusal.contains("AWS_SECRET_ACCESS_KEY") && !refusal.contains("hunter2"),
            "{refusal}"
        );
    }

    #[test]
    fn this_machine_has_several_names() {
        for host in [
            "localhost",
            "localhost:9000",
            "127.0.0.1:9000",
            "127.1.2.3",
            "[::1]:9000",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["", "10.0.0.1:9000", "localhost.example.com", "[fe80::1]:80"] {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    /// The provider for TLS is in place, whatever else of the program ran before.
    #[test]
    fn a_bucket_is_opened_without_a_word_over_the_network() {
        let keys = |name: &str| name.contains("KEY").then(|| "key".to_owned());
        for endpoint in [None, Some("http://minio:9000"), Some("https://oss.example.com")] {
            let setting = |name: &str| match name {
                "AWS_ENDPOINT_URL" => endpoint.map(str::to_owned),
                _ => keys(name),
            };
            assert!(open("s3://bucket/deep/prefix/", setting).is_ok(), "{endpoint:?}");
        }
    }
}
