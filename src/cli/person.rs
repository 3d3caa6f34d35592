//! From a person's number or name, read from standard input, to the pseudonym that stands in the records.

use super::search::PersonArgs;

/// The pseudonyms to search for; none if no person was asked for.
pub fn pseudonyms(args: &PersonArgs) -> anyhow::Result<Vec<String>> {
    if args.id_number.is_none() && args.name.is_none() {
        return Ok(Vec::new());
    }
    Err(super::usage(
        "searching by person needs the pseudonymiser, which this build does not have",
    ))
}
