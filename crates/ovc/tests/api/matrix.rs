//! Every operation of the API × everybody who may call it → what comes of it. An operation without a row fails the
//! test, and so does a row without an operation.

use crate::cast::Cast;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Who calls, in the order of the columns: nobody, the owner of another tenant, then Acme's viewer, operator, admin and
/// owner, who runs the cloud (and is in no tenant), a session that is over, and a key of Acme's for recordings only.
const CALLERS: [&str; 9] = ["", "boris", "vera", "otto", "adam", "olga", "root", "over", "key"];

/// A day of which there is no footage.
const RANGE: &str = r#"{"from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z"}"#;

/// What stands in braces comes from the world: Acme, its device `cam` (which is offline), and what is made anew for each
/// call. Bodies that are `{}` where more is needed show who gets as far as having his body read: 400.
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str)] = &[
    // operation                            body                                    nobody other viewer operator admin owner platform over key
    ("setup_needed",                        "",                                     "200 200 200 200 200 200 200 200 200"),
    ("set_up",                              "{}",                                   "400 400 400 400 400 400 400 400 400"),
    ("login",                               "{}",                                   "400 400 400 400 400 400 400 400 400"),
    ("look_at_invitation",                  "{}",                                   "400 400 400 400 400 400 400 400 400"),
    ("accept_invitation",                   "{}",                                   "400 400 400 400 400 400 400 400 400"),
    ("reset_password",                      "{}",                                   "400 400 400 400 400 400 400 400 400"),

    ("me",                                  "",                                     "401 200 200 200 200 200 200 401 200"),
    ("events",                              "",                                     "401 200 200 200 200 200 200 401 200"),
    ("list_protocol_methods",               "",                                     "401 200 200 200 200 200 200 401 200"),
    ("list_devices",                        "",                                     "401 200 200 200 200 200 200 401 200"),
    ("list_streams",                        "",                                     "401 200 200 200 200 200 200 401 200"),
    ("list_tenants",                        "",                                     "401 200 200 200 200 200 200 401 200"),

    ("join",                                "{}",                                   "401 400 400 400 400 400 400 401 403"),
    ("change_my_password",                  "{}",                                   "401 400 400 400 400 400 400 401 403"),
    ("new_recovery_codes",                  "{}",                                   "401 400 400 400 400 400 400 401 403"),
    ("begin_totp",                          "{}",                                   "401 400 400 400 400 400 400 401 403"),
    ("confirm_totp",                        "{}",                                   "401 400 400 400 400 400 400 401 403"),
    ("disable_totp",                        "{}",                                   "401 400 400 400 400 400 400 401 403"),
    ("list_my_sessions",                    "",                                     "401 200 200 200 200 200 200 401 403"),
    ("end_my_session",                      "",                                     "401 404 404 404 404 404 404 401 403"),
    ("end_my_other_sessions",               "",                                     "401 204 204 204 204 204 204 401 403"),

    ("create_device",                       r#"{"tenant":{tenant}}"#,               "401 404 403 403 201 201 201 401 403"),
    ("get_device",                          "",                                     "401 404 200 200 200 200 200 401 404"),
    ("change_device",                       r#"{"name":"Yard"}"#,                   "401 404 403 403 200 200 200 401 404"),
    ("new_password",                        "{}",                                   "401 404 403 403 200 200 200 401 404"),
    ("list_device_events",                  "",                                     "401 404 200 200 200 200 200 401 404"),
    ("get_capabilities",                    "",                                     "401 404 200 200 200 200 200 401 404"),
    ("get_device_info",                     "",                                     "401 404 200 200 200 200 200 401 404"),
    ("list_presence",                       "",                                     "401 404 200 200 200 200 200 401 404"),
    ("move_ptz",                            r#"{"op":"stop"}"#,                     "401 404 403 409 409 409 403 401 404"),
    ("list_presets",                        "",                                     "401 404 403 409 409 409 403 401 404"),
    ("set_preset",                          "{}",                                   "401 404 403 409 409 409 403 401 404"),
    ("goto_preset",                         "",                                     "401 404 403 409 409 409 403 401 404"),
    ("clear_preset",                        "",                                     "401 404 403 409 409 409 403 401 404"),
    ("keep_awake",                          r#"{"seconds":60}"#,                    "401 404 403 409 409 409 403 401 404"),
    ("get_config",                          "",                                     "401 404 403 403 409 409 409 401 404"),
    ("change_config",                       r#"{"tz":8}"#,                          "401 404 403 403 409 409 409 401 404"),
    ("get_device_time",                     "",                                     "401 404 403 403 409 409 409 401 404"),
    ("sync_device_time",                    "{}",                                   "401 404 403 403 409 409 409 401 404"),
    ("get_disk",                            "",                                     "401 404 409 409 409 409 409 401 404"),
    ("format_disk",                         r#"{"confirm":"cam"}"#,                 "401 404 403 403 409 409 409 401 404"),
    ("factory_reset",                       r#"{"confirm":"cam"}"#,                 "401 404 403 403 409 409 409 401 404"),
    ("reboot_device",                       r#"{"confirm":"cam"}"#,                 "401 404 403 403 409 409 409 401 404"),
    ("reschedule_device",                   "",                                     "401 404 403 403 409 409 409 401 404"),
    ("list_commands",                       "",                                     "401 404 403 403 200 200 200 401 404"),
    ("call_device",                         r#"{"method":"DevInfo"}"#,              "401 404 403 403 409 409 403 401 404"),
    // Without the upgrade to a WebSocket.
    ("watch_protocol",                      "",                                     "401 404 403 403 426 426 403 401 404"),
    ("open_live",                           "",                                     "401 404 409 409 409 409 403 401 404"),
    ("get_timeline?from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z", "",          "401 404 200 200 200 200 403 401 200"),
    ("list_recorded_days?from=2026-11-01&to=2026-11-30", "",                        "401 404 200 200 200 200 403 401 200"),
    ("play_recording",                      RANGE,                                  "401 404 404 404 404 404 403 401 404"),
    ("get_recorded_frame?at=2026-11-01T00:00:00Z", "",                              "401 404 404 404 404 404 403 401 404"),
    ("export_recording",                    RANGE,                                  "401 404 404 404 404 404 403 401 404"),
    ("get_export",                          "",                                     "401 404 404 404 404 404 403 401 404"),
    ("list_clips",                          "",                                     "401 404 200 200 200 200 403 401 200"),
    ("lock_clip",                           RANGE,                                  "401 404 403 404 404 404 403 401 404"),
    ("delete_clip",                         "",                                     "401 404 403 403 404 404 404 401 404"),
    ("list_recording_shares",               "",                                     "401 404 403 200 200 200 403 401 404"),
    ("share_recording",                     RANGE,                                  "401 404 403 404 404 404 403 401 404"),
    ("delete_recording_share",              "",                                     "401 404 403 404 404 404 403 401 404"),
    ("open_recording_share",                "",                                     "404 404 404 404 404 404 404 404 404"),
    ("export_recording_share",              "",                                     "404 404 404 404 404 404 404 404 404"),
    ("take_snapshot",                       "",                                     "401 404 409 409 409 409 403 401 404"),
    ("list_snapshots",                      "",                                     "401 404 200 200 200 200 403 401 200"),
    ("get_snapshot_image",                  "",                                     "401 404 404 404 404 404 403 401 404"),
    ("delete_snapshot",                     "",                                     "401 404 403 403 404 404 404 401 404"),
    ("request_logs",                        "{}",                                   "401 404 403 403 400 400 400 401 404"),
    ("list_device_logs",                    "",                                     "401 404 403 403 200 200 200 401 404"),
    ("get_device_log",                      "",                                     "401 404 403 403 404 404 404 401 404"),
    ("get_device_log_text",                 "",                                     "401 404 403 403 404 404 404 401 404"),
    ("delete_device_log",                   "",                                     "401 404 403 403 404 404 404 401 404"),
    ("play_sound",                          r#"{"url":"http://a.example/a.mp3"}"#,  "401 404 403 409 409 409 403 401 404"),
    ("control_audio",                       r#"{"op":"stop"}"#,                     "401 404 403 409 409 409 403 401 404"),
    ("get_audio",                           "",                                     "401 404 403 409 409 409 403 401 404"),
    ("upgrade_device",                      "{}",                                   "401 404 403 403 400 400 400 401 404"),
    ("get_upgrade",                         "",                                     "401 404 404 404 404 404 404 401 404"),
    ("list_upgrades",                       "",                                     "401 404 200 200 200 200 200 401 404"),
    ("list_recording",                      "",                                     "401 404 200 200 200 200 200 401 404"),
    ("set_recording",                       r#"{"mode":"off"}"#,                    "401 404 403 403 200 200 200 401 404"),
    ("delete_device",                       "",                                     "401 404 403 403 204 204 403 401 404"),
    ("release_device",                      "{}",                                   "401 404 403 403 204 204 403 401 404"),
    ("assign_device",                       r#"{"tenant":{tenant}}"#,               "401 403 403 403 403 403 200 401 403"),
    ("import_devices",                      "i{fresh},correct-horse-battery",       "401 403 403 403 403 403 200 401 403"),

    ("list_alarms",                         "",                                     "401 200 200 200 200 200 200 401 200"),
    ("count_alarms",                        "",                                     "401 200 200 200 200 200 200 401 200"),
    ("get_alarm",                           "",                                     "401 404 404 404 404 404 404 401 404"),
    ("get_alarm_picture",                   "",                                     "401 404 404 404 404 404 404 401 404"),
    ("acknowledge_alarm",                   "",                                     "401 404 404 404 404 404 404 401 404"),
    ("acknowledge_alarms",                  "{}",                                   "401 200 200 200 200 200 200 401 200"),

    ("list_firmware",                       "",                                     "401 200 403 403 200 200 200 401 403"),
    ("upload_firmware?tenant={tenant}&hardware_model=X&firmware_model={fresh}", "{}", "401 404 403 403 201 201 201 401 403"),
    ("change_firmware",                     r#"{"notes":""}"#,                      "401 404 404 404 404 404 404 401 404"),
    ("delete_firmware",                     "",                                     "401 404 404 404 404 404 404 401 404"),

    ("list_sounds",                         "",                                     "401 404 200 200 200 200 200 401 200"),
    ("upload_sound?name=x",                 "{}",                                   "401 404 403 403 415 415 415 401 403"),
    ("delete_sound",                        "",                                     "401 404 403 403 404 404 404 401 403"),

    ("get_tenant",                          "",                                     "401 404 200 200 200 200 200 401 200"),
    ("rename_tenant",                       r#"{"name":"Acme"}"#,                   "401 404 403 403 403 200 200 401 403"),
    ("delete_tenant",                       "",                                     "401 404 403 403 403 409 409 401 403"),
    ("list_groups",                         "",                                     "401 404 200 200 200 200 200 401 200"),
    ("create_group",                        r#"{"name":"G{fresh}"}"#,               "401 404 403 403 201 201 201 401 403"),
    ("change_group",                        r#"{"name":"G{fresh}"}"#,               "401 404 403 403 200 200 200 401 404"),
    ("delete_group",                        "",                                     "401 404 403 403 204 204 204 401 404"),
    ("list_binds",                          "",                                     "401 404 403 403 200 200 200 401 403"),
    ("create_bind",                         "{}",                                   "401 404 403 403 201 201 201 401 403"),
    ("get_bind",                            "",                                     "401 404 403 403 200 200 200 401 403"),
    ("delete_bind",                         "",                                     "401 404 403 403 204 204 204 401 403"),

    ("list_members",                        "",                                     "401 404 403 403 200 200 403 401 403"),
    ("change_member",                       r#"{"role":"operator"}"#,               "401 404 403 403 200 200 403 401 403"),
    ("member_reset_link",                   "",                                     "401 404 403 403 201 201 403 401 403"),
    ("remove_member",                       "",                                     "401 404 403 403 204 204 403 401 403"),
    ("list_invitations",                    "",                                     "401 404 403 403 200 200 403 401 403"),
    ("invite",                              r#"{"role":"viewer"}"#,                 "401 404 403 403 201 201 403 401 403"),
    ("withdraw_invitation",                 "",                                     "401 404 403 403 204 204 403 401 403"),
    ("list_keys",                           "",                                     "401 404 403 403 200 200 403 401 403"),
    ("create_key",                          r#"{"name":"k","scopes":["view"]}"#,    "401 404 403 403 201 201 403 401 403"),
    ("delete_key",                          "",                                     "401 404 403 403 204 204 403 401 403"),
    ("list_audit?tenant={tenant}",          "",                                     "401 404 403 403 200 200 403 401 403"),
    ("export_audit?tenant={tenant}",        "",                                     "401 404 403 403 200 200 403 401 403"),
    ("allow_support",                       r#"{"hours":1}"#,                       "401 404 403 403 403 200 403 401 403"),
    ("end_support",                         "",                                     "401 404 403 403 403 200 403 401 403"),

    ("invite_owner",                        "",                                     "401 404 403 403 403 403 409 401 403"),
    ("create_tenant",                       r#"{"name":"T{fresh}"}"#,               "401 403 403 403 403 403 201 401 403"),
    ("list_users",                          "",                                     "401 403 403 403 403 403 200 401 403"),
    ("change_user",                         r#"{"disabled":true}"#,                 "401 403 403 403 403 403 200 401 403"),
    ("user_reset_link",                     "",                                     "401 403 403 403 403 403 201 401 403"),
    ("end_user_sessions",                   "",                                     "401 403 403 403 403 403 204 401 403"),
    ("delete_user",                         "",                                     "401 403 403 403 403 403 204 401 403"),

    ("get_recording_storage",               "",                                     "401 403 403 403 403 403 200 401 403"),

    // Last: the sessions are over after it.
    ("logout",                              "",                                     "401 204 204 204 204 204 204 401 403"),
];

/// What the calls are about.
struct World {
    cast: Cast,
    key: String,
    /// Counts what is made anew.
    fresh: usize,
}

impl World {
    async fn start() -> Self {
        // One for each call that is about a user.
        let cast = Cast::start_with_spares(CALLERS.len() * 8).await;
        cast.device("cam", None).await;
        let mut world = Self {
            cast,
            key: String::new(),
            fresh: 0,
        };
        let made = world
            .make("keys", json!({ "name": "k", "scopes": ["see_recordings"] }))
            .await;
        world.key = made["key"].as_str().unwrap().to_owned();
        world
    }

    /// Makes something in Acme.
    async fn make(&self, what: &str, body: Value) -> Value {
        let path = format!("/api/v1/tenants/{}/{what}", self.cast.acme);
        let (status, made) = self.cast.post("olga", &path, body).await;
        assert_eq!(status, 201, "{made}");
        made
    }

    /// The device of a call: `cam`, or a new one where it will be gone after.
    async fn device(&self, operation: &str) -> String {
        let code = format!("d{}", self.fresh);
        match operation {
            "delete_device" | "release_device" => drop(self.cast.device(&code, None).await),
            "assign_device" => {
                let (status, made) = self
                    .cast
                    .post("root", "/api/v1/devices", json!({ "login_code": code }))
                    .await;
                assert_eq!(status, 201, "{made}");
            }
            _ => return "cam".to_owned(),
        }
        code
    }

    /// Puts in what stands in braces.
    async fn fill(&mut self, operation: &str, template: &str) -> String {
        let mut text = template.replace("{tenant}", &self.cast.acme.to_string());
        text = text
            .replace("{channel}", "0")
            .replace("{session}", "999999")
            .replace("{preset}", "7");
        text = text.replace("{fresh}", &self.fresh.to_string());
        if text.contains("{login_code}") {
            text = text.replace("{login_code}", &self.device(operation).await);
        }
        // What devices make: there is none of it here.
        for part in [
            "{snapshot}",
            "{alarm}",
            "{log}",
            "{sound}",
            "{firmware}",
            "{clip}",
            "{share}",
            "{export}",
            "{token}",
        ] {
            text = text.replace(part, "999999");
        }
        let name = format!("n{}", self.fresh);
        for (part, what, body) in [
            ("{group}", "groups", json!({ "name": name })),
            ("{bind}", "binds", json!({})),
            ("{invitation}", "invitations", json!({ "role": "viewer" })),
            ("{key}", "keys", json!({ "name": name, "scopes": ["view"] })),
        ] {
            if text.contains(part) {
                text = text.replace(part, &self.make(what, body).await["id"].to_string());
            }
        }
        if text.contains("{user}") {
            let user = self.cast.spares.pop().expect("enough spares");
            text = text.replace("{user}", &user.to_string());
        }
        assert!(!text.contains('{') || template.starts_with('{'), "{text}");
        text
    }

    async fn call(&mut self, operation: &str, method: Method, path: &str, body: &str, caller: &str) -> u16 {
        self.fresh += 1;
        let path = self.fill(operation, path).await;
        let body = self.fill(operation, body).await;
        let mut request = self.cast.app.bare(method, &path);
        if !body.is_empty() {
            let kind = if body.starts_with('{') {
                "application/json"
            } else {
                "text/csv"
            };
            request = request.header("content-type", kind).body(body);
        }
        let request = match caller {
            "" => request,
            "key" => request.bearer_auth(&self.key),
            session => request.bearer_auth(session),
        };
        request.send().await.unwrap().status().as_u16()
    }
}

/// Method and path of every operation in the document.
async fn operations(cast: &Cast) -> BTreeMap<String, (Method, String)> {
    let document: Value = cast
        .app
        .bare(Method::GET, "/api/v1/openapi.json")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if let Some(id) = operation["operationId"].as_str() {
                let method = method.to_uppercase().parse().unwrap();
                operations.insert(id.to_owned(), (method, path.clone()));
            }
        }
    }
    operations
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_gets_what_the_table_says_from_every_operation() {
    let mut world = World::start().await;
    let mut operations = operations(&world.cast).await;
    let mut wrong = Vec::new();
    for (operation, body, expected) in TABLE {
        let (operation, query) = operation.split_once('?').unwrap_or((operation, ""));
        let Some((method, path)) = operations.remove(operation) else {
            wrong.push(format!("{operation}: there is no such operation, or two rows of it"));
            continue;
        };
        let path = if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        };
        let mut found = Vec::new();
        for caller in CALLERS {
            let status = world.call(operation, method.clone(), &path, body, caller).await;
            found.push(status.to_string());
        }
        let found = found.join(" ");
        if found != *expected {
            wrong.push(format!("{operation}:\n  expected {expected}\n  found    {found}"));
        }
    }
    for (operation, (method, path)) in operations {
        wrong.push(format!("{operation}, {method} {path}: has no row"));
    }
    assert!(
        wrong.is_empty(),
        "nobody other viewer operator admin owner platform over key\n{}",
        wrong.join("\n")
    );
}
