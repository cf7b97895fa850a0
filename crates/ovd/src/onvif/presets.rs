//! Which number a camera's stored position has. The protocol numbers positions 0 to 255, ONVIF gives them tokens, which
//! may be any text: the pairs are kept in a file, so that a number means the same position after a restart.

use crate::state::write_atomically;
use dap::PresetId;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// The camera's token of each number.
    tokens: BTreeMap<u8, String>,
}

/// The positions of one camera.
pub(super) struct Presets {
    kept: Mutex<Kept>,
    /// `None`: they are forgotten when the agent ends.
    file: Option<PathBuf>,
}

impl Presets {
    /// What is known from before. A file that cannot be read is begun anew.
    pub(super) fn load(file: Option<PathBuf>) -> Self {
        let kept = file.as_deref().and_then(|file| match std::fs::read(file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .inspect_err(|error| tracing::warn!(file = %file.display(), %error, "the positions' numbers are lost"))
                .ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(file = %file.display(), %error, "the positions' numbers cannot be read");
                None
            }
        });
        Self {
            kept: Mutex::new(kept.unwrap_or_default()),
            file,
        }
    }

    pub(super) fn token(&self, id: PresetId) -> Option<String> {
        self.kept.lock().tokens.get(&number(id)).cloned()
    }

    pub(super) fn keep(&self, id: PresetId, token: String) {
        self.change(|tokens| {
            // A camera that overwrites its oldest position gives the same token again: it has one number.
            tokens.retain(|_, other| *other != token);
            tokens.insert(number(id), token);
        });
    }

    pub(super) fn forget(&self, id: PresetId) {
        self.change(|tokens| {
            tokens.remove(&number(id));
        });
    }

    /// Takes what the camera keeps now. Positions that are gone lose their number, new ones get the one their token
    /// says if it is free, else the lowest free one. Returns all numbers, ascending.
    pub(super) fn refresh(&self, present: &[String]) -> Vec<PresetId> {
        self.change(|tokens| {
            tokens.retain(|_, token| present.contains(token));
            let known: Vec<String> = tokens.values().cloned().collect();
            let (spoken, silent): (Vec<_>, Vec<_>) = present
                .iter()
                .filter(|token| !known.contains(token))
                .partition(|token| said_number(token).is_some());
            for token in spoken.into_iter().chain(silent) {
                let said = said_number(token).filter(|id| !tokens.contains_key(id));
                let free = said.or_else(|| (0..=u8::MAX).find(|id| !tokens.contains_key(id)));
                // More than 256: those beyond have no number and cannot be reached.
                let Some(id) = free else { break };
                tokens.insert(id, token.clone());
            }
        });
        let kept = self.kept.lock();
        kept.tokens.keys().map(|&id| PresetId::clamped(i64::from(id))).collect()
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<u8, String>)) {
        let mut kept = self.kept.lock();
        let before = kept.clone();
        change(&mut kept.tokens);
        if *kept == before {
            return;
        }
        let Some(file) = &self.file else { return };
        // Written while locked: the file always holds the newest.
        let text = serde_json::to_vec_pretty(&*kept).unwrap_or_default();
        if let Err(error) = write_atomically(file, &text) {
            tracing::warn!(file = %file.display(), %error, "the positions' numbers cannot be kept");
        }
    }
}

fn number(id: PresetId) -> u8 {
    u8::try_from(id.get()).unwrap_or(u8::MAX)
}

/// The number at the end of a token such as `7`, `preset_7` or `Preset07`.
fn said_number(token: &str) -> Option<u8> {
    let digits = token.len() - token.trim_end_matches(|sign: char| sign.is_ascii_digit()).len();
    token.get(token.len() - digits..)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(ids: &[PresetId]) -> Vec<i64> {
        ids.iter().map(|id| id.get()).collect()
    }

    fn tokens(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn numbers_last_and_follow_the_camera() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("presets.json");
        let presets = Presets::load(Some(file.clone()));
        assert_eq!(
            numbers(&presets.refresh(&tokens(&["door", "preset_7", "1", "gate"]))),
            [0, 1, 2, 7]
        );
        presets.keep(PresetId::new(200).unwrap(), "roof".to_owned());
        let again = Presets::load(Some(file));
        assert_eq!(again.token(PresetId::new(200).unwrap()).as_deref(), Some("roof"));
        assert_eq!(again.token(PresetId::new(7).unwrap()).as_deref(), Some("preset_7"));
        // What keeps its token keeps its number, also when others go and come.
        assert_eq!(numbers(&again.refresh(&tokens(&["new", "roof", "gate"]))), [0, 2, 200]);
        assert_eq!(again.token(PresetId::new(2).unwrap()).as_deref(), Some("gate"));
        again.forget(PresetId::new(2).unwrap());
        assert_eq!(again.token(PresetId::new(2).unwrap()), None);
    }

    #[test]
    fn more_positions_than_numbers_and_a_broken_file_do_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("presets.json");
        std::fs::write(&file, "{broken").unwrap();
        let presets = Presets::load(Some(file));
        let many: Vec<String> = (0..300).map(|n| format!("p{n}x")).collect();
        assert_eq!(presets.refresh(&many).len(), 256);
    }
}
