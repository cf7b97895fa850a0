use super::*;
use crate::bus::Event;
use crate::db::NewDeviceRow;
use crate::device::{Dismissal, Presence, Seen};
use crate::ids::UserId;
use dap::ErrorCode;
use dap::methods::{CtrlPTZ, CtrlPTZParams, Empty, GetCap, PtzOp, QueryTime};
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::oneshot;

type Scripted = Result<Box<RawValue>, CallError>;

/// A device that answers when the test says so.
#[derive(Default)]
struct Port {
    got: Mutex<Vec<String>>,
    answers: Mutex<Vec<oneshot::Receiver<Scripted>>>,
}

impl Port {
    fn answer_with(&self) -> oneshot::Sender<Scripted> {
        let (sender, receiver) = oneshot::channel();
        self.answers.lock().insert(0, receiver);
        sender
    }
}

impl DevicePort for Port {
    fn call<'a>(
        &'a self,
        _: &'a LoginCode,
        method: &'a str,
        _: Box<RawValue>,
        _: Duration,
    ) -> BoxFuture<'a, Result<Box<RawValue>, CallError>> {
        Box::pin(async move {
            self.got.lock().push(method.to_owned());
            let answer = self.answers.lock().pop();
            answer.unwrap().await.unwrap()
        })
    }

    fn emit(&self, _: &LoginCode, event: &str, _: Box<RawValue>) -> Result<(), CallError> {
        self.got.lock().push(event.to_owned());
        Ok(())
    }

    fn presence(&self, _: &LoginCode) -> Presence {
        Presence::Online
    }

    fn reached_host(&self, _: &LoginCode) -> Option<String> {
        None
    }

    fn seen(&self, _: &LoginCode) -> Option<Seen> {
        None
    }

    fn present(&self) -> Vec<LoginCode> {
        Vec::new()
    }

    fn dismiss(&self, _: &LoginCode, _: Dismissal) {}
}

struct Bench {
    _dir: tempfile::TempDir,
    port: Arc<Port>,
    commands: Commands,
    bus: Bus,
    cam: LoginCode,
}

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path()).await.unwrap();
        let cam = LoginCode::parse("cam").unwrap();
        let device = NewDeviceRow {
            login_code: cam.clone(),
            name: String::new(),
            passwd_hash: [0; 32],
            tenant: None,
            group: None,
            stocked: true,
            created_at: UnixMs(1),
        };
        db.add_device(&device).await.unwrap();
        let directory = Arc::new(Directory::load(&db).await.unwrap());
        let (port, bus) = (Arc::new(Port::default()), Bus::default());
        Self {
            commands: Commands::start(db, port.clone(), directory, bus.clone()),
            _dir: dir,
            port,
            bus,
            cam,
        }
    }

    async fn list(&self) -> Vec<NewCommand> {
        let filter = CommandFilter {
            limit: 10_000,
            ..CommandFilter::default()
        };
        let rows = self.commands.list(&self.cam, None, &filter).await.unwrap();
        rows.into_iter().map(|row| row.command).collect()
    }
}

fn ann() -> By {
    By::User {
        id: UserId(7),
        name: "Ann".into(),
    }
}

#[tokio::test]
async fn who_wanted_what_and_what_came_of_it_is_written_down() {
    let bench = Bench::new().await;
    let mut events = bench.bus.subscribe();
    let time = json!({ "datetime": "2026-11-29T12:00:00", "tz": 1 });
    bench.port.answer_with().send(Ok(to_raw(&time))).unwrap();
    let answer = bench
        .commands
        .call::<QueryTime>(&ann(), &bench.cam, &Empty::default())
        .await;
    assert_eq!(answer.unwrap().tz, Some(1));
    let refused = RpcError::new(ErrorCode::INTERNAL, "see http://x/?token=1");
    bench
        .port
        .answer_with()
        .send(Err(CallError::Device(refused.clone())))
        .unwrap();
    let answer = bench
        .commands
        .call_raw(&By::Cloud, &bench.cam, "X-Y", to_raw(&json!({ "pwd": "x" })))
        .await;
    assert_eq!(answer.unwrap_err(), CallError::Device(refused));
    bench.port.answer_with().send(Ok(to_raw(&json!({ "ptz": 1 })))).unwrap();
    let answer = bench
        .commands
        .call::<GetCap>(&ann(), &bench.cam, &Empty::default())
        .await;
    assert!(
        matches!(&answer, Err(CallError::BadAnswer(bad)) if bad.path == "ptz"),
        "{answer:?}"
    );
    let ptz = CtrlPTZParams {
        channel: dap::ChannelId(0),
        op: PtzOp::Stop,
        value: None,
        extra: dap::Extra::default(),
    };
    bench.commands.emit::<CtrlPTZ>(&ann(), &bench.cam, &ptz).unwrap();

    let list = bench.list().await;
    let outcomes: Vec<_> = list
        .iter()
        .map(|row| (&*row.method, row.outcome, row.by.name()))
        .collect();
    assert_eq!(
        outcomes,
        [
            ("CtrlPTZ", CommandOutcome::Sent, Some("Ann")),
            ("GetCap", CommandOutcome::BadAnswer, Some("Ann")),
            ("X-Y", CommandOutcome::Refused, None),
            ("QueryTime", CommandOutcome::Ok, Some("Ann")),
        ]
    );
    assert_eq!(list[3].answer, Some(time.to_string()));
    assert_eq!(list[2].params.as_deref(), Some(r#"{"pwd":"***"}"#));
    assert_eq!(list[2].error, Some((Some(1), "see http://x/?***".into())));
    assert!(list[3].duration_ms.is_some() && list[0].duration_ms.is_none());
    // What is old is forgotten.
    bench.commands.forget_before(list[3].at).await.unwrap();
    assert_eq!(bench.list().await.len(), 4);
    bench.commands.forget_before(UnixMs(list[0].at.0 + 1)).await.unwrap();
    assert_eq!(bench.list().await, []);
    let Some(Ok(Event::Command(told))) = events.next().await else {
        panic!()
    };
    assert_eq!((told.id, &*told.command.method), (1, "QueryTime"));
}

#[tokio::test]
async fn commands_go_out_in_the_order_given_and_end_whoever_waits() {
    let bench = Bench::new().await;
    let answer = bench.port.answer_with();
    let params = Empty::default();
    let by = ann();
    let mut calling = Box::pin(bench.commands.call::<QueryTime>(&by, &bench.cam, &params));
    assert!(poll!(&mut calling).is_pending());
    bench
        .commands
        .emit_raw(&by, &bench.cam, "RebootDevice", to_raw(&params))
        .unwrap();
    assert_eq!(*bench.port.got.lock(), ["QueryTime", "RebootDevice"]);
    // He gives up; the device answers all the same.
    drop(calling);
    answer.send(Err(CallError::TimedOut)).unwrap();
    let mut events = bench.bus.subscribe();
    loop {
        match events.next().await {
            Some(Ok(Event::Command(row))) if row.command.method == "QueryTime" => {
                assert_eq!(row.command.outcome, CommandOutcome::Timeout);
                break;
            }
            Some(_) => {}
            None => panic!(),
        }
    }
}

/// Five thousand events, sent without a pause in which one could be written.
async fn flood(bench: &Bench, event: &str) {
    let params = to_raw(&Empty::default());
    for _ in 0..5000 {
        bench
            .commands
            .emit_raw(&By::Cloud, &bench.cam, event, params.clone())
            .unwrap();
    }
}

#[tokio::test]
async fn a_full_queue_slows_no_command_and_only_the_newest_are_not_written() {
    let bench = Bench::new().await;
    flood(&bench, "Reschedule").await;
    assert_eq!(bench.port.got.lock().len(), 5000, "the device got all of them");
    assert_eq!(bench.list().await.len(), 4096);
}

#[tokio::test]
async fn who_steers_for_hours_fills_no_disk() {
    let bench = Bench::new().await;
    bench
        .commands
        .emit_raw(&By::Cloud, &bench.cam, "RebootDevice", to_raw(&json!({})))
        .unwrap();
    bench.commands.flush().await;
    flood(&bench, "CtrlPTZ").await;
    let list = bench.list().await;
    assert!((2000..2600).contains(&list.len()), "{}", list.len());
    assert_eq!(list.last().unwrap().method, "RebootDevice", "what is rare stays");
}
