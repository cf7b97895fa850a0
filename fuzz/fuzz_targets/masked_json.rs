//! Any JSON that a device answers, on its way into the journal of commands: never a panic; what is kept is JSON of
//! bounded length, and nothing behind the key of a secret is in it.
#![no_main]

#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovc/src/device/commands"]
mod commands {
    mod mask;

    use serde_json::Value;
    use serde_json::value::RawValue;

    const CANARY: &str = "kept-from-no-one";

    pub fn check(key: &str, text: &str) {
        let _ = mask::masked_text(text);
        let Ok(json) = RawValue::from_string(text.to_owned()) else { return };
        let kept = mask::masked(&json);
        serde_json::from_str::<Value>(&kept).expect("what is kept is JSON");
        assert!(kept.len() <= 6 * 4096 + 64, "{}", kept.len());
        // Whatever stands around it.
        let Ok(value) = serde_json::from_str::<Value>(json.get()) else { return };
        let hidden = serde_json::json!({ "around": value, format!("{key}_token"): { "deep": CANARY } });
        let hidden = RawValue::from_string(hidden.to_string()).expect("JSON");
        assert!(text.contains(CANARY) || key.contains(CANARY) || !mask::masked(&hidden).contains(CANARY));
    }
}

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| commands::check(input.0, input.1));
