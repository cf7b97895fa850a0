//! Goes through a value along the JSON Schema of its type and names every place that does not fit. What parses is the
//! truth all the same: the schema only says where the faults of what does not parse are, and which keys and words the
//! protocol does not name.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::{Finding, Findings, Level};
use crate::{BadField, METHODS, MethodInfo};

/// Which value of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Params,
    Answer,
}

/// Schemas of parameters and answers, by the method's name: making one takes longer than looking at a message.
static SCHEMAS: LazyLock<HashMap<&str, [Value; 2]>> = LazyLock::new(|| {
    let schemas = |info: &MethodInfo| [(info.params_schema)().into(), (info.answer_schema)().into()];
    METHODS.iter().map(|info| (info.name, schemas(info))).collect()
});

/// Keys that devices spell otherwise than the protocol does; they are read all the same.
const RESPELT: [(&str, &str); 1] = [("channels", "channls")];

/// Says what is wrong with a value at `path`, of which the parser said `fault`.
pub(super) fn look(
    info: &MethodInfo,
    part: Part,
    value: &Value,
    path: &str,
    fault: Option<BadField>,
    findings: &mut Findings,
) {
    let Some([params, answer]) = SCHEMAS.get(info.name) else {
        return;
    };
    let root = if part == Part::Params { params } else { answer };
    let mut found = Vec::new();
    Walk {
        root,
        found: &mut found,
    }
    .at(root, value, path);
    let has_error = found.iter().any(|finding| finding.level == Level::Error);
    match fault {
        // It parses: the schema is stricter than need be.
        None => found.retain(|finding| finding.level == Level::Warning),
        Some(_) if has_error => {}
        Some(fault) => found.push(Finding {
            level: Level::Error,
            path: Some(below(path, &fault.path)),
            text: fault.problem,
        }),
    }
    for finding in found {
        findings.add(finding.level, finding.path.as_deref(), finding.text);
    }
}

/// A key below a path.
pub(super) fn join(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    match (plain, path.is_empty()) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{path}.{key}"),
        (false, _) => format!("{path}[{}]", Value::from(key)),
    }
}

/// A path as the parser says it, below another.
fn below(path: &str, inner: &str) -> String {
    match inner {
        "." | "?" | "" => path.to_owned(),
        inner if inner.starts_with('[') => format!("{path}{inner}"),
        inner => format!("{path}.{inner}"),
    }
}

struct Walk<'a> {
    root: &'a Value,
    found: &'a mut Vec<Finding>,
}

impl Walk<'_> {
    fn error(&mut self, path: &str, text: impl Into<String>) {
        self.say(Level::Error, path, text.into());
    }

    fn say(&mut self, level: Level, path: &str, text: String) {
        self.found.push(Finding {
            level,
            path: Some(path.to_owned()),
            text,
        });
    }

    fn at(&mut self, schema: &Value, value: &Value, path: &str) {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = reference
                .strip_prefix('#')
                .and_then(|pointer| self.root.pointer(pointer));
            if let Some(target) = target {
                self.at(target, value, path);
            }
        }
        for all in schema["allOf"].as_array().into_iter().flatten() {
            self.at(all, value, path);
        }
        if let Some(any) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
            self.any_of(any, value, path);
        }
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            return self.error(path, format!("is none of {}", list(words)));
        }
        if !self.type_fits(schema, value, path) {
            return;
        }
        match value {
            Value::Object(_) => self.object(schema, value, path),
            Value::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    self.at(&schema["items"], item, &format!("{path}[{n}]"));
                }
            }
            Value::Number(_) => self.number(schema, value, path),
            Value::String(text) => self.text(schema, text, path),
            Value::Bool(_) | Value::Null => {}
        }
    }

    fn any_of(&mut self, any: &[Value], value: &Value, path: &str) {
        let words: Vec<_> = any.iter().filter_map(|form| form.get("const")).cloned().collect();
        if words.len() == any.len() {
            if !words.contains(value) {
                self.error(path, format!("is none of {}", list(&words)));
            }
            return;
        }
        let mut closest: Option<Vec<Finding>> = None;
        // That it may be left out says nothing about what is there.
        let forms = any.iter().filter(|form| form["type"] != "null" || value.is_null());
        for form in forms {
            let mut found = Vec::new();
            Walk {
                root: self.root,
                found: &mut found,
            }
            .at(form, value, path);
            if found.iter().all(|finding| finding.level == Level::Warning) {
                return self.found.append(&mut found);
            }
            let deeper = |found: &Vec<Finding>| found.iter().any(|finding| finding.path.as_deref() != Some(path));
            match &closest {
                Some(_) if !deeper(&found) => {}
                _ => closest = Some(found),
            }
        }
        self.found.extend(closest.into_iter().flatten());
    }

    fn type_fits(&mut self, schema: &Value, value: &Value, path: &str) -> bool {
        let allowed: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => return true,
        };
        let fits = allowed.iter().any(|name| match *name {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            _ => true,
        });
        if !fits {
            let wanted = allowed.into_iter().filter(|name| *name != "null").map(in_words);
            let wanted = wanted.collect::<Vec<_>>().join(" or ");
            self.error(path, format!("is {}, expected {wanted}", what(value)));
        }
        fits
    }

    fn object(&mut self, schema: &Value, value: &Value, path: &str) {
        let (Some(fields), properties) = (value.as_object(), schema["properties"].as_object()) else {
            return;
        };
        for key in schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            if !fields.contains_key(key) {
                self.error(&join(path, key), "is missing");
            }
        }
        for (key, field) in fields {
            let here = join(path, key);
            let known = properties.and_then(|properties| properties.get(key));
            // Keys that are numbers are the only ones with a pattern.
            let numbered = schema["patternProperties"]
                .as_object()
                .and_then(|kinds| kinds.values().next());
            let respelt = RESPELT
                .iter()
                .find(|(as_read, _)| as_read == key)
                .and_then(|(_, written)| {
                    let known = properties.and_then(|properties| properties.get(*written))?;
                    Some((known, written))
                });
            match (known, respelt, &schema["additionalProperties"]) {
                (Some(known), _, _) => self.at(known, field, &here),
                (None, Some((known, written)), _) => {
                    self.say(Level::Warning, &here, format!("is written {written} in the protocol"));
                    self.at(known, field, &here);
                }
                (None, None, _) if numbered.is_some() => match (numbered, key.parse::<u32>()) {
                    (Some(numbered), Ok(_)) => self.at(numbered, field, &here),
                    _ => self.error(&here, "the key is no number"),
                },
                (None, None, others @ Value::Object(_)) => self.at(others, field, &here),
                // Of an object that names no key every key is welcome.
                (None, None, _) if properties.is_none() && path_is_open(schema) => {}
                (None, None, _) => self.say(Level::Warning, &here, "unknown key".to_owned()),
            }
        }
    }

    fn number(&mut self, schema: &Value, value: &Value, path: &str) {
        let of_format = match schema["format"].as_str() {
            Some("uint32") => Some(f64::from(u32::MAX)),
            Some("int32") => Some(f64::from(i32::MAX)),
            _ => None,
        };
        let (min, max) = (&schema["minimum"], schema["maximum"].as_f64().or(of_format));
        let Some(number) = value.as_f64() else { return };
        let too_small = min.as_f64().is_some_and(|min| number < min);
        if too_small || max.is_some_and(|max| number > max) {
            let text = match (min.as_f64(), max) {
                (Some(min), Some(max)) => format!("{value} is out of range: {min} to {max}"),
                (Some(min), None) => format!("{value} is out of range: {min} or more"),
                (None, Some(max)) => format!("{value} is out of range: {max} or less"),
                (None, None) => return,
            };
            self.error(path, text);
        }
    }

    fn text(&mut self, schema: &Value, text: &str, path: &str) {
        if let Some(max) = schema["maxLength"].as_u64()
            && text.chars().count() as u64 > max
        {
            self.error(path, format!("is longer than {max} characters"));
        }
        // The words of an open enumeration stand there as examples; other examples have a pattern.
        if let Some(words) = schema["examples"].as_array()
            && schema.get("pattern").is_none()
            && !words.iter().any(|word| word == text)
        {
            let text = format!("is none of the words that the protocol names: {}", list(words));
            self.say(Level::Warning, path, text);
        }
    }
}

/// Whether a schema without properties is of an object for whatever there is, and not of one without any key.
fn path_is_open(schema: &Value) -> bool {
    schema.get("title").and_then(Value::as_str) != Some("Empty")
}

fn list(words: &[Value]) -> String {
    words.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")
}

fn in_words(name: &str) -> &str {
    match name {
        "object" => "an object",
        "array" => "an array",
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        name => name,
    }
}

fn what(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(_) => "a text".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
