use crate::cast::{Cast, answer_of, each, refusal};
use crate::device::ScriptedDevice;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PASSWD: &str = "correct-horse-battery";

async fn import(cast: &Cast, who: &str, query: &str, file: String) -> (StatusCode, Value) {
    let request = cast
        .app
        .bare(Method::POST, &format!("/api/v1/devices/import{query}"))
        .bearer_auth(who)
        .header("content-type", "text/csv")
        .body(file);
    answer_of(request).await
}

#[tokio::test]
async fn devices_come_from_a_file() {
    let cast = Cast::start().await;
    let file = format!("code,password,model,name\ncam1,{PASSWD},X1,\"Gate, north\"\ncam2,{PASSWD},,\n");
    let done = import(&cast, "root", "", file).await;
    assert_eq!(done, (StatusCode::OK, json!({ "imported": 2 })));
    let shown = cast.get("root", "/api/v1/devices/cam1").await.1;
    assert_eq!(
        (&shown["name"], &shown["hardware_model"]),
        (&json!("Gate, north"), &json!("X1"))
    );
    assert_eq!((shown.get("tenant"), &shown["stocked"]), (None, &json!(true)));
    ScriptedDevice::connect(&cast.app.dap_url("cam1", PASSWD)).await;

    let file = format!("cam3,{PASSWD}\n");
    assert_eq!(
        import(&cast, "root", &format!("?tenant={}", cast.acme), file.clone())
            .await
            .0,
        StatusCode::OK
    );
    assert_eq!(cast.get("olga", "/api/v1/devices/cam3").await.0, StatusCode::OK);
    assert_eq!(
        refusal(&import(&cast, "root", "?tenant=999", file.clone()).await),
        (404, "no_such_tenant")
    );
    assert_eq!(refusal(&import(&cast, "olga", "", file).await), (403, "forbidden"));
}

#[tokio::test]
async fn a_file_with_faults_changes_nothing_and_each_is_told() {
    let cast = Cast::start().await;
    cast.device("taken", None).await;
    let file = format!("cam1,{PASSWD}\ncam 2,{PASSWD}\ncam3,short\ncam1,{PASSWD}\n");
    let (status, error) = import(&cast, "root", "", file).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (StatusCode::BAD_REQUEST, &json!("bad_csv"))
    );
    let lines: Vec<_> = error["error"]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| &fault["line"])
        .collect();
    assert_eq!(lines, [2, 3, 4]);
    assert!(!error.to_string().contains("short"), "{error}");
    let (_, error) = import(&cast, "root", "", format!("cam1,{PASSWD}\ntaken,{PASSWD}\n")).await;
    assert_eq!(error["error"]["lines"][0]["line"], 2);
    assert_eq!(
        each(&cast.get("root", "/api/v1/devices").await.1, "login_code"),
        ["taken"]
    );
    let large = format!("cam1,{PASSWD},,{}\n", "x".repeat(5 << 20));
    assert_eq!(refusal(&import(&cast, "root", "", large).await), (413, "too_large"));
}

#[tokio::test]
async fn thousands_of_devices_come_at_once_and_readers_look_anew() {
    let cast = Cast::start().await;
    let mut feed = cast.app.feed_of("root", None).await;
    let file: String = (0..10_000)
        .map(|number| format!("cam{number},{PASSWD},X1,Camera {number}\n"))
        .collect();
    assert!(file.len() > 256 * 1024);
    assert_eq!(import(&cast, "root", "", file).await.1, json!({ "imported": 10_000 }));
    assert_eq!(feed.next().await.unwrap().kind, "resync");
    assert_eq!(cast.get("root", "/api/v1/devices?page_size=1").await.1["total"], 10_000);
}
