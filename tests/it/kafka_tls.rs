//! Kafka over TLS, with certificates of clients and with a user and SCRAM: what may be read is read, and nobody else reads or writes.
//!
//! Only in builds with the feature `kafka-tls`, which compile OpenSSL: `cargo test --features kafka-tls --test it kafka_tls`.

use std::{collections::BTreeSet, fs, path::PathBuf, process::ChildStdin, time::Duration};

use rustix::process::Signal;

use crate::{
    certificates::Authority,
    es::until,
    kafka_node::{consume_at, free_ports, produce_at, start, topic_at},
    program::{Program, end, harmless, signal},
};

const PATIENCE: Duration = Duration::from_secs(120);
const PASSWORD: &str = "correct horse battery";

/// A broker that listens without TLS for the test itself, and with it for the program.
struct Broker {
    authority: Authority,
    plain: String,
    /// Wants a certificate. Its name on the network is `localhost`, and no other stands in its own.
    tls: u16,
    /// Wants a user and password.
    sasl: u16,
    _lease: ChildStdin,
}

impl Broker {
    fn start() -> Self {
        let authority = Authority::new();
        // The broker removes it.
        let folder = tempfile::tempdir().unwrap().keep();
        let write = |name: &str, text: String| -> PathBuf {
            let path = folder.join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let (certificate, key) = authority.issue_for(&["localhost"]);
        let keys = write("server.pem", key.serialize_pem() + &certificate.pem());
        let trusted = write("ca.pem", authority.pem());
        let [plain, controller, tls, sasl] = free_ports();
        write(
            "more.properties",
            format!(
                "listeners=PLAINTEXT://127.0.0.1:{plain},CONTROLLER://127.0.0.1:{controller},SSL://127.0.0.1:{tls},SASL_SSL://127.0.0.1:{sasl}\n\
                 advertised.listeners=PLAINTEXT://127.0.0.1:{plain},SSL://localhost:{tls},SASL_SSL://localhost:{sasl}\n\
                 listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL\n\
                 ssl.keystore.type=PEM\n\
                 ssl.keystore.location={}\n\
                 ssl.truststore.type=PEM\n\
                 ssl.truststore.location={}\n\
                 listener.name.ssl.ssl.client.auth=required\n\
                 sasl.enabled.mechanisms=SCRAM-SHA-512\n\
                 listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;\n",
                keys.display(),
                trusted.display(),
            ),
        );
        let user = format!("SCRAM-SHA-512=[name=tuomin,password={PASSWORD}]");
        let lease = start(&folder, plain, controller, Some(&user));
        Self {
            authority,
            plain: format!("127.0.0.1:{plain}"),
            tls,
            sasl,
            _lease: lease,
        }
    }

    /// A program that reads topic `from` at this address with this `[….security]`, and writes to topic `to` in the same way.
    fn member(&self, address: &str, security: &str) -> Program {
        let program = Program::new();
        program.file("key", "0f".repeat(32));
        program.file("password", PASSWORD);
        program.file("other-password", "incorrect horse");
        self.authority.write(&program);
        let stranger = Authority::new();
        let (certificate, key) = stranger.issue();
        program.file("stranger-ca.pem", stranger.pem());
        program.file("stranger.crt", certificate.pem());
        program.file("stranger.key", key.serialize_pem());
        let config = format!(
            "[input.kafka]\nbrokers = [\"{address}\"]\ntopics = [\"from\"]\ngroup = \"g\"\n[input.kafka.security]\n{security}\n\
             [output.kafka]\nbrokers = [\"{address}\"]\ntopic = \"to\"\n[output.kafka.security]\n{security}\n\
             [redact]\nkey_file = \"key\"\n"
        );
        program.file("tuomin.toml", config);
        program
    }
}

#[test]
fn only_who_shows_a_certificate_or_knows_a_password_reads_and_writes() {
    let broker = Broker::start();
    for topic in ["from", "to"] {
        topic_at(&broker.plain, topic, 1, &[]);
    }
    let (tls, sasl) = (
        format!("localhost:{}", broker.tls),
        format!("localhost:{}", broker.sasl),
    );
    let own = "certificate_file = \"server.crt\"\nkey_file = \"server.key\"\n";
    let certificate = format!("protocol = \"tls\"\nca_file = \"ca.pem\"\n{own}");
    let user = "protocol = \"sasl_tls\"\nca_file = \"ca.pem\"\nusername = \"tuomin\"\npassword_file = \"password\"\n";

    let lines = harmless(200);
    let lines: Vec<&[u8]> = lines
        .trim_ascii_end()
        .split(|byte| *byte == b'\n')
        .collect();
    let mut sent = 0;
    for (address, security) in [(&tls, certificate.as_str()), (&sasl, user)] {
        produce_at(
            &broker.plain,
            "from",
            lines[sent..sent + 100].iter().copied(),
        );
        sent += 100;
        let member = broker.member(address, security);
        let child = member.command(&["run"]).spawn().unwrap();
        until("all is written", PATIENCE, || {
            consume_at(&broker.plain, "to", 1).len() >= sent
        });
        signal(&child, Signal::TERM);
        let ran = end(child);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let arrived = consume_at(&broker.plain, "to", 1);
    assert_eq!(arrived.len(), 200, "nothing is there twice");
    let arrived: BTreeSet<&[u8]> = arrived.iter().map(|(_, payload)| &payload[..]).collect();
    assert_eq!(arrived, lines.iter().copied().collect());

    let by_number = format!("127.0.0.1:{}", broker.tls);
    let wrong = [
        (
            "no certificate",
            &tls,
            "protocol = \"tls\"\nca_file = \"ca.pem\"\n".to_owned(),
        ),
        (
            "another authority's certificate",
            &tls,
            certificate.replace("server.", "stranger."),
        ),
        (
            "a broker that another authority vouches for",
            &tls,
            certificate.replace("ca.pem", "stranger-ca.pem"),
        ),
        (
            "a name that is not in the broker's certificate",
            &by_number,
            certificate.clone(),
        ),
        (
            "another password",
            &sasl,
            user.replace("\"password\"", "\"other-password\""),
        ),
        ("no TLS", &tls, String::new()),
    ];
    // Each takes as long as a cluster may take to answer; all at once.
    std::thread::scope(|scope| {
        for (what, address, security) in &wrong {
            let broker = &broker;
            scope.spawn(move || {
                let ran = broker.member(address, security).run(&["run"]);
                assert_eq!(ran.code, 2, "{what}: {}", ran.err);
                assert!(ran.err.contains(address.as_str()), "{what}: {}", ran.err);
                for secret in [PASSWORD, "incorrect horse"] {
                    assert!(!ran.err.contains(secret), "{what}: {}", ran.err);
                }
            });
        }
    });
    assert_eq!(consume_at(&broker.plain, "to", 1).len(), 200);
}
