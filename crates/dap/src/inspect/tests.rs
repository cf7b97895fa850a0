use std::time::Duration;

use serde_json::json;

use super::*;
use crate::METHODS;
use Direction::{CloudToDevice, DeviceToCloud};

fn inspector() -> Inspector {
    Inspector::from_login(Duration::from_secs(20), 1 << 20)
}

/// What is said of a message, as `error params.state: is missing`.
fn said(inspection: &Inspection) -> Vec<String> {
    let line = |finding: &Finding| {
        let level = if finding.level == Level::Error {
            "error"
        } else {
            "warning"
        };
        format!("{level} {}: {}", finding.path.as_deref().unwrap_or("."), finding.text)
    };
    inspection.findings.iter().map(line).collect()
}

fn of(direction: Direction, text: &str) -> Vec<String> {
    said(&inspector().message(Duration::ZERO, direction, text))
}

#[test]
fn nothing_is_said_of_any_example_of_the_protocol() {
    for info in METHODS {
        let other = match info.direction {
            DeviceToCloud => CloudToDevice,
            CloudToDevice => DeviceToCloud,
        };
        let mut inspector = inspector();
        let (params, answer) = (info.example_params, info.example_answer);
        if info.kind == Kind::Event {
            let text = format!(r#"{{"event": "{}", "params": {params}}}"#, info.name);
            let seen = inspector.message(Duration::ZERO, info.direction, &text);
            assert_eq!((seen.kind, said(&seen)), (MessageKind::Event, vec![]), "{}", info.name);
            continue;
        }
        let text = format!(r#"{{"req": "{}", "params": {params}, "seq": 7}}"#, info.name);
        let asked = inspector.message(Duration::ZERO, info.direction, &text);
        assert_eq!(
            (asked.kind, said(&asked)),
            (MessageKind::Request, vec![]),
            "{}",
            info.name
        );
        let text = format!(r#"{{"seq": 7, "resp": {answer}}}"#);
        let answered = inspector.message(Duration::from_millis(31), other, &text);
        assert_eq!(
            (answered.kind, said(&answered)),
            (MessageKind::Answer, vec![]),
            "{}",
            info.name
        );
        assert_eq!(answered.method.as_deref(), Some(info.name));
        assert_eq!(answered.latency, Some(Duration::from_millis(31)));
    }
}

#[test]
fn every_fault_in_the_parameters_is_named_with_its_place() {
    let params = json!({
        "state": "1", "colour": 3,
        "channels": [{"channel": 0, "state": 1}, {"channel": -1, "stat": 2, "alarm": 1.5}],
    });
    let text = json!({"req": "Keepalive", "params": params, "seq": 1}).to_string();
    assert_eq!(
        of(DeviceToCloud, &text),
        [
            "error params.channels[1].state: is missing",
            "error params.channels[1].alarm: is 1.5, expected a whole number",
            "error params.channels[1].channel: -1 is out of range: 0 to 4294967295",
            "warning params.channels[1].stat: unknown key",
            "warning params.colour: unknown key",
            "error params.state: is a text, expected a whole number",
        ]
    );
}

#[test]
fn ranges_words_and_rules_beyond_the_schema_are_checked() {
    let event = |name: &str, params: Value| json!({"event": name, "params": params}).to_string();
    for (direction, name, params, expected) in [
        (
            DeviceToCloud,
            "BatteryChange",
            json!({"battery": 140}),
            "error params.battery: 140 is out of range: 0 to 100",
        ),
        (
            CloudToDevice,
            "AudioOutCtrl",
            json!({"channel": 0, "op": "stopp"}),
            r#"error params.op: is none of "stop", "pause", "resume""#,
        ),
    ] {
        assert_eq!(of(direction, &event(name, params)), [expected]);
    }
    let preset = of(
        CloudToDevice,
        &event("CtrlPTZ", json!({"channel": 0, "op": "goto_preset"})),
    );
    assert_eq!(preset.len(), 1, "{preset:?}");
    assert!(preset[0].starts_with("error params"), "{preset:?}");
    let time = json!({"req": "SyncTime", "params": {"datetime": "yesterday", "offset": 5}, "seq": 1}).to_string();
    assert_eq!(of(CloudToDevice, &time).len(), 1);
    assert!(
        of(CloudToDevice, &time)[0].starts_with("error params"),
        "{:?}",
        of(CloudToDevice, &time)
    );
    let config = json!({
        "req": "SetConfig", "seq": 1,
        "params": {"channels": {"0": {"image": {"horflip": 1, "wdr": true}, "extension": {"any": 1}}}},
    });
    assert_eq!(
        of(CloudToDevice, &config.to_string()),
        [
            "warning params.channels: is written channls in the protocol",
            "error params.channels.0.image.horflip: is 1, expected true or false",
            "warning params.channels.0.image.wdr: unknown key",
        ]
    );
}

#[test]
fn an_answer_is_checked_as_that_of_its_request() {
    let mut inspector = inspector();
    let mut at = |ms, direction, text: &str| said(&inspector.message(Duration::from_millis(ms), direction, text));
    assert!(at(0, CloudToDevice, r#"{"req": "QueryUpgrade", "seq": 1}"#).is_empty());
    assert_eq!(
        at(
            9,
            DeviceToCloud,
            r#"{"seq": 1, "resp": {"upgrade_status": "verifying", "progress": 101}}"#
        ),
        [
            "error resp.progress: 101 is out of range: 0 to 100",
            r#"warning resp.upgrade_status: is none of the words that the protocol names: "notstart", "donwloading", "installing", "done", "error""#,
        ]
    );
    at(
        20,
        CloudToDevice,
        r#"{"req": "GetPTZPresetList", "params": {"channel": 0}, "seq": 2}"#,
    );
    assert_eq!(
        at(30, DeviceToCloud, r#"{"seq": 2, "resp": {"presets": []}}"#),
        ["error resp: is an object, expected an array"]
    );
}

#[test]
fn order_and_time_of_answers_are_watched_in_each_direction() {
    let mut inspector = inspector();
    let mut at = |s, direction, text: &str| inspector.message(Duration::from_secs(s), direction, text);
    for seq in [1, 2] {
        let text = format!(r#"{{"req": "QueryTime", "seq": {seq}}}"#);
        assert!(at(0, CloudToDevice, &text).findings.is_empty());
    }
    let answer = |seq: i64| format!(r#"{{"seq": {seq}, "err": {{"code": 1, "msg": "no"}}}}"#);
    let second = at(1, DeviceToCloud, &answer(2));
    assert_eq!(
        said(&second),
        ["error seq: out of order: request 1 came first and has no answer yet"]
    );
    assert_eq!(
        (second.kind, second.method.as_deref()),
        (MessageKind::Error, Some("QueryTime"))
    );
    let first = at(21, DeviceToCloud, &answer(1));
    assert_eq!(
        said(&first),
        ["error .: late: 21.0 s after the request, 20 s are allowed"]
    );
    assert_eq!(
        said(&at(22, DeviceToCloud, &answer(3))),
        ["error seq: answers no request: none waits"]
    );
    // The device's own requests count for themselves.
    let own = |seq: i64| format!(r#"{{"req": "GetServerInfo", "seq": {seq}}}"#);
    assert!(at(23, DeviceToCloud, &own(40)).findings.is_empty());
    assert_eq!(
        said(&at(23, DeviceToCloud, &own(42))),
        ["warning seq: follows on 40: each request counts one more"]
    );
    assert_eq!(
        said(&at(23, DeviceToCloud, &own(42))),
        ["error seq: request 42 waits for its answer already"]
    );
    assert_eq!(
        said(&at(24, CloudToDevice, &answer(41))),
        ["error seq: answers no request that waits: 40 is expected"]
    );
    inspector.closed();
    let last = inspector.message(Duration::from_secs(25), DeviceToCloud, &own(43));
    assert_eq!(said(&last), ["error .: comes after the connection was closed"]);
}

#[test]
fn what_was_sent_by_hand_is_no_fault_of_the_cloud_s() {
    let mut inspector = inspector();
    let request = |seq: i64| format!(r#"{{"req": "QueryTime", "seq": {seq}}}"#);
    assert!(
        inspector
            .message(Duration::ZERO, CloudToDevice, &request(3))
            .findings
            .is_empty()
    );
    let by_hand = inspector.message_by_hand(Duration::ZERO, CloudToDevice, &request(900));
    assert_eq!(
        said(&by_hand),
        ["warning seq: follows on 3: each request counts one more"]
    );
    assert!(
        inspector
            .message(Duration::ZERO, CloudToDevice, &request(4))
            .findings
            .is_empty()
    );
    // With the number that is next it takes that.
    assert!(
        inspector
            .message_by_hand(Duration::ZERO, CloudToDevice, &request(5))
            .findings
            .is_empty()
    );
    assert!(
        inspector
            .message(Duration::ZERO, CloudToDevice, &request(6))
            .findings
            .is_empty()
    );
}

#[test]
fn who_comes_late_or_misses_something_takes_no_answer_for_a_fault() {
    let mut inspector = Inspector::midway(Duration::from_secs(20), 1 << 20);
    let mut see = |direction, text: &str| inspector.message(Duration::ZERO, direction, text);
    assert!(see(DeviceToCloud, r#"{"seq": 7, "resp": {}}"#).findings.is_empty());
    see(CloudToDevice, r#"{"req": "GetCap", "seq": 9}"#);
    assert!(see(DeviceToCloud, r#"{"seq": 8, "resp": 3}"#).findings.is_empty());
    assert!(see(DeviceToCloud, r#"{"seq": 9, "resp": {}}"#).findings.is_empty());
    // From here on everything is known.
    assert_eq!(see(DeviceToCloud, r#"{"seq": 9, "resp": {}}"#).findings.len(), 1);
    inspector.missed();
    let after = inspector.message(Duration::ZERO, DeviceToCloud, r#"{"seq": 44, "resp": {}}"#);
    assert!(after.findings.is_empty());
}

#[test]
fn what_is_no_message_is_told_with_the_code_it_is_closed_with() {
    for (text, kind, expected) in [
        (
            "{\"req\": ",
            MessageKind::Malformed,
            "error .: malformed, not JSON: the connection ends with 1007 (EOF while parsing a value at line 1 column 8)",
        ),
        (
            "[1]",
            MessageKind::Malformed,
            "error .: malformed, not an object: the connection ends with 1008",
        ),
        (
            r#"{"seq": 1}"#,
            MessageKind::Malformed,
            "error .: malformed, none of req, resp, err, event: the connection ends with 1008",
        ),
        (
            r#"{"req": "QueryTime"}"#,
            MessageKind::Malformed,
            "error seq: malformed, seq is missing: the connection ends with 1008",
        ),
        (
            r#"{"req": "QueryTime", "seq": "1"}"#,
            MessageKind::Malformed,
            "error seq: malformed, wrong type of seq: the connection ends with 1008",
        ),
        (
            r#"{"req": "Teleport", "seq": 1}"#,
            MessageKind::Request,
            "error req: unknown method: it is answered with error 101",
        ),
        (
            r#"{"event": "Sunrise"}"#,
            MessageKind::Event,
            "warning event: unknown event: it is ignored",
        ),
        (
            r#"{"req": "Keepalive", "seq": 1, "params": {"state": 1, "channels": []}}"#,
            MessageKind::Request,
            "error req: wrong direction: Keepalive goes from devices to the cloud",
        ),
        (
            r#"{"req": "RebootDevice", "seq": 1}"#,
            MessageKind::Request,
            "error req: RebootDevice is an event and is sent as a request",
        ),
        (
            r#"{"event": "RebootDevice", "x": 1}"#,
            MessageKind::Event,
            "warning x: unknown key",
        ),
        (
            r#"{"req": "LiveStopPublish", "params": {"channel": 0, "stream_id": "s"}, "seq": 1}"#,
            MessageKind::Request,
            "warning req: another name of LiveStop",
        ),
    ] {
        let seen = inspector().message(Duration::ZERO, CloudToDevice, text);
        assert_eq!((seen.kind, said(&seen)), (kind, vec![expected.to_owned()]), "{text}");
    }
    assert!(of(CloudToDevice, r#"{"req": "X-Dance", "seq": 1}"#).is_empty());
    let big = format!(
        r#"{{"req": "X-Big", "seq": 1, "params": {{"a": "{}"}}}}"#,
        "a".repeat(1 << 20)
    );
    assert_eq!(
        of(CloudToDevice, &big),
        ["error .: is longer than 1048576 bytes: the connection ends with 1009"]
    );
}

#[test]
fn memory_is_bounded() {
    let mut inspector = inspector();
    for seq in 1..=3000 {
        inspector.message(
            Duration::ZERO,
            DeviceToCloud,
            &format!(r#"{{"req": "GetServerInfo", "seq": {seq}}}"#),
        );
    }
    assert_eq!(inspector.of_device.waiting.len(), MAX_WAITING);
    let many: serde_json::Map<_, _> = (0..500).map(|n| (format!("k{n}"), json!(n))).collect();
    let text = json!({"event": "RebootDevice", "params": many}).to_string();
    assert_eq!(of(CloudToDevice, &text).len(), MAX_FINDINGS);
}

proptest::proptest! {
    #[test]
    fn whatever_comes_something_is_said_and_nothing_breaks(
        texts in proptest::collection::vec((proptest::bool::ANY, "\\PC{0,80}", 0..METHODS.len(), "[\\[\\]{}\",:a-z0-9 .-]{0,40}"), 1..20),
    ) {
        let mut inspector = inspector();
        for (from_device, text, method, params) in texts {
            let direction = if from_device { DeviceToCloud } else { CloudToDevice };
            inspector.message(Duration::ZERO, direction, &text);
            let name = METHODS[method].name;
            let value: Value = serde_json::from_str(&params).unwrap_or_else(|_| json!(params));
            let wrapped = json!({"req": name, "params": {"channel": value, "channels": [value], "x": value}, "seq": 1});
            inspector.message(Duration::ZERO, direction, &wrapped.to_string());
            inspector.message(Duration::ZERO, direction, &json!({"seq": 1, "resp": value}).to_string());
        }
    }
}
