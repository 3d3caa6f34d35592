//! Hard negatives: what looks like personal data and is none. All of it must survive.

use super::node::{Entry, Node};
use super::rng::Rng;

/// The check digit rule of Thai IDs, so that decoys can be chosen that pass it.
fn passes_thai_rule(digits: &str) -> bool {
    let d: Vec<u64> = digits.bytes().map(|b| u64::from(b - b'0')).collect();
    d.len() == 13
        && (11
            - d[..12]
                .iter()
                .zip((2..=13).rev())
                .map(|(d, w)| d * w)
                .sum::<u64>()
                % 11)
            % 10
            == d[12]
}

/// A time in epoch milliseconds; by choice one that passes for a Thai ID number.
pub fn epoch_ms(r: &mut Rng) -> String {
    let mut ms = r.range(1_735_000_000_000, 1_795_000_000_000);
    if r.chance(0.5) {
        while !passes_thai_rule(&ms.to_string()) {
            ms += 1;
        }
    }
    ms.to_string()
}

/// One decoy as a member of an object.
pub fn any(r: &mut Rng) -> Entry {
    let (key, node): (&str, Node) = match r.below(36) {
        0 => ("ReqTime", Node::keep_bare("epoch_ms", epoch_ms(r))),
        1 => ("BeginTime", Node::keep("epoch_ms", epoch_ms(r))),
        2 => (
            "TimestampUs",
            Node::keep_bare("epoch_us", format!("{}{}", epoch_ms(r), r.any_digits(3))),
        ),
        3 => (
            "OrderNo",
            Node::keep(
                "order_number",
                format!("20261{}{}", r.range(100, 130), r.any_digits(14)),
            ),
        ),
        4 => ("OrderId", Node::keep("order_number", r.digits(18))),
        5 => ("TraceId", Node::keep("trace_id", r.hex(32))),
        6 => ("SpanId", Node::keep("trace_id", r.hex(16))),
        7 => ("Seq", Node::keep("uuid", r.uuid())),
        8 => ("FileMd5", Node::keep("digest", r.hex(32))),
        9 => ("Sha256", Node::keep("digest", r.hex(64))),
        10 => (
            "Version",
            Node::keep(
                "version",
                format!("{}.{}.{}", r.range(1, 9), r.range(0, 30), r.range(0, 99)),
            ),
        ),
        11 => (
            "SdkVersion",
            Node::keep(
                "version",
                format!(
                    "v{}.{}.{}-build{}",
                    r.range(1, 4),
                    r.range(0, 9),
                    r.range(0, 9),
                    r.digits(8)
                ),
            ),
        ),
        12 => ("Price", Node::keep_bare("price", r.decimal(0.1, 9999.0, 2))),
        13 => (
            "ServiceName",
            Node::keep(
                "not_a_person",
                r.pick(&[
                    "faceid-gateway",
                    "LivenessService",
                    "实名核验服务",
                    "Order Service",
                    "ocr.Extractor",
                ]),
            ),
        ),
        14 => (
            "FileName",
            Node::keep(
                "not_a_person",
                r.pick(&[
                    "front_side.jpg",
                    "upload_0231.png",
                    "身份证正面.jpg",
                    "report May.pdf",
                ]),
            ),
        ),
        15 => (
            "ActionName",
            Node::keep(
                "not_a_person",
                r.pick(&["Blink", "张嘴", "NodHead", "Turn Left", "摇头"]),
            ),
        ),
        16 => (
            "BankName",
            Node::keep(
                "not_a_person",
                r.pick(&[
                    "招商银行",
                    "DBS Bank",
                    "Bank Mandiri",
                    "平安银行",
                    "Kasikorn Bank",
                    "みずほ銀行",
                ]),
            ),
        ),
        17 => (
            "GroupName",
            Node::keep(
                "not_a_person",
                r.pick(&["vip-merchants", "默认分组", "Group A", "江苏组"]),
            ),
        ),
        18 => (
            "HostName",
            Node::keep(
                "not_a_person",
                format!("ekyc-api-{:02}.prod", r.range(0, 40)),
            ),
        ),
        19 => (
            "ModelName",
            Node::keep(
                "not_a_person",
                format!("face-v{}.{}", r.range(1, 9), r.range(0, 20)),
            ),
        ),
        20 => (
            "ClientIp",
            Node::keep(
                "ip",
                format!(
                    "10.{}.{}.{}",
                    r.range(0, 255),
                    r.range(0, 255),
                    r.range(1, 254)
                ),
            ),
        ),
        21 => (
            "ServerIp",
            Node::keep("ip", format!("2402:4e00:{}::{}", r.hex(4), r.hex(3))),
        ),
        22 => (
            "RiskLevel",
            Node::keep("enum", r.pick(&["High", "LOW", "Medium", "NONE"])),
        ),
        23 => (
            "LivenessType",
            Node::keep("enum", r.pick(&["SILENT", "ACTION", "LIP"])),
        ),
        24 => ("Sim", Node::keep_bare("score", r.decimal(0.0, 100.0, 2))),
        25 => ("Quality", Node::keep_bare("score", r.range(0, 100))),
        26 => (
            "Scores",
            Node::List(
                (0..4)
                    .map(|_| Node::keep_bare("score", r.decimal(0.0, 1.0, 4)))
                    .collect(),
            ),
        ),
        27 => (
            "FileSize",
            Node::keep_bare("size", r.range(1000, 9_000_000_000)),
        ),
        28 => ("Threshold", Node::keep("score", r.decimal(0.5, 0.99, 3))),
        29 => (
            "ErrMsg",
            Node::keep(
                "error_text",
                r.pick(&[
                    "成功",
                    "认证通过",
                    "InvalidParameterValue.BizTokenIllegal",
                    "图片解码失败。",
                    "no face detected",
                    "持卡人信息有误",
                ]),
            ),
        ),
        30 => (
            "Description",
            Node::keep(
                "error_text",
                r.pick(&[
                    "查询成功",
                    "信息不一致",
                    "手机号格式不正确",
                    "Verification passed",
                    "Invalid ID card number",
                    "出现OCR告警",
                ]),
            ),
        ),
        31 => ("MsgOffset", Node::keep_bare("offset", r.digits(12))),
        32 => (
            "CompareLib",
            Node::keep("enum", r.pick(&["LOCAL", "BUSINESS", "权威库"])),
        ),
        33 => (
            "IdCardType",
            Node::keep(
                "enum",
                r.pick(&["IDCARD", "PASSPORT", "身份证", "MyKad", "HKID"]),
            ),
        ),
        34 => (
            "NameMatchResult",
            Node::keep("enum", r.pick(&["MATCH", "MISMATCH", "一致", "不一致"])),
        ),
        _ => ("Ratio", Node::keep_bare("score", r.decimal(0.0, 1.0, 16))),
    };
    Entry {
        key: key.to_owned(),
        marks: Vec::new(),
        node,
    }
}

/// Several decoys with different keys.
pub fn some(r: &mut Rng, n: usize) -> Vec<Entry> {
    let mut out: Vec<Entry> = Vec::with_capacity(n);
    for _ in 0..n {
        let entry = any(r);
        if out.iter().all(|e| e.key != entry.key) {
            out.push(entry);
        }
    }
    out
}
