//! Answers from the indices that `tuomin run --es` wrote. Reads only.

use elasticsearch::http::Method;
use serde_json::{Value, json};

use super::{
    elastic_dsl as dsl,
    filter::Query,
    record::Record,
    source::{Order, Page, SourceError},
};
use crate::output::elasticsearch::{self as store, Client, Names};

/// Elasticsearch's own limit (`index.max_result_window`) on pages by number.
const WINDOW: usize = 10_000;
/// Records a request while walking; with bodies of some kilobytes each this is a few megabytes.
const STRIDE: usize = 500;

/// A client that knows where the records are.
pub struct Elastic {
    client: Client,
    indices: String,
}

impl Elastic {
    /// With the settings that `tuomin run` writes by. Connects to nothing yet.
    pub fn new(settings: &store::Settings) -> Result<Self, SourceError> {
        Ok(Self {
            client: Client::new(settings)?,
            indices: Names::new(settings).search_pattern(None),
        })
    }

    /// Where, for the head of a report.
    pub fn describe(&self) -> String {
        self.client.urls()
    }

    /// See [`super::source::Source::search`].
    pub async fn search(
        &self,
        query: &Query,
        order: Order,
        offset: usize,
        limit: usize,
    ) -> Result<Page, SourceError> {
        if offset.saturating_add(limit) <= WINDOW {
            let body = json!({
                "query": dsl::query(query), "sort": dsl::sort(order), "from": offset, "size": limit, "track_total_hits": true
            });
            let answer = self.ask(&body).await?;
            return Ok(Page {
                total: total(&answer)?,
                records: hits(answer)?.map(|(record, _)| record).collect(),
            });
        }
        // Beyond the window: walk, and drop what is before the page.
        let mut records = Vec::new();
        let mut at = 0_usize;
        let total = self
            .walk_counted(query, order, |record| {
                if at >= offset {
                    records.push(record);
                }
                at += 1;
                records.len() < limit
            })
            .await?;
        Ok(Page { total, records })
    }

    /// See [`super::source::Source::walk`]: one point in time, pages by `search_after`.
    pub async fn walk(
        &self,
        query: &Query,
        order: Order,
        each: impl FnMut(Record) -> bool,
    ) -> Result<(), SourceError> {
        self.walk_counted(query, order, each).await.map(drop)
    }

    async fn walk_counted(
        &self,
        query: &Query,
        order: Order,
        each: impl FnMut(Record) -> bool,
    ) -> Result<u64, SourceError> {
        let path = format!(
            "/{}/_pit?keep_alive=2m&ignore_unavailable=true",
            self.indices
        );
        // No index yet: nothing is stored, which is an answer.
        let Some(opened) = self
            .client
            .json_or_missing(Method::Post, &path, None)
            .await?
        else {
            return Ok(0);
        };
        let mut pit = opened["id"].as_str().ok_or(SourceError::Answer)?.to_owned();
        let result = self.walk_pit(&mut pit, query, order, each).await;
        // Kept open it would hold segments for two minutes more: worth a try, not worth an error.
        let _ = self
            .client
            .json(Method::Delete, "/_pit", Some(&json!({"id": pit})))
            .await;
        result
    }

    async fn walk_pit(
        &self,
        pit: &mut String,
        query: &Query,
        order: Order,
        mut each: impl FnMut(Record) -> bool,
    ) -> Result<u64, SourceError> {
        let mut sort = dsl::sort(order);
        if let Value::Array(keys) = &mut sort {
            keys.push(json!({"_shard_doc": "asc"}));
        }
        let mut after: Option<Value> = None;
        let mut all = 0;
        loop {
            let mut body = json!({
                "query": dsl::query(query), "sort": sort, "size": STRIDE,
                "pit": {"id": pit.as_str(), "keep_alive": "2m"}, "track_total_hits": after.is_none()
            });
            if let Some(after) = after.take() {
                body["search_after"] = after;
            }
            let answer = self
                .client
                .json(Method::Post, "/_search", Some(&body))
                .await?;
            if all == 0 {
                all = total(&answer)?;
            }
            if let Some(id) = answer["pit_id"].as_str() {
                id.clone_into(pit);
            }
            let mut count = 0;
            for (record, key) in hits(answer)? {
                count += 1;
                after = Some(key);
                if !each(record) {
                    return Ok(all);
                }
            }
            if count < STRIDE {
                return Ok(all);
            }
        }
    }

    /// One search over all our indices.
    pub async fn ask(&self, body: &Value) -> Result<Value, SourceError> {
        let path = format!("/{}/_search?ignore_unavailable=true", self.indices);
        Ok(self.client.json(Method::Post, &path, Some(body)).await?)
    }
}

fn total(answer: &Value) -> Result<u64, SourceError> {
    answer["hits"]["total"]["value"]
        .as_u64()
        .ok_or(SourceError::Answer)
}

/// Each hit's record and its sort key.
fn hits(mut answer: Value) -> Result<impl Iterator<Item = (Record, Value)>, SourceError> {
    let Value::Array(hits) = answer["hits"]["hits"].take() else {
        return Err(SourceError::Answer);
    };
    Ok(hits.into_iter().map(|mut hit| {
        let mut record = Record::from_document(hit["_source"].take());
        record.id = hit["_id"].as_str().map(str::to_owned);
        (record, hit["sort"].take())
    }))
}
