//! Kafka: instances that share a topic, come, go and die, and none of it changes what arrives.

use std::{
    collections::BTreeSet,
    fs,
    io::Read,
    process::Child,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use rustix::process::Signal;

use crate::{
    es::{count, until},
    kafka_node::{broker, consume, produce, topic, topic_with},
    listen::{http, port},
    program::{Program, end, harmless, signal},
    proxy::{Fault, Proxy},
    store::Store,
    whole::{everything, planted},
};

const PARTITIONS: i32 = 6;
const PATIENCE: Duration = Duration::from_secs(120);

/// Configured to read `topic` as a member of a group of that name.
fn member(topic: &str, output: &str) -> Program {
    let program = Program::new();
    program.file("key", "0f".repeat(32));
    let input = format!(
        "[input.kafka]\nbrokers = [\"{}\"]\ntopics = [\"{topic}\"]\ngroup = \"{topic}\"\n\
         properties = {{ \"session.timeout.ms\" = \"6000\", \"heartbeat.interval.ms\" = \"500\" }}\n\
         [redact]\nkey_file = \"key\"\n",
        broker()
    );
    program.file("tuomin.toml", input + output);
    program
}

/// How many records a member has read, by its metrics.
fn records(metrics: std::net::SocketAddr) -> u64 {
    sum(metrics, "tuomin_records_total")
}

/// The sum of a metric over its labels.
fn sum(metrics: std::net::SocketAddr, name: &str) -> u64 {
    let page = http(metrics, "GET /metrics HTTP/1.1", b"").1;
    let values = page.lines().filter(|line| line.starts_with(name));
    values
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum::<f64>() as u64
}

fn start(program: &Program) -> Child {
    program.command(&["run"]).spawn().unwrap()
}

/// Tells why it ended, if it did.
fn runs(child: &mut Child) {
    if let Some(status) = child.try_wait().unwrap() {
        let mut said = String::new();
        let _ = child.stderr.take().unwrap().read_to_string(&mut said);
        panic!("it ended by itself: {status}: {said}");
    }
}

#[test]
fn one_of_two_is_killed_and_the_other_delivers_everything_exactly_once() {
    let store = Store::new("kafka");
    let generator = Program::new();
    let generated = generator.run(&[
        "generate",
        "--records",
        "2000",
        "--seed",
        "11",
        "--images",
        "none",
        "-o",
        "in.ndjson",
        "--labels",
        "labels.ndjson",
    ]);
    assert_eq!(generated.code, 0, "{}", generated.err);
    let lines = fs::read(generator.path("in.ndjson")).unwrap();
    let lines: Vec<&[u8]> = lines
        .trim_ascii_end()
        .split(|byte| *byte == b'\n')
        .collect();
    let distinct: BTreeSet<&[u8]> = lines.iter().copied().collect();
    let topic = topic("calls", PARTITIONS);
    produce(&topic, lines.iter().copied());

    // So slow that the first can't be done before the second has its share, however late that one is.
    let steady = Arc::new(AtomicBool::new(true));
    let proxy = Proxy::start(store.url(), {
        let steady = steady.clone();
        move |request| match request.path.starts_with("/_bulk") && steady.load(Ordering::Relaxed) {
            true => Fault::Slow(Duration::from_millis(500)),
            false => Fault::Pass,
        }
    });
    let output = format!(
        "[output.elasticsearch]\nurls = [\"{}\"]\nprefix = \"{}\"\nreplicas = 0\n[output.elasticsearch.bulk]\nconcurrency = 1\nmax_bytes = 50000\n",
        proxy.url, store.settings.prefix
    );
    let metrics = [port(), port()];
    let members = metrics.map(|address| {
        member(&topic, &output)
            .with("TUOMIN_METRICS__LISTEN", address)
            .with("TUOMIN_PIPELINE__IN_FLIGHT_BYTES", 1 << 19)
            .with("TUOMIN_PIPELINE__THREADS", 1)
    });
    // The first has all partitions, no more room, and gives up some of them while it waits.
    let mut first = start(&members[0]);
    until("the first has read something", PATIENCE, || {
        runs(&mut first);
        records(metrics[0]) > 0
    });
    let mut second = start(&members[1]);
    until("both have read something", PATIENCE, || {
        runs(&mut first);
        runs(&mut second);
        records(metrics[1]) > 0
    });
    let before = count(store.url(), &store.all());
    second.kill().unwrap();
    second.wait().unwrap();
    assert!(
        before < distinct.len() as u64 / 2,
        "killed in the middle: {before}"
    );
    steady.store(false, Ordering::Relaxed);
    until("the other has delivered everything", PATIENCE, || {
        runs(&mut first);
        count(store.url(), &store.all()) >= distinct.len() as u64
    });
    signal(&first, Signal::TERM);
    let ran = end(first);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(count(store.url(), &store.all()), distinct.len() as u64);

    // What the redactor misses is `tuomin evaluate`'s concern; here, whatever is not in the redacted lines must not be in the store.
    generator.file("key", "0f".repeat(32));
    let redacted = generator.run(&["run", "--key-file", "key", "in.ndjson"]);
    let mut planted = planted(&generator);
    // In one pass: thousands of values, megabytes of text.
    let mut missed = vec![false; planted.len()];
    let every = aho_corasick::AhoCorasick::new(&planted).unwrap();
    for found in every.find_overlapping_iter(redacted.text()) {
        missed[found.pattern().as_usize()] = true;
    }
    let mut missed = missed.into_iter();
    planted.retain(|_| missed.next() == Some(false));
    assert!(planted.len() > 200, "{}", planted.len());
    let planted = aho_corasick::AhoCorasick::new(&planted).unwrap();
    let mut leaks = 0;
    everything(&store, |hit| {
        leaks += planted.find_iter(&hit["_source"].to_string()).count()
    });
    assert_eq!(leaks, 0);
}

#[test]
fn partitions_that_change_hands_lose_nothing_and_do_nothing_twice() {
    let (from, to) = (topic("from", PARTITIONS), topic("to", PARTITIONS));
    let output = format!(
        "[output.kafka]\nbrokers = [\"{}\"]\ntopic = \"{to}\"\n",
        broker()
    );
    let metrics = [port(), port()];
    let members =
        metrics.map(|address| member(&from, &output).with("TUOMIN_METRICS__LISTEN", address));
    let lines = harmless(40_000);
    let lines: Vec<&[u8]> = lines
        .trim_ascii_end()
        .split(|byte| *byte == b'\n')
        .collect();
    let pieces: Vec<&[&[u8]]> = lines.chunks(200).collect();
    let steady = AtomicBool::new(true);
    thread::scope(|scope| {
        // Sends for as long as members come and go, and then the rest.
        let sender = scope.spawn(|| {
            for piece in &pieces {
                produce(&from, piece.iter().copied());
                if steady.load(Ordering::Relaxed) {
                    thread::sleep(Duration::from_millis(50));
                }
            }
        });
        let first = start(&members[0]);
        until("the first reads", PATIENCE, || records(metrics[0]) > 0);
        let second = start(&members[1]);
        until("the second has its share", PATIENCE, || {
            records(metrics[1]) > 500
        });
        signal(&second, Signal::TERM);
        let ran = end(second);
        assert_eq!(ran.code, 0, "{}", ran.err);
        steady.store(false, Ordering::Relaxed);
        sender.join().unwrap();
        until("nothing is left to read", PATIENCE, || {
            let page = http(metrics[0], "GET /metrics HTTP/1.1", b"").1;
            page.contains("tuomin_kafka_lag{topic=\"from\",partition=\"5\"}")
                && sum(metrics[0], "tuomin_kafka_lag") == 0
                && sum(metrics[0], "tuomin_records_total") > 20_000
        });
        signal(&first, Signal::TERM);
        let ran = end(first);
        assert_eq!(ran.code, 0, "{}", ran.err);
    });
    let arrived = consume(&to, PARTITIONS);
    let payloads: BTreeSet<&[u8]> = arrived.iter().map(|(_, payload)| &payload[..]).collect();
    assert!(
        payloads
            .into_iter()
            .eq(lines.iter().copied().collect::<BTreeSet<_>>())
    );
    assert_eq!(arrived.len(), lines.len(), "nothing is there twice");
    let keys: BTreeSet<&[u8]> = arrived.iter().map(|(key, _)| &key[..]).collect();
    assert_eq!(keys.len(), lines.len());
}

#[test]
fn what_is_too_large_for_the_topic_becomes_a_dead_letter_and_all_else_arrives() {
    let from = topic("sizes", 1);
    let to = topic_with("small", 2, &[("max.message.bytes", "20000")]);
    // Words that compress badly, as brokers measure what is compressed.
    let noise = |seed: usize, bytes: usize| {
        let hashes = (0..).map(|n: usize| blake3::hash(format!("{seed} {n}").as_bytes()));
        let letters = hashes.flat_map(|hash| *hash.as_bytes());
        let words = letters.map(|byte| match byte % 27 {
            26 => ' ',
            letter => char::from(b'a' + letter),
        });
        words.take(bytes).collect::<String>()
    };
    let record = |seed: usize, bytes: usize, also: &str| {
        format!(
            r#"{{"seq":{seed},"action":"Query"{also},"note":"{}"}}"#,
            noise(seed, bytes)
        )
    };
    let mut lines: Vec<String> = (0..300).map(|seed| record(seed, 300, "")).collect();
    let giants = [
        record(1000, 60_000, r#","IdCard":"11010519491231002X""#),
        record(1001, 60_000, ""),
        // Not even asked for.
        record(1002, 150_000, ""),
    ];
    for (at, giant) in giants.iter().enumerate() {
        lines.insert(at * 100 + 50, giant.clone());
    }
    produce(&from, lines.iter().map(|line| line.as_bytes()));
    let output = format!(
        "[output.kafka]\nbrokers = [\"{}\"]\ntopic = \"{to}\"\nmax_record_bytes = 100000\n\
         [output.kafka.dead_letters]\nfolder = \"dead\"\n",
        broker()
    );
    let metrics = port();
    let member = member(&from, &output).with("TUOMIN_METRICS__LISTEN", metrics);
    let child = start(&member);
    let dead = "tuomin_dead_letters_total{error=\"message_too_large\"}";
    until("everything is stored or kept", PATIENCE, || {
        sum(metrics, "tuomin_kafka_lag") == 0
            && records(metrics) >= lines.len() as u64
            && sum(metrics, dead) == 3
    });
    signal(&child, Signal::TERM);
    let ran = end(child);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("too large for Kafka"), "{}", ran.err);

    let redact = |lines: &[String]| {
        let plain = Program::new();
        plain.file("key", "0f".repeat(32));
        let ran = plain.pipe(&["run", "--key-file", "key"], lines.join("\n").as_bytes());
        ran.text()
            .lines()
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let arrived = consume(&to, 2);
    assert_eq!(arrived.len(), 300);
    let payloads: BTreeSet<_> = arrived.iter().map(|(_, payload)| text(payload)).collect();
    lines.retain(|line| !giants.contains(line));
    assert_eq!(payloads, redact(&lines));

    let files = tuomin::output::dead_letter::files(&member.path("dead")).unwrap();
    let letters = fs::read_to_string(&files[0]).unwrap();
    let letters = letters
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let documents: BTreeSet<_> = letters
        .map(|letter| {
            assert_eq!(
                (&letter["index"], &letter["op"]),
                (&"small".into(), &"produce".into())
            );
            letter["document"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(documents, redact(&giants));
    for said in [ran.err, format!("{documents:?}")] {
        assert!(!said.contains("11010519491231002X"));
    }
}

#[test]
fn what_can_not_work_is_told_before_anything_is_read() {
    member("nowhere", "")
        .run(&["run"])
        .fails(2, &["input.kafka", broker(), "no topic `nowhere`"]);
    let elsewhere = port();
    Program::new()
        .with("TUOMIN_INPUT__KAFKA__BROKERS", elsewhere)
        .with("TUOMIN_INPUT__KAFKA__TOPICS", "x")
        .run(&["run"])
        .fails(2, &["input.kafka", &elsewhere.to_string()]);
    let wrong = Program::new();
    for (text, said) in [
        ("[input.kafka]\ntopic = \"x\"\n", "did you mean `topics`?"),
        ("[input.kafka]\n", "input.kafka.topics"),
        (
            "[input.kafka]\ntopics = [\"x\"]\n[input.kafka.properties]\n\"group.id\" = \"s3cret\"\n",
            "`group.id` is set by tuomin",
        ),
        (
            "[input.kafka]\ntopics = [\"x\"]\n[input.kafka.properties]\n\"no.such\" = \"s3cret\"\n",
            "knows no property `no.such`",
        ),
        (
            "[input.kafka]\ntopics = [\"x\"]\n[input.kafka.properties]\n\"fetch.min.bytes\" = \"s3cret\"\n",
            "refuses the value of `fetch.min.bytes`",
        ),
        (
            "[input.kafka]\ntopics = [\"x\"]\n[input.kafka.security]\nprotocol = \"sasl_plaintext\"\nmechanism = \"plain\"\nusername = \"me\"\n",
            "TUOMIN_KAFKA_PASSWORD",
        ),
        ("[output.kafka]\n[output.elasticsearch]\n", "one place"),
    ] {
        wrong.file("tuomin.toml", text);
        let ran = wrong.run(&["run"]);
        ran.fails(2, &[said]);
        assert!(!ran.err.contains("s3cret"), "{}", ran.err);
    }
}
