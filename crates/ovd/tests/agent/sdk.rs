//! A device of one's own, made with the library.

use super::cloud::Cloud;
use dap::methods::{
    AlarmNotify, AlarmNotifyParams, AlarmState, AlarmType, Bind, BindParams, ChannelReport, ChannelState,
    CtrlPTZParams, DeviceState, Empty, GetDiskInfo, GetDiskInfoAnswer, GetServerInfoAnswer, KeepaliveParams,
};
use dap::{ChannelId, Extra, LoginCode};
use ovd::connection::{self, CloudError, Login, Password};
use ovd::device::{Answer, Device};
use ovd::tls::Roots;
use serde_json::json;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;

/// A doorbell that rings as soon as it is connected.
struct Doorbell {
    heard: mpsc::UnboundedSender<String>,
    ringing: Mutex<bool>,
}

impl Device for Doorbell {
    fn report(&self) -> KeepaliveParams {
        let channels = vec![ChannelReport::new(ChannelId(0), ChannelState::ONLINE)];
        KeepaliveParams {
            state: DeviceState::ONLINE,
            channels,
            extra: Extra::default(),
        }
    }

    fn connected(&self, cloud: connection::Cloud, server: &GetServerInfoAnswer) {
        *self.ringing.lock().unwrap() = true;
        let heard = self.heard.clone();
        heard.send(format!("heartbeat {:?}", server.hb_interval)).unwrap();
        tokio::spawn(async move {
            let bind = BindParams {
                bind_id: "b-1".to_owned(),
                extra: Extra::default(),
            };
            cloud.emit::<Bind>(&bind).await.unwrap();
            let ring = AlarmNotifyParams {
                channel: ChannelId(0),
                timestamp: 1_795_383_296,
                alarm_type: AlarmType::DOORBELL,
                state: AlarmState::Start,
                desc: "somebody rings".to_owned(),
                extra: Extra::default(),
            };
            let answer = cloud.call::<AlarmNotify>(&ring).await.unwrap();
            heard.send(answer.pic_upload_url.unwrap()).unwrap();
            // Never answered: the cloud of this test goes away first.
            let lost = loop {
                if let Err(error) = cloud.call::<AlarmNotify>(&ring).await {
                    break error;
                }
            };
            assert!(matches!(lost, CloudError::Disconnected | CloudError::Call(_)), "{lost}");
            heard.send("lost".to_owned()).unwrap();
        });
    }

    async fn get_disk_info(&self, _params: Empty) -> Answer<GetDiskInfo> {
        panic!("the firmware has a bug");
    }

    fn ctrl_ptz(&self, params: CtrlPTZParams) {
        self.heard.send(format!("move channel {}", params.channel)).unwrap();
    }
}

#[tokio::test]
async fn a_device_calls_the_cloud_hears_it_and_outlives_its_own_bugs() {
    let cloud = Cloud::start().await;
    let (heard, mut hears) = mpsc::unbounded_channel();
    let device = Arc::new(Doorbell {
        heard,
        ringing: Mutex::new(false),
    });
    let login = Login {
        url: cloud.url().parse().unwrap(),
        login_code: LoginCode::parse("42").unwrap(),
        login_passwd: Password::new("x"),
    };
    let tls = Roots::load(None).unwrap();
    let running = tokio::spawn(connection::run(login, Arc::clone(&device), tls, std::future::pending()));
    let mut link = cloud.accept_with_heartbeat(7).await;
    link.wait_for("AlarmNotify").await;
    let order: Vec<&str> = link
        .names
        .iter()
        .map(String::as_str)
        .filter(|name| *name != "Keepalive")
        .collect();
    assert_eq!(order, ["GetServerInfo", "Bind", "AlarmNotify"]);
    assert_eq!(hears.recv().await.as_deref(), Some("heartbeat Some(7)"));
    assert_eq!(hears.recv().await.as_deref(), Some("http://cloud/picture"));
    link.send_raw(&json!({"event": "CtrlPTZ", "params": {"channel": 0, "op": "left"}}).to_string())
        .await;
    link.send_raw(&json!({"event": "Nonsense"}).to_string()).await;
    let failed: Result<GetDiskInfoAnswer, i64> = link
        .call("GetDiskInfo", json!({}))
        .await
        .map(|answer| serde_json::from_value(answer).unwrap());
    assert_eq!(failed, Err(1), "a panic is an internal error of the device");
    assert_eq!(link.call("QueryTime", json!({})).await, Err(101));
    assert_eq!(hears.recv().await.as_deref(), Some("move channel 0"));
    link.close(1001).await;
    assert_eq!(hears.recv().await.as_deref(), Some("lost"));
    running.abort();
}
