//! Inputs that others connect to, and what can be asked while the program runs.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    process::Child,
    thread,
    time::Duration,
};

use rustix::process::Signal;

use crate::program::{PATIENCE, Program, end, gzip, harmless, signal, wait_until};

/// A port that nobody has.
pub fn port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

pub fn connect(address: SocketAddr) -> TcpStream {
    let mut stream = None;
    wait_until("it listens", || {
        stream = TcpStream::connect(address).ok();
        stream.is_some()
    });
    stream.unwrap()
}

/// One request; status and body of the answer.
pub fn http(address: SocketAddr, head: &str, body: &[u8]) -> (u16, String) {
    let mut stream = connect(address);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = body.len();
    write!(
        stream,
        "{head}\r\nHost: test\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    )
    .unwrap();
    // A refusal may come before all is sent.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    let status = answer
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .parse()
        .unwrap_or(0);
    (
        status,
        answer
            .split_once("\r\n\r\n")
            .map_or(String::new(), |(_, body)| body.to_owned()),
    )
}

/// Starts with output to a file that can be looked at at any time.
fn start(program: &Program) -> Child {
    let out = std::fs::File::create(program.path("out")).unwrap();
    program.command(&["run"]).stdout(out).spawn().unwrap()
}

fn out(program: &Program) -> Vec<u8> {
    std::fs::read(program.path("out")).unwrap()
}

fn sorted(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<_> = bytes.split(|byte| *byte == b'\n').collect();
    lines.sort();
    lines
}

#[track_caller]
fn stop(child: Child) {
    signal(&child, Signal::TERM);
    let ran = end(child);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn http_answers_when_lines_are_safe() {
    let address = port();
    let program = Program::new().with("TUOMIN_INPUT__HTTP__LISTEN", address);
    let child = start(&program);
    let lines = harmless(20_000);
    let (first, second) = lines.split_at(lines.len() / 2);
    let cut = first.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let (status, body) = http(address, "POST / HTTP/1.1", &first[..cut]);
    assert_eq!(status, 200, "{body}");
    // Safe means written, here and now.
    assert_eq!(sorted(&out(&program)), sorted(&first[..cut]));
    let rest = [&first[cut..], second].concat();
    assert_eq!(
        http(
            address,
            "POST / HTTP/1.1\r\nContent-Encoding: gzip",
            &gzip(&rest)
        )
        .0,
        200
    );
    assert_eq!(sorted(&out(&program)), sorted(&lines));
    let zstd = zstd::encode_all(&b"{\"last\":1}"[..], 1).unwrap();
    assert_eq!(
        http(address, "POST / HTTP/1.1\r\nContent-Encoding: zstd", &zstd).0,
        200
    );
    assert!(out(&program).ends_with(b"{\"last\":1}\n"));
    assert_eq!(http(address, "POST / HTTP/1.1", b"").0, 200);
    assert_eq!(
        http(
            address,
            "POST / HTTP/1.1\r\nContent-Encoding: gzip",
            b"nonsense"
        )
        .0,
        400
    );
    assert_eq!(
        http(address, "POST / HTTP/1.1\r\nContent-Encoding: br", b"x").0,
        415
    );
    assert_eq!(http(address, "GET / HTTP/1.1", b"").0, 405);
    stop(child);
}

#[test]
fn http_wants_its_token_and_knows_its_limits() {
    let address = port();
    let program = Program::new()
        .with("TUOMIN_INPUT__HTTP__LISTEN", address)
        .with("TUOMIN_INPUT__HTTP__MAX_BODY_BYTES", 1000)
        .with("TUOMIN_HTTP_TOKEN", "0123456789abcdef");
    let child = start(&program);
    let post = "POST / HTTP/1.1\r\nAuthorization: Bearer";
    assert_eq!(http(address, "POST / HTTP/1.1", b"{}").0, 401);
    assert_eq!(
        http(address, &format!("{post} 0123456789abcdeX"), b"{}").0,
        401
    );
    assert_eq!(
        http(address, &format!("{post} 0123456789abcdef"), b"{\"a\":1}").0,
        200
    );
    let good = format!("{post} 0123456789abcdef");
    assert_eq!(http(address, &good, &harmless(100)).0, 413);
    let bomb = gzip(&vec![b' '; 1 << 20]);
    assert_eq!(
        http(address, &format!("{good}\r\nContent-Encoding: gzip"), &bomb).0,
        413
    );
    stop(child);
    assert_eq!(out(&program), b"{\"a\":1}\n");
    Program::new()
        .with("TUOMIN_INPUT__HTTP__LISTEN", "0.0.0.0:0")
        .run(&["run"])
        .fails(2, &["input.http", "token"]);
    Program::new()
        .with("TUOMIN_INPUT__HTTP__LISTEN", "nowhere")
        .run(&["run"])
        .fails(2, &["TUOMIN_INPUT__HTTP__LISTEN"]);
}

#[test]
fn http_refuses_when_too_much_is_in_flight() {
    let address = port();
    let program = Program::new()
        .with("TUOMIN_INPUT__HTTP__LISTEN", address)
        .with("TUOMIN_PIPELINE__BLOCK_BYTES", 1024)
        .with("TUOMIN_PIPELINE__IN_FLIGHT_BYTES", 65536);
    // Nobody reads its output: after a pipe full nothing is safe any more.
    let mut child = program.command(&["run"]).spawn().unwrap();
    let lines = harmless(500);
    let senders: Vec<_> = (0..200)
        .map(|_| {
            let lines = lines.clone();
            thread::spawn(move || http(address, "POST / HTTP/1.1", &lines).0)
        })
        .collect();
    wait_until("some are refused", || {
        senders.iter().any(|sender| sender.is_finished())
    });
    thread::sleep(Duration::from_millis(500));
    // Now someone reads.
    let mut stdout = child.stdout.take().unwrap();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let answers: Vec<_> = senders
        .into_iter()
        .map(|sender| sender.join().unwrap())
        .collect();
    let count = |status| answers.iter().filter(|answer| **answer == status).count();
    assert_eq!(count(200) + count(429), 200, "{answers:?}");
    assert!(count(200) > 0 && count(429) > 0, "{answers:?}");
    stop(child);
    assert_eq!(reader.join().unwrap().len(), count(200) * lines.len());
}

#[test]
fn lines_over_tcp_and_unix_sockets() {
    let address = port();
    let program = Program::new()
        .with("TUOMIN_INPUT__TCP__LISTEN", address)
        .with("TUOMIN_INPUT__UNIX__PATH", "in.sock")
        .with("TUOMIN_PIPELINE__MAX_LINE_BYTES", 100_000);
    // What a process that died has left.
    drop(std::os::unix::net::UnixListener::bind(program.path("in.sock")).unwrap());
    let child = start(&program);
    let lines = harmless(30_000);
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let lines = lines.clone();
            thread::spawn(move || {
                let mut stream = connect(address);
                stream.write_all(&lines).unwrap();
                stream.shutdown(Shutdown::Write).unwrap();
                // It closes when it has taken everything.
                stream.read_to_end(&mut Vec::new()).unwrap();
            })
        })
        .collect();
    wait_until("the socket is there", || {
        UnixStream::connect(program.path("in.sock")).is_ok()
    });
    let mut unix = UnixStream::connect(program.path("in.sock")).unwrap();
    unix.write_all(
        format!(
            "{{\"u\":1}}\n{}\n{{\"without\":\"end\"}}",
            "x".repeat(500_000)
        )
        .as_bytes(),
    )
    .unwrap();
    drop(unix);
    senders
        .into_iter()
        .for_each(|sender| sender.join().unwrap());
    let mut slow = connect(address);
    slow.write_all(b"{\"slow\":1}\n{\"half").unwrap();
    // Of what comes over two connections either may be written first.
    wait_until("both are written", || {
        let out = out(&program);
        let holds = |line: &[u8]| memchr::memmem::find(&out, line).is_some();
        holds(b"{\"slow\":1}\n") && holds(b"{\"without\":\"end\"}\n")
    });
    stop(child);
    let out = out(&program);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.matches("\"seq\":29999,").count(), 4);
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with("{\"seq\""))
            .count(),
        120_000
    );
    assert!(
        text.contains("{\"u\":1}\n")
            && text.contains("\"line_bytes\":500000")
            && text.contains("{\"without\":\"end\"}\n")
    );
    assert!(
        text.ends_with('\n') && text.contains("half"),
        "half a line is delivered too: nobody else has it"
    );
    assert!(!program.path("in.sock").exists());
}

#[test]
fn an_elasticsearch_client_can_not_tell_the_difference() {
    use elasticsearch::{
        BulkOperation, BulkParts, Elasticsearch, IndexParts, http::transport::Transport,
    };
    use serde_json::{Value, json};
    let address = port();
    let program = Program::new()
        .with("TUOMIN_INPUT__BULK__LISTEN", address)
        .with("TUOMIN_HTTP_TOKEN", "0123456789abcdef");
    let child = start(&program);
    drop(connect(address));
    let url = format!("http://any:0123456789abcdef@{address}");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let client = Elasticsearch::new(Transport::single_node(&url).unwrap());
        let info: Value = client.info().send().await.unwrap().json().await.unwrap();
        assert_eq!(info["version"]["number"], "8.19.0");
        let operations: Vec<BulkOperation<Value>> = vec![
            BulkOperation::index(json!({"a": 1})).id("one").into(),
            BulkOperation::create(json!({"b": "x"}))
                .index("other")
                .into(),
            BulkOperation::delete("three").into(),
        ];
        let answer = client
            .bulk(BulkParts::Index("logs"))
            .body(operations)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.headers()["x-elastic-product"], "Elasticsearch");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["errors"], true);
        let item = |at: usize, name: &str| answer["items"][at][name].clone();
        assert_eq!(
            (&item(0, "index")["_id"], &item(0, "index")["status"]),
            (&json!("one"), &json!(201))
        );
        assert_eq!(
            (&item(1, "create")["_index"], &item(1, "create")["status"]),
            (&json!("other"), &json!(201))
        );
        assert_eq!(item(2, "delete")["status"], 400);
        let answer = client
            .index(IndexParts::IndexId("logs", "9"))
            .body(json!({"c": 3}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status_code().as_u16(), 201);
        // What shippers set up before they send.
        let template = elasticsearch::indices::IndicesPutIndexTemplateParts::Name("filebeat");
        let answer = client
            .indices()
            .put_index_template(template)
            .body(json!({}))
            .send()
            .await
            .unwrap();
        assert!(answer.status_code().is_success());
    });
    assert_eq!(http(address, "GET /_license HTTP/1.1", b"").0, 401);
    let key = "Authorization: ApiKey 0123456789abcdef";
    assert_eq!(
        http(address, &format!("GET /_license HTTP/1.1\r\n{key}"), b"").0,
        200
    );
    // `id:key`, as Beats and Logstash send it.
    for (pair, status) in [
        ("YW55OjAxMjM0NTY3ODlhYmNkZWY=", 200),
        ("MDEyMzQ1Njc4OWFiY2RlZjph", 401),
    ] {
        let head = format!("GET /_license HTTP/1.1\r\nAuthorization: ApiKey {pair}");
        assert_eq!(http(address, &head, b"").0, status);
    }
    assert_eq!(
        http(
            address,
            &format!("POST /_bulk HTTP/1.1\r\n{key}"),
            b"{\"index\":{}}\n{\"d\":4}\n"
        )
        .0,
        200
    );
    assert_eq!(
        http(
            address,
            &format!("POST /_bulk HTTP/1.1\r\n{key}"),
            b"no bulk\n"
        )
        .0,
        400
    );
    // Questions get no answer, rather than an empty one.
    for path in ["/logs/_search", "/_search", "/_count"] {
        let head = format!("POST {path} HTTP/1.1\r\n{key}");
        assert_eq!(http(address, &head, b"{}").0, 405, "{path}");
    }
    stop(child);
    assert_eq!(
        out(&program),
        b"{\"a\":1}\n{\"b\":\"x\"}\n{\"c\":3}\n{\"d\":4}\n"
    );
}

#[test]
fn a_place_that_is_taken_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for setting in [
        "TUOMIN_INPUT__TCP__LISTEN",
        "TUOMIN_INPUT__HTTP__LISTEN",
        "TUOMIN_METRICS__LISTEN",
    ] {
        Program::new()
            .with(setting, address)
            .run(&["run"])
            .fails(2, &[&address.to_string(), "can't be listened on"]);
    }
}

#[test]
fn metrics_health_and_readiness() {
    let address = port();
    let program = Program::new().with("TUOMIN_METRICS__LISTEN", address);
    let mut child = program.start(&["run"]);
    child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(b"{\"Phone\":\"13800138000\"}\nno json\n")
        .unwrap();
    let mut page = String::new();
    wait_until("it has counted", || {
        page = http(address, "GET /metrics HTTP/1.1", b"").1;
        page.contains("tuomin_records_total 2\n")
    });
    assert!(page.contains("tuomin_not_json_total 1\n"), "{page}");
    assert!(
        page.contains("tuomin_findings_total{category=\"phone\"} 1\n"),
        "{page}"
    );
    assert!(!page.contains("13800138000"));
    assert_eq!(
        http(address, "GET /healthz HTTP/1.1", b""),
        (200, "ok\n".into())
    );
    assert_eq!(
        http(address, "GET /readyz HTTP/1.1", b""),
        (200, "ready\n".into())
    );
    drop(child.stdin.take());
    assert_eq!(end(child).code, 0);
}
