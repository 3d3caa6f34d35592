//! Asks a node for the others of its cluster, if the settings say so.

use super::client::{Client, Method};
use super::error::Error;

/// The configured nodes, and those that hold data by the cluster's own account, in the scheme of the first.
pub async fn nodes(client: &Client, urls: &[String]) -> Result<Vec<String>, Error> {
    let path = "/_nodes/data:true/http?filter_path=nodes.*.http.publish_address";
    let answer = client.json(Method::Get, path, None).await?;
    let scheme = urls
        .first()
        .and_then(|url| url.split("://").next())
        .unwrap_or("http");
    let mut all = urls.to_vec();
    for node in answer["nodes"]
        .as_object()
        .into_iter()
        .flat_map(|nodes| nodes.values())
    {
        let Some(published) = node["http"]["publish_address"].as_str() else {
            continue;
        };
        let url = format!("{scheme}://{}", address(published));
        if !all.contains(&url) {
            all.push(url);
        }
    }
    Ok(all)
}

/// `es1.example/10.0.0.5:9200` is how a node with a name publishes itself: certificates are for the name.
fn address(published: &str) -> String {
    match (published.split_once('/'), published.rsplit_once(':')) {
        (Some((name, _)), Some((_, port))) => format!("{name}:{port}"),
        _ => published.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_preferred() {
        for (published, expected) in [
            ("10.0.0.5:9200", "10.0.0.5:9200"),
            ("[::1]:9200", "[::1]:9200"),
            ("es1.example/10.0.0.5:9200", "es1.example:9200"),
        ] {
            assert_eq!(address(published), expected);
        }
    }
}
