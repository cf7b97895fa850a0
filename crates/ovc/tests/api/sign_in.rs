//! Getting in: the first run, passwords, sessions.

use crate::app::{LIMIT, PASSWORD, TestApp, answer};
use ovc::account::Secrets;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

const GOOD: &str = "rain on a tin roof";

async fn set_up(app: &TestApp, body: Value) -> (StatusCode, Value) {
    answer(
        app.bare(Method::POST, "/api/v1/setup")
            .json(&body)
            .send()
            .await
            .unwrap(),
    )
    .await
}

async fn needed(app: &TestApp) -> Value {
    answer(app.bare(Method::GET, "/api/v1/setup").send().await.unwrap())
        .await
        .1["needed"]
        .clone()
}

async fn log_in(app: &TestApp, username: &str, password: &str) -> (StatusCode, Value) {
    let body = json!({ "username": username, "password": password });
    answer(
        app.bare(Method::POST, "/api/v1/login")
            .json(&body)
            .send()
            .await
            .unwrap(),
    )
    .await
}

async fn status_of(app: &TestApp, token: &Value) -> StatusCode {
    let request = app.bare(Method::GET, "/api/v1/me").bearer_auth(token.as_str().unwrap());
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn the_first_administrator_is_made_in_the_browser_by_who_has_the_code() {
    let app = TestApp::start_without_users(|_| {}).await;
    assert_eq!(needed(&app).await, true);
    let code = app.setup_code();
    let person = json!({ "code": code, "username": "Ann", "password": GOOD, "tenant_name": "Ann's farm" });
    let with = |key: &str, value: &str| {
        let mut person = person.clone();
        person[key] = json!(value);
        person
    };
    for (body, status, error) in [
        (with("code", "0000-0000-0000"), StatusCode::FORBIDDEN, "bad_setup_code"),
        (with("code", ""), StatusCode::FORBIDDEN, "bad_setup_code"),
        (
            with("password", "football2026"),
            StatusCode::BAD_REQUEST,
            "weak_password",
        ),
        (
            with("password", "ann's own words"),
            StatusCode::BAD_REQUEST,
            "weak_password",
        ),
        (with("username", "a b"), StatusCode::BAD_REQUEST, "bad_username"),
        (
            with("tenant_name", &"x".repeat(101)),
            StatusCode::BAD_REQUEST,
            "bad_name",
        ),
    ] {
        let (got, answer) = set_up(&app, body).await;
        assert_eq!((got, &answer["error"]["code"]), (status, &json!(error)));
    }
    // However it is typed.
    let (status, made) = set_up(&app, with("code", &code.to_uppercase().replace('-', " "))).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let me = &made["user"];
    assert_eq!((&me["username"], &me["platform_admin"]), (&json!("Ann"), &json!(true)));
    let tenant = &me["tenants"][0];
    assert_eq!(
        (&tenant["name"], &tenant["role"]),
        (&json!("Ann's farm"), &json!("owner"))
    );
    assert_eq!(status_of(&app, &made["token"]).await, StatusCode::OK);
    assert_eq!(log_in(&app, "ann", GOOD).await.0, StatusCode::OK);

    assert_eq!(needed(&app).await, false);
    let (status, again) = set_up(&app, with("username", "eve")).await;
    assert_eq!(
        (status, &again["error"]["code"]),
        (StatusCode::CONFLICT, &json!("already_set_up"))
    );
    let app = app.restart_with(Secrets::default()).await.unwrap();
    assert_eq!(needed(&app).await, false, "nor after a restart");
    assert_eq!(log_in(&app, "ann", GOOD).await.0, StatusCode::OK);
}

#[tokio::test]
async fn of_two_who_have_the_code_one_is_first() {
    let app = TestApp::start_without_users(|_| {}).await;
    let code = app.setup_code();
    let person = |name: &str| json!({ "code": code, "username": name, "password": GOOD });
    let (one, two) = tokio::join!(set_up(&app, person("one")), set_up(&app, person("two")));
    let mut statuses = [one.0, two.0];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
}

#[tokio::test]
async fn the_code_of_the_first_run_cannot_be_guessed_through() {
    let app = TestApp::start_without_users(|config| config.account.failures_per_address = 3).await;
    let guess = |code: &str| json!({ "code": code, "username": "eve", "password": GOOD });
    for _ in 0..3 {
        assert_eq!(set_up(&app, guess("0000-0000-0000")).await.0, StatusCode::FORBIDDEN);
    }
    let (status, error) = set_up(&app, guess(&app.setup_code())).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::TOO_MANY_REQUESTS, &json!("too_many_attempts"))
    );
}

#[tokio::test]
async fn a_password_for_the_first_user_must_be_a_good_one() {
    let app = TestApp::start_without_users(|_| {}).await;
    let given = |password: &str| Secrets {
        admin_password: Some(password.into()),
        ..Secrets::default()
    };
    // A start that fails leaves all as it was: the next may give a better one, or none.
    let dir = tempfile::tempdir().unwrap();
    let mut config = ovc::config::Config {
        data_dir: dir.path().to_owned(),
        ..ovc::config::Config::default()
    };
    config.http.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.rtmp.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    for weak in ["short", "football2026", "the admin's password"] {
        let error = ovc::app::App::start(config.clone(), given(weak)).await.unwrap_err();
        assert!(
            error.to_string().starts_with("OVC_ADMIN_PASSWORD: a password") || weak == "football2026",
            "{error}"
        );
        assert!(!error.to_string().contains(weak), "a secret is never printed: {error}");
    }
    let app = app.restart_with(given(GOOD)).await.unwrap();
    assert_eq!(needed(&app).await, false);
    assert_eq!(log_in(&app, "admin", GOOD).await.0, StatusCode::OK);
    // Where there is a user it is not looked at any more.
    let app = app.restart_with(given("short")).await.unwrap();
    assert_eq!(log_in(&app, "admin", GOOD).await.0, StatusCode::OK);
}

#[tokio::test]
async fn who_changes_his_password_ends_his_other_sessions() {
    let app = TestApp::start().await;
    let other = log_in(&app, "admin", PASSWORD).await.1["token"].clone();
    let change = |current: &str, new: &str| app.post("/api/v1/me/password", json!({ "current": current, "new": new }));
    let (status, error) = change("a guess", GOOD).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::FORBIDDEN, &json!("wrong_password"))
    );
    let (status, error) = change(PASSWORD, "qwertyuiop").await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::BAD_REQUEST, &json!("weak_password"))
    );
    assert_eq!(status_of(&app, &other).await, StatusCode::OK, "nothing has changed yet");

    assert_eq!(change(PASSWORD, GOOD).await.0, StatusCode::NO_CONTENT);
    assert_eq!(
        app.get("/api/v1/me").await.0,
        StatusCode::OK,
        "the one that asked goes on"
    );
    assert_eq!(status_of(&app, &other).await, StatusCode::UNAUTHORIZED);
    assert_eq!(log_in(&app, "admin", PASSWORD).await.0, StatusCode::UNAUTHORIZED);
    let app = app.restart().await;
    assert_eq!(
        status_of(&app, &other).await,
        StatusCode::UNAUTHORIZED,
        "also after a restart"
    );
    assert_eq!(log_in(&app, "admin", GOOD).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_present_password_cannot_be_guessed_through() {
    let app = TestApp::start_with(|config| config.account.failures_per_user = 2).await;
    let guess = json!({ "current": "a guess", "new": GOOD });
    for _ in 0..2 {
        assert_eq!(
            app.post("/api/v1/me/password", guess.clone()).await.0,
            StatusCode::FORBIDDEN
        );
    }
    let right = json!({ "current": PASSWORD, "new": GOOD });
    assert_eq!(
        app.post("/api/v1/me/password", right).await.0,
        StatusCode::TOO_MANY_REQUESTS
    );
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let app = TestApp::start().await;
    let body = json!({ "username": "admin", "password": PASSWORD });
    let phone = app
        .bare(Method::POST, "/api/v1/login")
        .header("user-agent", "a phone")
        .json(&body);
    let phone = answer(phone.send().await.unwrap()).await.1["token"].clone();
    let (status, list) = app.get("/api/v1/me/sessions").await;
    assert_eq!(status, StatusCode::OK);
    let [latest, first] = list["items"].as_array().unwrap().as_slice() else {
        panic!("{list}")
    };
    assert_eq!(
        (&latest["user_agent"], &latest["address"], &latest["current"]),
        (&json!("a phone"), &json!("127.0.0.1"), &json!(false))
    );
    assert_eq!(first["current"], true);
    assert!(first["last_seen_at"].as_str().unwrap() >= first["created_at"].as_str().unwrap());
    assert!(first["expires_at"].as_str().unwrap() > first["last_seen_at"].as_str().unwrap());

    let end = async |id: &Value| {
        let path = format!("/api/v1/me/sessions/{id}");
        app.send(Method::DELETE, &path, Value::Null).await
    };
    assert_eq!(end(&latest["id"]).await.0, StatusCode::NO_CONTENT);
    assert_eq!(status_of(&app, &phone).await, StatusCode::UNAUTHORIZED, "out at once");
    let (status, error) = end(&latest["id"]).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::NOT_FOUND, &json!("no_such_session"))
    );
    assert_eq!(end(&json!("x")).await.0, StatusCode::NOT_FOUND);
    let app = app.restart().await;
    assert_eq!(status_of(&app, &phone).await, StatusCode::UNAUTHORIZED, "for good");
}

#[tokio::test]
async fn all_other_sessions_are_ended_together() {
    let app = TestApp::start().await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(log_in(&app, "admin", PASSWORD).await.1["token"].clone());
    }
    let (status, _) = app.send(Method::DELETE, "/api/v1/me/sessions", Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    for other in &others {
        assert_eq!(status_of(&app, other).await, StatusCode::UNAUTHORIZED);
    }
    let (_, list) = app.get("/api/v1/me/sessions").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_prints_the_code_while_there_is_no_user() {
    let dir = tempfile::tempdir().unwrap();
    let start = || {
        Command::new(env!("CARGO_BIN_EXE_ovc"))
            .args(["serve", "--http", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--data-dir"])
            .arg(dir.path())
            .env_remove("OVC_ADMIN_PASSWORD")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    };
    let mut codes = Vec::new();
    for _ in 0..2 {
        let mut program = start();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let code = loop {
            let line = tokio::time::timeout(LIMIT, lines.next_line()).await.unwrap().unwrap();
            if let Some((_, code)) = line.expect("it prints a code").split_once("set-up code is ") {
                break code.trim().to_owned();
            }
        };
        codes.push(code);
        program.kill().await.unwrap();
    }
    assert_eq!(codes[0].len(), "xxxx-xxxx-xxxx".len());
    assert_ne!(codes[0], codes[1], "each start prints another");
}
