use crate::cast::{Cast, each, refusal};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn groups_are_a_tree_of_names() {
    let cast = Cast::start().await;
    let groups = format!("/api/v1/tenants/{}/groups", cast.acme);
    let site = cast.group("Site", None).await;
    let floor = cast.group(" Floor ", Some(site)).await;
    cast.device("one", Some(floor)).await;
    cast.device("two", Some(floor)).await;
    let (_, list) = cast.get("vera", &groups).await;
    assert_eq!(
        list["items"],
        json!([
            { "id": floor, "name": "Floor", "parent_id": site, "devices": 2 },
            { "id": site, "name": "Site", "devices": 0 },
        ])
    );
    let again = cast
        .post("olga", &groups, json!({ "name": "floor", "parent_id": site }))
        .await;
    assert_eq!(refusal(&again), (409, "group_exists"));
    cast.group("Floor", None).await;
    for bad in ["", "  ", "a\nb", &"x".repeat(101)] {
        let answer = cast.post("olga", &groups, json!({ "name": bad })).await;
        assert_eq!(refusal(&answer), (400, "bad_name"), "{bad}");
    }
    let nowhere = cast
        .post("olga", &groups, json!({ "name": "x", "parent_id": 999 }))
        .await;
    assert_eq!(refusal(&nowhere), (404, "no_such_group"));

    let site_path = format!("{groups}/{site}");
    let (status, renamed) = cast.patch("adam", &site_path, json!({ "name": "Works" })).await;
    assert_eq!((status, &renamed["name"]), (StatusCode::OK, &json!("Works")));
    for inside in [site, floor] {
        let answer = cast.patch("adam", &site_path, json!({ "parent_id": inside })).await;
        assert_eq!(refusal(&answer), (409, "within_itself"));
    }
    for path in [&site_path, &format!("{groups}/{floor}")] {
        assert_eq!(refusal(&cast.delete("adam", path).await), (409, "group_not_empty"));
        assert_eq!(refusal(&cast.delete("vera", path).await), (403, "forbidden"));
    }
    for code in ["one", "two"] {
        cast.patch("adam", &format!("/api/v1/devices/{code}"), json!({ "group_id": null }))
            .await;
    }
    for id in [floor, site] {
        let (status, _) = cast.delete("adam", &format!("{groups}/{id}")).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
    }
    assert_eq!(each(&cast.get("vera", &groups).await.1, "name"), ["Floor"]);
}

#[tokio::test]
async fn a_tree_is_eight_high_at_most() {
    let cast = Cast::start().await;
    let groups = format!("/api/v1/tenants/{}/groups", cast.acme);
    let mut tops = Vec::new();
    for tree in ["a", "b"] {
        let mut path = vec![cast.group(tree, None).await];
        for level in 1..8 {
            path.push(cast.group(&format!("{tree}{level}"), path.last().copied()).await);
        }
        tops.push(path);
    }
    let ninth = json!({ "name": "x", "parent_id": tops[0][7] });
    assert_eq!(refusal(&cast.post("olga", &groups, ninth).await), (409, "too_deep"));
    // With what is below it counted too.
    let move_under = |group: i64, parent: i64| {
        let path = format!("{groups}/{group}");
        let cast = &cast;
        async move { cast.patch("olga", &path, json!({ "parent_id": parent })).await }
    };
    assert_eq!(refusal(&move_under(tops[1][6], tops[0][6]).await), (409, "too_deep"));
    assert_eq!(move_under(tops[1][6], tops[0][5]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_group_that_goes_takes_the_grants_on_it_along() {
    let cast = Cast::start().await;
    let group = cast.group("Site", None).await;
    cast.grant(json!([{ "group_id": group, "permissions": ["see_live"] }]))
        .await;
    let (status, _) = cast
        .delete("olga", &format!("/api/v1/tenants/{}/groups/{group}", cast.acme))
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (_, members) = cast
        .get("olga", &format!("/api/v1/tenants/{}/members", cast.acme))
        .await;
    let of_guest = |member: &&Value| member["username"] == "guest";
    let guest = members["items"].as_array().unwrap().iter().find(of_guest).unwrap();
    assert_eq!(guest["grants"], json!([]));
}
