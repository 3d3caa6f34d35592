//! The heart as a whole: what goes, what stays, byte for byte.

use super::*;
use crate::patterns::schema::ActionName;

fn worker(settings: RedactSettings) -> Worker {
    let patterns = Patterns::builtin().expect("packs");
    Redactor::new(&patterns, &settings, PseudonymKey::from_bytes([7; 32]))
        .expect("redactor")
        .worker()
}

fn redact(worker: &mut Worker, line: &str) -> String {
    let mut out = Vec::new();
    worker.redact(line.as_bytes(), &mut out);
    String::from_utf8(out).expect("text")
}

/// Pseudonyms shortened to `…`, so that expectations can be read.
fn shown(worker: &mut Worker, line: &str) -> String {
    let out = redact(worker, line);
    let again = redact(worker, &out);
    assert_eq!(again, out, "not idempotent: {line}");
    let pattern = regex::Regex::new("_[0-9a-f]{16}\\]").expect("regex");
    pattern.replace_all(&out, "]").into_owned()
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    let mut worker = worker(RedactSettings::default());
    for (line, expected) in cases {
        assert_eq!(shown(&mut worker, line), *expected, "of {line}");
    }
}

#[test]
fn without_a_finding_not_a_byte_changes() {
    let mut worker = worker(RedactSettings::default());
    for line in [
        r#"{}"#,
        r#" { "RequestId" : "5f0c7d1e-0f1e-45bd-be13-34c05cea7681", "cost":36.50, "a":1e5, "a":2, "u":"\u4f60\/" } "#,
        r#"{"offset":1795502216382,"eCode":0,"ServiceName":"face-compare","FileName":"a.jpg","timestamp":"2026-11-24 15:01:02.123"}"#,
        r#"{"EpochMs":1732400000013,"Message":"request routed to model pool shard 12 in 36ms, status: ok","TraceId":"0af7651916cd43dd8448eb211c80319c"}"#,
        r#"{"UA":"Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36","UpStreamIp":"10.2.3.4"}"#,
        r#"{"Rsp":"{\"Result\":\"0\",\"Sim\":98.2,\"Description\":\"认证通过\"}","Caller":"gateway","Session":""}"#,
    ] {
        assert_eq!(redact(&mut worker, line), line);
    }
}

#[test]
fn the_example_of_the_documentation() {
    check(&[(
        r#"{"AppId":1300000001,"RequestId":"5f0c7d1e","Timestamp":1795502216382,"Action":"IdCardVerification","DebugInfo":[{"Step":"Compare","Cost":36,"Message":"比对通过 张三 sim=98.2"}],"Request":"{\"Name\":\"张三\",\"IdCard\":\"11010519491231002X\",\"ImageBase64\":\"/9j/4AAQSkZJRgABAQAAAQABAAD\"}","Response":{"Result":"0","Sim":98.2}}"#,
        r#"{"AppId":1300000001,"RequestId":"5f0c7d1e","Timestamp":1795502216382,"Action":"IdCardVerification","DebugInfo":[{"Step":"Compare","Cost":36,"Message":"比对通过 [NAME] sim=98.2"}],"Request":"{\"Name\":\"[NAME]\",\"IdCard\":\"[ID_CN]\",\"ImageBase64\":\"[IMAGE_jpeg_20B]\"}","Response":{"Result":"0","Sim":98.2}}"#,
    )]);
}

/// A plus sign is a space in a form, and a plus sign in a form within it: what is quiet in one place must not be taken for quiet in the other.
#[test]
fn what_is_quiet_in_a_form_is_looked_at_outside_of_it() {
    let form = r#""A":"data=%7B%22Msg%22%3A%22full+name%3DTan%2BWei%2BJie%22%7D""#;
    let plain = r#""Msg":"full+name=Tan+Wei+Jie""#;
    let phone = r#""Msg":"x=+8613812345678""#;
    let phone_in_form = r#""A":"data=%7B%22Msg%22%3A%22x=%2B8613812345678%22%7D""#;
    for (first, second) in [
        (form, plain),
        (plain, form),
        (phone, phone_in_form),
        (phone_in_form, phone),
    ] {
        // twice, so that all that can be remembered is
        let mut used = worker(RedactSettings::default());
        for line in [
            format!(r#"{{"Request":{{{first},"B":{{{second}}}}}}}"#),
            format!(r#"{{"Request":{{{second},"B":{{{first}}}}}}}"#),
        ] {
            for _ in 0..2 {
                let fresh = redact(&mut worker(RedactSettings::default()), &line);
                assert_eq!(redact(&mut used, &line), fresh);
                assert!(
                    !fresh.contains("=Tan") && !fresh.contains("8613812345678"),
                    "{fresh}"
                );
            }
        }
    }
}

#[test]
fn values_by_shape() {
    check(&[
        (
            r#"{"m":"用户11010519491231002X已通过"}"#,
            r#"{"m":"用户[ID_CN]已通过"}"#,
        ),
        (
            r#"{"m":"id A123456(3) and S1234567D"}"#,
            r#"{"m":"id [ID_HK] and [ID_SG]"}"#,
        ),
        (r#"{"m":110105194912310021}"#, r#"{"m":110105194912310021}"#),
        (r#"{"v":440308199901101512}"#, r#"{"v":"[ID_CN]"}"#),
        (
            r#"{"m":"thai 1-2345-45678-78-1"}"#,
            r#"{"m":"thai [ID_TH]"}"#,
        ),
        (
            r#"{"m":"mail to wang.wei@example.com now"}"#,
            r#"{"m":"mail to [EMAIL] now"}"#,
        ),
        (
            r#"{"m":"１１０１０５１９４９１２３１００２Ｘ"}"#,
            r#"{"m":"[ID_CN]"}"#,
        ),
        (r#"{"m":"110105 19491231 002X"}"#, r#"{"m":"[ID_CN]"}"#),
        (r#"{"11010519491231002X":1}"#, r#"{"[ID_CN]":1}"#),
    ]);
}

#[test]
fn values_by_key_and_label() {
    check(&[
        (
            r#"{"OcrName":"张三","holder_name":"TAN AH KOW","姓名":"李四","FileName":"张三"}"#,
            r#"{"OcrName":"[NAME]","holder_name":"[NAME]","姓名":"[NAME]","FileName":"[NAME]"}"#,
        ),
        (
            r#"{"Phone":13812345678,"Birth":"1990-01-02"}"#,
            r#"{"Phone":"[PHONE]","Birth":"[BIRTH_DATE]"}"#,
        ),
        (
            r#"{"a":[{"Name":"姓名","Value":"张三"},{"Value":"李四","Name":"姓名"},{"Name":"ts","Value":"x"}]}"#,
            r#"{"a":[{"Name":"姓名","Value":"[NAME]"},{"Value":"[NAME]","Name":"姓名"},{"Name":"ts","Value":"x"}]}"#,
        ),
        (
            r#"{"q":[["Name","韦小宝"],["IdCard","11204416541220243X"]]}"#,
            r#"{"q":[["Name","[NAME]"],["IdCard","[ID]"]]}"#,
        ),
        (
            r#"{"m":"name=TAN AH KOW, sim=98.2 姓名：张三，身份证号110105194912310021"}"#,
            r#"{"m":"name=[NAME], sim=98.2 姓名：[NAME]，身份证号[ID_CN]"}"#,
        ),
        (
            r#"{"m":"User(name=张三, idCard=11010519491231002X) {Name:张三 IdCard:11010519491231002X} {'name': '张三'}"}"#,
            r#"{"m":"User(name=[NAME], idCard=[ID_CN]) {Name:[NAME] IdCard:[ID_CN]} {'name': '[NAME]'}"}"#,
        ),
        (
            r#"{"m":"<Name>张三</Name><IdCard no=\"1\"><![CDATA[11010519491231002X]]></IdCard>"}"#,
            r#"{"m":"<Name>[NAME]</Name><IdCard no=\"1\"><![CDATA[[ID_CN]]]></IdCard>"}"#,
        ),
    ]);
}

#[test]
fn through_encodings() {
    check(&[
        (
            r#"{"m":"name=%E5%BC%A0%E4%B8%89&IdCard=11010519491231002X"}"#,
            r#"{"m":"name=[NAME]&IdCard=[ID_CN]"}"#,
        ),
        (
            r#"{"Rsp":"{\"a\":\"{\\\"Name\\\":\\\"\\u5f20\\u4e09\\\",\\\"Phone\\\":13812345678}\"}"}"#,
            r#"{"Rsp":"{\"a\":\"{\\\"Name\\\":\\\"[NAME]\\\",\\\"Phone\\\":\\\"[PHONE]\\\"}\"}"}"#,
        ),
        (
            r#"{"m":"cut {\"Name\":\"张三\",\"Phone\":13812345678,\"IdCard\":\"110105194"}"#,
            r#"{"m":"cut {\"Name\":\"[NAME]\",\"Phone\":\"[PHONE]\",\"IdCard\":\"[ID]"}"#,
        ),
        (
            "plain text 姓名：张三",
            r#"{"message":"plain text 姓名：[NAME]","tags":["not_json"]}"#,
        ),
    ]);
    let mut worker = worker(RedactSettings::default());
    let inner = r#"{"Name":"张三","IdCard":"11010519491231002X"}"#;
    let line = format!(
        r#"{{"data":"{}"}}"#,
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, inner)
    );
    let out: serde_json::Value = serde_json::from_str(&redact(&mut worker, &line)).expect("JSON");
    let body = base64::Engine::decode(
        &base64::engine::general_purpose::STANDARD,
        out["data"].as_str().expect("text"),
    )
    .expect("base64");
    let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    assert!(
        body["Name"]
            .as_str()
            .is_some_and(|n| n.starts_with("[NAME_"))
    );
}

#[test]
fn what_was_found_is_found_again() {
    check(&[
        (
            r#"{"d":"user TAN AH KOW said kow tan, ok","Name":"Tan Ah Kow"}"#,
            r#"{"d":"user [NAME] said [NAME], ok","Name":"[NAME]"}"#,
        ),
        (
            r#"{"Name":"张三丰","d":"\u5f20\u4e09\u4e30 三丰"}"#,
            r#"{"Name":"[NAME]","d":"[NAME] [NAME]"}"#,
        ),
        (
            r#"{"Tel":"13812345678","m":"call 138-1234-5678 or 13812345678"}"#,
            r#"{"Tel":"[PHONE]","m":"call [PHONE] or [PHONE]"}"#,
        ),
    ]);
}

#[test]
fn the_published_examples_of_an_api() {
    check(&[
        (
            r#"{"Request":{"Phone":"18c6f9a0ca21c6bc9c58675adfc4196e","IdCard":"21b2ad431ee1f6d32c3f54c23c684751","EncryptionMode":"1","Name":"615db57aa314529aaa0fbe95b3e95bd3"}}"#,
            r#"{"Request":{"Phone":"[PHONE]","IdCard":"[ID]","EncryptionMode":"1","Name":"[NAME]"}}"#,
        ),
        (
            r#"{"Response":{"Address":"北京市东城区景山前街4号紫禁城敬事房","Birth":"1654/12/20","Nation":"满","Sex":"男","Quality":99,"Description":"成功"}}"#,
            r#"{"Response":{"Address":"[ADDRESS]","Birth":"[BIRTH_DATE]","Nation":"[ETHNICITY]","Sex":"[GENDER]","Quality":99,"Description":"成功"}}"#,
        ),
    ]);
}

/// The packs' own examples, through the whole redactor: `tuomin patterns --test` in the tests.
#[test]
fn every_pattern_finds_what_it_says_and_leaves_what_it_says() {
    let patterns = Patterns::builtin().expect("packs");
    let mut worker = worker(RedactSettings::default());
    let mut rules = |text: &str| -> Vec<String> {
        let line = serde_json::json!({ "m": text }).to_string();
        worker
            .explain(line.as_bytes())
            .into_iter()
            .map(|t| t.rule)
            .collect()
    };
    for pattern in &patterns.patterns {
        for value in &pattern.matches {
            let near = |word: &String| format!("{word} {value}");
            let found = !rules(value).is_empty()
                || pattern.context.iter().any(|w| !rules(&near(w)).is_empty());
            assert!(found, "{}: {value}", pattern.id);
        }
        for text in &pattern.rejects {
            assert!(!rules(text).contains(&pattern.id), "{}: {text}", pattern.id);
        }
    }
}

fn strict() -> RedactSettings {
    RedactSettings {
        posture: Posture::Strict,
        ..RedactSettings::default()
    }
}

#[test]
fn strict_lets_stand_what_is_known_to_be_harmless() {
    let mut worker = worker(strict());
    for (line, expected) in [
        (
            r#"{"RequestId":"5f0c7d1e","Request":{"Name":"张三","Nick":"小石头","Result":"Success","ok":true,"n":12,"RuleId":"17","id":12345678,"x":null}}"#,
            r#"{"RequestId":"5f0c7d1e","Request":{"Name":"[NAME]","Nick":"[TEXT_9]","Result":"Success","ok":true,"n":12,"RuleId":"17","id":"[NUMBER_8]","x":null}}"#,
        ),
        (
            r#"{"DebugInfo":[{"Step":"Compare","Cost":36,"Message":"比对通过 张三 sim=0.98"}],"Name":"张三"}"#,
            r#"{"DebugInfo":[{"Step":"Compare","Cost":36,"Message":"[TEXT_28]"}],"Name":"[NAME]"}"#,
        ),
        (
            r#"{"Response":"{\"Code\":\"InvalidParameter.NameFormat\",\"Msg\":\"all of Okonjo\",\"v\":[1,2,3]} tail"}"#,
            r#"{"Response":"[TEXT_77]"}"#,
        ),
        (
            r#"{"Response":"{\"Code\":\"InvalidParameter.NameFormat\",\"Msg\":\"all of Okonjo\",\"v\":[1,2,3]}"}"#,
            r#"{"Response":"{\"Code\":\"InvalidParameter.NameFormat\",\"Msg\":\"[TEXT_13]\",\"v\":[1,2,3]}"}"#,
        ),
        (
            r#"{"Request":[{"Key":"Sim","Value":"71.2"},{"Key":"Okonjo","Value":"Okonjo said"}]}"#,
            r#"{"Request":[{"Key":"Sim","Value":"71.2"},{"Key":"[TEXT_6]","Value":"[TEXT_11]"}]}"#,
        ),
        (
            r#"{"message":"outside of bodies nothing changes: Okonjo said so","cost":123456789}"#,
            r#"{"message":"outside of bodies nothing changes: Okonjo said so","cost":123456789}"#,
        ),
    ] {
        assert_eq!(shown(&mut worker, line), expected, "of {line}");
    }
}

#[test]
fn strict_lets_nothing_stand_for_what_may_not_stand_itself() {
    let line = r#"{"RequestId":"5f0c7d1e","Request":{"Name":["w","B"]}}"#;
    let expected = r#"{"RequestId":"5f0c7d1e","Request":{"Name":["[TEXT_1]","[TEXT_1]"]}}"#;
    assert_eq!(shown(&mut worker(strict()), line), expected);
}

#[test]
fn a_value_in_the_place_of_a_key_is_no_key() {
    // its last letters say `Time`, and a time would stay
    let mut worker = worker(strict());
    let picture = format!(
        "/9j/4AAQSkZJRgABAgAAAQABAAD//gAq{}qeTime",
        "eFodaKc2xs".repeat(30)
    );
    let once = shown(
        &mut worker,
        &format!(r#"{{"Response":{{"{picture}":1766157130595}}}}"#),
    );
    assert_eq!(shown(&mut worker, &once), once);
}

#[test]
fn strict_opens_base64_and_stands_still() {
    use base64::Engine as _;
    let inner = r#"{"Remark":"who knows what this says","Status":"OK"}"#;
    let body = base64::engine::general_purpose::STANDARD.encode(inner);
    let out = shown(
        &mut worker(strict()),
        &format!(r#"{{"Response":"{body}"}}"#),
    );
    let packed = out[13..].trim_end_matches(['"', '}']).trim_matches('"');
    let text = base64::engine::general_purpose::STANDARD
        .decode(packed)
        .expect("base64");
    assert_eq!(text, br#"{"Remark":"[TEXT_24]","Status":"OK"}"#);
}

#[test]
fn rules_hold_for_a_category_a_path_a_value_and_a_kind_of_record() {
    let words = |list: &[&str]| list.iter().map(|w| w.to_string()).collect::<Vec<_>>();
    let settings = RedactSettings {
        off: words(&["email"]),
        allow: words(&["13800138000"]),
        paths: [("Response.Owner".to_string(), ActionName::Keep)].into(),
        actions: [("phone".to_string(), ActionName::Label)].into(),
        operation: KindSettings {
            posture: Some(Posture::Strict),
            actions: [("id_number".to_string(), ActionName::Label)].into(),
            ..KindSettings::default()
        },
        monitoring: KindSettings {
            off: words(&["phone"]),
            ..KindSettings::default()
        },
        ..RedactSettings::default()
    };
    let mut worker = worker(settings);
    for (line, expected) in [
        (
            r#"{"IdCard":"11010519491231002X","Phone":"13912345678","m":"a@example.com"}"#,
            r#"{"IdCard":"[ID_CN]","Phone":"13912345678","m":"a@example.com"}"#,
        ),
        (
            r#"{"Response":{"IdCard":"11010519491231002X","Phone":"13912345678","Tel":"138-0013-8000","Owner":"Tan Ah Kow","Note":"anything"}}"#,
            r#"{"Response":{"IdCard":"[ID_CN]","Phone":"[PHONE]","Tel":"138-0013-8000","Owner":"Tan Ah Kow","Note":"[TEXT_8]"}}"#,
        ),
    ] {
        assert_eq!(shown(&mut worker, line), expected, "of {line}");
    }
}

/// What is passed without a look is what a look finds nothing in, also where records change their shape, break off or are wrong.
#[test]
fn passing_quiet_members_changes_nothing() {
    use crate::generate::{rng::Rng, traffic};
    let strict = RedactSettings {
        posture: Posture::Strict,
        ..RedactSettings::default()
    };
    for settings in [RedactSettings::default(), strict] {
        let (mut passing, mut looking) = (worker(settings.clone()), worker(settings));
        looking.scratch.track_path = true;
        let text = traffic::lines(traffic::Shape::Monitoring, 150_000, 3);
        let more = traffic::lines(traffic::Shape::Text, 60_000, 4);
        let sample = include_bytes!("../../tests/data/sample.ndjson");
        let persons = r#"{"persons":{"张三":0.9,"李四":1},"a":1,"Country":null,"Phone":13800138000,"b":{"code":1}}
{"tax":{"no":"1234567890"},"l":[{"type":"name","code":1,"value":"Tan Wei"},{"path":"/a","kind":"x","value":"Siti"},{"type":"a","key":"nik","value":"12"},{"type":1,"value":"b"}]}
{"num":"11010519491231002X","index":"a@example.com","time":"2026-11-26T10:11:12.123+08:00","scores":["0.5","A123456(3)","1"],"total":440524188001010014,"code":"E1001"}
"#
        .repeat(9);
        let mut dice = Rng::new(5);
        for line in [&text, &more, &sample[..], &sample[..], persons.as_bytes()]
            .concat()
            .split(|c| *c == b'\n')
        {
            let mut line = line.to_vec();
            if let (1.., change @ 0..3) = (line.len(), dice.below(8)) {
                let at = dice.below(line.len());
                match change {
                    0 => line.truncate(at),
                    1 => line[at] = dice.one(b"\"\\{}[],:0 a"),
                    _ => line.insert(at, dice.one(b"\"\\{}[],:0 a")),
                }
            }
            let (mut one, mut other) = (Vec::new(), Vec::new());
            passing.redact(&line, &mut one);
            looking.redact(&line, &mut other);
            assert_eq!(
                String::from_utf8_lossy(&one),
                String::from_utf8_lossy(&other)
            );
        }
    }
}
