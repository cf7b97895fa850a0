//! The program itself: started, killed at any moment, stopped in order.

use crate::app::{LIMIT, PASSWORD};
use crate::device::ScriptedDevice;
use crate::uploads::jpeg;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

pub(crate) struct Program {
    child: Child,
    base: String,
    client: reqwest::Client,
    /// What it prints on standard error, read so that it never blocks.
    _log: tokio::task::JoinHandle<()>,
}

impl Program {
    pub(crate) async fn start(dir: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ovc"))
            .args(["serve", "--http", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--data-dir"])
            .arg(dir)
            .env("OVC_ADMIN_PASSWORD", PASSWORD)
            .env("OVC_LOG_FORMAT", "json")
            .env("RUST_LOG", "info")
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let http = loop {
            let line = tokio::time::timeout(LIMIT, lines.next_line())
                .await
                .unwrap()
                .unwrap()
                .expect("it serves");
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["fields"]["message"] == "serving" {
                break line["fields"]["http"].as_str().unwrap().to_owned();
            }
        };
        let log = tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self {
            child,
            base: http,
            client: reqwest::Client::new(),
            _log: log,
        }
    }

    pub(crate) async fn log_in(&self) -> String {
        let login = json!({ "username": "admin", "password": PASSWORD });
        let url = format!("http://{}/api/v1/login", self.base);
        let answer: Value = self
            .client
            .post(url)
            .json(&login)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        answer["token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> (StatusCode, Value) {
        let url = format!("http://{}{path}", self.base);
        let response = self.client.get(url).bearer_auth(token).send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    pub(crate) async fn add_device(&self, token: &str, code: &str) -> Result<String, reqwest::Error> {
        let url = format!("http://{}/api/v1/devices", self.base);
        let request = self
            .client
            .post(url)
            .bearer_auth(token)
            .json(&json!({ "login_code": code }));
        let made: Value = request.send().await?.error_for_status()?.json().await?;
        Ok(made["login_passwd"].as_str().unwrap().to_owned())
    }

    /// Asks, in the background.
    pub(crate) fn post(&self, token: &str, path: &str, body: Value) -> tokio::task::JoinHandle<(StatusCode, Value)> {
        let url = format!("http://{}{path}", self.base);
        let request = self.client.post(url).bearer_auth(token).json(&body);
        tokio::spawn(async move {
            let response = request.send().await.unwrap();
            (response.status(), response.json().await.unwrap())
        })
    }

    /// Where it listens for HTTP.
    pub(crate) fn authority(&self) -> &str {
        &self.base
    }

    /// Kills it.
    pub(crate) async fn kill(mut self) {
        tokio::time::timeout(LIMIT, self.child.kill()).await.unwrap().unwrap();
    }

    /// Ends it in order.
    pub(crate) async fn stop(mut self) {
        let pid = self.child.id().unwrap().to_string();
        let told = std::process::Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.unwrap().success());
        let ended = tokio::time::timeout(LIMIT, self.child.wait()).await;
        assert!(ended.expect("it ends in time").unwrap().success());
    }

    pub(crate) fn dap_url(&self, code: &str, passwd: &str) -> String {
        format!("ws://{}/ovc?login_code={code}&login_passwd={passwd}", self.base)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_work_nothing_answered_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let mut program = Program::start(dir.path()).await;
    let token = program.log_in().await;
    let passwd = program.add_device(&token, "cam").await.unwrap();
    let mut device = ScriptedDevice::connect(&program.dap_url("cam", &passwd)).await;
    for number in 0..20 {
        let alarm = json!({ "channel": 0, "timestamp": number, "type": 3, "state": "start", "desc": "" });
        assert!(device.call("AlarmNotify", alarm).await["resp"].is_object());
    }
    // Devices are being added when it is killed, as hard as can be.
    let (told, mut added) = tokio::sync::mpsc::unbounded_channel();
    let adding = async {
        for number in 0.. {
            let code = format!("new{number}");
            match program.add_device(&token, &code).await {
                Ok(passwd) => drop(told.send((code, passwd))),
                Err(_) => return,
            }
        }
    };
    let killing = async {
        let mut made = Vec::new();
        while made.len() < 10 {
            made.push(added.recv().await.unwrap());
        }
        (rustix_kill(program.child.id().unwrap()), made)
    };
    let ((), (killed, mut made)) = tokio::join!(adding, killing);
    assert!(killed);
    program.child.wait().await.unwrap();
    while let Ok(more) = added.try_recv() {
        made.push(more);
    }

    let program = Program::start(dir.path()).await;
    assert_eq!(
        program.get(&token, "/api/v1/me").await.0,
        StatusCode::OK,
        "the session is still good"
    );
    let (_, list) = program.get(&token, "/api/v1/devices/cam/events").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 20);
    for (code, passwd) in made {
        ScriptedDevice::connect(&program.dap_url(&code, &passwd)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_pictures_come_those_that_were_taken_are_whole_and_no_other_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let mut program = Program::start(dir.path()).await;
    let token = program.log_in().await;
    let passwd = program.add_device(&token, "cam").await.unwrap();
    let mut device = ScriptedDevice::connect(&program.dap_url("cam", &passwd)).await;
    let mut urls = Vec::new();
    for channel in 0..20 {
        let alarm = json!({ "channel": channel, "timestamp": 1, "type": 3, "state": "start", "desc": "" });
        let told = device.call("AlarmNotify", alarm).await;
        urls.push(told["resp"]["pic_upload_url"].as_str().unwrap().to_owned());
    }
    let picture = |number: usize| [jpeg(64, 48, &number.to_string()), vec![7; 1_000_000]].concat();
    let (told, mut taken) = tokio::sync::mpsc::unbounded_channel();
    let uploads = urls.iter().enumerate().map(|(number, url)| {
        let (client, told) = (program.client.clone(), told.clone());
        async move {
            let answer = client.put(url).body(picture(number)).send().await;
            if answer.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                told.send(number).unwrap();
            }
        }
    });
    let killing = async {
        let mut done = vec![taken.recv().await.unwrap(), taken.recv().await.unwrap()];
        assert!(rustix_kill(program.child.id().unwrap()));
        while let Ok(more) = taken.try_recv() {
            done.push(more);
        }
        done
    };
    let (_, mut done) = tokio::join!(futures_util::future::join_all(uploads), killing);
    program.child.wait().await.unwrap();
    while let Ok(more) = taken.try_recv() {
        done.push(more);
    }

    let program = Program::start(dir.path()).await;
    let (_, list) = program.get(&token, "/api/v1/alarms").await;
    let alarms = list["items"].as_array().unwrap();
    assert_eq!(alarms.len(), 20, "every alarm that was answered is there");
    for alarm in alarms {
        let number = usize::try_from(alarm["channel"].as_u64().unwrap()).unwrap();
        if alarm["has_picture"] == true {
            let url = format!("http://{}/api/v1/alarms/{}/picture", program.base, alarm["id"]);
            let shown = program.client.get(url).bearer_auth(&token).send().await.unwrap();
            assert!(shown.bytes().await.unwrap() == picture(number), "{number} is whole");
        } else {
            assert!(!done.contains(&number), "{number} was answered");
        }
    }
}

/// SIGKILL, by the program of that name: the library must not need it.
fn rustix_kill(pid: u32) -> bool {
    std::process::Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status()
        .unwrap()
        .success()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_it_tells_devices_and_ends_well() {
    let dir = tempfile::tempdir().unwrap();
    let mut program = Program::start(dir.path()).await;
    let token = program.log_in().await;
    let passwd = program.add_device(&token, "cam").await.unwrap();
    let mut device = ScriptedDevice::connect(&program.dap_url("cam", &passwd)).await;
    device.keepalive(json!([])).await;
    let pid = program.child.id().unwrap().to_string();
    assert!(
        std::process::Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(device.closed().await.unwrap().0, 1001);
    drop(device);
    let status = tokio::time::timeout(LIMIT, program.child.wait())
        .await
        .expect("it ends in time")
        .unwrap();
    assert!(status.success(), "{status}");
    assert!(!dir.path().join("ovc.sqlite-wal").exists(), "closed in order");
}

async fn run(args: &[&str], variables: &[(&str, &str)]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ovc"));
    let output = command
        .args(args)
        .envs(variables.iter().copied())
        .output()
        .await
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn the_configuration_is_checked_and_faults_are_told_clearly() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = file(
        "good.toml",
        "data_dir = \"d\"\n[gateway]\nsilence_limit = \"1m\"\n[http]\nmetrics_token = \"hush\"\n",
    );
    let (ok, out, err) = run(
        &["check-config", "--config", &good, "--http", "127.0.0.1:9"],
        &[("OVC_LIVE_LINGER", "5s")],
    )
    .await;
    assert!(ok, "{err}");
    for part in [
        "silence_limit = \"1m\"",
        "listen = \"127.0.0.1:9\"",
        "linger = \"5s\"",
        "data_dir = \"d\"",
    ] {
        assert!(out.contains(part), "{part} is not in {out}");
    }
    assert!(!out.contains("hush"), "a secret is never printed");

    let unknown = file("unknown.toml", "[gateway]\nsilense_limit = \"1m\"\n");
    let contradiction = file("contradiction.toml", "[gateway]\nheartbeat_interval = \"20s\"\n");
    for (args, variables, parts) in [
        (
            vec!["--config", &unknown],
            vec![],
            vec!["unknown.toml", "line 2", "silense_limit", "silence_limit"],
        ),
        (
            vec!["--config", &contradiction],
            vec![],
            vec!["gateway.silence_limit", "three times"],
        ),
        (vec!["--config", "/nowhere.toml"], vec![], vec!["/nowhere.toml"]),
        (
            vec![],
            vec![("OVC_GATEWAY_WINDOW", "17")],
            vec!["gateway.window", "1 to 16"],
        ),
        (
            vec![],
            vec![("OVC_GATEWAY_WINDOWS", "2")],
            vec!["OVC_GATEWAY_WINDOWS", "windows"],
        ),
        (vec![], vec![("OVC_LIVE_LINGER", "soon")], vec!["OVC_LIVE_LINGER"]),
    ] {
        let args: Vec<&str> = std::iter::once("check-config").chain(args).collect();
        let (ok, _, err) = run(&args, &variables).await;
        assert!(!ok, "{args:?} {variables:?}");
        for part in parts {
            assert!(err.contains(part), "{part} is not in {err}");
        }
    }
    // An orchestrator's variables are not ours to judge.
    assert!(
        run(
            &["check-config"],
            &[("OVC_SERVICE_HOST", "10.0.0.1"), ("OVC_PORT", "tcp://10.0.0.1:80")]
        )
        .await
        .0
    );
}
