//! The same questions to Elasticsearch and to a file get the same answers.

use serde_json::{Value as Json, json};
use tuomin::query::{
    elastic::Elastic,
    files::Files,
    filter::{Condition, Query},
    opened,
    record::Record,
    source::{Order, Page, Source},
    story,
    top::{Top, TopSpec},
};

use crate::{es, store::Store};

const START_S: i64 = 1_795_500_000; // 2026-11-24

/// Already redacted records of both kinds, in many shapes; a few hundred calls over four hours.
fn lines() -> Vec<String> {
    let mut lines = Vec::new();
    for i in 0_i64..300 {
        let at = START_S + i * 47;
        let person = i % 23;
        let (code, text) = match i % 11 {
            0 => ("-4", "持卡人信息有误"),
            5 => ("FailedOperation.Timeout", "upstream timed out, retry later"),
            _ => ("0", "Success"),
        };
        let action = [
            "IdCardVerification",
            "BankCard2EVerification",
            "LivenessCompare",
        ][(i % 3) as usize];
        let app: Json = if i % 2 == 0 {
            json!(1_300_000_000 + i % 4)
        } else {
            json!(format!("{}", 1_300_000_000 + i % 4))
        };
        lines.push(
            json!({"RequestId": format!("call-{i}"), "AppId": app, "action": action, "eCode": code, "eCodeStr": text,
                "cost": (i * 37) % 900 + 1, "Caller": (["web-portal", "mini program"][(i % 2) as usize]), "UpStreamIp": format!("10.{}.0.{}", i % 3, i % 200),
                "Session": format!("[SESSION_{:016x}]", i / 3), "Region": format!("ap-{}", i % 5), "UA": "okhttp/4.9", "timestamp": at * 1_000 + 7,
                "Header": {"X-Trace": format!("t-{i}")}})
            .to_string(),
        );
        let name = format!("[NAME_{person:016x}]");
        let body = json!({"Name": name, "IdCard": format!("[ID_CN_{person:016x}]")});
        let request: Json = match i % 4 {
            0 => json!(body.to_string()),
            1 => body.clone(),
            2 => json!([["Name", name]]),
            _ => json!([body]),
        };
        let debug: Json = match i % 3 {
            0 => {
                json!([{"Step": "Ocr", "Cost": i % 50}, {"Step": "Compare", "Cost": i % 70 + 3, "Message": format!("比对通过 {name} sim=98.{}", i % 10)}])
            }
            1 => json!({"Ocr": 12, "Compare": {"Cost": i % 90, "Msg": "done"}}),
            _ => json!(format!("[Ocr] 12 ms\n[Compare] {name} cost={}ms", i % 80)),
        };
        lines.push(
            json!({"APPID": app, "RequestId": format!("call-{i}"), "Timestamp": at, "Action": action, "Cost": i % 300, "DebugInfo": debug,
                "Request": request, "Response": {"Result": code, "Description": text, "Weight": 1.5}, "@timestamp": "kept", "tuomin": {"own": i}})
            .to_string(),
        );
    }
    // What the store takes only in its safe form, or moves aside.
    lines.push(format!(
        r#"{{"RequestId":"odd-1","ts":{START_S},"Request":{{"a":1,"a":2}},"x":{{"y":1}}}}"#
    ));
    lines.push(format!(r#"{{"RequestId":"odd-2","ts":{START_S},"AppId":{{"id":[1,{{"b":2}}]}},"Session":[{{}}],"Request":"[1,2]"}}"#));
    lines.push(format!(
        r#"{{"message":"{START_S} not json at all","tags":["not_json"],"ts":{START_S}}}"#
    ));
    lines
}

struct Both {
    runtime: tokio::runtime::Runtime,
    sources: [Source; 2],
    _folder: tempfile::TempDir,
    _store: Store,
}

impl Both {
    fn new() -> Self {
        let store = Store::new("asking");
        let elasticsearch = store.connect();
        let lines = lines();
        let report = store.deliver(&elasticsearch, &lines);
        assert_eq!(
            es::count(store.url(), &store.all()),
            lines.len() as u64,
            "{report:?}"
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("redacted.ndjson");
        std::fs::write(&path, lines.join("\n")).unwrap();
        let sources = [
            Source::Elastic(Elastic::new(&store.settings).unwrap()),
            Source::Files(Files::new(vec![path]).unwrap()),
        ];
        Self {
            runtime: tokio::runtime::Runtime::new().unwrap(),
            sources,
            _folder: folder,
            _store: store,
        }
    }

    fn search(&self, query: &Query, order: Order, offset: usize, limit: usize) -> [Page; 2] {
        self.sources.each_ref().map(|s| {
            self.runtime
                .block_on(s.search(query, order, offset, limit))
                .unwrap()
        })
    }

    fn tell(&self, id: &str, related: bool) -> [Option<Json>; 2] {
        self.sources.each_ref().map(|s| {
            let story = self.runtime.block_on(story::tell(s, id, related)).unwrap();
            story.map(|s| without_store(serde_json::to_value(s).unwrap()))
        })
    }

    fn top(&self, query: &Query) -> [Top; 2] {
        self.sources.each_ref().map(|s| {
            self.runtime
                .block_on(s.top(query, &TopSpec::default()))
                .unwrap()
        })
    }
}

/// What only the store knows: how it counted, how it kept.
fn without_store(mut value: Json) -> Json {
    match &mut value {
        Json::Object(map) => {
            map.shift_remove("findings_total");
            map.shift_remove("findings");
            if let Some(Json::Array(tags)) = map.get_mut("tags") {
                tags.retain(|tag| tag != "raw");
                if tags.is_empty() {
                    map.shift_remove("tags");
                }
            }
            map.values_mut().for_each(|v| *v = without_store(v.take()));
        }
        Json::Array(items) => items.iter_mut().for_each(|v| *v = without_store(v.take())),
        _ => {}
    }
    value
}

fn shown(record: &Record) -> Json {
    let mut value = without_store(serde_json::to_value(record).unwrap());
    value["time"] = json!(record.time);
    // Whether a body was JSON or JSON text is no longer known of all; it reads the same.
    value["fields"] = opened::open(&value["fields"]);
    value
}

fn query(filters: &[&str], words: &[&str]) -> Query {
    Query {
        conditions: filters
            .iter()
            .map(|f| Condition::parse(f).unwrap())
            .collect(),
        words: words.iter().map(|w| (*w).to_owned()).collect(),
        ..Query::default()
    }
}

#[test]
fn both_sources_answer_alike() {
    let both = Both::new();
    let mut queries = vec![
        query(&[], &[]),
        query(&["code!=0"], &[]),
        query(&["action=Bank*"], &[]),
        query(&["kind=operation", "cost>=100", "cost<250"], &[]),
        query(&["client_ip=10.1.0.0/16"], &[]),
        query(&["client_ip=10.1.0.7"], &[]),
        query(&["app_id=1300000001,1300000003", "region=ap-2"], &[]),
        query(&["session=*", "caller!=web-portal"], &[]),
        query(&["host=*"], &[]),
        query(&["tag=not_json"], &[]),
        query(&["request_id=no-such-call"], &[]),
        query(&["code=-4"], &["持卡人信息有误"]),
        query(&[], &["TIMED out"]),
        query(&[], &["portal"]),
        query(&[], &["ortal"]),
        query(&[], &["比对通过"]),
        query(&[], &["sim=98.3"]),
        query(&["kind=operation"], &["compare"]),
        query(&[], &["NAME_0000000000000007"]),
        query(&[], &["not json"]),
    ];
    queries.push(Query {
        from: Some((START_S + 470) * 1_000),
        to: Some((START_S + 4_700) * 1_000),
        ..Query::default()
    });
    queries.push(Query {
        persons: vec![
            "ID_CN_0000000000000003".into(),
            "ID_CN_0000000000000004".into(),
        ],
        ..Query::default()
    });
    for query in &queries {
        for (order, offset, limit) in [("time", 0, 40), ("+cost", 10, 25), ("-code", 0, 30)] {
            let order = Order::parse(order).unwrap();
            let [elastic, files] = both.search(query, order, offset, limit);
            assert_eq!(elastic.total, files.total, "{query:?}");
            let [elastic, files] =
                [elastic, files].map(|page| page.records.iter().map(shown).collect::<Vec<_>>());
            for (e, f) in elastic.iter().zip(&files) {
                assert_eq!(e, f, "{query:?} {order:?}");
            }
        }
    }
    // The questions are no empty ones.
    assert!(both.search(&queries[18], Order::default(), 0, 9)[0].total > 10);

    every_page_is_reached(&both);
    stories_are_the_same(&both);
    overviews_are_the_same(&both);
}

/// Walking by point in time gives every record once, in order.
fn every_page_is_reached(both: &Both) {
    let all = |source: &Source| {
        let mut seen = Vec::new();
        let everything = Query::default();
        let walk = source.walk(&everything, Order::parse("+time").unwrap(), |record| {
            seen.push((record.time, record.facts.request_id));
            true
        });
        both.runtime.block_on(walk).unwrap();
        seen
    };
    let [elastic, files] = both.sources.each_ref().map(all);
    assert_eq!(elastic.len(), lines().len());
    assert_eq!(
        elastic.iter().map(|(t, _)| t).collect::<Vec<_>>(),
        files.iter().map(|(t, _)| t).collect::<Vec<_>>()
    );
    assert!(elastic.windows(2).all(|w| w[0].0 <= w[1].0));
}

fn stories_are_the_same(both: &Both) {
    for id in ["call-0", "call-1", "call-2", "call-3", "call-5", "odd-2"] {
        let [elastic, files] = both.tell(id, true);
        assert_eq!(elastic, files, "{id}");
    }
    let [story, _] = both.tell("call-0", true);
    let story = story.unwrap();
    assert_eq!(story["failed"], true);
    assert_eq!(
        story["persons"],
        json!(["ID_CN_0000000000000000", "NAME_0000000000000000"])
    );
    assert_eq!(story["timeline"][1]["name"], "Compare");
    let related: Vec<_> = story["related"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["request_id"].as_str().unwrap())
        .collect();
    for id in ["call-1", "call-2", "call-23", "call-276"] {
        assert!(related.contains(&id), "{id} {related:?}");
    }
    assert_eq!(both.tell("no-such-call", false), [None, None]);
}

fn overviews_are_the_same(both: &Both) {
    for query in [
        query(&[], &[]),
        query(&["action=LivenessCompare"], &[]),
        query(&["kind=operation"], &[]),
        query(&["region=none"], &[]),
    ] {
        let [elastic, files] = both.top(&query);
        for (e, f) in elastic.costs.iter().zip(&files.costs) {
            assert_eq!((&e.action, e.count, e.max), (&f.action, f.count, f.max));
            for (e, f) in [(e.p50, f.p50), (e.p95, f.p95), (e.p99, f.p99)] {
                assert!((e - f).abs() <= f * 0.02 + 12.0, "{e} {f}");
            }
        }
        let exact = |top: &Top| {
            let mut value = serde_json::to_value(top).unwrap();
            value.as_object_mut().unwrap().shift_remove("costs");
            value
        };
        assert_eq!(exact(&elastic), exact(&files), "{query:?}");
    }
}

#[test]
fn no_index_yet_is_no_error() {
    let store = Store::new("empty");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let source = Source::Elastic(Elastic::new(&store.settings).unwrap());
    let page = runtime
        .block_on(source.search(&Query::default(), Order::default(), 0, 10))
        .unwrap();
    assert_eq!(page.total, 0);
    assert_eq!(
        runtime
            .block_on(source.top(&Query::default(), &TopSpec::default()))
            .unwrap()
            .calls,
        0
    );
    let mut seen = 0;
    runtime
        .block_on(source.walk(&Query::default(), Order::default(), |_| {
            seen += 1;
            true
        }))
        .unwrap();
    assert_eq!(seen, 0);
}
