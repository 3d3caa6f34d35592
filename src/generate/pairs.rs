//! Bodies as lists of names and values.

use super::labels::Carrier;
use super::node::{Entry, Mark, Node};
use super::rng::Rng;

/// `[["Name", "张三"], …]`: a request as name/value pairs.
pub fn as_pairs(entries: Vec<Entry>) -> Node {
    Node::List(
        entries
            .into_iter()
            .map(|e| Node::List(vec![Node::text(e.key), listed(e.node)]))
            .collect(),
    )
}

/// `[{"Name": "姓名", "Value": "张三"}, …]`: a request as a key/value list.
pub fn as_key_value_list(entries: Vec<Entry>, r: &mut Rng) -> Node {
    let (key, value) = r.one(&[
        ("Name", "Value"),
        ("key", "value"),
        ("Key", "Value"),
        ("field", "content"),
        ("name", "value"),
    ]);
    Node::List(
        entries
            .into_iter()
            .map(|e| Node::map([(key, Node::text(e.key)), (value, listed(e.node))]))
            .collect(),
    )
}

/// The plants of a member are carried by a key/value list from now on.
fn listed(mut node: Node) -> Node {
    if let Node::Text(leaf) | Node::Bare(leaf) = &mut node {
        for mark in &mut leaf.marks {
            if let Mark::Plant { carrier, .. } = mark
                && *carrier == Carrier::Key
            {
                *carrier = Carrier::KvList;
            }
        }
    }
    node
}
