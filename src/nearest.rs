//! Suggestions for names that are misspelt.

use std::{io, path::Path};

/// The one of `known` that `unknown` was probably meant to be.
pub(crate) fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let unknown = unknown.to_ascii_lowercase();
    known
        .map(|name| {
            (
                strsim::damerau_levenshtein(&unknown, &name.to_ascii_lowercase()),
                name,
            )
        })
        .filter(|(distance, name)| *distance <= 1 + name.len() / 3)
        .min()
        .map(|(_, name)| name)
}

/// Why a file can't be opened, with the one beside it that was probably meant.
pub(crate) fn missing(path: &Path, error: io::Error) -> io::Error {
    let (io::ErrorKind::NotFound, Some(name)) = (error.kind(), path.file_name()) else {
        return error;
    };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let beside = folder.unwrap_or(Path::new(".")).read_dir();
    let names: Vec<String> = beside
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    match nearest(&name.to_string_lossy(), names.iter().map(String::as_str)) {
        Some(near) => {
            let near = path.with_file_name(near);
            let text = format!("{error}; did you mean `{}`?", near.display());
            io::Error::new(error.kind(), text)
        }
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_names_the_one_that_was_meant() {
        let said =
            |path: &str| missing(Path::new(path), io::ErrorKind::NotFound.into()).to_string();
        assert!(said("Cargo.tml").ends_with("did you mean `Cargo.toml`?"));
        assert!(said("src/mian.rs").ends_with("did you mean `src/main.rs`?"));
        assert!(!said("no/such/folder").contains("did you mean"));
    }
}
