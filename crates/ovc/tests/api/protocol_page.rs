//! docs/protocol.md says for each method where a person finds it, how a program calls it, and what shows that it works.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const HEADING: &str = "## Where each method is found";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The words of a cell that are written as code.
fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_method_is_found_where_the_page_says() {
    let page = read("docs/protocol.md");
    let (_, section) = page.split_once(HEADING).expect("the page has the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let document: Value = serde_json::from_str(&read("openapi.json")).expect("openapi.json is JSON");
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let mut named = BTreeSet::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [method, console, api, tests] = cells[..] else {
            panic!("a row has four cells: {row}");
        };
        let method = code(method).first().copied().expect("a method");
        assert!(named.insert(method.to_owned()), "{method} stands there twice");
        assert!(!console.is_empty(), "{method}: where is it in the console?");
        for operation in code(api) {
            let Some((verb, path)) = operation.split_once(' ') else {
                continue;
            };
            let known = &document["paths"][format!("/api/v1{path}")][verb.to_lowercase()];
            assert!(known.is_object(), "{method}: the API has no {operation}");
        }
        let tests = code(tests);
        assert!(
            tests.iter().any(|test| read(test).contains(method)),
            "{method}: none of its tests names it: {tests:?}"
        );
    }
    let known: BTreeSet<_> = dap::METHODS.iter().map(|info| info.name.to_owned()).collect();
    assert_eq!(named, known);
}
