//! What an operator does to a cloud from its own machine: keys, copies, and putting them back.

use crate::app::{LIMIT, PASSWORD, answer};
use crate::device::ScriptedDevice;
use crate::durability::Program;
use crate::publisher::RtmpClient;
use crate::totp::turn_on_at;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use tokio::process::Command;

/// Runs `ovc` on this data directory; whether it succeeded, and what it said.
async fn ovc(dir: &Path, arguments: &[&str]) -> (bool, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_ovc"))
        .args(arguments)
        .arg("--data-dir")
        .arg(dir)
        .output();
    let output = tokio::time::timeout(LIMIT, run).await.unwrap().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_made_under_load_is_one_moment_and_can_be_put_back_while_it_runs() {
    let dir = tempfile::tempdir().unwrap();
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy.sqlite");
    let program = Program::start(dir.path()).await;
    let token = program.log_in().await;
    for n in 0..20 {
        program.add_device(&token, &format!("before{n}")).await.unwrap();
    }
    let mut device = {
        let passwd = program.add_device(&token, "cam").await.unwrap();
        ScriptedDevice::connect(&program.dap_url("cam", &passwd)).await
    };
    // Devices are being added while the copy is made.
    let adding = async {
        let mut n = 0;
        while !std::fs::metadata(&copy).is_ok_and(|made| made.len() > 0) || n < 20 {
            program.add_device(&token, &format!("during{n:04}")).await.unwrap();
            n += 1;
        }
    };
    let copy_path = copy.to_str().unwrap();
    let backup = ["backup", copy_path];
    let ((), (ok, said)) = tokio::join!(adding, ovc(dir.path(), &backup));
    assert!(ok, "{said}");
    assert_eq!(mode(&copy), 0o600);
    let key = copies.path().join("copy.sqlite.key");
    let master_key = dir.path().join("ovc.key");
    let kept = std::fs::read(&master_key).unwrap();
    assert_eq!((std::fs::read(&key).unwrap(), mode(&key)), (kept.clone(), 0o600));
    // A copy never goes over another file.
    assert!(!ovc(dir.path(), &backup).await.0);

    program.add_device(&token, "after").await.unwrap();
    std::fs::remove_file(&master_key).unwrap();
    let (ok, said) = ovc(dir.path(), &["restore", copy_path]).await;
    assert!(ok && said.contains("before-restore"), "{said}");
    // Same ports, same people, same devices as at that moment.
    let (status, _) = program.get(&token, "/api/v1/devices/after").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let count = |page: serde_json::Value| {
        let items = page["items"].as_array().unwrap().clone();
        let codes: Vec<String> = items
            .iter()
            .map(|item| item["login_code"].as_str().unwrap().to_owned())
            .collect();
        codes
    };
    let (status, page) = program.get(&token, "/api/v1/devices?query=before&page_size=200").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert_eq!(count(page).len(), 20);
    // One moment: of those added one after the other, the first ones, without a gap.
    let (_, page) = program.get(&token, "/api/v1/devices?query=during&page_size=200").await;
    let mut during = count(page);
    during.sort();
    for (n, code) in during.iter().enumerate() {
        assert_eq!(*code, format!("during{n:04}"));
    }
    assert_eq!((std::fs::read(&master_key).unwrap(), mode(&master_key)), (kept, 0o600));
    assert_eq!(device.closed().await.unwrap().0, 1001, "devices are told to come back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_good_copy_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let copies = tempfile::tempdir().unwrap();
    let program = Program::start(dir.path()).await;
    let token = program.log_in().await;
    let path = |name: &str| copies.path().join(name).to_str().unwrap().to_owned();
    let good = path("good.sqlite");
    assert!(ovc(dir.path(), &["backup", &good]).await.0);
    let bytes = std::fs::read(&good).unwrap();
    std::fs::write(path("nonsense"), "nonsense").unwrap();
    std::fs::write(path("half"), &bytes[..bytes.len() / 2]).unwrap();
    std::fs::copy(&good, path("newer")).unwrap();
    sql(
        &path("newer"),
        "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1",
    )
    .await;
    sql(&path("strange"), "CREATE TABLE t (x)").await;
    for name in ["nonsense", "half", "newer", "strange", "missing"] {
        let (ok, said) = ovc(dir.path(), &["restore", &path(name)]).await;
        assert!(!ok, "{name}: {said}");
        assert_eq!(program.get(&token, "/api/v1/me").await.0, StatusCode::OK, "{name}");
    }
    let left: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("restor"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

async fn sql(file: &str, statement: &str) {
    use sqlx::{ConnectOptions as _, Connection as _};
    let mut connection = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_work_without_a_server_too() {
    let dir = tempfile::tempdir().unwrap();
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy.sqlite").to_str().unwrap().to_owned();
    let program = Program::start(dir.path()).await;
    let token = program.log_in().await;
    program.add_device(&token, "cam").await.unwrap();
    program.stop().await;
    let (ok, said) = ovc(dir.path(), &["backup", &copy]).await;
    assert!(ok, "{said}");
    // On a machine that has nothing yet.
    let fresh = tempfile::tempdir().unwrap();
    let (ok, said) = ovc(fresh.path(), &["restore", &copy]).await;
    assert!(ok, "{said}");
    let program = Program::start(fresh.path()).await;
    assert_eq!(program.get(&token, "/api/v1/devices/cam").await.0, StatusCode::OK);
    program.stop().await;
    let (ok, said) = ovc(fresh.path(), &["keys", "rotate"]).await;
    assert!(ok && said.contains("void"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_before_a_restore_can_be_put_back_itself() {
    let dir = tempfile::tempdir().unwrap();
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy.sqlite").to_str().unwrap().to_owned();
    let program = Program::start(dir.path()).await;
    let token = program.log_in().await;
    assert!(ovc(dir.path(), &["backup", &copy]).await.0);
    program.add_device(&token, "late").await.unwrap();
    // The device is in the log yet, not in the database's file.
    program.kill().await;
    let (ok, said) = ovc(dir.path(), &["restore", &copy]).await;
    assert!(ok, "{said}");
    let kept = said.trim().rsplit(' ').next().unwrap();
    assert!(Path::new(&format!("{kept}.key")).is_file(), "{kept}");
    let (ok, said) = ovc(dir.path(), &["restore", kept]).await;
    assert!(ok, "{said}");
    let program = Program::start(dir.path()).await;
    assert_eq!(program.get(&token, "/api/v1/devices/late").await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_keys_make_earlier_tokens_worthless_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let program = Program::start(dir.path()).await;
    let token = program.log_in().await;
    let passwd = program.add_device(&token, "cam").await.unwrap();
    let mut device = ScriptedDevice::connect(&program.dap_url("cam", &passwd)).await;
    let opening = program.post(&token, "/api/v1/devices/cam/channels/0/live", json!({}));
    let asked = device.answer(json!({})).await;
    let url = asked["params"]["url"].as_str().unwrap().to_owned();
    let first = may_publish(&url).await.unwrap();
    let (ok, said) = ovc(dir.path(), &["keys", "rotate"]).await;
    assert!(ok && said.contains("void"), "{said}");
    assert_eq!(mode(&dir.path().join("ovc.sock")), 0o600);
    assert!(may_publish(&url).await.is_err(), "its token is worth nothing any more");
    assert_eq!(
        program.get(&token, "/api/v1/me").await.0,
        StatusCode::OK,
        "logins are no such tokens"
    );
    let (status, log) = program.get(&token, "/api/v1/audit?action=rotate_keys").await;
    assert_eq!(
        (status, log["items"][0]["actor"]["kind"].as_str()),
        (StatusCode::OK, Some("system")),
        "{log}"
    );
    opening.abort();
    drop(first);
}

async fn may_publish(url: &str) -> Result<RtmpClient, impl std::fmt::Debug> {
    let (authority, name) = url.strip_prefix("rtmp://").unwrap().split_once("/live/").unwrap();
    RtmpClient::publish(authority.parse().unwrap(), "live", name).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_lost_everything_gets_in_by_a_link_from_the_machine() {
    let dir = tempfile::tempdir().unwrap();
    let program = Program::start(dir.path()).await;
    let session = program.log_in().await;
    turn_on_at(program.authority(), &session, PASSWORD).await;
    let token = |said: &str| {
        let (_, token) = said.split_once("/reset#").expect("a link");
        token.split_whitespace().next().unwrap().to_owned()
    };
    let (ok, said) = ovc(dir.path(), &["reset-link", "Admin"]).await;
    assert!(ok && said.contains("admin"), "{said}");
    let first = token(&said);
    // While nobody has used it, everything is as before.
    assert_eq!(program.get(&session, "/api/v1/me").await.1["totp"], json!(true));
    let (ok, said) = ovc(dir.path(), &["reset-link", "nobody"]).await;
    assert!(!ok && said.contains("no user nobody"), "{said}");

    // With the server stopped it works too, and the one before is void.
    program.stop().await;
    let (ok, said) = ovc(dir.path(), &["reset-link", "admin"]).await;
    assert!(ok, "{said}");
    let second = token(&said);
    let program = Program::start(dir.path()).await;
    let set = async |token: &str| {
        let body = json!({ "token": token, "password": "another one for the tests" });
        send(&program, "/api/v1/password_reset", body).await
    };
    assert_eq!(set(&first).await.0, StatusCode::NOT_FOUND);
    assert_eq!(set(&second).await.0, StatusCode::NO_CONTENT);
    assert_eq!(set(&second).await.0, StatusCode::NOT_FOUND, "good once");
    assert_eq!(program.get(&session, "/api/v1/me").await.0, StatusCode::UNAUTHORIZED);
    let login = json!({ "username": "admin", "password": "another one for the tests" });
    let (status, login) = send(&program, "/api/v1/login", login).await;
    assert_eq!(status, StatusCode::OK, "no code is asked for: {login}");
    let session = login["token"].as_str().unwrap();
    let (_, me) = program.get(session, "/api/v1/me").await;
    assert_eq!((&me["totp"], &me["recovery_codes_left"]), (&json!(false), &json!(0)));

    // In the log of the organisation that he is in, who did it and what it did.
    let tenant = &me["tenants"][0]["id"];
    let (_, log) = program.get(session, &format!("/api/v1/audit?tenant={tenant}")).await;
    let items = log["items"].as_array().unwrap();
    let of = |action: &str| items.iter().filter(|item| item["action"] == action).collect::<Vec<_>>();
    let made = of("reset_link");
    assert_eq!(made.len(), 2, "{log}");
    assert_eq!(
        (&made[0]["actor"]["kind"], &made[0]["target"]),
        (&json!("system"), &json!("user admin"))
    );
    let used = of("reset_password");
    assert!(
        used.iter().any(|item| item["detail"] == "second factor taken off"),
        "{log}"
    );
}

async fn send(program: &Program, path: &str, body: Value) -> (StatusCode, Value) {
    let url = format!("http://{}{path}", program.authority());
    answer(reqwest::Client::new().post(url).json(&body).send().await.unwrap()).await
}
