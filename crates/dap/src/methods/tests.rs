use std::collections::HashSet;

use serde_json::{Value, json};

use super::*;
use crate::{RpcError, parse_params, to_raw};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_example_is_read_and_written_back_unchanged() {
    for info in METHODS {
        for (example, rewrite) in [info.example_params, info.example_answer].iter().zip(info.rewrite) {
            let written = rewrite(example).unwrap_or_else(|bad| panic!("{}: {bad}", info.name));
            assert_eq!(parsed(&written), parsed(example), "{}", info.name);
        }
    }
}

#[test]
fn keys_that_the_protocol_does_not_name_are_kept_by_every_method() {
    for info in METHODS {
        for (example, rewrite) in [info.example_params, info.example_answer].iter().zip(info.rewrite) {
            let mut example = parsed(example);
            let object = match &mut example {
                Value::Array(items) => &mut items[0],
                object => object,
            };
            object["vendor"] = json!({"deep": [1, 2.5, null, "x"]});
            let written = rewrite(&example.to_string()).unwrap_or_else(|bad| panic!("{}: {bad}", info.name));
            assert_eq!(parsed(&written), example, "{}", info.name);
        }
    }
}

#[test]
fn every_example_shows_every_field_of_its_schema() {
    for info in METHODS {
        for (example, schema) in [
            (info.example_params, info.params_schema),
            (info.example_answer, info.answer_schema),
        ] {
            let (example, schema) = (parsed(example), (schema)());
            if info.name == "SetConfig" {
                continue; // Partial by its nature; GetConfig shows the whole document.
            }
            if let Some(fields) = schema.get("properties").and_then(Value::as_object) {
                for field in fields.keys() {
                    assert!(example.get(field).is_some(), "{} lacks {field}", info.name);
                }
            }
        }
    }
}

#[test]
fn every_required_field_is_missed_by_name() {
    for info in METHODS {
        let schema = (info.params_schema)();
        for field in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            let mut params = parsed(info.example_params);
            params.as_object_mut().unwrap().remove(field.as_str().unwrap());
            let bad = info.check_params(Some(&to_raw(&params))).unwrap_err();
            assert!(bad.problem.contains(field.as_str().unwrap()), "{}: {bad}", info.name);
        }
    }
}

#[test]
fn no_name_stands_twice() {
    let mut seen = HashSet::new();
    for info in METHODS {
        for name in info.aliases.iter().chain([&info.name]) {
            assert!(seen.insert(*name), "{name}");
            assert_eq!(method_info(name).unwrap().name, info.name);
        }
    }
    assert!(method_info("Keepaliv").is_none());
}

#[test]
fn an_event_has_no_answer() {
    for info in METHODS.iter().filter(|info| info.kind == Kind::Event) {
        assert_eq!(info.example_answer, "{}", "{}", info.name);
    }
}

#[test]
fn absent_and_null_parameters_are_an_empty_object() {
    let info = method_info("GetCap").unwrap();
    assert_eq!(info.check_params(None), Ok(()));
    assert_eq!(info.check_params(Some(&to_raw(&Value::Null))), Ok(()));
    assert!(info.check_params(Some(&to_raw(&json!([])))).is_err());
    assert!(method_info("Bind").unwrap().check_params(None).is_err());
}

#[test]
fn a_heartbeat_token_has_sixteen_characters_at_most() {
    let answer = |token: &str| crate::parse_answer::<super::GetServerInfo>(&to_raw(&json!({ "hb_token": token })));
    assert!(answer("0123456789abcdef").is_ok());
    assert!(answer("0123456789abcdefg").is_err());
}

#[test]
fn what_is_out_of_range_is_error_12_with_the_field() {
    for (method, params, field) in [
        ("Keepalive", json!({"state": "1", "channels": []}), "state"),
        (
            "Keepalive",
            json!({"state": 1, "channels": [{"channel": 0, "state": 1}, {"channel": 1}]}),
            "channels[1]",
        ),
        (
            "Keepalive",
            json!({"state": 1, "channels": [{"channel": -1, "state": 1}]}),
            "channels[0].channel",
        ),
        (
            "SetConfig",
            json!({"channls": {"0": {"osd": {"font": 3}}}}),
            "channls.0.osd.font",
        ),
        ("BatteryChange", json!({"battery": 101}), "battery"),
        ("BatteryChange", json!({"battery": -1}), "battery"),
        (
            "AlarmNotify",
            json!({"channel": 0, "timestamp": 1, "type": 3, "state": "begin", "desc": ""}),
            "state",
        ),
        ("CtrlPTZ", json!({"channel": 0, "op": "up", "value": 101}), "value"),
        ("CtrlPTZ", json!({"channel": 0, "op": "up_step", "value": -1}), "value"),
        (
            "CtrlPTZ",
            json!({"channel": 0, "op": "goto_preset", "value": 256}),
            "value",
        ),
        ("CtrlPTZ", json!({"channel": 0, "op": "set_preset"}), "value"),
        ("CtrlPTZ", json!({"channel": 0, "op": "jump"}), "op"),
        ("AudioOutCtrl", json!({"channel": 0, "op": "play"}), "op"),
        (
            "SyncTime",
            json!({"datetime": "2016-12-05 02:15:32", "offset": 5}),
            "datetime",
        ),
        (
            "LivePublish",
            json!({"channel": 0, "url": "", "stream_id": "s", "max_bitrate": -1}),
            "max_bitrate",
        ),
        ("SetConfig", json!({"log_level": 6}), "log_level"),
        (
            "SetConfig",
            json!({"channls": {"0": {"alarms": {"io": {"sensitivity": 101}}}}}),
            "alarms.io.sensitivity",
        ),
        (
            "SetConfig",
            json!({"channls": {"0": {"audio_out_volume": 101}}}),
            "audio_out_volume",
        ),
        ("SetConfig", json!({"channls": {"zero": {}}}), "channls"),
        (
            "SetConfig",
            json!({"auto_reboot": {"start": "25:00:00"}}),
            "auto_reboot.start",
        ),
    ] {
        let bad = method_info(method)
            .unwrap()
            .check_params(Some(&to_raw(&params)))
            .unwrap_err();
        let error = RpcError::from(bad);
        assert_eq!(error.code, crate::ErrorCode::BAD_PARAMETER);
        assert!(error.msg.contains(field), "{method} {params}: {}", error.msg);
    }
    let long_url = json!("u".repeat(257));
    let mut params = parsed(method_info("StartCloudRecord").unwrap().example_params);
    params["cbk_url"] = long_url;
    let bad = method_info("StartCloudRecord")
        .unwrap()
        .check_params(Some(&to_raw(&params)))
        .unwrap_err();
    assert_eq!(bad.to_string(), "cbk_url: longer than 256 bytes");
}

#[test]
fn states_and_words_of_devices_that_nobody_named_are_kept() {
    let report = json!({"state": 9, "channels": [{"channel": 0, "state": 77, "alarm": 1u64 << 40}]});
    let params = parse_params::<Keepalive>(Some(&to_raw(&report))).unwrap();
    assert_eq!(
        (params.state.name(), params.channels[0].state),
        (None, ChannelState(77))
    );
    assert_eq!(parsed(to_raw(&params).get()), report);

    let status = json!({"upgrade_status": "verifying", "progress": 3});
    let answer: QueryUpgradeAnswer = serde_json::from_value(status.clone()).unwrap();
    assert_eq!(answer.upgrade_status, UpgradeStatus::Other("verifying".into()));
    assert_eq!(parsed(to_raw(&answer).get()), status);
}

#[test]
fn downloading_is_read_in_both_spellings_and_written_in_the_protocol_s() {
    for word in ["donwloading", "downloading"] {
        let answer: QueryUpgradeAnswer =
            serde_json::from_value(json!({"upgrade_status": word, "progress": 3})).unwrap();
        assert_eq!(answer.upgrade_status, UpgradeStatus::Downloading);
        assert_eq!(parsed(to_raw(&answer).get())["upgrade_status"], "donwloading");
    }
}

#[test]
fn an_empty_stream_or_session_is_none() {
    let mut report = ChannelReport::new(ChannelId(0), ChannelState::ONLINE);
    report.stream_id = Some("".into());
    report.record_session = Some("r".into());
    assert_eq!(
        (report.live_stream(), report.recording().map(|id| id.as_str())),
        (None, Some("r"))
    );
}

#[test]
fn alarm_flags_are_the_bits_of_the_alarm_types() {
    let flags: AlarmFlags = [AlarmType::MOTION, AlarmType::HUMAN_BODY, AlarmType(-1), AlarmType(64)]
        .into_iter()
        .collect();
    assert_eq!(flags, AlarmFlags(1 << 3 | 1 << 11));
    assert!(flags.contains(AlarmType::MOTION) && !flags.contains(AlarmType::CRY) && !flags.contains(AlarmType(64)));
    assert_eq!(
        flags.iter().map(|alarm| alarm.name().unwrap()).collect::<Vec<_>>(),
        ["motion", "human_body"]
    );
}

#[test]
fn a_ptz_value_that_is_not_given_has_the_protocol_s_default() {
    let value = |op: &str| {
        let params = json!({"channel": 0, "op": op});
        parse_params::<CtrlPTZ>(Some(&to_raw(&params)))
            .unwrap()
            .value_or_default()
    };
    assert_eq!((value("zoomin"), value("upleft_step"), value("stop")), (50, 0, 0));
}
