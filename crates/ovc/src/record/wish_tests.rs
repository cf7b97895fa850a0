use super::*;
use dap::RpcError;
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(90);

fn id(name: &str) -> RecordSessionId {
    RecordSessionId(name.into())
}

fn refusal(code: i64) -> CallError {
    CallError::Device(RpcError {
        code: ErrorCode(code),
        msg: "no".into(),
    })
}

/// A channel, the device it belongs to, and a cloud that does what is decided, second by second.
struct World {
    now: UnixMs,
    wanted: Option<RecordCause>,
    recorder: Option<RecordedBy>,
    session: Option<Session>,
    sessions: u32,
    tries: Tries,
    /// The device's connection: since when, and its last Keepalive.
    connected_at: Option<UnixMs>,
    told: Option<(UnixMs, bool, Option<RecordSessionId>)>,
    /// What the device does.
    recording: Option<RecordSessionId>,
    online: bool,
    keeps_alive: bool,
    tells: bool,
    answer: Result<(), CallError>,
    /// It uploads what it records; the last.
    uploads: bool,
    newest: Option<UnixMs>,
    done: Vec<(i64, String)>,
}

impl World {
    fn new() -> Self {
        Self {
            now: UnixMs(0),
            wanted: None,
            recorder: Some(RecordedBy::Device),
            session: None,
            sessions: 0,
            tries: Tries::default(),
            connected_at: None,
            told: None,
            recording: None,
            online: true,
            keeps_alive: true,
            tells: true,
            answer: Ok(()),
            uploads: true,
            newest: None,
            done: Vec::new(),
        }
    }

    /// In which a connected device records.
    fn recording() -> Self {
        let mut world = Self::new();
        world.connect();
        world.wanted = Some(RecordCause::Always);
        world.run(30);
        assert_eq!(world.recording, Some(id("s1")));
        world.done.clear();
        world
    }

    fn connect(&mut self) {
        self.connected_at = Some(self.now);
        self.told = None;
    }

    fn leave(&mut self) {
        (self.connected_at, self.told) = (None, None);
    }

    fn look(&self) -> Seen<'_> {
        let told = self.told.as_ref().map(|(at, online, session)| Told {
            at: *at,
            online: *online,
            session: session.as_ref(),
        });
        Seen {
            now: self.now,
            wanted: self.wanted,
            recorder: self.recorder,
            session: self.session.as_ref(),
            link: self.connected_at.map(|connected_at| Link { connected_at, told }),
            newest: self.newest,
            patience: PATIENCE,
        }
    }

    fn act(&mut self) {
        for _ in 0..9 {
            let step = self.tries.decide(&self.look());
            let note = match &step {
                Step::Rest(_) => return,
                Step::Learn => "learn".into(),
                Step::Open(recorder, _) => format!("open {}", recorder.name()),
                Step::Close(why) => format!("close {why}"),
                Step::Start => format!("start {}", self.session.as_ref().unwrap().id),
                Step::Stop(id) => format!("stop {id}"),
            };
            self.done.push((self.now.0 / 1000, note));
            match step {
                Step::Rest(_) => {}
                Step::Learn => self.recorder = Some(RecordedBy::Device),
                Step::Open(recorder, _) => {
                    self.sessions += 1;
                    let id = id(&format!("s{}", self.sessions));
                    self.session = Some(Session { id, recorder });
                    self.tries.changed_session();
                }
                Step::Close(why) => {
                    self.tries.gives_up(why);
                    self.session = None;
                    self.tries.changed_session();
                }
                Step::Start => {
                    let answer = self.answer.clone();
                    if answer.is_ok() {
                        self.recording = Some(self.session.as_ref().unwrap().id.clone());
                    }
                    let answer = answer.map_err(StartFault::Call);
                    self.tries.started(self.now, self.connected_at.unwrap(), &answer);
                }
                Step::Stop(id) => {
                    let answer = self.answer.clone();
                    if answer.is_ok() {
                        self.recording = None;
                    }
                    self.tries.stopped(self.now, self.connected_at.unwrap(), id, &answer);
                }
            }
        }
        panic!("it never rests: {:?}", self.done);
    }

    /// So many seconds go by; a device that is there says how it is at each tenth.
    fn run(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.act();
            self.now = UnixMs(self.now.0 + 1000);
            if self.now.0 % 10_000 == 0
                && self.keeps_alive
                && let Some(connected_at) = self.connected_at
            {
                let session = self.recording.clone().filter(|_| self.tells);
                if session.is_some() && session == self.session.as_ref().map(|session| session.id.clone()) {
                    self.tries.in_step(self.now, connected_at, self.online);
                    if self.uploads && self.online {
                        self.newest = Some(self.now);
                        self.tries.segment_came();
                    }
                }
                self.told = Some((self.now, self.online, session));
            }
        }
        self.act();
    }

    /// What was done in so many seconds.
    fn does(&mut self, seconds: i64) -> Vec<String> {
        self.done.clear();
        self.run(seconds);
        self.done.iter().map(|(_, what)| what.clone()).collect()
    }

    /// When it was done, in seconds from now.
    fn times(&mut self, seconds: i64) -> Vec<i64> {
        let began = self.now.0 / 1000;
        self.does(seconds);
        self.done.iter().map(|(at, _)| at - began).collect()
    }

    fn problem(&self) -> Option<&'static str> {
        self.tries.problem(&self.look()).map(|problem| problem.code)
    }
}

#[test]
fn a_device_that_is_there_records_at_once() {
    let mut world = World::new();
    world.connect();
    world.run(20);
    world.wanted = Some(RecordCause::Always);
    world.recorder = None;
    assert_eq!(world.does(600), ["learn", "open device", "start s1"]);
    assert_eq!(world.problem(), None);
}

#[test]
fn a_session_is_open_while_the_device_is_away_and_begins_with_it() {
    let mut world = World::new();
    world.wanted = Some(RecordCause::Always);
    assert_eq!(world.does(60), ["open device"]);
    assert_eq!(world.problem(), Some("device_offline"));
    world.connect();
    assert_eq!(world.does(60), ["start s1"]);
    assert_eq!(world.problem(), None);
}

#[test]
fn a_device_that_rebooted_goes_on_with_the_same_session() {
    let mut world = World::recording();
    world.leave();
    world.recording = None;
    assert!(world.does(40).is_empty());
    world.connect();
    assert_eq!(world.does(300), ["start s1"]);
}

#[test]
fn a_device_that_was_cut_off_is_left_alone() {
    let mut world = World::recording();
    world.leave();
    world.run(40);
    world.connect();
    assert!(world.does(300).is_empty());
}

#[test]
fn a_device_that_takes_over_is_asked_on_its_new_connection() {
    let mut world = World::recording();
    // Another process of the same device: it knows of nothing.
    world.recording = None;
    world.connect();
    assert_eq!(world.does(60), ["start s1"]);
}

#[test]
fn a_cloud_that_restarts_keeps_the_session_and_asks_nobody_who_is_in_step() {
    let mut world = World::recording();
    world.tries = Tries::default();
    world.connect();
    assert!(world.does(300).is_empty());
    world.tries = Tries::default();
    world.recording = None;
    world.connect();
    assert_eq!(world.does(300), ["start s1"]);
}

#[test]
fn a_device_that_forgot_its_session_gets_it_again() {
    let mut world = World::recording();
    world.run(100);
    world.recording = None;
    assert_eq!(world.does(100), ["start s1"]);
}

#[test]
fn what_is_over_is_stopped() {
    let mut world = World::recording();
    world.wanted = None;
    assert_eq!(world.does(100), ["close not_wanted", "stop s1"]);
    world.wanted = Some(RecordCause::Schedule);
    assert_eq!(world.does(100), ["open device", "start s2"]);
}

#[test]
fn what_was_over_while_the_device_was_away_is_stopped_when_it_returns() {
    let mut world = World::recording();
    world.leave();
    world.wanted = None;
    assert_eq!(world.does(50), ["close not_wanted"]);
    world.connect();
    assert_eq!(world.does(100), ["stop s1"]);
}

#[test]
fn a_stray_gives_way_to_what_is_wanted() {
    let mut world = World::new();
    world.recording = Some(id("stray"));
    world.connect();
    assert_eq!(world.does(100), ["stop stray"]);
    world.recording = Some(id("stray"));
    world.run(11);
    world.wanted = Some(RecordCause::Always);
    // Another session ends the one before by itself.
    world.done.clear();
    world.recording = Some(id("stray"));
    assert_eq!(world.does(100), ["open device", "start s1"]);
}

#[test]
fn a_stray_that_does_not_stop_is_told_so_more_and_more_seldom() {
    let mut world = World::new();
    world.recording = Some(id("stray"));
    world.answer = Err(CallError::TimedOut);
    world.connect();
    assert_eq!(world.times(700), [10, 20, 40, 80, 160, 320, 620]);
}

#[test]
fn a_device_that_says_no_is_asked_again_and_again_but_seldom() {
    for (code, problem) in [
        (11, "bitrate_too_high"),
        (12, "device_refused"),
        (102, "device_refused"),
    ] {
        let mut world = World::new();
        world.answer = Err(refusal(code));
        world.connect();
        world.run(10);
        world.wanted = Some(RecordCause::Always);
        world.run(0);
        assert_eq!(world.times(6000), [60, 180, 420, 900, 1860, 3660, 5460]);
        assert_eq!(world.problem(), Some(problem));
        // Another connection is another chance.
        world.answer = Ok(());
        world.connect();
        assert_eq!(world.does(60), ["start s1"]);
        assert_eq!(world.problem(), None);
    }
}

#[test]
fn a_device_that_does_not_answer_is_asked_sooner() {
    let mut world = World::new();
    world.answer = Err(CallError::TimedOut);
    world.connect();
    world.run(10);
    world.wanted = Some(RecordCause::Always);
    world.run(0);
    assert_eq!(world.times(400), [10, 30, 70, 150, 310]);
    assert_eq!(world.problem(), Some("not_answering"));
}

#[test]
fn a_device_that_never_says_that_it_records_is_reminded_more_and_more_seldom() {
    let mut world = World::new();
    world.tells = false;
    world.connect();
    world.run(10);
    world.wanted = Some(RecordCause::Always);
    world.run(0);
    let times = world.times(4000);
    assert_eq!(times[..5], [10, 30, 70, 150, 310]);
    assert!(times.len() < 20, "{times:?}");
    assert_eq!(world.problem(), None);
}

#[test]
fn a_device_that_sends_no_keepalive_is_asked_all_the_same() {
    let mut world = World::new();
    world.keeps_alive = false;
    world.wanted = Some(RecordCause::Always);
    world.connect();
    assert_eq!(world.times(300), [0, 15]);
}

#[test]
fn a_channel_that_is_away_is_asked_when_it_is_back() {
    let mut world = World::new();
    world.online = false;
    world.wanted = Some(RecordCause::Always);
    world.connect();
    assert_eq!(world.does(300), ["open device"]);
    assert_eq!(world.problem(), Some("channel_offline"));
    world.online = true;
    assert_eq!(world.does(60), ["start s1"]);
    assert_eq!(world.problem(), None);
}

#[test]
fn what_a_device_cannot_do_the_cloud_does() {
    let mut world = World::new();
    world.recorder = Some(RecordedBy::Cloud);
    world.wanted = Some(RecordCause::Always);
    world.connect();
    assert_eq!(world.does(100), ["open cloud"]);
    // New firmware.
    world.recorder = Some(RecordedBy::Device);
    assert_eq!(world.does(100), ["close recorder_changed", "open device", "start s2"]);
}

#[test]
fn a_device_of_which_nothing_comes_gets_another_session() {
    let mut world = World::recording();
    assert!(world.does(7200).is_empty());
    world.uploads = false;
    world.run(80);
    assert_eq!(world.problem(), None);
    world.run(20);
    assert_eq!(world.problem(), Some("no_media"));
    assert_eq!(world.does(1890), ["close stalled", "open device", "start s2"]);
    // That was of no use, and is not tried that soon again.
    assert!(world.does(3000).is_empty());
    assert_eq!(world.does(1000), ["close stalled", "open device", "start s3"]);
    world.uploads = true;
    assert!(world.does(20_000).is_empty());
    assert_eq!(world.problem(), None);
}

#[test]
fn of_a_channel_that_was_away_it_is_waited_from_when_it_is_back() {
    let mut world = World::recording();
    world.online = false;
    assert!(world.does(7200).is_empty());
    assert_eq!(world.problem(), Some("channel_offline"));
    (world.online, world.uploads) = (true, false);
    assert!(world.does(1800).is_empty());
    assert_eq!(world.does(200), ["close stalled", "open device", "start s2"]);
    // The same of a device.
    let mut world = World::recording();
    world.leave();
    assert!(world.does(7200).is_empty());
    world.connect();
    world.uploads = false;
    assert!(world.does(1800).is_empty());
}

#[test]
fn plans_and_alarms() {
    let plan = |mode: &str| -> RecordPlan {
        let plan = json!({
            "mode": mode,
            "tail_seconds": 30,
            "schedule": [{ "days": ["thu"], "from": "00:00", "to": "00:01" }],
        });
        serde_json::from_str(&plan.to_string()).unwrap()
    };
    let wanted = |mode: &str, alarmed: &Alarmed, now_s: i64| {
        let plan = plan(mode);
        let wanted = super::wanted(&plan, &Schedule::new(&plan), alarmed, UnixMs(now_s * 1000));
        (
            wanted.cause.map(RecordCause::name),
            wanted.next_change.map(|at| at.0 / 1000),
        )
    };
    let none = Alarmed::default();
    assert_eq!(wanted("off", &none, 7), (None, None));
    assert_eq!(wanted("always", &none, 7), (Some("always"), None));
    // 1970-01-01 was a Thursday.
    assert_eq!(wanted("schedule", &none, 7), (Some("schedule"), Some(60)));
    assert_eq!(wanted("schedule", &none, 60), (None, Some(7 * 24 * 3600)));
    assert_eq!(wanted("alarm", &none, 7), (None, None));
    let mut alarmed = Alarmed::default();
    alarmed.open.insert(3);
    assert_eq!(wanted("alarm", &alarmed, 7), (Some("alarm"), None));
    alarmed.open.clear();
    alarmed.ended_at = Some(UnixMs(10_000));
    assert_eq!(wanted("alarm", &alarmed, 11), (Some("alarm"), Some(40)));
    assert_eq!(wanted("alarm", &alarmed, 40), (None, None));
    assert_eq!(wanted("off", &alarmed, 11), (None, None));
}
