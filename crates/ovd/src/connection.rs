//! The connection to the cloud: logging in, staying in touch, coming back.

mod backoff;
mod cloud;
mod login;
mod session;

pub use cloud::{Cloud, CloudError};
pub use login::{Login, Password};

use crate::device::{Device, Relogin};
use crate::tls::Roots;
use backoff::Backoff;
use login::LoginError;
use session::End;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::http::StatusCode;

/// A connection that held for this long was a good one: the next loss starts with a quick try again.
const STABLE_AFTER: Duration = Duration::from_secs(30);

/// Keeps `device` connected to the cloud until `stop` resolves. Whatever goes wrong is logged with what can be done
/// about it, and tried again, for ever: after a random delay that grows to a minute, or what the cloud asks for.
pub async fn run<D: Device>(login: Login, device: Arc<D>, tls: Roots, stop: impl Future<Output = ()> + Send) {
    let mut stop = pin!(stop);
    let mut backoff = Backoff::default();
    let mut again = false;
    loop {
        let identity = device.identity();
        let attempt = tokio::select! {
            () = &mut stop => return,
            attempt = login::log_in(&login, &identity, again, &tls) => attempt,
        };
        let delay = match attempt {
            Ok((websocket, local)) => {
                again = true;
                backoff.ease();
                let since = Instant::now();
                let end = session::run(websocket, local, &device, stop.as_mut()).await;
                if let End::Relogin(why) = end {
                    again = why != Relogin::Started;
                    backoff.reset();
                }
                if since.elapsed() >= STABLE_AFTER {
                    backoff.reset();
                }
                match delay_after_end(&end, &mut backoff) {
                    Some(delay) => delay,
                    None => return,
                }
            }
            Err(error) => delay_after_refusal(&error, &mut backoff, login.login_code.as_str()),
        };
        tracing::info!(retry_in = ?delay, "reconnecting");
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(delay) => {}
            why = device.relogin() => again &= why != Relogin::Started,
        }
    }
}

/// Tells how a connection ended; `None`: it shall not come back.
fn delay_after_end(end: &End, backoff: &mut Backoff) -> Option<Duration> {
    match end {
        End::Stopped => return None,
        End::Relogin(Relogin::Started) => tracing::info!("started anew"),
        End::Relogin(Relogin::Rescheduled) => tracing::info!("logging in anew, as the cloud wants it"),
        End::Relogin(Relogin::Changed) => tracing::info!("logging in anew: a camera can do more or less than before"),
        End::ByCloud {
            code: dap::close_code::REPLACED,
            ..
        } => {
            tracing::error!(
                "another device or agent logged in with the same login_code and took over; \
                 end one of the two, or give it a code of its own"
            );
            return Some(backoff.patient(rand::random()));
        }
        End::ByCloud { code, reason } => tracing::warn!(code, %reason, "the cloud closed the connection"),
        End::ByUs { reason } => tracing::warn!(%reason, "the cloud broke the protocol, connection closed"),
        End::Lost { reason } => tracing::warn!(%reason, "connection to the cloud lost"),
    }
    Some(backoff.next(rand::random()))
}

/// Tells why a login failed and what to do about it.
fn delay_after_refusal(error: &LoginError, backoff: &mut Backoff, login_code: &str) -> Duration {
    let luck = rand::random();
    let LoginError::Refused {
        status,
        info,
        retry_after,
    } = error
    else {
        tracing::warn!(%error, "cannot log in");
        return backoff.next(luck);
    };
    match *status {
        StatusCode::UNAUTHORIZED => tracing::error!(
            login_code, %info,
            "login refused (401): the cloud does not know this login_code, or login_passwd is wrong; \
             check both, or set a new password for the device in the console"
        ),
        StatusCode::FORBIDDEN => tracing::error!(
            login_code, %info, "login refused (403): the device is disabled; enable it in the console"
        ),
        StatusCode::TOO_MANY_REQUESTS => tracing::error!(
            login_code, %info, ?retry_after,
            "login refused (429): too many failed attempts from here; check login_code and login_passwd"
        ),
        StatusCode::SERVICE_UNAVAILABLE => {
            tracing::warn!(%info, ?retry_after, "the cloud takes no devices at the moment (503)");
        }
        StatusCode::BAD_REQUEST => tracing::error!(
            login_code, %info, "login refused (400): the cloud did not understand the login; check url and login_code"
        ),
        StatusCode::NOT_FOUND | StatusCode::OK => {
            tracing::error!(%status, "no device access at this url: it should end in /ovc");
        }
        _ => tracing::error!(%status, %info, "login refused"),
    }
    match (retry_after, status.as_u16()) {
        (Some(asked), _) => backoff.asked(*asked, luck),
        (None, 400..=428) => backoff.patient(luck),
        (None, _) => backoff.next(luck),
    }
}
