//! Who we are and whom we trust: credentials reach the server and nobody else, certificates are checked.

use std::fs;
use std::sync::{Arc, Mutex};

use tuomin::output::elasticsearch::{Client, Error, Settings};

use crate::es::es_url;
use crate::program::Program;
use crate::proxy::{Fault, Proxy};
use crate::store::Store;

/// A proxy that writes down the `authorization` header of each request.
fn listening() -> (Proxy, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hears = heard.clone();
    let proxy = Proxy::start(es_url(), move |request| {
        let header = request.head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("authorization")
                .then(|| value.trim().to_owned())
        });
        hears.lock().unwrap().push(header.unwrap_or_default());
        Fault::Pass
    });
    (proxy, heard)
}

#[test]
fn basic_authentication_and_api_keys_come_from_files() {
    for (user, file, expected) in [
        (Some("elastic"), "s3cret\n", "Basic ZWxhc3RpYzpzM2NyZXQ="),
        (
            None,
            "VuaCfGcBCdbkQm-e5aOx:ui2lp2axTNmsyakw9tvNnw\n",
            "ApiKey VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==",
        ),
        (
            None,
            "VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==",
            "ApiKey VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==",
        ),
    ] {
        let (proxy, heard) = listening();
        let mut store = Store::at(&proxy.url, "auth");
        let path = store.folder.path().join("secret");
        fs::write(&path, file).unwrap();
        match user {
            Some(user) => {
                (store.settings.username, store.settings.password_file) =
                    (Some(user.into()), Some(path))
            }
            None => store.settings.api_key_file = Some(path),
        }
        store.connect();
        let heard = heard.lock().unwrap();
        assert!(
            heard.len() > 5 && heard.iter().all(|header| header == expected),
            "{}",
            heard.len()
        );
    }
}

#[test]
fn secrets_that_can_not_be_are_refused_by_name_and_not_shown() {
    let store = Store::at("http://127.0.0.1:1", "secrets");
    let path = store.folder.path().join("secret");
    for content in ["", " \n", "two\nlines", "clé"] {
        fs::write(&path, content).unwrap();
        let settings = Settings {
            api_key_file: Some(path.clone()),
            ..store.settings.clone()
        };
        let error = Client::new(&settings).err().unwrap().to_string();
        assert!(
            error.contains("api_key_file") && !error.contains("lines") && !error.contains("clé"),
            "{error}"
        );
    }
    let settings = Settings {
        urls: vec!["https://elastic:hunter2@es:9200".into()],
        ..store.settings.clone()
    };
    let error = Client::new(&settings).err().unwrap().to_string();
    assert!(
        error.contains("urls") && !error.contains("hunter2"),
        "{error}"
    );
    let shown = Program::new()
        .with("TUOMIN_ES_PASSWORD", "hunter2")
        .with("TUOMIN_OUTPUT__ELASTICSEARCH__USERNAME", "elastic")
        .run(&["config"]);
    assert!(
        shown.code == 0 && shown.text().contains("elastic") && !shown.text().contains("hunter2"),
        "{}",
        shown.err
    );
}

#[test]
fn a_private_authority_is_trusted_only_where_it_is_named() {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let proxy = Proxy::start_tls(es_url(), tls, |_| Fault::Pass);
    let mut store = Store::at(&proxy.url, "tls");
    assert!(
        matches!(
            store.try_connect().err().unwrap(),
            Error::Unreachable { .. }
        ),
        "an unknown authority must not be trusted"
    );
    let path = store.folder.path().join("ca.pem");
    fs::write(&path, cert.pem()).unwrap();
    store.settings.ca_file = Some(path.clone());
    let es = store.connect();
    assert_eq!(store.deliver(&es, &[r#"{"RequestId":"a"}"#]).stored, 1);
    fs::write(&path, "no certificate").unwrap();
    assert!(
        store
            .try_connect()
            .err()
            .unwrap()
            .to_string()
            .contains("ca_file")
    );
}
