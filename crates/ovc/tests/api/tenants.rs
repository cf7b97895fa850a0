use crate::app::answer;
use crate::cast::{Cast, each, refusal};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn who_runs_the_cloud_makes_and_removes_tenants() {
    let cast = Cast::start().await;
    for who in ["olga", "boris"] {
        let answer = cast.post(who, "/api/v1/tenants", json!({ "name": "New" })).await;
        assert_eq!(refusal(&answer), (403, "forbidden"));
    }
    let (status, made) = cast.post("root", "/api/v1/tenants", json!({ "name": " New " })).await;
    assert_eq!((status, &made["name"]), (StatusCode::CREATED, &json!("New")));
    assert_eq!(made["has_owner"], false);
    // Its first owner comes by the link, with a user made for it.
    let (_, token) = made["owner_link"].as_str().unwrap().split_once("/invite#").unwrap();
    let accept = json!({ "token": token, "username": "nora", "password": "a good long password" });
    let accepted = cast.app.bare(Method::POST, "/api/v1/invitations/accept").json(&accept);
    let (status, login) = answer(accepted.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{login}");
    let of_nora = &login["user"]["tenants"][0];
    assert_eq!((&of_nora["name"], &of_nora["role"]), (&json!("New"), &json!("owner")));
    let again = cast.post("root", "/api/v1/tenants", json!({ "name": "new" })).await;
    assert_eq!(refusal(&again), (409, "tenant_exists"));
    let bad = cast.post("root", "/api/v1/tenants", json!({ "name": "" })).await;
    assert_eq!(refusal(&bad), (400, "bad_name"));
    let path = format!("/api/v1/tenants/{}", made["id"]);
    let (_, renamed) = cast.patch("root", &path, json!({ "name": "Newer" })).await;
    assert_eq!(renamed["name"], "Newer");
    let taken = cast.patch("root", &path, json!({ "name": "ACME" })).await;
    assert_eq!(refusal(&taken), (409, "tenant_exists"));
    let (_, all) = cast.get("root", "/api/v1/tenants").await;
    assert_eq!(each(&all, "name"), ["Home", "Acme", "Bolt", "Newer"]);
    assert_eq!(each(&all, "members"), ["1", "6", "2", "1"]);
    assert_eq!(cast.delete("root", &path).await.0, StatusCode::NO_CONTENT);
    assert_eq!(refusal(&cast.get("root", &path).await), (404, "no_such_tenant"));
}

#[tokio::test]
async fn members_see_their_tenant_and_what_they_are_there() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    let (_, list) = cast.get("vera", "/api/v1/tenants").await;
    let tenant = &list["items"][0];
    assert_eq!(
        (&tenant["name"], &tenant["role"], &tenant["devices"], &tenant["members"]),
        (&json!("Acme"), &json!("viewer"), &json!(1), &json!(6))
    );
    assert_eq!(tenant["permissions"], json!(["view", "see_live", "see_recordings"]));
    let path = format!("/api/v1/tenants/{}", cast.acme);
    let (status, tenant) = cast.get("guest", &path).await;
    assert_eq!((status, &tenant["permissions"]), (StatusCode::OK, &json!([])));
    let renamed = cast.patch("adam", &path, json!({ "name": "Mine" })).await;
    assert_eq!(refusal(&renamed), (403, "forbidden"));
}

#[tokio::test]
async fn a_tenant_goes_when_it_holds_nothing_and_leaves_its_people() {
    let cast = Cast::start().await;
    cast.group("Site", None).await;
    cast.device("cam", None).await;
    let path = format!("/api/v1/tenants/{}", cast.acme);
    for who in ["olga", "root"] {
        assert_eq!(refusal(&cast.delete(who, &path).await), (409, "tenant_not_empty"));
    }
    assert_eq!(refusal(&cast.delete("adam", &path).await), (403, "forbidden"));
    cast.delete("olga", "/api/v1/devices/cam").await;
    assert_eq!(cast.delete("olga", &path).await.0, StatusCode::NO_CONTENT);
    let (status, me) = cast.get("vera", "/api/v1/me").await;
    assert_eq!((status, &me["tenants"]), (StatusCode::OK, &json!([])));
}

#[tokio::test]
async fn who_runs_the_cloud_invites_an_owner_where_there_is_none() {
    let cast = Cast::start().await;
    cast.device("cam", None).await;
    let path = format!("/api/v1/tenants/{}/owner_link", cast.acme);
    assert_eq!(
        refusal(&cast.post("root", &path, json!({})).await),
        (409, "tenant_has_owner")
    );
    // Its only owner is not deleted just so, but may be shut out.
    let user = format!("/api/v1/users/{}", cast.id("olga"));
    assert_eq!(refusal(&cast.delete("root", &user).await), (409, "last_owner"));
    let (status, _) = cast.patch("root", &user, json!({ "disabled": true })).await;
    assert_eq!(status, StatusCode::OK);
    let tenant = format!("/api/v1/tenants/{}", cast.acme);
    assert_eq!(cast.get("root", &tenant).await.1["has_owner"], false);
    for who in ["adam", "boris"] {
        assert!(cast.post(who, &path, json!({})).await.0.is_client_error());
    }
    let (status, made) = cast.post("root", &path, json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    // Who made it sees no more than before.
    let (status, _) = cast.get("root", &format!("{tenant}/invitations")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) = cast
        .post("root", "/api/v1/devices/cam/channels/0/live", json!({}))
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let (_, token) = made["link"].as_str().unwrap().split_once("/invite#").unwrap();
    let (status, me) = cast
        .post("boris", "/api/v1/me/invitations", json!({ "token": token }))
        .await;
    assert_eq!(status, StatusCode::OK, "{me}");
    assert_eq!(cast.get("boris", &tenant).await.1["role"], "owner");
    assert_eq!(cast.delete("root", &user).await.0, StatusCode::NO_CONTENT);
    assert_eq!(
        refusal(&cast.post("root", &path, json!({})).await),
        (409, "tenant_has_owner")
    );
    // The new owner reads who let him in.
    let (_, log) = cast
        .get(
            "boris",
            &format!("/api/v1/audit?tenant={}&action=invite_owner", cast.acme),
        )
        .await;
    let entry = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["outcome"] == "done")
        .unwrap();
    assert_eq!(
        (&entry["actor"]["name"], &entry["detail"]),
        (&json!("root"), &json!("as owner; platform administrator"))
    );
}
