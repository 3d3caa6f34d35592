//! Several searches in one walk over a text: each remembers where it found its next one, so that what stands far off, or nowhere, is not
//! searched again at every step of the others. Without it a text with many of the one and none of the other takes quadratic time.

/// Where one search of a walk is.
#[derive(Default)]
pub(crate) enum Ahead<T> {
    #[default]
    NotAsked,
    NoneLeft,
    /// Where the next one begins, and what was found there.
    At(usize, T),
}

impl<T: Copy> Ahead<T> {
    /// The next one that begins at or after `from`, which may only grow; `search` finds it where it is not known yet.
    #[inline]
    pub fn from(
        &mut self,
        from: usize,
        search: impl FnOnce() -> Option<(usize, T)>,
    ) -> Option<(usize, T)> {
        let known = match self {
            Self::NotAsked => false,
            Self::NoneLeft => true,
            Self::At(start, _) => *start >= from,
        };
        if !known {
            *self = search().map_or(Self::NoneLeft, |(start, found)| Self::At(start, found));
        }
        match self {
            Self::At(start, found) => Some((*start, *found)),
            _ => None,
        }
    }
}
