//! What the protocol's PTZ operations are to an ONVIF camera.

use super::failure::Failure;
use super::presets::Presets;
use super::session::Session;
use super::soap::escaped;
use crate::steering::Direction;
use dap::PresetId;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A move is asked for with this end, s, and asked for again before: a camera whose agent is gone stops by itself.
const MOVE_ENDS_S: u32 = 10;
/// How far the smallest and the largest step go, in ONVIF's generic space: the whole range is 2 wide.
const SMALLEST_STEP: f64 = 0.01;
const LARGEST_STEP: f64 = 0.2;
/// Where a camera takes no relative moves: how long it moves at half speed for the smallest step,
const SHORTEST_STEP: Duration = Duration::from_millis(80);
/// and how much longer for each hundredth.
const STEP_LENGTHENS: Duration = Duration::from_millis(6);

/// A vector in ONVIF's words. Only what moves is named: some cameras refuse a zoom of 0 when they have none.
fn vector(direction: Direction, length: f64) -> String {
    let Direction { pan, tilt, zoom } = direction;
    let part = |sign: i8| f64::from(sign) * length;
    let mut out = String::new();
    if (pan, tilt) != (0, 0) {
        out.push_str(&format!("<tt:PanTilt x=\"{:.3}\" y=\"{:.3}\"/>", part(pan), part(tilt)));
    }
    if zoom != 0 {
        out.push_str(&format!("<tt:Zoom x=\"{:.3}\"/>", part(zoom)));
    }
    out
}

/// Moves one camera.
pub(super) struct Mover {
    pub(super) presets: Presets,
    /// The camera takes an end for its moves.
    takes_end: AtomicBool,
    /// Held while the camera is asked about its positions or changes them: one that it has stored already, and whose
    /// token has not arrived yet, must not be numbered by a listing in between.
    positions: tokio::sync::Mutex<()>,
}

impl Mover {
    pub(super) fn new(presets: Presets) -> Self {
        Self {
            presets,
            takes_end: AtomicBool::new(true),
            positions: tokio::sync::Mutex::new(()),
        }
    }

    /// Starts or keeps up a move; `speed` 0–100.
    pub(super) async fn go(&self, session: &Session, direction: Direction, speed: i64) -> Result<(), Failure> {
        let velocity = vector(direction, speed.clamp(0, 100) as f64 / 100.0);
        let content = |end: &str| format!("{}<tptz:Velocity>{velocity}</tptz:Velocity>{end}", profile(session));
        if self.takes_end.load(Ordering::Relaxed) {
            let end = format!("<tptz:Timeout>PT{MOVE_ENDS_S}S</tptz:Timeout>");
            match session.ptz("ContinuousMove", &content(&end)).await {
                // Some take none, or shorter ones only.
                Err(Failure::Fault { subcode, .. }) if subcode.contains("Timeout") => {}
                outcome => return outcome.map(drop),
            }
            self.takes_end.store(false, Ordering::Relaxed);
        }
        session.ptz("ContinuousMove", &content("")).await.map(drop)
    }

    pub(super) async fn stop(&self, session: &Session) -> Result<(), Failure> {
        let content = format!(
            "{}<tptz:PanTilt>true</tptz:PanTilt><tptz:Zoom>true</tptz:Zoom>",
            profile(session)
        );
        session.ptz("Stop", &content).await.map(drop)
    }

    /// Moves a little; `size` 0–100.
    pub(super) async fn step(&self, session: &Session, direction: Direction, size: i64) -> Result<(), Failure> {
        let size = size.clamp(0, 100);
        if session.mechanics.relative {
            let length = SMALLEST_STEP + (LARGEST_STEP - SMALLEST_STEP) * size as f64 / 100.0;
            let translation = vector(direction, length);
            let content = format!("{}<tptz:Translation>{translation}</tptz:Translation>", profile(session));
            match session.ptz("RelativeMove", &content).await {
                Err(failure) if failure.is_not_supported() => {}
                outcome => return outcome.map(drop),
            }
        }
        self.go(session, direction, 50).await?;
        let hundredths = u32::try_from(size).unwrap_or(0);
        tokio::time::sleep(SHORTEST_STEP + STEP_LENGTHENS * hundredths).await;
        self.stop(session).await
    }

    pub(super) async fn goto_preset(&self, session: &Session, id: PresetId) -> Result<(), Failure> {
        let _positions = self.positions.lock().await;
        let token = match self.presets.token(id) {
            Some(token) => Some(token),
            // It may have been stored with another program.
            None => {
                self.refresh(session).await?;
                self.presets.token(id)
            }
        };
        let Some(token) = token else {
            return Err(Failure::Fault {
                subcode: "NoToken".to_owned(),
                reason: format!("there is no position {id}"),
            });
        };
        let content = format!(
            "{}<tptz:PresetToken>{}</tptz:PresetToken>",
            profile(session),
            escaped(&token)
        );
        session.ptz("GotoPreset", &content).await.map(drop)
    }

    pub(super) async fn set_preset(&self, session: &Session, id: PresetId) -> Result<(), Failure> {
        let _positions = self.positions.lock().await;
        // A position that is not known here may be there all the same.
        if self.presets.token(id).is_none() {
            self.refresh(session).await?;
        }
        if let Some(token) = self.presets.token(id) {
            match self
                .store(
                    session,
                    &format!("<tptz:PresetToken>{}</tptz:PresetToken>", escaped(&token)),
                )
                .await
            {
                // Taken away with another program: stored as a new one.
                Err(Failure::Fault { .. }) => self.presets.forget(id),
                outcome => return outcome.map(drop),
            }
        }
        let name = format!("<tptz:PresetName>OVS {id}</tptz:PresetName>");
        let token = self.store(session, &name).await?;
        self.presets.keep(id, token);
        Ok(())
    }

    async fn store(&self, session: &Session, which: &str) -> Result<String, Failure> {
        let answer = session
            .ptz("SetPreset", &format!("{}{which}", profile(session)))
            .await?;
        answer.need("preset token", |body| {
            let token = body.text_at(&["SetPresetResponse", "PresetToken"]);
            (!token.is_empty()).then(|| token.to_owned())
        })
    }

    pub(super) async fn clear_preset(&self, session: &Session, id: PresetId) -> Result<(), Failure> {
        let _positions = self.positions.lock().await;
        if self.presets.token(id).is_none() {
            self.refresh(session).await?;
        }
        // What is not there is cleared.
        let Some(token) = self.presets.token(id) else {
            return Ok(());
        };
        let content = format!(
            "{}<tptz:PresetToken>{}</tptz:PresetToken>",
            profile(session),
            escaped(&token)
        );
        session.ptz("RemovePreset", &content).await?;
        self.presets.forget(id);
        Ok(())
    }

    /// The numbers of the positions that the camera keeps.
    pub(super) async fn list(&self, session: &Session) -> Result<Vec<PresetId>, Failure> {
        let _positions = self.positions.lock().await;
        self.refresh(session).await
    }

    /// [`list`](Self::list), by one that holds `positions`.
    async fn refresh(&self, session: &Session) -> Result<Vec<PresetId>, Failure> {
        let answer = session.ptz("GetPresets", &profile(session)).await?;
        let tokens = answer.read(|body| {
            let response = body.child("GetPresetsResponse");
            let presets = response.iter().flat_map(|response| response.all("Preset"));
            let tokens = presets.filter_map(|preset| preset.attribute("token").map(str::to_owned));
            tokens.collect::<Vec<_>>()
        })?;
        Ok(self.presets.refresh(&tokens))
    }
}

fn profile(session: &Session) -> String {
    format!(
        "<tptz:ProfileToken>{}</tptz:ProfileToken>",
        escaped(&session.profile.token)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_moves_is_named() {
        let of = |pan, tilt, zoom| vector(Direction { pan, tilt, zoom }, 0.5);
        assert_eq!(of(-1, 1, 0), "<tt:PanTilt x=\"-0.500\" y=\"0.500\"/>");
        assert_eq!(of(0, 0, -1), "<tt:Zoom x=\"-0.500\"/>");
    }
}
