//! The checks against their vectors.

use super::{by_name, names};

#[test]
fn names_are_sorted_so_that_the_search_finds_them() {
    let all: Vec<_> = names().collect();
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(all.iter().all(|name| by_name(name).is_some()));
    assert!(by_name("no_such_check").is_none());
}

#[test]
fn vectors() {
    let mut failures = Vec::new();
    for line in include_str!("vectors.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let parts: Vec<_> = line.split(' ').collect();
        let [name, sign, value] = parts[..] else {
            panic!("a line of vectors.txt is no triple")
        };
        let check = by_name(name).unwrap_or_else(|| panic!("no check is called {name}"));
        if check(value.as_bytes()) != (sign == "+") {
            failures.push(line);
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// The examples that standards and authorities print themselves.
#[test]
fn published_examples() {
    for (name, value) in [
        ("cn_resident18", "11010519491231002X"), // GB 11643-1999
        ("cn_resident18", "440524188001010014"), // GB 11643-1999
        ("cn_resident18", "810000199408230021"), // State Council, residence permit specimen
        ("th_pin", "1234545678781"),
        ("jp_my_number", "621498320257"),
        ("in_aadhaar", "234123412346"),
        ("in_vid", "2341234123412341"),
        ("hk_id", "A1234563"),
        ("hk_id", "AB9876543"),
        ("tw_id", "A123456789"),
        ("tw_resident_new", "A800000014"),
        ("tw_resident_old", "FA12345689"),
        ("sg_nric", "S1234567D"),
        ("sg_nric", "T1234567J"),
        ("sg_nric", "F1234567N"),
        ("sg_nric", "G1234567X"),
        ("sg_nric", "M1234567K"),
        ("kr_rrn_shape", "9710139019902"),
        ("jp_driving_licence", "309012345620"),
        ("iban", "GB82WEST12345698765432"),
        ("bank_card", "4111111111111111"),
        ("bank_card", "5555555555554444"),
        ("mrz", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"), // ICAO Doc 9303
        ("mrz", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
        ("mrz", "I<UTOD231458907<<<<<<<<<<<<<<<"),
        ("mrz", "7408122F1204159UTO<<<<<<<<<<<6"),
        ("mrz", "D231458907UTO7408122F1204159<<<<<<<6"),
    ] {
        assert!(
            by_name(name).is_some_and(|check| check(value.as_bytes())),
            "{name} {value}"
        );
    }
}

#[test]
fn the_calendar_is_real() {
    let check = by_name("cn_resident18_shape").unwrap();
    assert!(check(b"110105200002290000"), "2000 was a leap year");
    assert!(!check(b"110105190002290000"), "1900 was none");
    assert!(!check(b"110105199004310000"));
    assert!(
        !check(b"110105184901010000"),
        "older than anyone in a register"
    );
    assert!(!check(b"110105205001010000"), "not born yet");
    assert!(!check(b"100105199001010000"), "no such region");
}

#[test]
fn clocks_are_no_identity_numbers() {
    // 2026-11-24 in milliseconds, microseconds and nanoseconds, and the numbers after it.
    for step in 0..20_000u64 {
        let milliseconds = (1_795_502_216_382 + step * 977).to_string();
        assert!(!by_name("kr_rrn_shape").unwrap()(milliseconds.as_bytes()));
        let microseconds = (1_795_502_216_382_123 + step * 977).to_string();
        assert!(!by_name("bank_card").unwrap()(microseconds.as_bytes()));
        let nanoseconds = (1_795_502_216_382_123_456 + step * 977).to_string();
        assert!(!by_name("cn_resident18").unwrap()(
            &nanoseconds.as_bytes()[..18]
        ));
    }
}

/// Whatever bytes come, a check answers.
#[test]
fn no_check_panics() {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let alphabets: [&[u8]; 4] = [
        b"0123456789",
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        b"0123456789ABC<",
        b"\x00\x7f\xff09AZ<+ -(",
    ];
    for name in names() {
        let check = by_name(name).unwrap();
        for length in 0..=96 {
            for alphabet in alphabets {
                let value: Vec<u8> = (0..length)
                    .map(|_| alphabet[next() as usize % alphabet.len()])
                    .collect();
                check(&value);
            }
        }
    }
}
