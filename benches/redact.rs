//! The pass by kind of record, what each group of detectors costs, nesting, pictures, pseudonyms. `cargo bench --bench redact`.
//!
//! Each input exercises one thing and is otherwise the same small record, so that differences between rows are the price of
//! that thing. For speed of the whole program there is `tuomin bench`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};
use tuomin::generate::traffic::{self, Shape};
use tuomin::generate::{Generator, Kind, Settings};
use tuomin::patterns::Patterns;
use tuomin::redact::{PseudonymKey, RedactSettings, Redactor};

fn redactor() -> Redactor {
    let patterns = Patterns::load(None).expect("built-in packs");
    Redactor::new(
        &patterns,
        &RedactSettings::default(),
        PseudonymKey::from_bytes([7; 32]),
    )
    .expect("built-in packs")
}

/// Measures redacting a text of lines.
fn lines(c: &mut Criterion, group: &str, name: &str, redactor: &Redactor, text: &[u8]) {
    let mut group = c.benchmark_group(group);
    group.throughput(Throughput::Bytes(text.len() as u64));
    let (mut worker, mut out) = (redactor.worker(), Vec::with_capacity(text.len() * 2));
    group.bench_function(BenchmarkId::from_parameter(name), |b| {
        b.iter(|| {
            out.clear();
            for line in text.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
                worker.redact(black_box(line), &mut out);
            }
            black_box(out.len())
        });
    });
    group.finish();
}

/// One record two hundred times over.
fn repeated(record: &Value) -> Vec<u8> {
    format!("{record}\n").repeat(200).into_bytes()
}

fn records(c: &mut Criterion) {
    let redactor = redactor();
    for shape in [Shape::Monitoring, Shape::Text, Shape::Images] {
        lines(
            c,
            "traffic",
            shape.name(),
            &redactor,
            &traffic::lines(shape, 1 << 20, 1),
        );
    }
    for (name, kind, hard) in [
        ("monitoring", Kind::Monitoring, 0.2),
        ("operation", Kind::Operation, 0.2),
        ("all_hard", Kind::Mixed, 1.0),
    ] {
        let mut generator = Generator::new(Settings {
            kind,
            hard,
            ..Settings::default()
        });
        let mut text = String::new();
        while text.len() < 1 << 20 {
            generator.record(&mut text);
            text.push('\n');
        }
        lines(c, "mixed", name, &redactor, text.as_bytes());
    }
}

fn detectors(c: &mut Criterion) {
    let redactor = redactor();
    let message = |text: &str| json!({ "RequestId": "5f0c7d1e-0000-4000-8000-000000000000", "Cost": 36, "Message": text });
    let inputs = [
        (
            "nothing",
            message(
                "request routed to model pool shard, quality score above threshold, retry scheduled",
            ),
        ),
        (
            "nothing_chinese",
            message(
                "高级模型加载完成，方法返回成功，金额校验通过，安全检测通过，白名单命中，连接池已满",
            ),
        ),
        (
            "digits_no_id",
            message("queue 1234567 depth 99887766 took 1764000000000 of 20261124150102"),
        ),
        ("id_strong", message("subject 11010519491231002X accepted")),
        (
            "id_labelled",
            message("身份证号：11010519491231002X，比对完成"),
        ),
        ("name_labelled", message("姓名：张三丰，比对完成")),
        ("name_cued", message("客户张三丰提交申请，比对完成")),
        ("email", message("contact someone@example.com about it")),
        ("phone", message("call +65 91234567 about it")),
        (
            "address",
            message("寄往广东省深圳市南山区科技园路12号3栋401室"),
        ),
        (
            "jwt",
            message(
                "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
            ),
        ),
        (
            "by_key",
            json!({ "RequestId": "5f0c7d1e", "Name": "张三丰", "IdCard": "11010519491231002X", "Phone": "13800138000" }),
        ),
        (
            "repeated",
            json!({ "Name": "张三丰", "A": "张三丰", "B": "比对 张三丰 完成", "C": "x", "Message": "11010519491231002X 11010519491231002X" }),
        ),
    ];
    for (name, record) in inputs {
        lines(c, "detector", name, &redactor, &repeated(&record));
    }
}

fn encodings(c: &mut Criterion) {
    let redactor = redactor();
    let person = json!({ "Name": "张三丰", "IdCard": "11010519491231002X", "Score": 98.2 });
    let mut nested = person.clone();
    for level in 0..=6 {
        lines(
            c,
            "json_text",
            &level.to_string(),
            &redactor,
            &repeated(&json!({ "Request": nested })),
        );
        nested = Value::String(nested.to_string());
    }
    let mut deep = person.clone();
    for _ in 0..60 {
        deep = json!({ "d": deep });
    }
    let mut percent = String::new();
    tuomin::generate::wrap::percent(&person.to_string(), false, &mut percent);
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode(person.to_string());
    for (name, body) in [
        ("objects_60_deep", deep),
        ("percent", Value::String(percent)),
        ("base64", Value::String(base64)),
        (
            "form",
            json!("Name=%E5%BC%A0%E4%B8%89%E4%B8%B0&IdCard=11010519491231002X&Score=98.2"),
        ),
        (
            "xml",
            json!(
                "<xml><Name>张三丰</Name><IdCard>11010519491231002X</IdCard><Score>98.2</Score></xml>"
            ),
        ),
        (
            "java_print",
            json!("User(name=张三丰, idCard=11010519491231002X, score=98.2)"),
        ),
    ] {
        lines(
            c,
            "encoding",
            name,
            &redactor,
            &repeated(&json!({ "Request": body })),
        );
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).without_plots();
    targets = records, detectors, encodings
}
criterion_main!(benches);
