//! Binding: through the agent that runs, and without one.

use super::cloud::{Cloud, Link, within};
use super::{PASSWORD, Running};
use dap::LoginCode;
use ovd::binding;
use ovd::connection::{Login, Password};
use ovd::control::{self, Command, TellError};
use ovd::device::Identity;
use ovd::tls::Roots;
use serde_json::json;

fn bind(id: &str) -> Command {
    Command::Bind { id: id.to_owned() }
}

/// Serves the device until `done`.
async fn serve<T>(link: &mut Link, done: impl Future<Output = T>) -> T {
    let mut done = std::pin::pin!(done);
    within("binding", async {
        loop {
            tokio::select! {
                outcome = &mut done => return outcome,
                () = link.serve() => {}
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_running_agent_binds_on_its_own_connection() {
    let cloud = Cloud::start().await;
    let agent = Running::start(&cloud.url(), &["test"]);
    let mut link = cloud.accept().await;
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("ovd").join("agent.sock");
    let listener = control::listen(&socket).await.unwrap();
    let commands = tokio::spawn(control::serve(listener, agent.agent.clone()));

    serve(&mut link, control::tell(&socket, &bind("b-77"))).await.unwrap();
    assert_eq!(link.events("Bind"), [json!({ "bind_id": "b-77" })]);

    // A second agent must not take the place of the first.
    let second = control::listen(&socket).await.unwrap_err();
    assert_eq!(second.kind(), std::io::ErrorKind::AddrInUse);
    // What one that was killed left behind is no obstacle.
    commands.abort();
    let _ = commands.await;
    assert!(socket.exists());
    assert!(matches!(
        control::tell(&socket, &bind("x")).await,
        Err(TellError::NotRunning)
    ));
    control::listen(&socket).await.unwrap();
}

#[tokio::test]
async fn an_agent_that_is_reconnecting_binds_when_it_is_back() {
    let cloud = Cloud::start().await;
    let agent = Running::start(&cloud.url(), &["test"]);
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("agent.sock");
    let listener = control::listen(&socket).await.unwrap();
    let commands = tokio::spawn(control::serve(listener, agent.agent.clone()));
    cloud.accept().await.close(1001).await;
    let asked = tokio::spawn({
        let socket = socket.clone();
        async move { control::tell(&socket, &bind("b-1")).await }
    });
    let mut link = cloud.accept().await;
    serve(&mut link, asked).await.unwrap().unwrap();
    assert_eq!(link.events("Bind"), [json!({ "bind_id": "b-1" })]);
    commands.abort();
}

#[tokio::test]
async fn without_an_agent_the_device_logs_in_for_it() {
    let cloud = Cloud::start().await;
    let login = Login {
        url: cloud.url().parse().unwrap(),
        login_code: LoginCode::parse("1234567890123456").unwrap(),
        login_passwd: Password::new(PASSWORD),
    };
    let visit = binding::log_in_and_bind(login, Identity::default(), Roots::load(None).unwrap(), "b-78");
    let visit = tokio::spawn(visit);
    let mut link = cloud.accept().await;
    serve(&mut link, visit).await.unwrap().unwrap();
    assert_eq!(link.events("Bind"), [json!({ "bind_id": "b-78" })]);
}
