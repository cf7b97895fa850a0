//! A cloud with people in it: every role, in more than one tenant.

use crate::app::{TestApp, answer};
use crate::device::ScriptedDevice;
use ovc::clock::UnixMs;
use ovc::db::{Db, MemberRow, SessionRow};
use ovc::ids::{SessionId, TenantId, UserId};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::time::Duration;

/// `admin` owns the tenant Home and runs the cloud, as after any first start. `root` only runs the cloud. In the tenant
/// Acme are `olga` (owner), `adam` (admin), `otto` (operator), `vera` (viewer), all of them everywhere, and `guest`, a
/// viewer who may see nothing before somebody grants it. `boris` owns the tenant Bolt; `dora` is an admin in both.
/// Their session tokens are their names.
pub(crate) struct Cast {
    pub(crate) app: TestApp,
    pub(crate) acme: i64,
    pub(crate) bolt: i64,
    ids: HashMap<&'static str, i64>,
    /// Further viewers of Acme's, `spare0` and so on.
    pub(crate) spares: Vec<i64>,
}

impl Cast {
    pub(crate) async fn start() -> Self {
        Self::start_with_spares(0).await
    }

    /// With so many further viewers of Acme's, and a session of vera's that is over: `over`.
    pub(crate) async fn start_with_spares(spares: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let now = UnixMs::now();
        let (admin, _) = db.add_first_user("admin", "", "Home", now).await.unwrap().unwrap();
        let mut ids = HashMap::from([("admin", admin.0)]);
        let acme = db.add_tenant("Acme", now).await.unwrap();
        let bolt = db.add_tenant("Bolt", now).await.unwrap();
        for (name, tenant, role, everywhere) in [
            ("root", None, "", false),
            ("olga", Some(acme), "owner", true),
            ("adam", Some(acme), "admin", true),
            ("otto", Some(acme), "operator", true),
            ("vera", Some(acme), "viewer", true),
            ("guest", Some(acme), "viewer", false),
            ("boris", Some(bolt), "owner", true),
            ("dora", Some(acme), "admin", true),
        ] {
            let id = db.add_user(name, "", now).await.unwrap();
            ids.insert(name, id.0);
            if name == "dora" {
                add_member(&db, bolt, id, role, everywhere).await;
            }
            match tenant {
                Some(tenant) => add_member(&db, tenant, id, role, everywhere).await,
                None => db.change_user(id, None, Some(true)).await.unwrap(),
            }
        }
        for (name, id) in &ids {
            add_session(&db, UserId(*id), name).await;
        }
        let mut spare_ids = Vec::new();
        for number in 0..spares {
            let id = db.add_user(&format!("spare{number}"), "", now).await.unwrap();
            add_member(&db, acme, id, "viewer", true).await;
            spare_ids.push(id.0);
        }
        add_session_until(&db, UserId(ids["vera"]), "over", now).await;
        db.close().await;
        Self {
            app: TestApp::start_on(dir, "admin").await,
            acme: acme.0,
            bolt: bolt.0,
            ids,
            spares: spare_ids,
        }
    }

    /// Shuts down in order and starts on the same data.
    pub(crate) async fn restart(self) -> Self {
        Self {
            app: self.app.restart().await,
            ..self
        }
    }

    /// The number of a user.
    pub(crate) fn id(&self, who: &str) -> i64 {
        self.ids[who]
    }

    pub(crate) async fn call(&self, who: &str, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let request = self.app.bare(method, path).bearer_auth(who).json(&body);
        answer(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> (StatusCode, Value) {
        answer(self.app.bare(Method::GET, path).bearer_auth(who).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(who, Method::POST, path, body).await
    }

    pub(crate) async fn patch(&self, who: &str, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(who, Method::PATCH, path, body).await
    }

    pub(crate) async fn delete(&self, who: &str, path: &str) -> (StatusCode, Value) {
        answer(
            self.app
                .bare(Method::DELETE, path)
                .bearer_auth(who)
                .send()
                .await
                .unwrap(),
        )
        .await
    }

    /// Makes a group of Acme's.
    pub(crate) async fn group(&self, name: &str, parent: Option<i64>) -> i64 {
        let path = format!("/api/v1/tenants/{}/groups", self.acme);
        let (status, made) = self
            .post("olga", &path, json!({ "name": name, "parent_id": parent }))
            .await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made["id"].as_i64().unwrap()
    }

    /// Adds a device of Acme's.
    pub(crate) async fn device(&self, code: &str, group: Option<i64>) -> String {
        let mut body = json!({ "login_code": code, "tenant": self.acme });
        if let Some(group) = group {
            body["group"] = json!(group);
        }
        let (status, made) = self.post("olga", "/api/v1/devices", body).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made["login_passwd"].as_str().unwrap().to_owned()
    }

    /// Adds a device of Acme's with two channels, and lets it log in.
    pub(crate) async fn connected_device(&self, code: &str, group: Option<i64>) -> ScriptedDevice {
        let passwd = self.device(code, group).await;
        let mut device = ScriptedDevice::connect(&self.app.dap_url(code, &passwd)).await;
        device
            .keepalive(json!([{ "channel": 0, "state": 1 }, { "channel": 1, "state": 1 }]))
            .await;
        device
    }

    /// Puts a device into the platform's stock. Its password.
    pub(crate) async fn stock(&self, code: &str) -> String {
        let (status, made) = self
            .post("root", "/api/v1/devices", json!({ "login_code": code }))
            .await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made["login_passwd"].as_str().unwrap().to_owned()
    }

    /// Gives a device in stock to a tenant.
    pub(crate) async fn assign(&self, code: &str, tenant: i64) {
        let path = format!("/api/v1/devices/{code}/tenant");
        let (status, given) = self.call("root", Method::PUT, &path, json!({ "tenant": tenant })).await;
        assert_eq!(status, StatusCode::OK, "{given}");
    }

    /// Says what `guest` may do.
    pub(crate) async fn grant(&self, grants: Value) {
        let path = format!("/api/v1/tenants/{}/members/{}", self.acme, self.id("guest"));
        let (status, member) = self.patch("olga", &path, json!({ "grants": grants })).await;
        assert_eq!(status, StatusCode::OK, "{member}");
    }
}

/// Sends a request; its answer.
pub(crate) async fn answer_of(request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    answer(request.send().await.unwrap()).await
}

pub(crate) async fn add_member(db: &Db, tenant: TenantId, user: UserId, role: &str, everywhere: bool) {
    let member = MemberRow {
        tenant,
        user,
        role: role.into(),
        everywhere,
    };
    db.set_member(&member, &[]).await.unwrap();
}

pub(crate) async fn add_session(db: &Db, user: UserId, token: &str) {
    add_session_until(db, user, token, UnixMs::now().plus(Duration::from_secs(3600))).await;
}

async fn add_session_until(db: &Db, user: UserId, token: &str, expires_at: UnixMs) {
    let now = UnixMs::now();
    let session = SessionRow {
        id: SessionId(0),
        token_hash: Sha256::digest(token.as_bytes()).into(),
        user,
        created_at: now,
        expires_at,
        last_seen_at: now,
        address: "192.0.2.7".into(),
        user_agent: "test".into(),
    };
    db.add_session(&session).await.unwrap();
}

/// The error code of an answer, beside its status.
pub(crate) fn refusal(answer: &(StatusCode, Value)) -> (u16, &str) {
    (
        answer.0.as_u16(),
        answer.1["error"]["code"].as_str().unwrap_or_default(),
    )
}

/// The values of this field in a list.
pub(crate) fn each(list: &Value, field: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| text(&item[field])).collect()
}
