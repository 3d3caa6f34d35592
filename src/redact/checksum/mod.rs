//! What a value is: the check digits, calendars and code tables of identity numbers, by name.
//!
//! A pattern of `patterns/` finds a *shape* and names a check; the check says if the value can be real. Checks are pure
//! functions over ASCII in upper case without separators. They allocate nothing and never panic, whatever bytes they get, so that
//! the scanner may call them on every candidate.
//!
//! Two kinds of strictness, and why: a check digit is tested wherever an authority published it, because it is what makes a
//! strong pattern strong. Code tables (regions, provinces) are tested only as far as they are stable over decades: a table that is a
//! year too old would be a leak.

mod asia;
mod bank;
mod calendar;
mod greater_china;
mod india;
mod japan_korea;
mod mrz;
mod phone;
mod secret;
mod southeast_asia;

use crate::patterns::schema::Pattern;

/// Says if a value, in upper case and without separators, satisfies a rule.
pub type Check = fn(&[u8]) -> bool;

/// The checks by the names that packs use, in alphabetical order.
const CHECKS: &[(&str, Check)] = &[
    ("ae_emirates_id", asia::ae_emirates_id),
    ("bank_card", bank::bank_card),
    ("bn_ic", asia::bn_ic),
    (
        "cn_foreign_permanent15",
        greater_china::cn_foreign_permanent15,
    ),
    ("cn_mobile", phone::cn_mobile),
    ("cn_passport", greater_china::cn_passport),
    ("cn_permit_hm10", greater_china::cn_permit_hm10),
    ("cn_resident15", greater_china::cn_resident15),
    ("cn_resident18", greater_china::cn_resident18),
    ("cn_resident18_shape", greater_china::cn_resident18_shape),
    ("has_digit", secret::has_digit),
    ("hk_id", greater_china::hk_id),
    ("iban", bank::iban),
    ("id_nik", southeast_asia::id_nik),
    ("in_aadhaar", india::aadhaar),
    ("in_driving_licence", india::driving_licence),
    ("in_epic", india::epic),
    ("in_pan", india::pan),
    ("in_passport", india::passport),
    ("in_vid", india::vid),
    ("ir_national", asia::ir_national),
    ("jp_driving_licence", japan_korea::jp_driving_licence),
    ("jp_my_number", japan_korea::jp_my_number),
    ("kr_driving_licence", japan_korea::kr_driving_licence),
    ("kr_rrn", japan_korea::kr_rrn),
    ("kr_rrn_shape", japan_korea::kr_rrn_shape),
    ("kz_iin", asia::kz_iin),
    ("landline", phone::landline),
    ("lk_nic", asia::lk_nic),
    ("luhn", bank::luhn),
    ("mo_bir", greater_china::mo_bir),
    ("mobile_zero", phone::mobile_zero),
    ("mrz", mrz::mrz),
    ("my_nric", southeast_asia::my_nric),
    ("my_passport", southeast_asia::my_passport),
    ("passport_any", mrz::passport_any),
    ("ph_tin", southeast_asia::ph_tin),
    ("phone_e164", phone::e164),
    ("phone_hk", phone::hk),
    ("phone_in", phone::india),
    ("phone_plausible", phone::plausible),
    ("phone_sg", phone::sg),
    ("pk_cnic", asia::pk_cnic),
    ("random_token", secret::random_token),
    ("sa_id", asia::sa_id),
    ("sg_nric", southeast_asia::sg_nric),
    ("sg_nric_masked", southeast_asia::sg_nric_masked),
    ("th_pin", southeast_asia::th_pin),
    ("tr_tckn", asia::tr_tckn),
    ("tw_id", greater_china::tw_id),
    ("tw_resident_new", greater_china::tw_resident_new),
    ("tw_resident_old", greater_china::tw_resident_old),
    ("uz_pinfl", asia::uz_pinfl),
    ("verhoeff", india::verhoeff),
    ("vn_cccd", southeast_asia::vn_cccd),
    ("vn_mst", southeast_asia::vn_mst),
];

/// The check that a pattern names.
///
/// # Errors
/// Says which pattern names a check that is none.
pub(crate) fn of(pattern: &Pattern) -> Result<Option<Check>, String> {
    let Some(name) = &pattern.check else {
        return Ok(None);
    };
    let check = by_name(name)
        .ok_or_else(|| format!("pattern {}: there is no check {name:?}", pattern.id))?;
    Ok(Some(check))
}

/// The check of a name, if there is one.
pub fn by_name(name: &str) -> Option<Check> {
    CHECKS
        .binary_search_by_key(&name, |entry| entry.0)
        .ok()
        .map(|index| CHECKS[index].1)
}

/// The names of all checks, for messages about a name that is none.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|entry| entry.0)
}

/// The value of an ASCII digit.
fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

/// Are these `N` bytes, all of them digits?
fn digits<const N: usize>(value: &[u8]) -> Option<[u32; N]> {
    if value.len() != N {
        return None;
    }
    let mut out = [0; N];
    for (slot, &byte) in out.iter_mut().zip(value) {
        *slot = digit(byte)?;
    }
    Some(out)
}

/// The number that a few digits write. `None` if one is no digit or there are more than nine.
fn number(value: &[u8]) -> Option<u32> {
    if value.len() > 9 {
        return None;
    }
    value
        .iter()
        .try_fold(0, |sum, &byte| Some(sum * 10 + digit(byte)?))
}

/// `A` is 10 … `Z` is 35, digits are themselves.
fn base36(byte: u8) -> Option<u32> {
    match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 10),
        _ => None,
    }
}

/// The sum of products of digits and weights.
fn weighted(values: &[u32], weights: &[u32]) -> u32 {
    values
        .iter()
        .zip(weights)
        .map(|(value, weight)| value * weight)
        .sum()
}

#[cfg(test)]
mod tests;
