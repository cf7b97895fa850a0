use crate::cast::{Cast, refusal};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// What the log tells `who`, newest first: actor, action, target, outcome.
async fn told(cast: &Cast, who: &str, query: &str) -> Vec<(String, String, String, String)> {
    let (status, log) = cast.get(who, &format!("/api/v1/audit?{query}")).await;
    assert_eq!(status, StatusCode::OK, "{log}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let row = |row: &Value| {
        (
            text(&row["actor"]["name"]),
            text(&row["action"]),
            text(&row["target"]),
            text(&row["outcome"]),
        )
    };
    log["items"].as_array().unwrap().iter().map(row).collect()
}

/// What a log shows: the action and the detail of each entry.
fn shown(log: &Value) -> Vec<(&str, &str)> {
    let items = log["items"].as_array().unwrap().iter();
    items
        .map(|row| (row["action"].as_str().unwrap(), row["detail"].as_str().unwrap()))
        .collect()
}

fn row(actor: &str, action: &str, target: &str, outcome: &str) -> (String, String, String, String) {
    (actor.into(), action.into(), target.into(), outcome.into())
}

#[tokio::test]
async fn every_change_is_written_down_and_reading_once_in_a_while() {
    let cast = Cast::start().await;
    let passwd = cast.device("cam", None).await;
    cast.patch("adam", "/api/v1/devices/cam", json!({ "name": "Yard" }))
        .await;
    for _ in 0..3 {
        cast.get("vera", "/api/v1/devices/cam").await;
        cast.patch("vera", "/api/v1/devices/cam", json!({ "name": "mine" }))
            .await;
        // Who does not know the device is no business of the tenant's, only of the platform's.
        cast.get("boris", "/api/v1/devices/cam").await;
    }
    let of_acme = format!("tenant={}", cast.acme);
    assert_eq!(
        told(&cast, "olga", &of_acme).await,
        [
            row("vera", "change_device", "device cam", "refused"),
            row("vera", "get_device", "device cam", "done"),
            row("adam", "change_device", "device cam", "done"),
            row("olga", "create_device", "device cam", "done"),
        ]
    );
    let all = told(&cast, "root", "target=device").await;
    assert_eq!(all[0], row("boris", "get_device", "device cam", "refused"));
    assert_eq!(all.len(), 5);
    let (_, log) = cast.get("root", "/api/v1/audit?limit=500").await;
    let text = log.to_string();
    assert!(
        !text.contains(&passwd) && !text.contains("Yard") && !text.contains("mine"),
        "{text}"
    );
    let first = &log["items"].as_array().unwrap().last().unwrap();
    assert_eq!(first["address"], "127.0.0.1");
    assert_eq!(
        first["actor"],
        json!({ "kind": "user", "id": cast.id("olga").to_string(), "name": "olga" })
    );
    assert_eq!(first["tenant"], json!({ "id": cast.acme, "name": "Acme" }));
}

#[tokio::test]
async fn the_log_is_filtered_and_paged() {
    let cast = Cast::start().await;
    for code in ["a1", "a2", "b1"] {
        cast.device(code, None).await;
    }
    cast.delete("adam", "/api/v1/devices/a1").await;
    cast.delete("vera", "/api/v1/devices/a2").await;
    let count = async |query: &str| {
        told(&cast, "olga", &format!("tenant={}&{query}", cast.acme))
            .await
            .len()
    };
    assert_eq!(count("actor=OLG").await, 3);
    assert_eq!(count("action=delete_device").await, 2);
    assert_eq!(count("action=delete").await, 0);
    assert_eq!(count("target=device%20a").await, 4);
    assert_eq!(count("outcome=refused").await, 1);
    assert_eq!(count("from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z").await, 0);
    assert_eq!(count("from=2021-01-01T00:00:00%2B02:00").await, 6);
    let (_, page) = cast
        .get("olga", &format!("/api/v1/audit?tenant={}&limit=2", cast.acme))
        .await;
    let last = page["items"][1]["id"].as_i64().unwrap();
    assert_eq!(count(&format!("before={last}&actor=olga")).await, 3);
    for bad in ["limit=0", "limit=501", "from=yesterday", "outcome=maybe", "tenant=x"] {
        let answer = cast.get("root", &format!("/api/v1/audit?{bad}")).await;
        assert_eq!(answer.0, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn only_who_manages_people_reads_a_tenants_log_and_only_the_platform_all_of_it() {
    let cast = Cast::start().await;
    let acme = format!("/api/v1/audit?tenant={}", cast.acme);
    for (who, of_acme, of_all) in [
        ("olga", (200, ""), (403, "forbidden")),
        ("adam", (200, ""), (403, "forbidden")),
        ("otto", (403, "forbidden"), (403, "forbidden")),
        ("vera", (403, "forbidden"), (403, "forbidden")),
        ("guest", (403, "forbidden"), (403, "forbidden")),
        ("boris", (404, "no_such_tenant"), (403, "forbidden")),
        ("root", (403, "forbidden"), (200, "")),
    ] {
        assert_eq!(refusal(&cast.get(who, &acme).await), of_acme, "{who}");
        assert_eq!(refusal(&cast.get(who, "/api/v1/audit").await), of_all, "{who}");
    }
    assert_eq!(
        refusal(&cast.get("root", "/api/v1/audit?tenant=999").await),
        (404, "no_such_tenant")
    );
}

#[tokio::test]
async fn platform_administrators_are_marked_and_support_too() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    cast.get("root", "/api/v1/devices/cam").await;
    let support = format!("/api/v1/tenants/{}/support", cast.acme);
    cast.call("olga", Method::PUT, &support, json!({ "hours": 1 })).await;
    cast.post("root", "/api/v1/devices/cam/rpc", json!({ "method": "DevInfo" }))
        .await;
    let (_, log) = cast
        .get("olga", &format!("/api/v1/audit?tenant={}&actor=root", cast.acme))
        .await;
    let rows = shown(&log);
    assert_eq!(rows[1].1, "platform administrator");
    assert!(rows[0].1.ends_with("platform administrator, let in for support"));
    let (_, log) = cast
        .get("olga", &format!("/api/v1/audit?tenant={}&actor=olga", cast.acme))
        .await;
    let details: Vec<_> = shown(&log).into_iter().map(|(_, detail)| detail).collect();
    assert_eq!(details, ["", "hours: 1", ""], "nobody's own people are");
}

#[tokio::test]
async fn the_log_leaves_as_a_file_for_spreadsheets() {
    let cast = Cast::start().await;
    for number in 0..3 {
        cast.device(&format!("cam{number}"), None).await;
    }
    let path = format!("/api/v1/audit.csv?tenant={}&action=create_device", cast.acme);
    let file = cast
        .app
        .bare(Method::GET, &path)
        .bearer_auth("olga")
        .send()
        .await
        .unwrap();
    assert_eq!(file.status(), StatusCode::OK);
    assert_eq!(file.headers()["content-type"], "text/csv; charset=utf-8");
    assert!(
        file.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    let text = file.text().await.unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[0],
        "id,at,actor_kind,actor_id,actor,tenant,address,action,target,outcome,detail"
    );
    assert_eq!(lines.len(), 4);
    assert!(
        lines[1].ends_with(",127.0.0.1,create_device,device cam2,done,"),
        "{}",
        lines[1]
    );
    assert_eq!(refusal(&cast.get("vera", &path).await), (403, "forbidden"));
}

#[tokio::test]
async fn logins_are_written_down_without_what_was_typed() {
    let app = crate::app::TestApp::start().await;
    for _ in 0..2 {
        let wrong = json!({ "username": "hunter2 is my password", "password": "and this too" });
        app.bare(Method::POST, "/api/v1/login")
            .json(&wrong)
            .send()
            .await
            .unwrap();
    }
    // Nor does a wrong path, or somebody without a session, fill the log.
    for _ in 0..2 {
        app.bare(Method::GET, "/api/v1/devices").send().await.unwrap();
    }
    let (_, log) = app.get("/api/v1/audit").await;
    let rows = log["items"].as_array().unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["action"].as_str().unwrap(),
                row["outcome"].as_str().unwrap(),
                row["detail"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("list_devices", "refused", "unauthorized"),
            ("login", "refused", "bad_credentials"),
            ("login", "refused", "bad_credentials"),
            ("login", "done", ""),
        ]
    );
    assert_eq!(rows[3]["actor"]["name"], "admin");
    assert_eq!(rows[1]["actor"]["kind"], "nobody");
    assert!(
        !log.to_string().contains("hunter2") && !log.to_string().contains("too"),
        "{log}"
    );
}

#[tokio::test]
async fn nobody_fills_the_log_without_a_login() {
    let app = crate::app::TestApp::start().await;
    let setup = json!({ "code": "1", "username": "eve", "password": "correct-horse-battery" });
    for _ in 0..5 {
        let set_up = app.bare(Method::POST, "/api/v1/setup").json(&setup).send().await;
        assert_eq!(set_up.unwrap().status(), StatusCode::CONFLICT);
        let no_login = app.bare(Method::POST, "/api/v1/login").json(&json!({})).send().await;
        assert_eq!(no_login.unwrap().status(), StatusCode::BAD_REQUEST);
        let forged = app
            .bare(Method::POST, "/api/v1/devices")
            .header("cookie", "ovc_session=made-up")
            .json(&json!({}));
        assert_eq!(forged.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    }
    let (_, log) = app.get("/api/v1/audit").await;
    assert_eq!(
        shown(&log),
        [
            ("create_device", "cross_origin"),
            ("login", "bad_request"),
            ("set_up", "already_set_up"),
            ("login", ""),
        ],
        "each of them once"
    );
}

#[tokio::test]
async fn setting_up_again_and_again_is_slowed_down() {
    let app = crate::app::TestApp::start_with(|config| config.account.failures_per_address = 3).await;
    let setup = json!({ "code": "1", "username": "eve", "password": "correct-horse-battery" });
    for expected in [409, 409, 409, 429] {
        let answer = app.bare(Method::POST, "/api/v1/setup").json(&setup).send().await;
        assert_eq!(answer.unwrap().status(), expected);
    }
}

#[tokio::test]
async fn what_is_done_to_a_person_stands_in_the_log_of_every_tenant_of_his() {
    let cast = Cast::start().await;
    let dora = format!("/api/v1/users/{}", cast.id("dora"));
    cast.post("root", &format!("{dora}/reset_link"), Value::Null).await;
    let wrong = json!({ "username": "dora", "password": "not hers at all" });
    let login = cast.app.bare(Method::POST, "/api/v1/login").json(&wrong).send().await;
    assert_eq!(login.unwrap().status(), StatusCode::UNAUTHORIZED);
    cast.patch("root", &dora, json!({ "disabled": true })).await;
    cast.delete("root", &format!("{dora}/sessions")).await;
    cast.delete("root", &dora).await;
    let log = async |who: &str, query: String| {
        let (status, log) = cast.get(who, &format!("/api/v1/audit?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{log}");
        log
    };
    let expected = [
        ("delete_user", "dora; platform administrator"),
        ("end_user_sessions", "dora; platform administrator"),
        ("change_user", "dora; disabled; platform administrator"),
        ("login", "bad_credentials"),
        ("user_reset_link", "dora; platform administrator"),
    ];
    assert_eq!(shown(&log("olga", format!("tenant={}", cast.acme)).await), expected);
    assert_eq!(shown(&log("boris", format!("tenant={}", cast.bolt)).await), expected);
    assert_eq!(shown(&log("root", "action=delete_user".into()).await).len(), 2);
}

#[tokio::test]
async fn the_log_says_what_was_changed() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    let group = cast.group("Yard", None).await;
    let acme = format!("/api/v1/tenants/{}", cast.acme);
    let vera = format!("{acme}/members/{}", cast.id("vera"));
    let adam = format!("{acme}/members/{}", cast.id("adam"));
    let view = json!([{ "group_id": group, "permissions": ["view"] }]);
    cast.patch(
        "olga",
        "/api/v1/devices/cam",
        json!({ "name": "secret", "group_id": group }),
    )
    .await;
    let call = json!({ "method": "Secret", "params": { "password": "secret" }, "unchecked": true });
    cast.post("olga", "/api/v1/devices/cam/rpc", call).await;
    cast.patch(
        "olga",
        &vera,
        json!({ "role": "operator", "everywhere": false, "grants": view }),
    )
    .await;
    cast.post(
        "adam",
        &format!("{acme}/keys"),
        json!({ "name": "k", "scopes": ["view", "control"] }),
    )
    .await;
    cast.delete("olga", &adam).await;
    let (_, log) = cast
        .get("olga", &format!("/api/v1/audit?tenant={}&limit=5", cast.acme))
        .await;
    assert_eq!(
        shown(&log),
        [
            ("remove_member", "API keys made by him that stay: 1"),
            ("create_key", r#"["view","control"]"#),
            ("change_member", "as operator, by grants only, grants: 1"),
            ("call_device", "device_offline; Secret"),
            ("change_device", &*format!("name, group {group}")),
        ]
    );
}
