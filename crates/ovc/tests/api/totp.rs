//! The second factor.

use crate::app::{PASSWORD, TestApp, answer};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use ovc::account::Secrets;
use ovc::app::StartError;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha1::Sha1;
use std::time::{SystemTime, UNIX_EPOCH};

/// An authenticator app, after RFC 6238.
pub(crate) struct Authenticator(Vec<u8>);

impl Authenticator {
    /// Shown so many steps of 30 seconds from now.
    fn code(&self, steps: i64) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).unwrap();
        mac.update(&(i64::try_from(now / 30).unwrap() + steps).to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let at = usize::from(hash[19] & 15);
        let number = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7FFF_FFFF;
        format!("{:06}", number % 1_000_000)
    }
}

async fn log_in(app: &TestApp, code: Option<&str>) -> (StatusCode, Value) {
    let mut body = json!({ "username": "admin", "password": PASSWORD });
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    let (status, answer) = answer(
        app.bare(Method::POST, "/api/v1/login")
            .json(&body)
            .send()
            .await
            .unwrap(),
    )
    .await;
    (status, answer)
}

fn refused(answer: (StatusCode, Value)) -> (StatusCode, String) {
    (
        answer.0,
        answer.1["error"]["code"].as_str().unwrap_or_default().to_owned(),
    )
}

fn told(status: StatusCode, code: &str) -> (StatusCode, String) {
    (status, code.to_owned())
}

/// Turns it on for the administrator, with the present code. The recovery codes.
async fn turn_on(app: &TestApp) -> (Authenticator, Vec<String>) {
    turn_on_for(app, &app.token, PASSWORD).await
}

/// The same for whose session and password these are.
pub(crate) async fn turn_on_for(app: &TestApp, session: &str, password: &str) -> (Authenticator, Vec<String>) {
    turn_on_at(&app.authority(), session, password).await
}

/// The same at a cloud that listens there.
pub(crate) async fn turn_on_at(authority: &str, session: &str, password: &str) -> (Authenticator, Vec<String>) {
    let client = reqwest::Client::new();
    let post = async |path: &str, body: Value| {
        let request = client.post(format!("http://{authority}{path}")).bearer_auth(session);
        answer(request.json(&body).send().await.unwrap()).await
    };
    let (status, begun) = post("/api/v1/me/totp", json!({ "password": password })).await;
    assert_eq!(status, StatusCode::OK, "{begun}");
    let secret = begun["secret"].as_str().unwrap();
    assert!(begun["otpauth_url"].as_str().unwrap().contains(secret));
    let authenticator = Authenticator(BASE32_NOPAD.decode(secret.as_bytes()).unwrap());
    let code = json!({ "code": authenticator.code(0) });
    let (status, on) = post("/api/v1/me/totp/confirm", code).await;
    assert_eq!(status, StatusCode::OK, "{on}");
    let codes = on["recovery_codes"].as_array().unwrap();
    let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned());
    (authenticator, codes.collect())
}

#[tokio::test]
async fn a_code_is_asked_for_at_the_login_and_is_good_once() {
    let app = TestApp::start().await;
    let (authenticator, _) = turn_on(&app).await;
    let (_, me) = app.get("/api/v1/me").await;
    assert_eq!((&me["totp"], &me["recovery_codes_left"]), (&json!(true), &json!(10)));

    assert_eq!(
        refused(log_in(&app, None).await),
        told(StatusCode::UNAUTHORIZED, "code_required")
    );
    assert_eq!(
        refused(log_in(&app, Some(" ")).await),
        told(StatusCode::UNAUTHORIZED, "code_required")
    );
    assert_eq!(
        refused(log_in(&app, Some(&authenticator.code(0))).await),
        told(StatusCode::UNAUTHORIZED, "bad_code"),
        "it was used to turn it on"
    );
    let next = authenticator.code(1);
    assert_eq!(log_in(&app, Some(&next)).await.0, StatusCode::OK);
    assert_eq!(
        refused(log_in(&app, Some(&next)).await),
        told(StatusCode::UNAUTHORIZED, "bad_code")
    );
    let app = app.restart().await;
    assert_eq!(
        refused(log_in(&app, Some(&next)).await),
        told(StatusCode::UNAUTHORIZED, "bad_code"),
        "nor after a restart"
    );
}

#[tokio::test]
async fn a_wrong_password_is_told_before_any_code() {
    let app = TestApp::start().await;
    let (authenticator, _) = turn_on(&app).await;
    let body = json!({ "username": "admin", "password": "a guess", "code": authenticator.code(1) });
    let wrong = answer(
        app.bare(Method::POST, "/api/v1/login")
            .json(&body)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(refused(wrong), told(StatusCode::UNAUTHORIZED, "bad_credentials"));
    assert_eq!(
        log_in(&app, Some(&authenticator.code(1))).await.0,
        StatusCode::OK,
        "the code was not used up"
    );
}

#[tokio::test]
async fn each_recovery_code_is_good_once() {
    let app = TestApp::start().await;
    let (authenticator, codes) = turn_on(&app).await;
    assert_eq!(codes.len(), 10);
    let typed = codes[3].to_uppercase().replace('-', "");
    assert_eq!(log_in(&app, Some(&typed)).await.0, StatusCode::OK);
    assert_eq!(
        refused(log_in(&app, Some(&codes[3])).await),
        told(StatusCode::UNAUTHORIZED, "bad_code")
    );
    let (_, me) = app.get("/api/v1/me").await;
    assert_eq!(me["recovery_codes_left"], 9);

    let both = json!({ "password": PASSWORD, "code": authenticator.code(1) });
    let (status, fresh) = app.post("/api/v1/me/recovery_codes", both).await;
    assert_eq!(status, StatusCode::OK, "{fresh}");
    assert_eq!(
        refused(log_in(&app, Some(&codes[4])).await),
        told(StatusCode::UNAUTHORIZED, "bad_code"),
        "those before are void"
    );
    let fresh = fresh["recovery_codes"][0].as_str().unwrap();
    assert_eq!(log_in(&app, Some(fresh)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn it_is_turned_on_and_off_by_who_proves_himself() {
    let app = TestApp::start().await;
    let wrong = app.post("/api/v1/me/totp", json!({ "password": "a guess" })).await;
    assert_eq!(refused(wrong), told(StatusCode::FORBIDDEN, "wrong_password"));
    let early = app.post("/api/v1/me/totp/confirm", json!({ "code": "000000" })).await;
    assert_eq!(refused(early), told(StatusCode::CONFLICT, "totp_not_begun"));
    let off = json!({ "password": PASSWORD, "code": "000000" });
    let off = app.post("/api/v1/me/totp/disable", off).await;
    assert_eq!(refused(off), told(StatusCode::CONFLICT, "totp_off"));

    app.post("/api/v1/me/totp", json!({ "password": PASSWORD })).await;
    assert_eq!(
        log_in(&app, None).await.0,
        StatusCode::OK,
        "it does not count before it is confirmed"
    );
    let bad = app.post("/api/v1/me/totp/confirm", json!({ "code": "0000000" })).await;
    assert_eq!(refused(bad), told(StatusCode::UNAUTHORIZED, "bad_code"));
    let (authenticator, codes) = turn_on(&app).await;
    let again = app.post("/api/v1/me/totp", json!({ "password": PASSWORD })).await;
    assert_eq!(refused(again), told(StatusCode::CONFLICT, "totp_on"));

    for (password, code, status, error) in [
        (
            "a guess",
            authenticator.code(1),
            StatusCode::FORBIDDEN,
            "wrong_password",
        ),
        (PASSWORD, authenticator.code(0), StatusCode::UNAUTHORIZED, "bad_code"),
    ] {
        let both = json!({ "password": password, "code": code });
        assert_eq!(
            refused(app.post("/api/v1/me/totp/disable", both).await),
            told(status, error)
        );
    }
    let both = json!({ "password": PASSWORD, "code": codes[0] });
    assert_eq!(
        app.post("/api/v1/me/totp/disable", both).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(log_in(&app, None).await.0, StatusCode::OK);
    let (_, me) = app.get("/api/v1/me").await;
    assert_eq!((&me["totp"], &me["recovery_codes_left"]), (&json!(false), &json!(0)));
}

#[tokio::test]
async fn codes_cannot_be_guessed_through() {
    let app = TestApp::start_with(|config| config.account.failures_per_user = 3).await;
    let (authenticator, codes) = turn_on(&app).await;
    for _ in 0..3 {
        let wrong = log_in(&app, Some("abcdef")).await;
        assert_eq!(refused(wrong), told(StatusCode::UNAUTHORIZED, "bad_code"));
    }
    for right in [&authenticator.code(1), &codes[0]] {
        let waits = log_in(&app, Some(right)).await;
        assert_eq!(refused(waits), told(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts"));
    }
}

#[tokio::test]
async fn secrets_are_in_the_database_sealed_only() {
    let app = TestApp::start().await;
    let (authenticator, codes) = turn_on(&app).await;
    let dir = app.data_dir().to_owned();
    let holds = |needle: &[u8]| {
        std::fs::read_dir(&dir).unwrap().any(|file| {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            let bytes = || std::fs::read(file.path()).unwrap();
            name.starts_with("ovc.sqlite") && bytes().windows(needle.len()).any(|part| part == needle)
        })
    };
    assert!(holds(b"admin"), "it does look into the database");
    assert!(!holds(&authenticator.0));
    assert!(!holds(codes[0].as_bytes()) && !holds(codes[0].replace('-', "").as_bytes()));
}

fn master_key(key: &str) -> Secrets {
    Secrets {
        master_key: Some(key.into()),
        ..Secrets::default()
    }
}

#[tokio::test]
async fn without_the_master_key_it_does_not_start() {
    let app = TestApp::start().await;
    let (authenticator, _) = turn_on(&app).await;
    let file = app.data_dir().join("ovc.key");
    let key = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let app = app.restart_with(master_key(&key)).await.unwrap();
    assert_eq!(
        log_in(&app, Some(&authenticator.code(1))).await.0,
        StatusCode::OK,
        "from the environment"
    );
    assert!(!file.exists());
    let error = app.restart_with(Secrets::default()).await.err().unwrap();
    assert!(matches!(error, StartError::Accounts(_)), "{error}");
    assert!(error.to_string().contains("OVC_MASTER_KEY=lost"), "{error}");
}

#[tokio::test]
async fn who_has_lost_the_master_key_goes_on_without_second_factors() {
    let app = TestApp::start().await;
    turn_on(&app).await;
    std::fs::remove_file(app.data_dir().join("ovc.key")).unwrap();
    let app = app.restart_with(master_key("lost")).await.unwrap();
    assert_eq!(log_in(&app, None).await.0, StatusCode::OK);
    let (authenticator, _) = turn_on(&app).await;
    // Said once more, it takes nothing away: the key is not lost any more.
    let app = app.restart_with(master_key("lost")).await.unwrap();
    assert_eq!(log_in(&app, Some(&authenticator.code(1))).await.0, StatusCode::OK);
}
