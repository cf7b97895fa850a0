//! An ONVIF camera for tests: the crate `onvif-server` (whose WS-Security, WSDL and PTZ are not of our making), and
//! what it lacks by hand in front of it: events that are told, a picture that turns, restarts, snapshots behind a
//! digest password, and a clock that is wrong.

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest as _, Md5};
use onvif_server::{
    DeviceInfo, DeviceService, EventService, ImagingService, MediaProfile, MediaService, OnvifError, OnvifServer,
    PTZPreset, PTZService, PTZStatusResult,
};
use roxmltree::Document;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{mpsc, watch};

pub(crate) const USER: &str = "admin";
pub(crate) const PASSWORD: &str = "secret12";
pub(crate) const PICTURE: &[u8] = include_bytes!("picture.jpg");
const REALM: &str = "Simulated camera";
const NONCE: &str = "dcd98b7102dd2f0e8b11d0f600bfb0c0";
/// A token may be this old, s.
const FRESH_S: i64 = 60;

/// What is to be special about a camera.
#[derive(Clone, Default)]
pub(crate) struct Options {
    /// Listens here; 0 takes a free port.
    pub(crate) port: u16,
    /// Its clock is ahead by this much, s.
    pub(crate) ahead_s: i64,
    /// It tells nothing by itself.
    pub(crate) mute: bool,
    /// Its picture cannot be turned.
    pub(crate) upright: bool,
    /// The address of its stream; its profile has that one.
    pub(crate) stream: Option<String>,
}

#[derive(Default)]
struct Inner {
    presets: BTreeMap<String, String>,
    made: u32,
    turned: bool,
    /// The number of the only subscription there is, and whether it has been told how things are.
    subscription: Option<(u64, Option<bool>)>,
    subscriptions: u64,
}

/// What the camera is, shared by all its services.
#[derive(Clone)]
pub(crate) struct Camera {
    options: Options,
    port: u16,
    inner: Arc<Mutex<Inner>>,
    motion: Arc<watch::Sender<bool>>,
    heard: mpsc::UnboundedSender<Value>,
}

/// A camera that is switched on. Dropped, it is off: connections and all.
pub(crate) struct Running {
    pub(crate) camera: Camera,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Running {
    /// Switches a camera on. What it does is told to `heard`.
    pub(crate) fn start(options: Options, heard: mpsc::UnboundedSender<Value>) -> Self {
        let mut running = Self {
            camera: Camera {
                port: options.port,
                options,
                inner: Arc::default(),
                motion: Arc::default(),
                heard,
            },
            runtime: None,
        };
        running.switch_on();
        running
    }

    /// Its device service.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/onvif/device_service", self.camera.port)
    }

    pub(crate) fn switch_off(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Again on the same port.
    pub(crate) fn switch_on(&mut self) {
        let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        listener.set_reuse_address(true).unwrap();
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], self.camera.port));
        listener.bind(&address.into()).unwrap();
        listener.listen(16).unwrap();
        listener.set_nonblocking(true).unwrap();
        let listener = std::net::TcpListener::from(listener);
        self.camera.port = listener.local_addr().unwrap().port();
        // It forgets who wanted to be told.
        self.camera.inner().subscription = None;
        let router = self.camera.clone().router();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
        self.runtime = Some(runtime);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.switch_off();
    }
}

impl Camera {
    /// Something begins or ends to move before it.
    pub(crate) fn set_motion(&self, active: bool) {
        self.motion.send_replace(active);
    }

    /// Forgets whom it tells.
    pub(crate) fn forget_subscription(&self) {
        self.inner().subscription = None;
    }

    /// Takes a stored position away, as another program would.
    pub(crate) fn remove_preset(&self, token: &str) {
        self.inner().presets.remove(token);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    fn tell(&self, what: Value) {
        let _ = self.heard.send(what);
    }

    fn now_s(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        now as i64 + self.options.ahead_s
    }

    fn router(self) -> Router {
        let mut server = OnvifServer::builder().port(self.port).advertised_host("127.0.0.1");
        if self.options.ahead_s == 0 {
            // With a wrong clock only the layer in front checks passwords.
            server = server.auth(USER, PASSWORD);
        }
        let mut server = server
            .device_service(self.clone())
            .media_service(self.clone())
            .ptz_service(self.clone())
            .imaging_service(self.clone());
        if !self.options.mute {
            server = server.event_service(self.clone());
        }
        let services = server.build().unwrap().into_router().unwrap();
        let snapshot = Router::new()
            .route("/snapshot.jpg", get(snapshot))
            .with_state(self.clone());
        services.layer(from_fn_with_state(self, before)).merge(snapshot)
    }
}

/// Checks the password and does what the server behind cannot.
async fn before(State(camera): State<Camera>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let Ok(document) = Document::parse(&text) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let find = |name: &str| {
        document
            .descendants()
            .find(|node| node.has_tag_name(name) || node.tag_name().name() == name)
    };
    let operation = find("Body").and_then(|body| body.first_element_child());
    let Some(operation) = operation.map(|node| node.tag_name().name().to_owned()) else {
        return fault("Sender", "ter:WellFormed", "no body");
    };
    if operation != "GetSystemDateAndTime" && !camera.knows(&document) {
        return fault("Sender", "ter:NotAuthorized", "Sender not authorized");
    }
    let content = |name: &str| {
        find(name)
            .and_then(|node| node.text())
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let answer = match operation.as_str() {
        "SystemReboot" => camera.system_reboot(),
        "GetVideoSourceConfiguration" => camera.source_configuration(),
        "GetVideoSourceConfigurationOptions" => camera.source_options(),
        "SetVideoSourceConfiguration" => camera.set_source_configuration(&document),
        "GetEventProperties" => TOPICS.to_owned(),
        "CreatePullPointSubscription" => camera.subscribe(),
        "PullMessages" | "Renew" | "Unsubscribe" => {
            // Known by the reference parameter alone, as with many cameras.
            let id = document
                .descendants()
                .find(|node| node.tag_name().name() == "SubscriptionId")
                .filter(|node| {
                    node.parent_element()
                        .is_some_and(|parent| parent.tag_name().name() == "Header")
                })
                .and_then(|node| node.text()?.trim().parse::<u64>().ok());
            if camera
                .inner()
                .subscription
                .is_none_or(|(present, _)| Some(present) != id)
            {
                return fault("Sender", "wsrf-rw:ResourceUnknownFault", "no such subscription");
            }
            match operation.as_str() {
                "PullMessages" => camera.pull_messages().await,
                "Renew" => "<wsnt:RenewResponse/>".to_owned(),
                _ => {
                    camera.inner().subscription = None;
                    "<wsnt:UnsubscribeResponse/>".to_owned()
                }
            }
        }
        _ => {
            if operation == "ContinuousMove" {
                camera.tell(json!({"asked": "ContinuousMove", "timeout": content("Timeout")}));
            }
            return next.run(Request::from_parts(head, Body::from(body))).await;
        }
    };
    if answer.is_empty() {
        return fault("Receiver", "ter:ActionNotSupported", "not supported");
    }
    envelope(StatusCode::OK, &answer)
}

impl Camera {
    /// Whether the password is right, for this camera's clock.
    fn knows(&self, document: &Document<'_>) -> bool {
        let text = |name: &str| {
            let node = document.descendants().find(|node| node.tag_name().name() == name);
            node.and_then(|node| node.text()).unwrap_or_default().to_owned()
        };
        let created = text("Created");
        let at = created.trim_end_matches('Z').parse::<dap::LocalDateTime>();
        let fresh = at.is_ok_and(|at| (at.to_unix_s() - self.now_s()).abs() <= FRESH_S);
        let mut hashed = BASE64.decode(text("Nonce")).unwrap_or_default();
        hashed.extend_from_slice(created.as_bytes());
        hashed.extend_from_slice(PASSWORD.as_bytes());
        let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &hashed);
        fresh && text("Username") == USER && text("Password") == BASE64.encode(digest)
    }

    fn system_reboot(&self) -> String {
        self.tell(json!({"rebooted": true}));
        "<tds:SystemRebootResponse><tds:Message>Rebooting</tds:Message></tds:SystemRebootResponse>".to_owned()
    }

    fn source_configuration(&self) -> String {
        let rotate = if self.inner().turned {
            "<tt:Rotate><tt:Mode>ON</tt:Mode><tt:Degree>180</tt:Degree></tt:Rotate>"
        } else {
            "<tt:Rotate><tt:Mode>OFF</tt:Mode></tt:Rotate>"
        };
        format!(
            "<trt:GetVideoSourceConfigurationResponse><trt:Configuration token=\"source\" ViewMode=\"tt:Original\">\
             <tt:Name>Source</tt:Name><tt:UseCount>2</tt:UseCount><tt:SourceToken>sensor</tt:SourceToken>\
             <tt:Bounds x=\"0\" y=\"0\" width=\"1280\" height=\"720\"/><v:Lens xmlns:v=\"http://vendor/\" type=\"wide\"/>\
             <tt:Extension>{rotate}<tt:Extension><tt:SceneOrientation><tt:Mode>AUTO</tt:Mode></tt:SceneOrientation>\
             </tt:Extension></tt:Extension></trt:Configuration></trt:GetVideoSourceConfigurationResponse>"
        )
    }

    fn source_options(&self) -> String {
        if self.options.upright {
            return String::new();
        }
        "<trt:GetVideoSourceConfigurationOptionsResponse><trt:Options><tt:Extension><tt:Rotate><tt:Mode>OFF</tt:Mode>\
         <tt:Mode>ON</tt:Mode><tt:DegreeList><tt:Items>180</tt:Items></tt:DegreeList></tt:Rotate></tt:Extension>\
         </trt:Options></trt:GetVideoSourceConfigurationOptionsResponse>"
            .to_owned()
    }

    fn set_source_configuration(&self, document: &Document<'_>) -> String {
        let has = |name: &str| document.descendants().find(|node| node.tag_name().name() == name);
        let mode = has("Rotate").and_then(|rotate| rotate.descendants().find(|node| node.tag_name().name() == "Mode"));
        let turned = mode.and_then(|mode| mode.text()) == Some("ON");
        // All the rest must come back as it was given, whatever it is.
        let lens = has("Lens").is_some_and(|lens| lens.tag_name().namespace() == Some("http://vendor/"));
        let kept = lens && has("SceneOrientation").is_some() && has("Bounds").is_some();
        self.inner().turned = turned;
        self.tell(json!({"turned": turned, "rest_kept": kept}));
        "<trt:SetVideoSourceConfigurationResponse/>".to_owned()
    }

    fn subscribe(&self) -> String {
        let mut inner = self.inner();
        inner.subscriptions += 1;
        let id = inner.subscriptions;
        inner.subscription = Some((id, None));
        drop(inner);
        self.tell(json!({"subscribed": id}));
        format!(
            "<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>\
             <wsa:Address>http://10.9.8.7:{}/onvif/events_service</wsa:Address><wsa:ReferenceParameters>\
             <dom0:SubscriptionId xmlns:dom0=\"http://vendor/events\">{id}</dom0:SubscriptionId>\
             </wsa:ReferenceParameters></tev:SubscriptionReference></tev:CreatePullPointSubscriptionResponse>",
            self.port
        )
    }

    /// Waits until there is something to tell, 5 s at most.
    async fn pull_messages(&self) -> String {
        let mut motion = self.motion.subscribe();
        let told = self.inner().subscription.and_then(|(_, told)| told);
        let news = motion.wait_for(|active| told != Some(*active));
        let news = tokio::time::timeout(Duration::from_secs(5), news).await;
        let active = news.ok().and_then(Result::ok).map(|active| *active);
        let message = active.map_or(String::new(), |active| {
            if let Some((_, told)) = &mut self.inner().subscription {
                *told = Some(active);
            }
            let operation = if told.is_none() { "Initialized" } else { "Changed" };
            format!(
                "<wsnt:NotificationMessage><wsnt:Topic>tns1:RuleEngine/CellMotionDetector/Motion</wsnt:Topic>\
                 <wsnt:Message><tt:Message UtcTime=\"2026-11-29T10:00:00Z\" PropertyOperation=\"{operation}\"><tt:Source>\
                 <tt:SimpleItem Name=\"VideoSourceConfigurationToken\" Value=\"source\"/>\
                 <tt:SimpleItem Name=\"Rule\" Value=\"MyMotion\"/></tt:Source><tt:Data>\
                 <tt:SimpleItem Name=\"IsMotion\" Value=\"{active}\"/></tt:Data></tt:Message></wsnt:Message>\
                 </wsnt:NotificationMessage>"
            )
        });
        format!("<tev:PullMessagesResponse>{message}</tev:PullMessagesResponse>")
    }
}

const TOPICS: &str = "<tev:GetEventPropertiesResponse><wstop:TopicSet xmlns:wstop=\"http://docs.oasis-open.org/wsn/t-1\">\
    <tns1:RuleEngine xmlns:tns1=\"http://www.onvif.org/ver10/topics\"><CellMotionDetector><Motion wstop:topic=\"true\">\
    <tt:MessageDescription IsProperty=\"true\"/></Motion></CellMotionDetector></tns1:RuleEngine></wstop:TopicSet>\
    </tev:GetEventPropertiesResponse>";

fn envelope(status: StatusCode, body: &str) -> Response {
    let text = format!(
        "<?xml version=\"1.0\"?><env:Envelope xmlns:env=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:wsa=\"http://www.w3.org/2005/08/addressing\" xmlns:wsnt=\"http://docs.oasis-open.org/wsn/b-2\" \
         xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\" xmlns:trt=\"http://www.onvif.org/ver10/media/wsdl\" \
         xmlns:tev=\"http://www.onvif.org/ver10/events/wsdl\" xmlns:tt=\"http://www.onvif.org/ver10/schema\">\
         <env:Body>{body}</env:Body></env:Envelope>"
    );
    (status, [(header::CONTENT_TYPE, "application/soap+xml")], text).into_response()
}

fn fault(code: &str, subcode: &str, reason: &str) -> Response {
    let body = format!(
        "<env:Fault><env:Code><env:Value>env:{code}</env:Value><env:Subcode><env:Value>{subcode}</env:Value>\
         </env:Subcode></env:Code><env:Reason><env:Text xml:lang=\"en\">{reason}</env:Text></env:Reason></env:Fault>"
    );
    envelope(StatusCode::BAD_REQUEST, &body)
}

/// The picture, for those who know the password (RFC 7616, MD5, `qop=auth`).
async fn snapshot(State(camera): State<Camera>, request: Request) -> Response {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let uri = request.uri().path_and_query().map_or("", |uri| uri.as_str());
    if !given.is_some_and(|given| digest_is_right(given, uri)) {
        let challenge = format!("Digest realm=\"{REALM}\", nonce=\"{NONCE}\", qop=\"auth\", algorithm=MD5");
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response();
    }
    camera.tell(json!({"snapshot": uri}));
    ([(header::CONTENT_TYPE, "image/jpeg")], Bytes::from_static(PICTURE)).into_response()
}

fn digest_is_right(given: &str, uri: &str) -> bool {
    let parameter = |name: &str| {
        let parts = given.trim_start_matches("Digest ").split(',').map(str::trim);
        let value = parts
            .filter_map(|part| part.split_once('='))
            .find(|(key, _)| *key == name);
        value.map_or("", |(_, value)| value.trim_matches('"'))
    };
    let md5 = |text: String| {
        let bytes = Md5::digest(text.as_bytes());
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let secret = md5(format!("{USER}:{REALM}:{PASSWORD}"));
    let (count, cnonce) = (parameter("nc"), parameter("cnonce"));
    let asked = md5(format!("GET:{uri}"));
    let right = md5(format!("{secret}:{NONCE}:{count}:{cnonce}:auth:{asked}"));
    parameter("uri") == uri && parameter("nonce") == NONCE && parameter("response") == right
}

#[async_trait]
impl DeviceService for Camera {
    async fn get_system_date_and_time(&self) -> Result<chrono::DateTime<chrono::Utc>, OnvifError> {
        Ok(chrono::DateTime::from_timestamp(self.now_s(), 0).unwrap())
    }

    async fn get_device_information(&self) -> Result<DeviceInfo, OnvifError> {
        Ok(DeviceInfo {
            manufacturer: "Simulated & Sons".to_owned(),
            model: "Dome <1>".to_owned(),
            firmware_version: "2.5.1".to_owned(),
            serial_number: "SN-0042".to_owned(),
            hardware_id: "rev-b".to_owned(),
        })
    }
}

#[async_trait]
impl MediaService for Camera {
    fn profiles(&self) -> Vec<MediaProfile> {
        let profile = |token: &str, source: &str| MediaProfile {
            token: token.to_owned(),
            name: format!("Profile {token}"),
            video_source_token: source.to_owned(),
            width: 1280,
            height: 720,
            encoding: "H264".to_owned(),
            framerate: 25,
            bitrate: 2000,
        };
        vec![profile("sub", "other"), profile("main", "source")]
    }

    async fn get_stream_uri(&self, profile: &str) -> Result<String, OnvifError> {
        let stream = self.options.stream.as_deref().unwrap_or("rtsp://10.9.8.7:554/main");
        Ok(if profile == "main" {
            stream.to_owned()
        } else {
            format!("rtsp://10.9.8.7:554/{profile}")
        })
    }

    async fn get_snapshot_uri(&self, _profile: &str) -> Result<String, OnvifError> {
        Ok(format!("http://10.9.8.7:{}/snapshot.jpg?quality=90", self.port))
    }
}

#[async_trait]
impl PTZService for Camera {
    async fn continuous_move(&self, profile: &str, pan: f32, tilt: f32, zoom: f32) -> Result<(), OnvifError> {
        self.tell(json!({"move": [pan, tilt, zoom], "profile": profile}));
        Ok(())
    }

    async fn relative_move(&self, profile: &str, pan: f32, tilt: f32, zoom: f32) -> Result<(), OnvifError> {
        self.tell(json!({"step": [pan, tilt, zoom], "profile": profile}));
        Ok(())
    }

    async fn stop(&self, profile: &str, pan_tilt: bool, zoom: bool) -> Result<(), OnvifError> {
        self.tell(json!({"stop": [pan_tilt, zoom], "profile": profile}));
        Ok(())
    }

    async fn get_status(&self, _profile: &str) -> Result<PTZStatusResult, OnvifError> {
        Ok(PTZStatusResult {
            pan_tilt_moving: false,
            zoom_moving: false,
        })
    }

    async fn get_presets(&self, _profile: &str) -> Result<Vec<PTZPreset>, OnvifError> {
        let inner = self.inner();
        let presets = inner.presets.iter().map(|(token, name)| PTZPreset {
            token: token.clone(),
            name: name.clone(),
        });
        Ok(presets.collect())
    }

    async fn set_preset(&self, _profile: &str, name: Option<&str>, token: Option<&str>) -> Result<String, OnvifError> {
        let mut inner = self.inner();
        let token = match token {
            Some(token) if inner.presets.contains_key(token) => token.to_owned(),
            Some(token) => return Err(OnvifError::InvalidArgument(format!("no such preset: {token}"))),
            None => {
                inner.made += 1;
                format!("Position-{}", char::from(b'a' + inner.made as u8))
            }
        };
        inner.presets.insert(token.clone(), name.unwrap_or_default().to_owned());
        drop(inner);
        self.tell(json!({"preset_set": token}));
        Ok(token)
    }

    async fn goto_preset(&self, _profile: &str, token: &str) -> Result<(), OnvifError> {
        if !self.inner().presets.contains_key(token) {
            return Err(OnvifError::InvalidArgument(format!("no such preset: {token}")));
        }
        self.tell(json!({"preset_gone_to": token}));
        Ok(())
    }

    async fn remove_preset(&self, _profile: &str, token: &str) -> Result<(), OnvifError> {
        self.inner().presets.remove(token);
        self.tell(json!({"preset_removed": token}));
        Ok(())
    }
}

impl ImagingService for Camera {}
impl EventService for Camera {}
