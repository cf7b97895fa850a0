use crate::app::{PASSWORD, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn log_in(app: &TestApp, username: &str, password: &str) -> (StatusCode, Option<String>, Value) {
    let body = json!({ "username": username, "password": password });
    let response = app
        .bare(Method::POST, "/api/v1/login")
        .json(&body)
        .send()
        .await
        .unwrap();
    let retry_after = response
        .headers()
        .get("retry-after")
        .map(|value| value.to_str().unwrap().to_owned());
    (response.status(), retry_after, response.json().await.unwrap())
}

#[tokio::test]
async fn a_user_logs_in_is_known_and_logs_out() {
    let app = TestApp::start().await;
    let (status, me) = app.get("/api/v1/me").await;
    assert_eq!(
        (status, &me["username"], &me["platform_admin"], &me["totp"]),
        (StatusCode::OK, &json!("admin"), &json!(true), &json!(false))
    );
    let home = &me["tenants"][0];
    assert_eq!(
        (&home["name"], &home["role"], &home["everywhere"]),
        (&json!("Home"), &json!("owner"), &json!(true))
    );
    assert_eq!(
        home["permissions"].as_array().unwrap().len(),
        8,
        "all but running the cloud"
    );
    let logout = app.request(Method::POST, "/api/v1/logout").send().await.unwrap();
    assert_eq!(logout.status(), StatusCode::NO_CONTENT);
    let (status, error) = app.get("/api/v1/me").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(error["error"]["code"], "unauthorized");
    assert_eq!(error["error"]["request_id"].as_str().unwrap().len(), 16);
}

/// Routes for those who are not logged in.
const PUBLIC: [&str; 7] = [
    "/api/v1/setup",
    "/api/v1/login",
    "/api/v1/invitations/look",
    "/api/v1/invitations/accept",
    "/api/v1/password_reset",
    "/api/v1/shares/{token}",
    "/api/v1/shares/{token}/export",
];

#[tokio::test]
async fn nothing_of_the_api_is_open_without_a_login() {
    let app = TestApp::start().await;
    let document: Value = serde_json::from_str(&ovc::api::document()).unwrap();
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            if PUBLIC.contains(&path.as_str()) {
                continue;
            }
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let path = path.replace("{login_code}", "cam");
            let path = ["{channel}", "{tenant}", "{group}", "{user}"]
                .iter()
                .fold(path, |path, name| path.replace(name, "1"));
            let bad = app
                .bare(method.clone(), &path)
                .json(&json!({}))
                .bearer_auth("ovs_guess")
                .send()
                .await
                .unwrap();
            assert_eq!(bad.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
            let none = app.bare(method.clone(), &path).json(&json!({})).send().await.unwrap();
            assert_eq!(none.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
            tried += 1;
        }
    }
    assert!(tried > 10);
}

#[tokio::test]
async fn wrong_passwords_are_refused_and_slowed_down() {
    let app = TestApp::start_with(|config| config.account.failures_per_user = 2).await;
    let (status, _, error) = log_in(&app, "admin", "guess").await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::UNAUTHORIZED, &json!("bad_credentials"))
    );
    let (status, _, unknown) = log_in(&app, "nobody", "guess").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(unknown["error"]["message"], error["error"]["message"]);
    // A right password in between costs nothing and forgives nothing.
    assert_eq!(log_in(&app, "ADMIN", PASSWORD).await.0, StatusCode::OK);
    assert_eq!(log_in(&app, "admin", "guess").await.0, StatusCode::UNAUTHORIZED);
    let (status, retry_after, error) = log_in(&app, "Admin", PASSWORD).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::TOO_MANY_REQUESTS, &json!("too_many_attempts"))
    );
    assert!((1..=30).contains(&retry_after.unwrap().parse::<u64>().unwrap()));
}

#[tokio::test]
async fn guesses_from_elsewhere_do_not_lock_a_user_out() {
    let app = TestApp::start_with(|config| config.account.failures_per_user = 2).await;
    let elsewhere = reqwest::Client::builder()
        .local_address(std::net::IpAddr::from([127, 0, 0, 2]))
        .build()
        .unwrap();
    let guess = || {
        let url = format!("http://{}/api/v1/login", app.authority());
        let body = json!({ "username": "admin", "password": "guess" });
        elsewhere.post(url).json(&body).send()
    };
    for status in [401, 401, 429] {
        assert_eq!(guess().await.unwrap().status(), status);
    }
    // The user has logged in from here before; that the session has ended since does not matter.
    app.request(Method::POST, "/api/v1/logout").send().await.unwrap();
    assert_eq!(log_in(&app, "admin", PASSWORD).await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_cookie_works_for_pages_of_ours_only() {
    let app = TestApp::start().await;
    let body = json!({ "username": "admin", "password": PASSWORD });
    let response = app
        .bare(Method::POST, "/api/v1/login")
        .json(&body)
        .send()
        .await
        .unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    assert!(!cookie.contains("Secure"), "or it would not come back over plain HTTP");
    let cookie = cookie.split(';').next().unwrap();
    let get = app
        .bare(Method::GET, "/api/v1/me")
        .header("cookie", cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(get.status(), StatusCode::OK);

    let add = || {
        app.bare(Method::POST, "/api/v1/devices")
            .header("cookie", cookie)
            .json(&json!({}))
    };
    let own = format!("http://{}", app.authority());
    for (request, status) in [
        (add(), StatusCode::FORBIDDEN),
        (add().header("origin", "http://evil.example"), StatusCode::FORBIDDEN),
        (
            add().header("sec-fetch-site", "cross-site").header("origin", &own),
            StatusCode::FORBIDDEN,
        ),
        (add().header("origin", &own), StatusCode::CREATED),
        (add().header("sec-fetch-site", "same-origin"), StatusCode::CREATED),
    ] {
        assert_eq!(request.send().await.unwrap().status(), status);
    }
}

#[tokio::test]
async fn a_session_survives_a_restart_and_a_logout_does_too() {
    let app = TestApp::start().await;
    let (_, _, second) = log_in(&app, "admin", PASSWORD).await;
    app.bare(Method::POST, "/api/v1/logout")
        .bearer_auth(second["token"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    let app = app.restart().await;
    assert_eq!(app.get("/api/v1/me").await.0, StatusCode::OK);
    let ended = app
        .bare(Method::GET, "/api/v1/me")
        .bearer_auth(second["token"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(ended.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn bad_requests_are_told_what_is_wrong() {
    let app = TestApp::start().await;
    for (path, body, status, code) in [
        ("/api/v1/devices", "{", StatusCode::BAD_REQUEST, "bad_request"),
        (
            "/api/v1/devices",
            r#"{"nmae":"x"}"#,
            StatusCode::BAD_REQUEST,
            "bad_request",
        ),
        (
            "/api/v1/devices",
            r#"{"login_code":"a b"}"#,
            StatusCode::BAD_REQUEST,
            "bad_request",
        ),
        ("/api/v1/nothing", "{}", StatusCode::NOT_FOUND, "not_found"),
        ("/api/v1/me", "{}", StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        (
            "/api/v1/devices",
            &format!(r#"{{"name":"{}"}}"#, "x".repeat(300_000)),
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
        ),
    ] {
        let request = app
            .request(Method::POST, path)
            .header("content-type", "application/json");
        let response = request.body(body.to_owned()).send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        let error: Value = response.json().await.unwrap();
        assert_eq!(error["error"]["code"], code, "{path}");
    }
    let form = app
        .request(Method::POST, "/api/v1/devices")
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
