//! Takes what nobody is to read later out of parameters and answers.

use serde_json::Value;
use serde_json::value::RawValue;

/// What stands in the place of a secret.
const MASK: &str = "***";
/// Longest JSON that is kept, in bytes.
const MAX_KEPT: usize = 4096;
/// Longest JSON that is looked into. Of what is longer only the length is kept.
const MAX_READ: usize = 256 * 1024;
/// What the key of a secret is, or ends with as a word of its own (`_key`, `-key`, `aKey`); in lower case.
const SECRETS: [&str; 9] = [
    "password",
    "passwd",
    "pwd",
    "pass",
    "psk",
    "token",
    "secret",
    "key",
    "passphrase",
];
/// The path under which devices ask for the uploads of a recording session.
const SESSION: &str = "/live/cseg/";
/// What it ends with, be that a word of its own or not.
const UNMISTAKABLE: [&str; 4] = ["password", "passwd", "secret", "passphrase"];

/// JSON without secrets. What is too long is a text that says so.
pub fn masked(json: &RawValue) -> String {
    if json.get().len() > MAX_READ {
        return Value::from(format!("{} bytes", json.get().len())).to_string();
    }
    let Ok(mut value) = serde_json::from_str::<Value>(json.get()) else {
        // Nested too deeply to be read.
        return Value::from(format!("{} bytes", json.get().len())).to_string();
    };
    mask(&mut value);
    let text = value.to_string();
    if text.len() <= MAX_KEPT {
        return text;
    }
    let kept = &text[..text.floor_char_boundary(MAX_KEPT)];
    Value::from(format!("{kept}… ({} bytes)", text.len())).to_string()
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if is_secret(key) && !value.is_null() {
                    *value = MASK.into();
                } else {
                    mask(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::String(text) if text.contains("://") => *text = masked_text(text),
        _ => {}
    }
}

fn is_secret(key: &str) -> bool {
    let last = key.rsplit(['_', '-', '.', ' ']).next().unwrap_or_default();
    // `wifiPassword`: the last capital behind a small letter begins the last word.
    let bytes = last.as_bytes();
    let begins = |at: &usize| bytes[*at].is_ascii_uppercase() && !bytes[*at - 1].is_ascii_uppercase();
    let word = (1..bytes.len()).rev().find(begins).and_then(|at| last.get(at..));
    let is = |word: &str| SECRETS.iter().any(|secret| word.eq_ignore_ascii_case(secret));
    let ends = |end: &&str| last.to_ascii_lowercase().ends_with(*end);
    is(last) || word.is_some_and(is) || UNMISTAKABLE.iter().any(ends)
}

/// A text in which what is secret of URLs is masked: the query, and who logs in by it.
pub(super) fn masked_text(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, url) = rest.split_at(at + 3);
        masked.push_str(before);
        let end = url
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'))
            .unwrap_or(url.len());
        let (url, after) = url.split_at(end);
        let authority = url.find(['/', '?', '#']).unwrap_or(url.len());
        let url = match url[..authority].rfind('@') {
            Some(at) => {
                masked.push_str(MASK);
                &url[at..]
            }
            None => url,
        };
        // What names a recording session there is a secret (services.md, OVR).
        let session = url.find(SESSION).map(|at| at + SESSION.len() - 1);
        match session.or_else(|| url.find(['?', '#'])) {
            Some(query) => {
                masked.push_str(&url[..=query]);
                masked.push_str(MASK);
            }
            None => masked.push_str(url),
        }
        rest = after;
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn masked_value(value: &Value) -> Value {
        serde_json::from_str(&masked(&dap::to_raw(value))).unwrap()
    }

    #[test]
    fn secrets_are_masked_wherever_they_are() {
        let said = json!({
            "url": "http://cloud/upload/7?token=abc", "login_passwd": "x", "Token": "t", "wifi-PSK": "w",
            "list": [{ "pwd": 1, "secret": { "a": 2 }, "key": null, "keys": 3, "monkey": "m" }],
            "wifiPassword": "w", "wifiPSK": "w", "rtsppassword": "r", "accessKey": "a", "Keyboard": 1, "compass": 2,
            "text": "see rtmp://ann:pw@cam/live/s?a=1&b=2 and http://x/y, please", "q": "really?",
            "cbk_url": "http://cloud:80/live/cseg/abc"
        });
        assert_eq!(
            masked_value(&said),
            json!({
                "url": "http://cloud/upload/7?***", "login_passwd": "***", "Token": "***", "wifi-PSK": "***",
                "list": [{ "pwd": "***", "secret": "***", "key": null, "keys": 3, "monkey": "m" }],
                "wifiPassword": "***", "wifiPSK": "***", "rtsppassword": "***", "accessKey": "***", "Keyboard": 1, "compass": 2,
                "text": "see rtmp://***@cam/live/s?*** and http://x/y, please", "q": "really?",
                "cbk_url": "http://cloud:80/live/cseg/***"
            })
        );
    }

    #[test]
    fn what_is_long_is_cut_and_stays_json() {
        let said = json!({ "text": "é".repeat(4000) });
        let Value::String(kept) = masked_value(&said) else {
            panic!()
        };
        assert!(kept.ends_with("… (8011 bytes)") && kept.len() < MAX_KEPT + 32, "{kept}");
        let said = json!({ "password": "p".repeat(MAX_READ) });
        let Value::String(kept) = masked_value(&said) else {
            panic!()
        };
        assert!(!kept.contains("ppp") && kept.ends_with(" bytes"), "{kept}");
    }

    #[test]
    fn no_text_is_too_odd() {
        for text in ["", "://", "a://@", "a://b@c@d/e?f#g", "x://?", "://://?a ://"] {
            masked_text(text);
        }
        assert_eq!(masked_text("a://u:p@h@d/e?f=1#g"), "a://***@d/e?***");
    }
}
