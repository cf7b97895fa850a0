//! Any text to the message parser, then its parameters to the method that they name.
#![no_main]

use dap::{Message, method_info};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Numbers that are no integers of 64 bits are read to their last bit but one.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => match (one.as_f64(), other.as_f64()) {
            (Some(a), Some(b)) if one.is_f64() && other.is_f64() => (a - b).abs() <= a.abs() * f64::EPSILON,
            _ => one == other,
        },
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| same(value, other)))
        }
        _ => one == other,
    }
}

fuzz_target!(|text: &str| {
    let Ok(message) = Message::parse(text) else { return };
    let written = message.to_text();
    let again = Message::parse(&written).expect("what is written can be read");
    assert_eq!(again.to_text(), written);

    match message {
        Message::Request { method: name, params, .. } | Message::Event { name, params } => {
            if let Some(info) = method_info(&name) {
                let _ = info.check_params(params);
            }
        }
        Message::Success { answer, .. } => {
            for info in dap::METHODS {
                let _ = info.check_answer(answer);
            }
            // What a document holds survives being read and written.
            if let Ok(config) = serde_json::from_str::<dap::ConfigDocument>(answer.get()) {
                let written = dap::to_raw(&config);
                let again: dap::ConfigDocument = serde_json::from_str(written.get()).expect("own document");
                let (one, other) = (serde_json::to_value(&config), serde_json::to_value(&again));
                assert!(same(&one.expect("JSON"), &other.expect("JSON")), "{config:?} {again:?}");
            }
        }
        Message::Failure { .. } => {}
    }
});
