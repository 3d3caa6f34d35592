//! Dates in the calendars of Taiwan and Japan that no label tells, beside what tells a person: `王小明 A123456789 民國67年1月22日`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::redact::pass::{Pass, Rule};

static YEAR: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("年"));

impl Pass<'_> {
    /// Only dates of years in which those were born who are grown up: logs tell the time in these calendars as well.
    pub(crate) fn era_dates(&mut self, t: &[u8], at: usize, mark: usize) {
        let dates = &self.core.dates;
        let Some(category) = self.core.birth_category else {
            return;
        };
        for year in YEAR.find_iter(t) {
            let Some(start) = dates.era_before(t, year) else {
                continue;
            };
            let span = start..start + dates.placed_run(&t[start..]);
            let placed = at + span.start..at + span.end;
            if dates.ends_with_day(&t[span.clone()])
                && !self.scratch.edits.touches(mark, placed.clone())
            {
                let rule = Rule::Named("birth date of an era");
                self.take(&t[span], placed, category, rule, 0, b"");
            }
        }
    }
}
