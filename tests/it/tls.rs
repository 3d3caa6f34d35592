//! TLS on what others connect to.

use std::{
    io::{Read, Write},
    net::SocketAddr,
    sync::Arc,
};

use rustix::process::Signal;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, pki_types::PrivateKeyDer,
};

use crate::{
    certificates::Authority,
    listen::{connect, port},
    program::{Program, end, signal},
};

/// A program whose `section` listens with TLS.
fn listening(section: &str, address: SocketAddr, authority: &Authority, more: &str) -> Program {
    let program = Program::new();
    authority.write(&program);
    program.file(
        "tuomin.toml",
        format!(
            "[input.{section}]\nlisten = \"{address}\"\n[input.{section}.tls]\n\
             certificate_file = \"server.crt\"\nkey_file = \"server.key\"\n{more}"
        ),
    );
    program
}

/// Sends bytes and reads until the other side closes. A server that refuses gives an error.
fn talk(
    address: SocketAddr,
    trusted: &Authority,
    client: Option<&Authority>,
    say: &[u8],
) -> std::io::Result<Vec<u8>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.certificate()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match client {
        None => config.with_no_client_auth(),
        Some(authority) => {
            let (certificate, key) = authority.issue();
            let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
            config
                .with_client_auth_cert(vec![certificate.der().clone()], key)
                .unwrap()
        }
    };
    let name = "localhost".try_into().unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(session, connect(address));
    stream.write_all(say)?;
    // Lines end when their sender says so, a request by itself.
    if say != POST {
        stream.conn.send_close_notify();
        stream.flush()?;
    }
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if answer.is_empty() => Err(error),
        _ => Ok(answer),
    }
}

const POST: &[u8] =
    b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 8\r\n\r\n{\"a\":1}\n";

#[test]
fn http_over_tls_and_nobody_is_kept_waiting_by_a_handshake() {
    let (address, authority) = (port(), Authority::new());
    let program = listening("http", address, &authority, "");
    let child = program.start(&["run"]);
    // Connects and says nothing.
    let silent = connect(address);
    let answer = talk(address, &authority, None, POST).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{answer:?}");
    // Someone who speaks no TLS gets nothing, and neither does one who trusts another authority.
    let mut plain = connect(address);
    plain.write_all(POST).unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"));
    assert!(talk(address, &Authority::new(), None, POST).is_err());
    drop(silent);
    signal(&child, Signal::TERM);
    end(child).gives(b"{\"a\":1}\n");
}

#[test]
fn only_senders_with_a_certificate_where_one_is_asked_for() {
    let (address, authority) = (port(), Authority::new());
    let program = listening("tcp", address, &authority, "client_ca_file = \"ca.pem\"\n");
    let child = program.start(&["run"]);
    talk(address, &authority, Some(&authority), b"{\"b\":2}\n").unwrap();
    for stranger in [None, Some(&Authority::new())] {
        assert!(talk(address, &authority, stranger, b"{\"c\":3}\n").is_err());
    }
    signal(&child, Signal::TERM);
    end(child).gives(b"{\"b\":2}\n");
}

#[test]
fn files_that_can_not_work_are_told_before_anything_is_read() {
    let authority = Authority::new();
    let program = listening("bulk", port(), &authority, "");
    let (_, other_key) = authority.issue();
    for (file, content, said) in [
        (
            "server.key",
            other_key.serialize_pem(),
            ["input.bulk.tls.key_file", "server.key"],
        ),
        (
            "server.key",
            "no key".into(),
            ["input.bulk.tls.key_file", "server.key"],
        ),
        (
            "server.crt",
            "no certificate".into(),
            ["input.bulk.tls.certificate_file", "no certificate"],
        ),
    ] {
        program.file(file, content);
        program.run(&["run"]).fails(2, &said);
    }
    std::fs::remove_file(program.path("server.crt")).unwrap();
    program
        .run(&["run"])
        .fails(2, &["input.bulk.tls.certificate_file", "server.crt"]);
    // Others than this machine may send without a token only if their certificates say who they are.
    let open = listening("http", "0.0.0.0:0".parse().unwrap(), &authority, "");
    open.run(&["run"]).fails(2, &["token", "client_ca_file"]);
}
