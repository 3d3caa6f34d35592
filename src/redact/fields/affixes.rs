//! What forms, databases and document readers put around a key and that says nothing of what it holds: `fullNameText`, `Full name (as per NRIC)`,
//! `field_full_name`, `FullName__pc`, `Passport #`.

/// Words of `as per NRIC`: what follows only says where a value was read.
const AS: [&str; 8] = [
    "per",
    "in",
    "on",
    "shown",
    "stated",
    "printed",
    "appears",
    "appearing",
];
/// Words that a form puts before the names of its fields.
const FORM: [&str; 6] = ["field", "input", "txt", "fld", "form", "inp"];

/// The key without a remark in brackets at its end, if it has one.
pub(crate) fn without_remark(key: &[u8]) -> Option<&[u8]> {
    let open = [&b"("[..], "（".as_bytes()]
        .iter()
        .filter_map(|sign| memchr::memmem::find(key, sign))
        .min()?;
    let closed = key.ends_with(b")") || key.ends_with("）".as_bytes());
    let stem = key[..open].trim_ascii_end();
    // a call names a function: `md5(id_card)`
    let spoken = open > stem.len() || !stem.is_ascii();
    (closed && spoken && stem.len() >= 2).then_some(stem)
}

/// Does a key say where its value was read?
pub(crate) fn has_remark(key: &[u8], words: &[String]) -> bool {
    as_at(words) > 0 || without_remark(key).is_some()
}

/// The number of words before such a remark; none if there is no remark.
fn as_at(words: &[impl AsRef<str>]) -> usize {
    words
        .windows(2)
        .position(|pair| pair[0].as_ref() == "as" && AS.contains(&pair[1].as_ref()))
        .unwrap_or(0)
}

/// Does a key's last word say that there may be several? Short ones are words of their own: `cells`, `scans`.
pub(crate) fn is_plural(words: &[String]) -> bool {
    const SHORTEST: usize = 6;
    match words {
        [.., _, last] if matches!(last.as_str(), "ids" | "nos" | "nums" | "cards") => true,
        [.., last] => last.len() >= SHORTEST && last.ends_with('s') && !last.ends_with("ss"),
        [] => false,
    }
}

/// The words of a key without those that say nothing, if it has any: `dressings` are such last words.
pub(crate) fn undressed<'w>(
    key: &[u8],
    words: &'w [String],
    dressings: &[String],
) -> Option<Vec<&'w str>> {
    let mut kept: Vec<&str> = words.iter().map(String::as_str).collect();
    let count = kept.len();
    match as_at(&kept) {
        0 => (),
        at => kept.truncate(at),
    }
    if kept.len() > 2 && FORM.contains(&kept[0]) {
        kept.remove(0);
    }
    // Salesforce: FullName__pc
    let custom = key.ends_with(b"__c") || key.ends_with(b"__pc");
    if custom && kept.len() > 1 {
        kept.pop();
    }
    for _ in 0..2 {
        if kept.len() > 1
            && kept
                .last()
                .is_some_and(|w| dressings.iter().any(|d| d == w))
        {
            kept.pop();
        }
    }
    let mut changed = kept.len() < count;
    if key.ends_with(b"#") {
        kept.push("no");
        changed = true;
    } else if let Some(last) = kept.last_mut().filter(|w| **w == "nbr") {
        *last = "no";
        changed = true;
    }
    (changed && !kept.is_empty()).then_some(kept)
}
