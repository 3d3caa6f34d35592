//! Faults of server and network: every record is there once afterwards, or kept, or reported.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tuomin::batch::{Delivered, Receipt};
use tuomin::output::dead_letter::DeadLetter;

use crate::es::{Node, ask, count, es_url};
use crate::proxy::{Fault, Proxy, Request};
use crate::store::{Store, batch};

fn lines(count: usize) -> Vec<String> {
    let now = tuomin::record::time::now_ms();
    (0..count).map(|i| format!(r#"{{"RequestId":"r{i:05}","timestamp":{now},"Response":{{"Sim":{i},"Text":"{}"}}}}"#, "比对通过 ".repeat(40))).collect()
}

/// A store behind a proxy that spoils bulk requests as `decide` says, by their number.
fn behind(
    test: &str,
    decide: impl Fn(u32, &Request) -> Fault + Send + Sync + 'static,
) -> (Store, Store) {
    let number = AtomicU32::new(0);
    let proxy = Proxy::start(es_url(), move |request| {
        if request.path.starts_with("/_bulk") {
            decide(number.fetch_add(1, SeqCst), request)
        } else {
            Fault::Pass
        }
    });
    let mut spoiled = Store::at(&proxy.url, test);
    spoiled.settings.bulk.max_bytes = 100_000;
    spoiled.settings.bulk.timeout_s = 2;
    let mut direct = Store::new(test);
    direct.settings.prefix = spoiled.settings.prefix.clone();
    (spoiled, direct)
}

#[test]
fn lost_cut_short_and_refused_answers_cost_no_record_and_make_no_second() {
    let (store, direct) = behind("answers", |number, _| match number % 7 {
        0 => Fault::LoseAnswer,
        1 => Fault::CutAnswer,
        2 => Fault::ShortAnswer,
        3 => Fault::Refuse,
        4 => Fault::Answer(503, "{}"),
        5 => Fault::Answer(200, "<html>a proxy's idea of an answer</html>"),
        _ => Fault::Pass,
    });
    let report = store.deliver(&store.connect(), &lines(1000));
    assert_eq!(
        (report.stored, report.dead, report.delivered),
        (1000, 0, Delivered::Safe)
    );
    assert!(report.sent_again >= 1000, "{report:?}");
    assert_eq!(count(direct.url(), &direct.all()), 1000);
}

#[test]
fn what_is_no_answer_of_the_server_sets_nothing_up_wrongly() {
    // The first request of each sort, from the first question to the first document, "succeeds" before it reaches the server.
    let spoiled: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let sorts = spoiled.clone();
    let proxy = Proxy::start(es_url(), move |request| {
        let path = request.path.split(['?', '/']).nth(1).unwrap();
        match sorts
            .lock()
            .unwrap()
            .insert(format!("{} {path}", request.method))
        {
            true => Fault::Answer(200, r#"{"errors":false,"items":[]}"#),
            false => Fault::Pass,
        }
    });
    let mut store = Store::at(&proxy.url, "no-answer");
    store.settings.bulk.give_up_after_s = Some(60);
    let es = loop {
        match store.try_connect() {
            Ok(es) => break es,
            Err(error) => assert!(error.to_string().contains("answer like"), "{error}"),
        }
    };
    let report = store.deliver(&es, &lines(1));
    assert_eq!((report.stored, report.dead), (1, 0));
    assert_managed(&store, es_url());
    // Three of each two: policies, component templates, templates; the index; who are you; one that simulates; documents.
    let spoiled = spoiled.lock().unwrap();
    assert!(spoiled.len() >= 10, "{spoiled:?}");
}

#[test]
fn a_template_that_went_away_is_put_back_before_an_index_is_made() {
    let store = Store::new("no-template");
    let es = store.connect();
    let template = format!("/_index_template/{}-*", store.settings.prefix);
    let (status, answer) = ask(store.url(), "DELETE", &template, None);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(store.deliver(&es, &lines(1)).stored, 1);
    assert_managed(&store, store.url());
    // Where nothing may be set up, nothing is stored where it would stay for ever.
    let mut store = Store::new("no-template");
    drop(store.connect());
    store.settings.setup = tuomin::output::elasticsearch::settings::Setup::Never;
    store.settings.bulk.give_up_after_s = Some(2);
    let es = store.connect();
    let template = format!("/_index_template/{}-*", store.settings.prefix);
    assert_eq!(ask(store.url(), "DELETE", &template, None).0, 200);
    let report = store.deliver(&es, &lines(1));
    assert_eq!((report.stored, report.delivered), (0, Delivered::Failed));
    let indices = format!("/{}", store.all());
    assert_eq!(
        ask(store.url(), "GET", &indices, None).1,
        serde_json::json!({})
    );
}

/// There is an index, and its policy and mapping are those of its kind.
fn assert_managed(store: &Store, url: &str) {
    let (status, answer) = ask(url, "GET", &format!("/{}", store.all()), None);
    assert_eq!(status, 200, "{answer}");
    let indices = answer.as_object().unwrap();
    assert_eq!(indices.len(), 1, "{answer}");
    let index = indices.values().next().unwrap();
    let policy = index["settings"]["index"]["lifecycle"]["name"].as_str();
    let policy = policy.unwrap_or_else(|| panic!("no policy: {answer}"));
    assert!(policy.starts_with(&store.settings.prefix), "{policy}");
    let mapped = &index["mappings"]["properties"]["tuomin"]["properties"];
    assert!(mapped.is_object(), "{answer}");
}

#[test]
fn slow_answers_are_waited_for_and_too_slow_ones_asked_again() {
    let (store, direct) = behind("slow", |number, _| {
        Fault::Slow(Duration::from_millis(if number < 2 { 3000 } else { 300 }))
    });
    let report = store.deliver(&store.connect(), &lines(300));
    assert_eq!((report.stored, report.delivered), (300, Delivered::Safe));
    assert_eq!(count(direct.url(), &direct.all()), 300);
}

#[test]
fn too_large_requests_are_halved_and_a_too_large_document_is_a_dead_letter() {
    let (store, direct) = behind("large", |_, request| {
        if request.body.len() > 3_000 {
            Fault::Answer(413, "")
        } else {
            Fault::Pass
        }
    });
    let mut lines = lines(200);
    // Random text, so that compression does not make it small.
    let noise: String = (0..200)
        .map(|i| blake3::hash(&[i]).to_hex().to_string())
        .collect();
    lines.push(format!(r#"{{"RequestId":"giant","Request":"{noise}"}}"#));
    let report = store.deliver(&store.connect(), &lines);
    assert_eq!(
        (report.stored, report.dead, report.delivered),
        (200, 1, Delivered::Safe)
    );
    assert_eq!(count(direct.url(), &direct.all()), 200);
    assert_eq!(
        (&store.dead()[0]["error"], &store.dead()[0]["status"]),
        (&"request_too_large".into(), &413.into())
    );
    // Once the limit is gone, a replay stores it.
    let server = direct.connect();
    let files =
        tuomin::output::elasticsearch::replay::files(&store.settings.dead_letters.folder).unwrap();
    use tuomin::output::elasticsearch::replay::replay;
    let busy = direct.runtime.block_on(replay(&server, &files[0]));
    assert!(busy.is_ok(), "the writer is gone, so nobody holds the file");
    assert_eq!(busy.unwrap().report.stored, 1);
    assert!(!files[0].exists());
    assert_eq!(count(direct.url(), &direct.all()), 201);
    // What was on its way to Kafka stays where it is.
    let letter = DeadLetter::of_message("topic", b"key", b"{}", (10, "message_too_large"), 1);
    std::fs::write(&files[0], serde_json::to_vec(&letter).unwrap()).unwrap();
    let replayed = direct.runtime.block_on(replay(&server, &files[0]));
    let replayed = replayed.unwrap();
    assert_eq!((replayed.report.stored, replayed.for_kafka), (0, 1));
    let kept = tuomin::output::elasticsearch::replay::files(&store.settings.dead_letters.folder);
    assert_eq!(kept.unwrap().len(), 1);
}

#[test]
fn wrong_credentials_hold_everything_and_drop_nothing() {
    for status in [401, 403] {
        let (store, direct) = behind("credentials", move |number, _| {
            if number < 6 {
                Fault::Answer(status, r#"{"error":{"type":"security_exception"}}"#)
            } else {
                Fault::Pass
            }
        });
        let report = store.deliver(&store.connect(), &lines(50));
        assert_eq!(
            (report.stored, report.dead, report.delivered),
            (50, 0, Delivered::Safe)
        );
        assert_eq!(count(direct.url(), &direct.all()), 50);
    }
    let proxy = Proxy::start(es_url(), |_| {
        Fault::Answer(
            401,
            r#"{"error":{"type":"security_exception","reason":"secret"},"status":401}"#,
        )
    });
    let error = Store::at(&proxy.url, "denied")
        .try_connect()
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("401") && error.contains("password_file") && !error.contains("secret"),
        "{error}"
    );
}

#[test]
fn giving_up_is_reported_and_a_receipt_is_always_answered() {
    let (mut store, _) = behind("gives-up", |_, _| Fault::Answer(503, ""));
    store.settings.bulk.give_up_after_s = Some(2);
    let es = store.connect();
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let receipt = || {
        let heard = heard.clone();
        Receipt::new(move |how| heard.lock().unwrap().push(how))
    };
    let mut first = batch(&es, &lines(10));
    first.receipt = receipt();
    let begin = Instant::now();
    assert_eq!(
        store.runtime.block_on(es.deliver(first)).delivered,
        Delivered::Failed
    );
    assert!(begin.elapsed() < Duration::from_secs(10));
    // Dropped in the middle, as at a shutdown.
    let mut second = batch(&es, &lines(10));
    second.receipt = receipt();
    let _ = store.runtime.block_on(async {
        tokio::time::timeout(Duration::from_millis(300), es.deliver(second)).await
    });
    assert_eq!(
        *heard.lock().unwrap(),
        [Delivered::Failed, Delivered::Failed]
    );
}

#[test]
fn an_overloaded_node_gets_everything_in_the_end() {
    let node = Node::start(&[
        "indexing_pressure.memory.limit=64kb",
        "thread_pool.write.size=1",
        "thread_pool.write.queue_size=1",
    ]);
    let mut store = Store::at(node.url(), "storm");
    store.settings.bulk.max_bytes = 40_000;
    let es = store.connect();
    let lines = lines(3000);
    let report = store.runtime.block_on(async {
        let mut sum = tuomin::output::elasticsearch::Report::default();
        let mut running = tokio::task::JoinSet::new();
        // Spawned tasks need what lives for ever.
        let es: &'static _ = Box::leak(Box::new(es));
        for part in lines.chunks(300) {
            let part = batch(es, part);
            running.spawn(es.deliver(part));
        }
        while let Some(report) = running.join_next().await {
            sum.add(&report.unwrap());
        }
        sum
    });
    assert_eq!(
        (
            report.stored + report.already_there,
            report.dead,
            report.delivered
        ),
        (3000, 0, Delivered::Safe)
    );
    assert!(
        report.sent_again > 0,
        "the node was not overloaded: {report:?}"
    );
    assert_eq!(count(node.url(), &store.all()), 3000);
}

#[test]
fn a_node_that_is_killed_and_comes_back_has_every_record_once() {
    let mut node = Node::start(&[]);
    let mut store = Store::at(node.url(), "killed");
    store.settings.bulk.max_bytes = 50_000;
    store.settings.bulk.concurrency = 2;
    let es: &'static _ = Box::leak(Box::new(store.connect()));
    let lines = lines(4000);
    let running: Vec<_> = lines
        .chunks(100)
        .map(|part| store.runtime.spawn(es.deliver(batch(es, part))))
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    node.kill();
    std::thread::sleep(Duration::from_secs(2));
    node.restart();
    let mut sum = tuomin::output::elasticsearch::Report::default();
    for task in running {
        sum.add(&store.runtime.block_on(task).unwrap());
    }
    assert_eq!(
        (sum.stored + sum.already_there, sum.dead, sum.delivered),
        (4000, 0, Delivered::Safe)
    );
    assert_eq!(count(node.url(), &store.all()), 4000);
    assert_eq!(ask(node.url(), "GET", "/", None).0, 200);
}

#[test]
fn a_dead_node_among_living_ones_is_left_out() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut store = Store::new("nodes");
    store.settings.urls.push(format!("http://{closed}"));
    store.settings.bulk.max_bytes = 5_000;
    let begin = Instant::now();
    let report = store.deliver(&store.connect(), &lines(400));
    assert_eq!((report.stored, report.delivered), (400, Delivered::Safe));
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "{:?}",
        begin.elapsed()
    );
}

#[test]
fn a_size_that_was_refused_is_not_tried_with_every_request() {
    let refused = Arc::new(AtomicU32::new(0));
    let (mut store, direct) = {
        let refused = refused.clone();
        behind("size", move |_, request| match request.body.len() {
            ..=10_000 => Fault::Pass,
            _ => {
                refused.fetch_add(1, SeqCst);
                Fault::Answer(413, "")
            }
        })
    };
    store.settings.bulk.compression = 0;
    let (es, lines) = (store.connect(), lines(400));
    store.deliver(&es, &lines[..200]);
    let first = refused.swap(0, SeqCst);
    store.deliver(&es, &lines[200..]);
    let second = refused.load(SeqCst);
    assert!(second < first / 2, "{first} refusals, then {second}");
    assert_eq!(count(direct.url(), &direct.all()), 400);
}

#[test]
fn other_nodes_are_only_asked_for_when_that_is_wanted() {
    let proxy = Proxy::start(es_url(), |_| Fault::Pass);
    let mut store = Store::at(&proxy.url, "sniff");
    assert_eq!(store.connect().client().node_count(), 1);
    store.settings.sniff = true;
    let es = store.connect();
    assert_eq!(
        es.client().urls(),
        format!("{}, {}", proxy.url, es_url()),
        "the proxy, and the node behind it"
    );
    assert_eq!(store.deliver(&es, &lines(10)).stored, 10);
}
