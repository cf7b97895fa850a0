//! A camera that speaks ONVIF: moved, turned, started anew, asked for pictures, for what it is, and for motion.
//!
//! What it can do is asked for when it answers for the first time, and again whenever it was away. It has nothing to do
//! with the video, which comes by RTSP: whatever goes wrong here, pictures go on.
//!
//! The client is of our own making because the crates that exist drop the reference parameters of a subscription (whose
//! messages then never come), know nothing of a rotated picture, read answers of any size, and bring a second TLS stack.

mod discovery;
mod events;
mod failure;
mod http;
mod media;
mod presets;
mod ptz;
mod session;
mod settings;
mod soap;

pub use discovery::{Found, GROUP, discover};
pub use settings::{Credentials, OnvifFile, OnvifSettings, OnvifTable};

use crate::steering::{
    Abilities, Asked, Direction, Flip, Information, Motion, Order, Orders, Outcome, Steering, SteeringError,
};
use crate::tls::Roots;
use bytes::Bytes;
use dap::PresetId;
use dap::methods::PtzOp;
use events::Active;
use failure::Failure;
use parking_lot::Mutex;
use presets::Presets;
use ptz::Mover;
use rand::Rng as _;
use session::Session;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// A camera that does not take the password is asked again after this time only: many shut out whoever is wrong too often,
/// and then from the video too.
const WRONG_PASSWORD_DELAY: Duration = Duration::from_secs(600);
/// Getting to know a camera may take this long.
const OPEN_LIMIT: Duration = Duration::from_secs(30);
/// Delay before the first retry; it doubles up to
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// this.
const LONGEST_DELAY: Duration = Duration::from_secs(60);
/// A camera with nothing to tell is asked this often whether it is there.
const CHECK_EVERY: Duration = Duration::from_secs(20);
/// A camera that failed to answer is asked again after this time before it counts as away.
const SECOND_CHECK: Duration = Duration::from_secs(2);
/// A question that comes before the camera has answered for the first time waits this long.
const SETTLE_LIMIT: Duration = Duration::from_secs(5);
/// A move is kept up this often, because it ends by itself at the camera;
const KEEP_UP: Duration = Duration::from_secs(5);
/// for this long: whoever started it has lost the means to stop it.
const LONGEST_MOVE: Duration = Duration::from_secs(60);

/// A stop that a camera did not take is sent again so often,
const STOPS_AGAIN: u32 = 2;
/// after this time.
const STOP_AGAIN: Duration = Duration::from_secs(1);

enum State {
    Opening,
    Open(Arc<Session>),
    Away(String),
}

struct Shared {
    settings: OnvifSettings,
    tls: Roots,
    state: watch::Sender<State>,
    abilities: watch::Sender<Abilities>,
    motion: watch::Sender<Motion>,
    orders: Mutex<Orders>,
    ordered: Notify,
    /// Somebody got no answer: the camera may be away.
    doubted: Notify,
    mover: Mover,
}

/// A camera that speaks ONVIF. Dropped, it is left alone.
pub struct OnvifCamera {
    shared: Arc<Shared>,
    tasks: [JoinHandle<()>; 2],
}

impl OnvifCamera {
    /// Begins to get to know the camera. Must be called within a tokio runtime. The numbers of its stored positions are
    /// kept in `presets`, if given.
    pub fn start(settings: OnvifSettings, tls: Roots, presets: Option<PathBuf>) -> Self {
        let shared = Arc::new(Shared {
            settings,
            tls,
            state: watch::Sender::new(State::Opening),
            abilities: watch::Sender::default(),
            motion: watch::Sender::default(),
            orders: Mutex::default(),
            ordered: Notify::new(),
            doubted: Notify::new(),
            mover: Mover::new(Presets::load(presets)),
        });
        let tasks = [
            tokio::spawn(keep_acquainted(Arc::clone(&shared))),
            tokio::spawn(carry_out(Arc::clone(&shared))),
        ];
        Self { shared, tasks }
    }
}

impl Drop for OnvifCamera {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Shared {
    /// The camera, if it is there.
    async fn session(&self) -> Outcome<Arc<Session>> {
        let mut state = self.state.subscribe();
        let _ = tokio::time::timeout(SETTLE_LIMIT, state.wait_for(|state| !matches!(state, State::Opening))).await;
        match &*self.state.borrow() {
            State::Open(session) => Ok(Arc::clone(session)),
            State::Away(why) => Err(SteeringError::Away(why.clone())),
            State::Opening => Err(SteeringError::Away("it has not answered yet".to_owned())),
        }
    }

    /// What whoever asked for `what` is told of a failure.
    fn told(&self, failure: Failure, what: &'static str) -> SteeringError {
        if failure.is_away() {
            self.doubted.notify_one();
        }
        failure.told(what)
    }

    /// Refuses what the camera is known not to offer.
    fn offered(&self, offered: impl Fn(&Abilities) -> bool, what: &'static str) -> Outcome<()> {
        if offered(&self.abilities.borrow()) {
            Ok(())
        } else {
            Err(SteeringError::NotOffered(what))
        }
    }

    fn note_motion(&self, active: bool) {
        self.motion.send_if_modified(|motion| motion.note(active));
    }
}

/// Gets to know the camera, again and again, for ever.
async fn keep_acquainted(shared: Arc<Shared>) {
    let mut delay = FIRST_DELAY;
    let mut known_away = false;
    loop {
        let opening = tokio::time::timeout(OPEN_LIMIT, Session::open(&shared.settings, &shared.tls)).await;
        let late = || Failure::Unreachable(format!("not acquainted within {} s", OPEN_LIMIT.as_secs()));
        let why = match opening.unwrap_or_else(|_| Err(late())) {
            Ok(session) => {
                let session = Arc::new(session);
                tracing::info!(camera = %shared.settings.url, abilities = ?session.abilities, "ONVIF camera");
                shared.abilities.send_if_modified(|known| {
                    let new = *known != session.abilities;
                    *known = session.abilities;
                    new
                });
                shared.state.send_replace(State::Open(Arc::clone(&session)));
                (delay, known_away) = (FIRST_DELAY, false);
                let why = tokio::select! {
                    why = look_after(&shared, &session) => why,
                    why = watch_motion(&shared, &session) => why,
                };
                shared.note_motion(false);
                why
            }
            Err(failure) => {
                if failure == Failure::NotAuthorized {
                    delay = WRONG_PASSWORD_DELAY;
                }
                failure.to_string()
            }
        };
        if known_away {
            tracing::debug!(camera = %shared.settings.url, %why, "ONVIF camera still away");
        } else {
            tracing::warn!(camera = %shared.settings.url, %why, "ONVIF camera away, it is retried");
        }
        known_away = true;
        shared.state.send_replace(State::Away(why));
        let jitter = rand::rng().random_range(0.75..1.25);
        tokio::time::sleep(delay.mul_f64(jitter)).await;
        delay = (delay * 2).clamp(FIRST_DELAY, LONGEST_DELAY);
    }
}

/// Asks now and then whether the camera is there; ends when it is not, and says why.
async fn look_after(shared: &Shared, session: &Session) -> String {
    loop {
        // Whether it was in doubt or not makes no difference.
        let _ = tokio::time::timeout(CHECK_EVERY, shared.doubted.notified()).await;
        if session.check_time().await.is_ok() {
            continue;
        }
        tokio::time::sleep(SECOND_CHECK).await;
        match session.check_time().await {
            Err(failure) if failure.is_away() => return failure.to_string(),
            _ => {}
        }
    }
}

/// Follows what the camera tells of motion; ends when the camera is away, and says why.
async fn watch_motion(shared: &Shared, session: &Session) -> String {
    if session.services.events.is_none() {
        return std::future::pending().await;
    }
    let mut delay = FIRST_DELAY;
    loop {
        let since = Instant::now();
        let failure = match session.subscribe().await {
            Err(failure) => failure,
            Ok(mut subscription) => {
                let mut active = Active::default();
                let failure = loop {
                    match session.pull(&mut subscription).await {
                        Ok(told) => {
                            for told in told {
                                shared.note_motion(active.take(told));
                                shared
                                    .abilities
                                    .send_if_modified(|known| !std::mem::replace(&mut known.motion, true));
                            }
                        }
                        Err(failure) => break failure,
                    }
                };
                if !failure.is_away() {
                    session.unsubscribe(&subscription).await;
                }
                shared.note_motion(false);
                failure
            }
        };
        if failure.is_away() {
            return failure.to_string();
        }
        if since.elapsed() > LONGEST_DELAY {
            delay = FIRST_DELAY;
        }
        tracing::debug!(camera = %shared.settings.url, %failure, "no messages from the ONVIF camera, it is asked again");
        tokio::time::sleep(delay).await;
        delay = (delay * 2).min(LONGEST_DELAY);
    }
}

/// A move that goes on.
struct Going {
    direction: Direction,
    speed: i64,
    since: Instant,
}

/// Carries out orders, one after the other, for ever.
async fn carry_out(shared: Arc<Shared>) {
    let mut going: Option<Going> = None;
    loop {
        let next = shared.orders.lock().pop();
        let order = match (next, &going) {
            (Some(order), _) => order,
            (None, None) => {
                shared.ordered.notified().await;
                continue;
            }
            (None, Some(move_)) => match tokio::time::timeout(KEEP_UP, shared.ordered.notified()).await {
                Ok(()) => continue,
                Err(_) if move_.since.elapsed() > LONGEST_MOVE => Order::Stop,
                Err(_) => Order::Go(move_.direction, move_.speed),
            },
        };
        let before = going.take();
        if let Order::Go(direction, speed) = order {
            let same = before.filter(|before| before.direction == direction && before.speed == speed);
            let since = same.map_or_else(Instant::now, |before| before.since);
            going = Some(Going {
                direction,
                speed,
                since,
            });
        }
        let mut outcome = carry_out_one(&shared, order).await;
        // A camera that does not hear its stop goes on: some know no end of a move. What was ordered since comes first.
        for _ in 0..STOPS_AGAIN {
            if outcome.is_ok() || order != Order::Stop || !shared.orders.lock().is_empty() {
                break;
            }
            tokio::time::sleep(STOP_AGAIN).await;
            outcome = carry_out_one(&shared, order).await;
        }
        if let Err(error) = outcome {
            tracing::warn!(camera = %shared.settings.url, ?order, %error, "the ONVIF camera was not moved");
            going = None;
        }
    }
}

async fn carry_out_one(shared: &Shared, order: Order) -> Outcome<()> {
    let session = shared.session().await?;
    let mover = &shared.mover;
    let outcome = match order {
        Order::Go(direction, speed) => mover.go(&session, direction, speed).await,
        Order::Stop => mover.stop(&session).await,
        Order::Step(direction, size) => mover.step(&session, direction, size).await,
        Order::GotoPreset(id) => mover.goto_preset(&session, id).await,
        Order::SetPreset(id) => mover.set_preset(&session, id).await,
        Order::ClearPreset(id) => mover.clear_preset(&session, id).await,
    };
    outcome.map_err(|failure| shared.told(failure, "this movement"))
}

impl Steering for OnvifCamera {
    fn abilities(&self) -> watch::Receiver<Abilities> {
        self.shared.abilities.subscribe()
    }

    fn motion(&self) -> watch::Receiver<Motion> {
        self.shared.motion.subscribe()
    }

    fn ptz(&self, op: PtzOp, value: i64) -> Outcome<()> {
        let abilities = *self.shared.abilities.borrow();
        if !abilities.ptz && !matches!(*self.shared.state.borrow(), State::Open(_)) {
            return Err(SteeringError::Away("it has not answered yet".to_owned()));
        }
        let order = Order::of(op, value, abilities)?;
        if !self.shared.orders.lock().push(order) {
            tracing::warn!(camera = %self.shared.settings.url, "the ONVIF camera is too slow, an order is left out");
        }
        self.shared.ordered.notify_one();
        Ok(())
    }

    fn presets(&self) -> Asked<'_, Vec<PresetId>> {
        const WHAT: &str = "stored positions";
        Box::pin(async {
            let session = self.shared.session().await?;
            self.shared.offered(|abilities| abilities.presets, WHAT)?;
            let listed = self.shared.mover.list(&session).await;
            listed.map_err(|failure| self.shared.told(failure, WHAT))
        })
    }

    fn snapshot(&self) -> Asked<'_, Bytes> {
        const WHAT: &str = "single pictures";
        Box::pin(async {
            let session = self.shared.session().await?;
            self.shared.offered(|abilities| abilities.snapshot, WHAT)?;
            let picture = session.snapshot().await;
            picture.map_err(|failure| self.shared.told(failure, WHAT))
        })
    }

    fn flip(&self) -> Asked<'_, Flip> {
        Box::pin(async {
            let session = self.shared.session().await?;
            self.shared
                .offered(|abilities| abilities.flip != Default::default(), FLIP)?;
            session.flip().await.map_err(|failure| self.shared.told(failure, FLIP))
        })
    }

    fn set_flip(&self, flip: Flip) -> Asked<'_, ()> {
        Box::pin(async move {
            let session = self.shared.session().await?;
            self.shared.offered(|abilities| abilities.flip.allows(flip), FLIP)?;
            self.shared
                .offered(|abilities| abilities.flip != Default::default(), FLIP)?;
            let outcome = session.set_flip(flip.horizontal).await;
            outcome.map_err(|failure| self.shared.told(failure, FLIP))
        })
    }

    fn reboot(&self) -> Asked<'_, ()> {
        const WHAT: &str = "to be started anew";
        Box::pin(async {
            let session = self.shared.session().await?;
            session
                .reboot()
                .await
                .map_err(|failure| self.shared.told(failure, WHAT))
        })
    }

    fn information(&self) -> Asked<'_, Information> {
        const WHAT: &str = "information about itself";
        Box::pin(async {
            let session = self.shared.session().await?;
            session
                .information()
                .await
                .map_err(|failure| self.shared.told(failure, WHAT))
        })
    }
}

const FLIP: &str = "to turn its picture so";
