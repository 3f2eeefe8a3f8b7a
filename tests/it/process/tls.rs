//! TLS with a certificate made for the occasion.

use rexian::server::run::Tls;

use crate::house::{House, token};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_spoken_where_it_is_set_and_nothing_else_is() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let (cert, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let folder = crate::cli::Folder::new("tls");
    let tls = Tls {
        cert: folder.file("cert.pem", &cert),
        key: folder.file("key.pem", key),
    };
    let house = House::with(|settings| settings.tls = Some(tls)).await;
    let port = house.url.rsplit_once(':').expect("a port").1.to_owned();
    let root = reqwest::Certificate::from_pem(cert.as_bytes()).expect("a certificate");
    let trusting = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([root])
        .build()
        .expect("a client");
    let url = format!("https://localhost:{port}/v1/session");
    let answer = trusting
        .get(&url)
        .bearer_auth(token("office"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    // Whoever does not know the certificate does not go on, and plain HTTP is not spoken.
    let stranger = crate::house::client().get(&url).send().await;
    assert!(stranger.is_err(), "an unknown certificate is believed");
    let plain = crate::house::client()
        .get(format!("http://localhost:{port}/healthz"))
        .send()
        .await;
    assert!(plain.is_err(), "{:?}", plain.map(|answer| answer.status()));
    let after = trusting
        .get(format!("https://localhost:{port}/healthz"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(after.status(), 200);
}
