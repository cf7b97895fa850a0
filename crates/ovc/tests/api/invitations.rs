//! Links that are passed on: invitations, and links to set a password.

use crate::app::{TestApp, answer};
use crate::cast::{Cast, refusal};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const GOOD: &str = "rain on a tin roof";

async fn post(app: &TestApp, path: &str, body: Value) -> (StatusCode, Value) {
    let request = app.bare(Method::POST, path);
    answer(request.json(&body).send().await.unwrap()).await
}

async fn me(app: &TestApp, token: &Value) -> (StatusCode, Value) {
    let request = app.bare(Method::GET, "/api/v1/me").bearer_auth(token.as_str().unwrap());
    answer(request.send().await.unwrap()).await
}

/// What makes a link work.
fn token(link: &Value) -> &str {
    link.as_str().unwrap().split_once('#').unwrap().1
}

/// An invitation into Acme by this person; its token.
async fn invite(cast: &Cast, who: &str, body: Value) -> String {
    let path = format!("/api/v1/tenants/{}/invitations", cast.acme);
    let (status, made) = cast.post(who, &path, body).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let begin = format!("http://{}/invite#", cast.app.authority());
    assert!(made["link"].as_str().unwrap().starts_with(&begin), "{made}");
    token(&made["link"]).to_owned()
}

fn accept(token: &str, username: &str) -> Value {
    json!({ "token": token, "username": username, "password": GOOD })
}

#[tokio::test]
async fn who_is_invited_sees_to_what_and_joins_once() {
    let cast = Cast::start().await;
    let app = &cast.app;
    let invited = invite(&cast, "adam", json!({ "role": "viewer", "note": "for Nina" })).await;
    let (status, look) = post(app, "/api/v1/invitations/look", json!({ "token": invited })).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&look["tenant_name"], &look["role"], &look["invited_by"], &look["note"]),
        (&json!("Acme"), &json!("viewer"), &json!("adam"), &json!("for Nina"))
    );
    // What is wrong with the name or the password does not use the invitation up.
    for (name, password, refused) in [
        ("VERA", GOOD, (409, "username_taken")),
        ("n n", GOOD, (400, "bad_username")),
        ("nina", "sunshine2026", (400, "weak_password")),
    ] {
        let body = json!({ "token": invited, "username": name, "password": password });
        assert_eq!(refusal(&post(app, "/api/v1/invitations/accept", body).await), refused);
    }
    let (status, joined) = post(app, "/api/v1/invitations/accept", accept(&invited, "nina")).await;
    assert_eq!(status, StatusCode::OK, "{joined}");
    let (_, nina) = me(app, &joined["token"]).await;
    assert_eq!(
        (&nina["username"], &nina["platform_admin"]),
        (&json!("nina"), &json!(false))
    );
    assert_eq!(nina["tenants"].as_array().unwrap().len(), 1);
    let acme = &nina["tenants"][0];
    assert_eq!(
        (&acme["name"], &acme["role"], &acme["everywhere"]),
        (&json!("Acme"), &json!("viewer"), &json!(true))
    );
    let login = json!({ "username": "nina", "password": GOOD });
    assert_eq!(post(app, "/api/v1/login", login).await.0, StatusCode::OK);

    assert_eq!(
        refusal(&post(app, "/api/v1/invitations/look", json!({ "token": invited })).await),
        (404, "bad_link")
    );
    assert_eq!(
        refusal(&post(app, "/api/v1/invitations/accept", accept(&invited, "nils")).await),
        (404, "bad_link")
    );
}

#[tokio::test]
async fn who_was_invited_and_came_is_in_the_audit_log_and_no_link_is() {
    let cast = Cast::start().await;
    let invited = invite(&cast, "adam", json!({ "role": "viewer" })).await;
    post(&cast.app, "/api/v1/invitations/accept", accept(&invited, "nina")).await;
    let second = invite(&cast, "adam", json!({ "role": "operator" })).await;
    cast.post("boris", "/api/v1/me/invitations", json!({ "token": second }))
        .await;
    let (_, log) = cast.get("olga", &format!("/api/v1/audit?tenant={}", cast.acme)).await;
    let told: Vec<_> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (
                text(&entry["action"]),
                text(&entry["actor"]["name"]),
                text(&entry["detail"]),
            )
        })
        .collect();
    for (action, actor, detail) in [
        ("invite", "adam", "as viewer"),
        ("accept_invitation", "nina", ""),
        ("join", "boris", ""),
    ] {
        let entry = (action.to_owned(), actor.to_owned(), detail.to_owned());
        assert!(told.contains(&entry), "{entry:?} is not in {log}");
    }
    let log = log.to_string();
    assert!(!log.contains("ovl_") && !log.contains(&invited));
}

#[tokio::test]
async fn of_two_who_have_the_link_one_gets_in() {
    let cast = Cast::start().await;
    let invited = invite(&cast, "adam", json!({ "role": "viewer" })).await;
    let (one, two) = tokio::join!(
        post(&cast.app, "/api/v1/invitations/accept", accept(&invited, "one")),
        post(&cast.app, "/api/v1/invitations/accept", accept(&invited, "two")),
    );
    let mut statuses = [one.0, two.0];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::NOT_FOUND]);
}

#[tokio::test]
async fn who_is_invited_to_a_group_sees_that_group_alone() {
    let cast = Cast::start().await;
    let roof = cast.group("Roof", None).await;
    cast.device("on-roof", Some(roof)).await;
    cast.device("elsewhere", None).await;
    let body = json!({ "role": "viewer", "grants": [{ "group_id": roof, "permissions": ["see_live"] }] });
    let invited = invite(&cast, "adam", body).await;
    let (_, joined) = post(&cast.app, "/api/v1/invitations/accept", accept(&invited, "nina")).await;
    assert_eq!(joined["user"]["tenants"][0]["everywhere"], false, "{joined}");
    let request = cast.app.bare(Method::GET, "/api/v1/devices");
    let request = request.bearer_auth(joined["token"].as_str().unwrap());
    let (_, devices) = answer(request.send().await.unwrap()).await;
    let codes: Vec<_> = devices["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| &device["login_code"])
        .collect();
    assert_eq!(codes, ["on-roof"]);
}

#[tokio::test]
async fn what_was_removed_since_is_not_granted() {
    let cast = Cast::start().await;
    let group = cast.group("Roof", None).await;
    cast.device("cam", None).await;
    let body = json!({ "role": "viewer", "grants": [
        { "login_code": "cam", "permissions": ["see_live"] },
        { "group_id": group, "permissions": ["see_live"] },
    ] });
    let invited = invite(&cast, "adam", body).await;
    assert_eq!(
        cast.delete("adam", "/api/v1/devices/cam").await.0,
        StatusCode::NO_CONTENT
    );
    let (status, joined) = post(&cast.app, "/api/v1/invitations/accept", accept(&invited, "nina")).await;
    assert_eq!(status, StatusCode::OK, "{joined}");
    let (_, members) = cast
        .get("adam", &format!("/api/v1/tenants/{}/members", cast.acme))
        .await;
    let nina = members["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|member| member["username"] == "nina");
    assert_eq!(
        nina.unwrap()["grants"],
        json!([{ "group_id": group, "permissions": ["see_live"] }])
    );
}

#[tokio::test]
async fn a_user_joins_another_tenant_with_the_account_there_is() {
    let cast = Cast::start().await;
    let invited = invite(&cast, "adam", json!({ "role": "operator" })).await;
    let (status, boris) = cast
        .post("boris", "/api/v1/me/invitations", json!({ "token": invited }))
        .await;
    assert_eq!(status, StatusCode::OK, "{boris}");
    let names: Vec<_> = boris["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tenant| &tenant["name"])
        .collect();
    assert_eq!(names, ["Acme", "Bolt"]);
    let again = cast
        .post("boris", "/api/v1/me/invitations", json!({ "token": invited }))
        .await;
    assert_eq!(refusal(&again), (404, "bad_link"));

    // Who is in already loses nothing by it, and the invitation stays good for somebody else.
    let second = invite(&cast, "adam", json!({ "role": "viewer" })).await;
    let twice = cast
        .post("olga", "/api/v1/me/invitations", json!({ "token": second }))
        .await;
    assert_eq!(refusal(&twice), (409, "already_member"));
    let (_, olga) = cast.get("olga", "/api/v1/me").await;
    assert_eq!(olga["tenants"][0]["role"], "owner");
    assert_eq!(
        post(&cast.app, "/api/v1/invitations/look", json!({ "token": second }))
            .await
            .0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn nobody_invites_to_more_than_he_has() {
    let cast = Cast::start().await;
    let path = format!("/api/v1/tenants/{}/invitations", cast.acme);
    let viewer = json!({ "role": "viewer" });
    for (who, body, refused) in [
        ("adam", json!({ "role": "owner" }), (403, "too_much")),
        ("otto", viewer.clone(), (403, "forbidden")),
        ("root", viewer.clone(), (403, "forbidden")),
        ("boris", viewer.clone(), (404, "no_such_tenant")),
        (
            "adam",
            json!({ "role": "viewer", "note": "x".repeat(201) }),
            (400, "bad_note"),
        ),
        (
            "adam",
            json!({ "role": "viewer", "grants": [{ "login_code": "none", "permissions": [] }] }),
            (400, "bad_grant"),
        ),
    ] {
        assert_eq!(refusal(&cast.post(who, &path, body).await), refused, "{who}");
    }
    let owner = invite(&cast, "olga", json!({ "role": "owner", "everywhere": false })).await;
    let (_, joined) = post(&cast.app, "/api/v1/invitations/accept", accept(&owner, "nina")).await;
    let acme = &joined["user"]["tenants"][0];
    assert_eq!((&acme["role"], &acme["everywhere"]), (&json!("owner"), &json!(true)));
}

#[tokio::test]
async fn open_invitations_are_listed_and_taken_back() {
    let cast = Cast::start().await;
    let path = format!("/api/v1/tenants/{}/invitations", cast.acme);
    let first = invite(&cast, "olga", json!({ "role": "admin", "note": "first" })).await;
    invite(&cast, "adam", json!({ "role": "viewer", "note": "second" })).await;
    let (_, list) = cast.get("adam", &path).await;
    assert!(!list.to_string().contains(&first), "shown once");
    let notes: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|open| &open["note"])
        .collect();
    assert_eq!(notes, ["second", "first"]);
    let id = &list["items"][1]["id"];
    let elsewhere = format!("/api/v1/tenants/{}/invitations/{id}", cast.bolt);
    assert_eq!(
        refusal(&cast.delete("boris", &elsewhere).await),
        (404, "no_such_invitation")
    );
    assert_eq!(
        cast.delete("adam", &format!("{path}/{id}")).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        refusal(&cast.delete("adam", &format!("{path}/{id}")).await),
        (404, "no_such_invitation")
    );
    assert_eq!(
        refusal(&post(&cast.app, "/api/v1/invitations/accept", accept(&first, "nina")).await),
        (404, "bad_link")
    );
}

#[tokio::test]
async fn who_loses_his_place_takes_his_invitations_with_him() {
    let cast = Cast::start().await;
    let member = |who: &str| format!("/api/v1/tenants/{}/members/{}", cast.acme, cast.id(who));
    let by_adam = invite(&cast, "adam", json!({ "role": "admin" })).await;
    let demoted = cast.patch("olga", &member("adam"), json!({ "role": "viewer" })).await;
    assert_eq!(demoted.0, StatusCode::OK);
    assert_eq!(
        refusal(&post(&cast.app, "/api/v1/invitations/look", json!({ "token": by_adam })).await),
        (404, "bad_link")
    );

    let by_olga = invite(&cast, "olga", json!({ "role": "owner" })).await;
    let second = invite(&cast, "olga", json!({ "role": "owner" })).await;
    post(&cast.app, "/api/v1/invitations/accept", accept(&second, "nina")).await;
    assert_eq!(
        cast.delete("olga", &member("olga")).await.0,
        StatusCode::NO_CONTENT,
        "she leaves"
    );
    assert_eq!(
        refusal(&post(&cast.app, "/api/v1/invitations/look", json!({ "token": by_olga })).await),
        (404, "bad_link")
    );
}

#[tokio::test]
async fn links_cannot_be_guessed_through() {
    let cast = Cast::start().await;
    let invited = invite(&cast, "adam", json!({ "role": "viewer" })).await;
    let mut refused = Vec::new();
    for _ in 0..30 {
        let guess = post(&cast.app, "/api/v1/invitations/look", json!({ "token": "ovl_guess" })).await;
        refused.push(guess.0);
    }
    assert_eq!(refused, [StatusCode::NOT_FOUND; 30]);
    for (path, body) in [
        ("/api/v1/invitations/look", json!({ "token": invited })),
        ("/api/v1/invitations/accept", accept(&invited, "nina")),
        (
            "/api/v1/password_reset",
            json!({ "token": "ovl_guess", "password": GOOD }),
        ),
    ] {
        assert_eq!(refusal(&post(&cast.app, path, body).await), (429, "too_many_attempts"));
    }
}

#[tokio::test]
async fn who_lost_his_password_sets_one_by_a_link() {
    let cast = Cast::start().await;
    let path = format!("/api/v1/tenants/{}/members/{}/reset_link", cast.acme, cast.id("vera"));
    let (status, first) = cast.post("adam", &path, Value::Null).await;
    assert_eq!(status, StatusCode::CREATED, "{first}");
    assert!(first["link"].as_str().unwrap().contains("/reset#"));
    let (_, second) = cast.post("adam", &path, Value::Null).await;
    let reset = |link: &Value, password: &str| json!({ "token": token(&link["link"]), "password": password });
    let void = post(&cast.app, "/api/v1/password_reset", reset(&first, GOOD)).await;
    assert_eq!(refusal(&void), (404, "bad_link"), "the latest counts");
    let weak = post(&cast.app, "/api/v1/password_reset", reset(&second, "vera, the great")).await;
    assert_eq!(refusal(&weak), (400, "weak_password"));
    assert_eq!(
        cast.get("vera", "/api/v1/me").await.0,
        StatusCode::OK,
        "nothing has happened yet"
    );

    let (status, _) = post(&cast.app, "/api/v1/password_reset", reset(&second, GOOD)).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(
        cast.get("vera", "/api/v1/me").await.0,
        StatusCode::UNAUTHORIZED,
        "every session ends"
    );
    let login = json!({ "username": "vera", "password": GOOD });
    assert_eq!(post(&cast.app, "/api/v1/login", login).await.0, StatusCode::OK);
    let again = post(
        &cast.app,
        "/api/v1/password_reset",
        reset(&second, "other words at noon"),
    )
    .await;
    assert_eq!(refusal(&again), (404, "bad_link"));
    // A link of one kind is worth nothing for the other.
    let invited = invite(&cast, "adam", json!({ "role": "viewer" })).await;
    let crossed = post(
        &cast.app,
        "/api/v1/password_reset",
        json!({ "token": invited, "password": GOOD }),
    )
    .await;
    assert_eq!(refusal(&crossed), (404, "bad_link"));
}

#[tokio::test]
async fn nobody_sets_passwords_of_those_who_are_more() {
    let cast = Cast::start().await;
    let link = |who: &str| format!("/api/v1/tenants/{}/members/{}/reset_link", cast.acme, cast.id(who));
    for (by, of, refused) in [
        ("adam", "olga", (403, "not_yours")),
        ("otto", "vera", (403, "forbidden")),
        ("adam", "boris", (404, "no_such_member")),
        ("boris", "vera", (404, "no_such_tenant")),
        ("root", "vera", (403, "forbidden")),
    ] {
        assert_eq!(
            refusal(&cast.post(by, &link(of), Value::Null).await),
            refused,
            "{by} of {of}"
        );
    }
    // Who is in another tenant too, or runs the cloud, is not this tenant's alone.
    let invited = invite(&cast, "adam", json!({ "role": "viewer" })).await;
    cast.post("boris", "/api/v1/me/invitations", json!({ "token": invited }))
        .await;
    let invited = invite(&cast, "adam", json!({ "role": "viewer" })).await;
    cast.post("root", "/api/v1/me/invitations", json!({ "token": invited }))
        .await;
    for who in ["boris", "root"] {
        assert_eq!(
            refusal(&cast.post("olga", &link(who), Value::Null).await),
            (403, "not_yours"),
            "{who}"
        );
    }
    assert_eq!(
        cast.post("olga", &link("adam"), Value::Null).await.0,
        StatusCode::CREATED
    );

    let any = |who: &str| format!("/api/v1/users/{}/reset_link", cast.id(who));
    assert_eq!(
        refusal(&cast.post("olga", &any("vera"), Value::Null).await),
        (403, "forbidden")
    );
    assert_eq!(
        cast.post("root", &any("boris"), Value::Null).await.0,
        StatusCode::CREATED
    );
    assert_eq!(
        refusal(&cast.post("root", "/api/v1/users/999/reset_link", Value::Null).await),
        (404, "no_such_user")
    );
}

#[tokio::test]
async fn a_link_that_sets_a_password_is_void_once_its_user_is_more() {
    let cast = Cast::start().await;
    let member = |who: &str| format!("/api/v1/tenants/{}/members/{}", cast.acme, cast.id(who));
    let link = async |who: &str| {
        let (status, made) = cast.post("adam", &(member(who) + "/reset_link"), Value::Null).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        json!({ "token": token(&made["link"]), "password": GOOD })
    };
    let (vera, otto, guest) = (link("vera").await, link("otto").await, link("guest").await);
    cast.patch("olga", &member("vera"), json!({ "role": "owner" })).await;
    let user = format!("/api/v1/users/{}", cast.id("otto"));
    cast.patch("root", &user, json!({ "platform_admin": true })).await;
    let path = format!("/api/v1/tenants/{}/invitations", cast.bolt);
    let (_, invited) = cast.post("boris", &path, json!({ "role": "viewer" })).await;
    let accept = json!({ "token": token(&invited["link"]) });
    let (status, _) = cast.post("guest", "/api/v1/me/invitations", accept).await;
    assert_eq!(status, StatusCode::OK);
    for body in [vera, otto, guest] {
        let answer = post(&cast.app, "/api/v1/password_reset", body).await;
        assert_eq!(refusal(&answer), (404, "bad_link"));
    }
}

#[tokio::test]
async fn a_second_factor_outlives_a_link_that_sets_the_password() {
    let cast = Cast::start().await;
    let path = format!("/api/v1/users/{}/reset_link", cast.id("vera"));
    let set = async || {
        let (_, link) = cast.post("root", &path, Value::Null).await;
        let body = json!({ "token": token(&link["link"]), "password": GOOD });
        assert_eq!(
            post(&cast.app, "/api/v1/password_reset", body).await.0,
            StatusCode::NO_CONTENT
        );
    };
    set().await;
    let login = json!({ "username": "vera", "password": GOOD });
    let (_, vera) = post(&cast.app, "/api/v1/login", login.clone()).await;
    crate::totp::turn_on_for(&cast.app, vera["token"].as_str().unwrap(), GOOD).await;
    set().await;
    assert_eq!(
        refusal(&post(&cast.app, "/api/v1/login", login).await),
        (401, "code_required")
    );
}
