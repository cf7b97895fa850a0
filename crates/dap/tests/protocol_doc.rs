//! docs/protocol.md and the code name the same methods. `UPDATE=1 cargo test -p dap --test protocol_doc` rewrites the
//! generated part of the page.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write;

use dap::{Direction, Edition, Kind, METHODS, MethodInfo};
use schemars::Schema;
use serde_json::Value;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol.md");
const BEGIN: &str = "<!-- generated from the table of methods: begin -->\n";
const END: &str = "<!-- generated from the table of methods: end -->\n";

#[test]
fn the_page_shows_the_table_of_methods() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the page has the begin mark");
    let (shown, after) = rest.split_once(END).expect("the page has the end mark");
    let wanted = reference();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PAGE, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
    } else {
        assert!(
            shown == wanted,
            "docs/protocol.md is out of date: UPDATE=1 cargo test -p dap --test protocol_doc"
        );
    }
}

fn reference() -> String {
    let mut page = String::from("\n");
    page.push_str(
        "| method | kind | direction | parameters | answer | edition |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for info in METHODS {
        let answer = match info.kind {
            Kind::Rpc => shape(&(info.answer_schema)()),
            Kind::Event => "none".to_owned(),
        };
        writeln!(
            page,
            "| [{name}](#{anchor}) | {kind} | {direction} | {params} | {answer} | {edition} |",
            name = info.name,
            anchor = info.name.to_lowercase(),
            kind = kind(info),
            direction = direction(info),
            params = shape(&(info.params_schema)()),
            edition = edition(info),
        )
        .unwrap();
    }
    for info in METHODS {
        section(&mut page, info);
    }
    page.push('\n');
    page
}

fn kind(info: &MethodInfo) -> &'static str {
    match info.kind {
        Kind::Rpc => "request",
        Kind::Event => "event",
    }
}

fn direction(info: &MethodInfo) -> &'static str {
    match info.direction {
        Direction::DeviceToCloud => "device → cloud",
        Direction::CloudToDevice => "cloud → device",
    }
}

fn edition(info: &MethodInfo) -> &'static str {
    match info.edition {
        Edition::Seed => "first",
        Edition::Later => "later",
    }
}

/// The fields in a word or two each, for the table.
fn shape(schema: &Schema) -> String {
    let schema = schema.as_value();
    if schema.get("title").and_then(Value::as_str) == Some("ConfigDocument") {
        return "[document](#configuration-document)".into();
    }
    if schema.get("title").and_then(Value::as_str) == Some("CapabilityDocument") {
        return "[document](#capability-document)".into();
    }
    let list = schema.get("type").and_then(Value::as_str) == Some("array");
    let object = if list {
        resolve(schema, &schema["items"])
    } else {
        schema
    };
    let names: Vec<_> = fields(object)
        .into_iter()
        .map(|field| format!("`{}`{}", field.name, if field.required { "" } else { "?" }))
        .collect();
    match (names.is_empty(), list) {
        (true, _) => "–".into(),
        (false, true) => format!("list of {}", names.join(", ")),
        (false, false) => names.join(", "),
    }
}

fn section(page: &mut String, info: &MethodInfo) {
    write!(
        page,
        "\n### {}\n\n{}, {}",
        info.name,
        capital(kind(info)),
        direction(info)
    )
    .unwrap();
    if info.edition == Edition::Later {
        page.push_str(", later edition");
    }
    if !info.aliases.is_empty() {
        write!(page, "; also understood as {}", info.aliases.join(", ")).unwrap();
    }
    let doc: Vec<_> = info.doc.lines().map(str::trim).collect();
    write!(page, ".\n\n{}\n", doc.join("\n")).unwrap();
    table(page, "Parameters", &(info.params_schema)());
    if info.kind == Kind::Rpc {
        table(page, "Answer", &(info.answer_schema)());
    }
    let params = compact(info.example_params);
    let params = if params == "{}" {
        String::new()
    } else {
        format!(", \"params\": {params}")
    };
    page.push_str("\n```json\n");
    match info.kind {
        Kind::Rpc => {
            writeln!(page, "{{\"req\": \"{}\"{params}, \"seq\": 1}}", info.name).unwrap();
            writeln!(page, "{{\"seq\": 1, \"resp\": {}}}", compact(info.example_answer)).unwrap();
        }
        Kind::Event => writeln!(page, "{{\"event\": \"{}\"{params}}}", info.name).unwrap(),
    }
    page.push_str("```\n");
}

/// The fields with their types and meaning. The two documents have sections of their own.
fn table(page: &mut String, what: &str, schema: &Schema) {
    let root = schema.as_value();
    let title = root.get("title").and_then(Value::as_str).unwrap_or_default();
    if title == "ConfigDocument" || title == "CapabilityDocument" {
        return;
    }
    let mut rows = Vec::new();
    collect(&mut rows, root, root, "");
    if rows.is_empty() {
        return;
    }
    write!(page, "\n| {what} | type | meaning |\n| --- | --- | --- |\n").unwrap();
    for row in rows {
        writeln!(page, "{row}").unwrap();
    }
}

fn collect(rows: &mut Vec<String>, root: &Value, schema: &Value, path: &str) {
    if schema.get("type").and_then(Value::as_str) == Some("array") {
        return collect(rows, root, resolve(root, &schema["items"]), &format!("{path}[]."));
    }
    for field in fields(schema) {
        let inner = resolve(root, field.schema);
        let optional = if field.required { "" } else { ", optional" };
        let doc = field.doc.replace('\n', " ").replace('|', "\\|");
        rows.push(format!(
            "| `{path}{}` | {}{optional} | {doc} |",
            field.name,
            type_name(inner)
        ));
        let items = inner.get("items").map(|items| resolve(root, items));
        match items {
            Some(items) => collect(rows, root, items, &format!("{path}{}[].", field.name)),
            None => collect(rows, root, inner, &format!("{path}{}.", field.name)),
        }
    }
}

struct Field<'a> {
    name: &'a str,
    schema: &'a Value,
    required: bool,
    doc: &'a str,
}

/// The required fields in the order of the type, then the optional ones by name.
fn fields(schema: &Value) -> Vec<Field<'_>> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    let required: Vec<_> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .collect();
    let place = |name: &str| required.iter().position(|other| *other == name);
    let mut fields: Vec<_> = properties
        .iter()
        .map(|(name, schema)| Field {
            name,
            schema,
            required: place(name).is_some(),
            doc: schema.get("description").and_then(Value::as_str).unwrap_or_default(),
        })
        .collect();
    fields.sort_by_key(|field| place(field.name).unwrap_or(usize::MAX));
    fields
}

/// Follows a reference, and takes the real type of one that may be null.
fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return root
            .pointer(name.trim_start_matches('#'))
            .expect("a definition for every reference");
    }
    match schema.get("anyOf").and_then(Value::as_array) {
        Some(choices) => resolve(root, &choices[0]),
        None => schema,
    }
}

fn type_name(schema: &Value) -> String {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<_> = words
            .iter()
            .filter(|word| !word.is_null())
            .map(|word| format!("`{word}`"))
            .collect();
        return words.join(" ");
    }
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let words: Vec<_> = choices
            .iter()
            .filter_map(|choice| choice.get("const"))
            .map(|word| format!("`{word}`"))
            .collect();
        if !words.is_empty() {
            return words.join(" ");
        }
    }
    let name = match schema.get("type") {
        Some(Value::String(name)) => name.as_str(),
        Some(Value::Array(names)) => names[0].as_str().unwrap_or_default(),
        _ => "any",
    };
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    match (name, bound("minimum"), bound("maximum"), bound("maxLength")) {
        ("array", ..) => "list".into(),
        (name, Some(min), Some(max), _) => format!("{name} {min}–{max}"),
        (name, _, _, Some(max)) => format!("{name}, ≤ {max} bytes"),
        (name, ..) => match schema.get("examples").and_then(Value::as_array) {
            Some(words) => words
                .iter()
                .map(|word| format!("`{word}`"))
                .collect::<Vec<_>>()
                .join(" "),
            None => name.to_owned(),
        },
    }
}

/// An example on one line.
fn compact(example: &str) -> String {
    example
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ")
        .replace("{ ", "{")
        .replace(" }", "}")
        .replace("[ ", "[")
        .replace(" ]", "]")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
