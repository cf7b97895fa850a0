use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::ErrorCode;

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
}

#[test]
fn the_four_forms_are_told_apart() {
    let Message::Request { seq, method, params } =
        Message::parse(r#" {"req": "LiveStop", "params": {"channel": 0}, "seq": 7} "#).unwrap()
    else {
        panic!()
    };
    assert_eq!(
        (seq, &*method, params.unwrap().get()),
        (7, "LiveStop", r#"{"channel": 0}"#)
    );

    let Message::Success { seq, answer } = Message::parse(r#"{"seq":-3,"resp":[{"id":1}]}"#).unwrap() else {
        panic!()
    };
    assert_eq!((seq, answer.get()), (-3, r#"[{"id":1}]"#));

    let Message::Failure { seq, error } =
        Message::parse(r#"{"seq":1,"err":{"code":4711,"msg":"vendor's own","more":1}}"#).unwrap()
    else {
        panic!()
    };
    assert_eq!((seq, error), (1, RpcError::new(ErrorCode(4711), "vendor's own")));

    let Message::Event { name, params } = Message::parse(r#"{"event":"RebootDevice","params":null}"#).unwrap() else {
        panic!()
    };
    assert_eq!((&*name, params.is_none()), ("RebootDevice", true));
}

#[test]
fn an_answer_may_be_null() {
    assert!(
        matches!(Message::parse(r#"{"seq":1,"resp":null}"#), Ok(Message::Success { answer, .. }) if answer.get() == "null")
    );
}

#[test]
fn unknown_keys_beside_the_envelope_are_ignored() {
    assert!(Message::parse(r#"{"event":"Bind","ts":5,"params":{"bind_id":"b"},"x":{"req":"not at the top"}}"#).is_ok());
}

#[test]
fn malformed_messages_are_told_apart_by_their_close_code() {
    use Malformed::*;
    for (text, malformed, code) in [
        ("", NotJson, 1007),
        ("hello", NotJson, 1007),
        (r#"{"req":"Keepalive","seq":1"#, NotJson, 1007),
        (r#"{"req":"Keepalive","seq":1} x"#, NotJson, 1007),
        (r#"{"req":"Keepalive","seq":1,"req":}"#, NotJson, 1007),
        ("5", NotAnObject, 1008),
        (r#"["Keepalive",null,null,null,1,null]"#, NotAnObject, 1008),
        ("{}", NoForm, 1008),
        (r#"{"seq":1}"#, NoForm, 1008),
        (r#"{"req":"Keepalive","event":"Bind","seq":1}"#, ManyForms, 1008),
        (r#"{"seq":1,"resp":null,"err":{"code":1,"msg":""}}"#, ManyForms, 1008),
        (r#"{"req":"Keepalive"}"#, SeqMissing, 1008),
        (r#"{"resp":{}}"#, SeqMissing, 1008),
        (r#"{"req":"Keepalive","seq":"1"}"#, BadKey("seq"), 1008),
        (r#"{"req":"Keepalive","seq":1.5}"#, BadKey("seq"), 1008),
        (r#"{"req":"Keepalive","seq":9223372036854775808}"#, BadKey("seq"), 1008),
        (r#"{"req":1,"seq":1}"#, BadKey("req"), 1008),
        (r#"{"event":{}}"#, BadKey("event"), 1008),
        (r#"{"seq":1,"err":{"code":"1","msg":""}}"#, BadKey("err"), 1008),
        (r#"{"seq":1,"err":{"code":1}}"#, BadKey("err"), 1008),
        (r#"{"seq":1,"seq":1,"resp":{}}"#, Repeated, 1008),
    ] {
        let found = Message::parse(text).unwrap_err();
        assert_eq!((found, found.close_code()), (malformed, code), "{text}");
    }
}

#[test]
fn deep_nesting_is_no_danger() {
    let deep = format!(
        r#"{{"event":"Bind","params":{}1{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(Message::parse(&deep).is_ok());
}

/// JSON of any shape, a few levels deep.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        form in 0..4, seq in any::<i64>(), name in any::<String>(), params in proptest::option::of(json()), code in any::<i64>()
    ) {
        let body = params.map(|params| raw(&params.to_string()));
        let message = match form {
            0 => Message::Request { seq, method: name.into(), params: body.as_deref() },
            1 => Message::Success { seq, answer: body.as_deref().unwrap_or(RawValue::NULL) },
            2 => Message::Failure { seq, error: RpcError::new(ErrorCode(code), name) },
            _ => Message::Event { name: name.into(), params: body.as_deref() },
        };
        let text = message.to_text();
        let again = Message::parse(&text).unwrap();
        prop_assert_eq!(again.to_text(), text.replace(r#","params":null"#, ""));
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = Message::parse(&text);
    }

    #[test]
    fn no_damaged_message_panics(at in 0usize..60, byte in 0u8..128) {
        let mut text = r#"{"req":"Keepalive","params":{"state":1,"channels":[]},"seq":1}"#.as_bytes().to_vec();
        text[at] = byte;
        if let Ok(message) = Message::parse(std::str::from_utf8(&text).unwrap()) {
            prop_assert!(Message::parse(&message.to_text()).is_ok());
        }
    }
}
