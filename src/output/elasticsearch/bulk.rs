//! Delivers ready batches: every item ends stored, or in a dead letter, or the batch is reported as undelivered.
//!
//! ```text
//! batch ─split by bytes─▶ groups ─▶ slot, index, gzip, send ─▶ judge each item
//!                           ▲                                   ├ stored, already there ─▶ done
//!                           ├── only those that may succeed ◀───┤ retry, hold (after a wait, without a slot)
//!                           ├── safe form ◀─────────────────────┤ refused for its content
//!                           └── two halves ◀── too large        └ refused again ─▶ dead letter
//! ```

use std::time::{Duration, Instant};

use super::answer::{ItemStatus, statuses};
use super::client::Method;
use super::item::{Item, index_of, request_body, safe_item};
use super::outcome::{self, ItemVerdict, RequestVerdict};
use super::report::Report;
use super::{Elasticsearch, Error};
use crate::batch::{Delivered, Fate, ReadyBatch};
use crate::output::dead_letter::DeadLetter;
use bytes::Bytes;

/// Items that are sent together.
struct Group {
    items: Vec<Item>,
    /// Failures in a row, for the backoff.
    failures: u32,
}

impl Group {
    /// Nobody said what became of it.
    fn fail(&mut self) {
        self.failures += 1;
        self.items.iter_mut().for_each(|item| item.unsure = true);
    }
}

impl Elasticsearch {
    /// Delivers a batch and answers its receipt: [`Delivered::Safe`] once every record is stored or in a dead letter. Tries for ever unless
    /// `bulk.give_up_after_s` says otherwise. May be called many times at once; dropping the future leaves the receipt unanswered, which
    /// counts as [`Delivered::Failed`].
    pub async fn deliver(&self, batch: ReadyBatch) -> Report {
        let ReadyBatch {
            body,
            ends,
            receipt,
            ..
        } = batch;
        let body = Bytes::from(body);
        let mut report = Report::default();
        let mut groups = Vec::new();
        let most = self.throttle.bytes();
        let mut start = 0;
        let mut size = 0;
        let mut items = Vec::with_capacity(ends.len());
        for (record, end) in ends.into_iter().enumerate() {
            if end == start {
                report.refused += 1;
                continue;
            }
            if size > 0 && size + (end - start) > most {
                groups.push(std::mem::take(&mut items));
                size = 0;
            }
            size += end - start;
            items.push(Item {
                span: start..end,
                safe: None,
                attempts: 0,
                record,
                unsure: false,
            });
            start = end;
        }
        if !items.is_empty() {
            groups.push(items);
        }
        let deadline = self
            .settings
            .bulk
            .give_up_after_s
            .map(|s| Instant::now() + Duration::from_secs(s));
        let deliveries = groups
            .into_iter()
            .map(|items| self.deliver_group(&body, items, deadline));
        for part in join_all(deliveries).await {
            report.add(&part);
        }
        let count = |result: &'static str, n: u64| {
            metrics::counter!("tuomin_elasticsearch_documents_total", "result" => result)
                .increment(n)
        };
        count("stored", report.stored);
        count("already_there", report.already_there);
        count("dead_letter", report.dead);
        count("refused", report.refused);
        receipt.tell(report.delivered, &report.notes);
        report
    }

    async fn deliver_group(
        &self,
        body: &Bytes,
        items: Vec<Item>,
        deadline: Option<Instant>,
    ) -> Report {
        let mut report = Report::default();
        let mut work = vec![Group { items, failures: 0 }];
        while let Some(mut group) = work.pop() {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                report.delivered = Delivered::Failed;
                return report;
            }
            if let Err(error) = self.ensure_indices(body, &group.items).await {
                self.notice.say(&error.to_string());
                group.failures += 1;
                self.wait(group.failures, None, deadline).await;
                work.push(group);
                continue;
            }
            let (answer, took) = {
                let _slot = self.throttle.slot().await;
                let (bytes, encoding) =
                    request_body(body, &group.items, self.settings.bulk.compression).await;
                metrics::counter!("tuomin_elasticsearch_sent_bytes_total")
                    .increment(bytes.len() as u64);
                let begin = Instant::now();
                let answer = self
                    .client
                    .send(Method::Post, &self.bulk_path, Some((bytes, encoding)))
                    .await;
                (answer, begin.elapsed())
            };
            metrics::histogram!("tuomin_elasticsearch_request_seconds").record(took.as_secs_f64());
            for item in &mut group.items {
                report.sent_again += u64::from(item.attempts > 0);
                item.attempts += 1;
            }
            let answer = match answer {
                Ok(answer) => answer,
                Err(no_answer) => {
                    self.notice.say(&format!(
                        "Elasticsearch at {}: {}; trying again",
                        self.client.urls(),
                        no_answer.0
                    ));
                    self.again("no_answer", group.items.len());
                    group.fail();
                    self.wait(group.failures, None, deadline).await;
                    work.push(group);
                    continue;
                }
            };
            match outcome::judge_request(answer.status) {
                RequestVerdict::Read => match statuses(&answer.body, group.items.len()) {
                    Some(statuses) => {
                        self.notice.clear();
                        let overloaded = statuses.iter().any(|s| s.status == 429);
                        if overloaded {
                            self.throttle.overload()
                        } else {
                            self.throttle.success()
                        }
                        let next = self
                            .settle(body, group, statuses, &mut report, deadline)
                            .await;
                        let Some(next) = next else {
                            report.delivered = Delivered::Failed;
                            return report;
                        };
                        work.extend(next);
                    }
                    None => {
                        self.notice.say("Elasticsearch's answer to a bulk request is incomplete; sending it again");
                        self.again("incomplete_answer", group.items.len());
                        group.fail();
                        self.wait(group.failures, None, deadline).await;
                        work.push(group);
                    }
                },
                RequestVerdict::Split if group.items.len() > 1 => {
                    if answer.status == 413 {
                        self.throttle.overload();
                    }
                    self.again("split", group.items.len());
                    let second = group.items.split_off(group.items.len() / 2);
                    work.push(Group {
                        items: second,
                        failures: 0,
                    });
                    work.push(group);
                }
                RequestVerdict::Split => {
                    let error = if answer.status == 413 {
                        "request_too_large".to_owned()
                    } else {
                        answer.error_type()
                    };
                    let statuses = vec![ItemStatus {
                        status: answer.status,
                        error: Some(error),
                    }];
                    let Some(next) = self
                        .settle(body, group, statuses, &mut report, deadline)
                        .await
                    else {
                        report.delivered = Delivered::Failed;
                        return report;
                    };
                    work.extend(next);
                }
                verdict @ (RequestVerdict::Retry { .. } | RequestVerdict::Hold) => {
                    let reason = match verdict {
                        RequestVerdict::Retry { overloaded: true } => {
                            self.throttle.overload();
                            "overloaded"
                        }
                        RequestVerdict::Hold => "held",
                        _ => "server_error",
                    };
                    self.notice.say(&format!("Elasticsearch at {} answers bulk requests with status {}; nothing is dropped, trying again", self.client.urls(), answer.status));
                    self.again(reason, group.items.len());
                    group.fail();
                    self.wait(group.failures, answer.retry_after, deadline)
                        .await;
                    work.push(group);
                }
            }
        }
        report
    }

    /// Sorts a group's items by their answers. Gives back what is to be sent again, `None` when the deadline passed before dead letters could be written.
    async fn settle(
        &self,
        body: &Bytes,
        group: Group,
        statuses: Vec<ItemStatus>,
        report: &mut Report,
        deadline: Option<Instant>,
    ) -> Option<Vec<Group>> {
        let mut now = Vec::new();
        let mut later = Vec::new();
        let mut dead = Vec::new();
        let mut hold = None;
        for (mut item, answer) in group.items.into_iter().zip(statuses) {
            let error = answer.error.as_deref().map(outcome::error_type);
            match outcome::judge_item(answer.status, error) {
                ItemVerdict::Stored => {
                    report.stored += 1;
                    if answer.status == 200 && !item.unsure {
                        report.notes.push((item.record, Fate::Updated));
                    }
                    report.safe_form += u64::from(item.safe.is_some());
                }
                ItemVerdict::AlreadyThere => {
                    report.already_there += 1;
                    if !item.unsure {
                        report.notes.push((item.record, Fate::AlreadyThere));
                    }
                }
                ItemVerdict::Retry => {
                    // A rejection (429) came before anything was done; an error of the server may have come after.
                    item.unsure |= answer.status != 429;
                    later.push(item);
                }
                ItemVerdict::Hold => {
                    hold = Some(answer.status);
                    later.push(item);
                }
                ItemVerdict::RetryAFewTimes if item.attempts < outcome::A_FEW_TIMES => {
                    if answer.status == 404 {
                        self.forget_index(&body[item.span.clone()]);
                    }
                    later.push(item);
                }
                ItemVerdict::RetryAFewTimes | ItemVerdict::Refused => {
                    let whole = &body[item.span.clone()];
                    let too_large = answer.status == 413;
                    match item
                        .safe
                        .is_none()
                        .then(|| safe_item(whole))
                        .flatten()
                        .filter(|_| !too_large)
                    {
                        Some(safe) => {
                            item.safe = Some(safe);
                            now.push(item);
                        }
                        None => dead.push(DeadLetter::of(
                            whole,
                            answer.status,
                            error.unwrap_or("unknown"),
                            item.attempts,
                        )),
                    }
                }
            }
        }
        if let Some(status) = hold {
            self.notice.say(&format!("Elasticsearch refuses documents with status {status}: check the privileges of the user or API key; nothing is dropped, trying again"));
        }
        if !dead.is_empty() {
            tracing::warn!(
                documents = dead.len(),
                error = dead[0].error,
                status = dead[0].status,
                "refused by Elasticsearch, kept as dead letters"
            );
            report.dead += dead.len() as u64;
            self.bury(dead, deadline).await?;
        }
        let mut next = Vec::new();
        if !later.is_empty() {
            self.again("item", later.len());
            let failures = group.failures + 1;
            self.wait(failures, None, deadline).await;
            next.push(Group {
                items: later,
                failures,
            });
        }
        if !now.is_empty() {
            self.again("safe_form", now.len());
            next.push(Group {
                items: now,
                failures: 0,
            });
        }
        Some(next)
    }

    /// Writes dead letters; waits while the folder is full or can't be written, for it is the last copy.
    async fn bury(&self, letters: Vec<DeadLetter>, deadline: Option<Instant>) -> Option<()> {
        let letters = std::sync::Arc::new(letters);
        let mut failures = 0;
        loop {
            let (folder, batch) = (self.dead_letters.clone(), letters.clone());
            let written = tokio::task::spawn_blocking(move || folder.write(&batch)).await;
            match written {
                Ok(Ok(())) => return Some(()),
                Ok(Err(error)) => self.notice.say(&format!("{error}; delivery waits")),
                Err(_) => self
                    .notice
                    .say("dead letters could not be written; delivery waits"),
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return None;
            }
            failures += 1;
            self.wait(failures, None, deadline).await;
        }
    }

    async fn wait(&self, failures: u32, asked_for: Option<Duration>, deadline: Option<Instant>) {
        let longest = Duration::from_secs(self.settings.bulk.max_backoff_s);
        let wait = outcome::backoff(failures, longest, outcome::dice(), asked_for);
        let left = deadline.map_or(wait, |deadline| {
            deadline.saturating_duration_since(Instant::now())
        });
        tokio::time::sleep(wait.min(left)).await;
    }

    fn again(&self, reason: &'static str, items: usize) {
        metrics::counter!("tuomin_elasticsearch_sent_again_total", "reason" => reason)
            .increment(items as u64);
    }

    /// Has every index of these items made, managed by its policy, before the first document goes there.
    async fn ensure_indices(&self, body: &Bytes, items: &[Item]) -> Result<(), Error> {
        let mut last: &[u8] = b"";
        let mut unknown: Vec<String> = Vec::new();
        {
            let known = self
                .indices
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            for item in items {
                let index = index_of(&body[item.span.clone()]);
                if index == last {
                    continue;
                }
                last = index;
                let name = String::from_utf8_lossy(index);
                if !known.contains(name.as_ref()) && !unknown.iter().any(|u| *u == name) {
                    unknown.push(name.into_owned());
                }
            }
        }
        for index in unknown {
            self.ensure_index(&index).await?;
            self.indices
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .insert(index);
        }
        Ok(())
    }

    fn forget_index(&self, item: &[u8]) {
        let name = String::from_utf8_lossy(index_of(item)).into_owned();
        self.indices
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .remove(&name);
    }
}

/// Runs futures side by side on this task.
async fn join_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.map(|f| (Box::pin(f), None)).collect();
    std::future::poll_fn(|context| {
        let mut pending = false;
        for (future, done) in &mut running {
            if done.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(output) => *done = Some(output),
                    std::task::Poll::Pending => pending = true,
                }
            }
        }
        if pending {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
    running.into_iter().filter_map(|(_, done)| done).collect()
}
