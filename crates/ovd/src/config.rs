//! The agent's configuration: a TOML file, or flags and environment.

use crate::agent::{AlarmSchedule, AudioOutput, BatterySetup, ChannelSetup, DiskSetup, RecordSetup};
use crate::connection::{Login, Password};
use crate::control;
use crate::device::Identity;
use crate::onvif::OnvifFile;
use crate::source::Source;
use crate::state::StateDir;
use dap::{ChannelId, LoginCode};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use url::Url;

/// What a file may hold. Everything can also come from flags or the environment.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    /// `ws://host:port/ovc` or `wss://…`.
    pub url: Option<String>,
    /// The device's id at the cloud.
    pub login_code: Option<String>,
    /// Its password.
    pub login_passwd: Option<String>,
    /// Certificate authorities to trust besides the system's, PEM.
    #[serde(alias = "tls_ca")]
    pub ca_file: Option<PathBuf>,
    /// Where commands from this machine are taken, such as `ovd bind`; see [`crate::control`].
    pub control_socket: Option<PathBuf>,
    /// Where the agent keeps what outlives it: what the cloud has configured, its clock, firmware and logs.
    pub state_dir: Option<PathBuf>,
    /// Reported at login.
    pub hardware_model: Option<String>,
    /// Reported at login, until other firmware is installed.
    pub firmware_model: Option<String>,
    /// Where music from the cloud goes.
    #[serde(default)]
    pub audio_out: AudioOutput,
    /// A folder that is the device's disk; absent: it has none.
    pub disk: Option<DiskSetup>,
    /// A simulated battery; absent: it has none.
    pub battery: Option<BatterySetup>,
    /// How channels are recorded to the cloud.
    #[serde(default)]
    pub record: RecordSetup,
    /// How to log.
    #[serde(default)]
    pub log: LogConfig,
    /// The channels, in order of their numbers.
    #[serde(default, rename = "channel")]
    pub channels: Vec<ChannelFile>,
}

/// How to log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// A filter such as `info` or `ovd=debug`.
    pub filter: Option<String>,
    /// The form.
    #[serde(default)]
    pub format: LogFormat,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// One channel in a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelFile {
    /// Its number; the position among the channels (from 0) unless given.
    pub number: Option<u32>,
    /// What people call it.
    pub name: Option<String>,
    /// Its source.
    pub source: Source,
    /// Motion is looked for in its picture.
    #[serde(default)]
    pub detect_motion: bool,
    /// Whether and how the camera is asked by ONVIF.
    pub onvif: Option<OnvifFile>,
    /// Alarms that come by themselves, for trying out.
    #[serde(default, rename = "alarm")]
    pub alarms: Vec<AlarmSchedule>,
}

/// A complete and checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where and as whom to log in.
    pub login: Login,
    /// Certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Where commands from this machine are taken; `None`: nowhere.
    pub control_socket: Option<PathBuf>,
    /// Where the agent keeps what outlives it.
    pub state_dir: PathBuf,
    /// What is reported at login.
    pub identity: Identity,
    /// Where music from the cloud goes.
    pub audio_out: AudioOutput,
    /// The device's disk.
    pub disk: Option<DiskSetup>,
    /// The device's battery.
    pub battery: Option<BatterySetup>,
    /// How channels are recorded to the cloud.
    pub record: RecordSetup,
    /// The channels.
    pub channels: Vec<ChannelSetup>,
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {error}")]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path}: {message}")]
    Parse {
        /// Which one.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
    /// Something needed is missing.
    #[error("{0} is missing: set it in the file, with {1}")]
    Missing(&'static str, &'static str),
    /// A value is not usable.
    #[error("{0}: {1}")]
    Bad(&'static str, String),
}

impl ConfigFile {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or parsed.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Read {
            path: path.to_owned(),
            error,
        })?;
        Self::parse(&text).map_err(|message| ConfigError::Parse {
            path: path.to_owned(),
            message,
        })
    }

    /// Parses a file's text.
    ///
    /// # Errors
    /// Where and why, without the line itself: it may hold the password.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| {
            let before = text
                .get(..error.span().map_or(0, |span| span.start))
                .unwrap_or_default();
            format!("line {}: {}", before.matches('\n').count() + 1, error.message())
        })
    }

    /// Checks that everything needed is there and usable.
    ///
    /// # Errors
    /// The first thing that is not.
    pub fn check(mut self) -> Result<Config, ConfigError> {
        let channels = std::mem::take(&mut self.channels);
        let visit = self.check_visit()?;
        Ok(Config {
            channels: channel_setups(channels)?,
            ..visit
        })
    }

    /// The same for a login without channels.
    ///
    /// # Errors
    /// The first thing that is missing or not usable.
    pub fn check_visit(self) -> Result<Config, ConfigError> {
        let url = self.url.ok_or(ConfigError::Missing("url", "--url or OVD_URL"))?;
        let url = Url::parse(&url).map_err(|error| ConfigError::Bad("url", error.to_string()))?;
        if !matches!(url.scheme(), "ws" | "wss") || url.host_str().is_none_or(str::is_empty) {
            return Err(ConfigError::Bad(
                "url",
                "must be ws://host:port/ovc or wss://host:port/ovc".to_owned(),
            ));
        }
        let login_code = self
            .login_code
            .ok_or(ConfigError::Missing("login_code", "--login-code or OVD_LOGIN_CODE"))?;
        let login_code =
            LoginCode::parse(&login_code).map_err(|error| ConfigError::Bad("login_code", error.to_string()))?;
        let login_passwd = self
            .login_passwd
            .filter(|password| !password.is_empty())
            .ok_or(ConfigError::Missing("login_passwd", "OVD_LOGIN_PASSWD"))?;
        let login = Login {
            url,
            login_code,
            login_passwd: Password::new(login_passwd),
        };
        let control_socket = self
            .control_socket
            .or_else(|| control::default_socket(login.login_code.as_str()));
        let state_dir = self
            .state_dir
            .or_else(|| StateDir::default_path(login.login_code.as_str()))
            .ok_or(ConfigError::Missing("state_dir", "--state-dir or OVD_STATE_DIR"))?;
        if let Some(battery) = &self.battery {
            battery.check().map_err(|error| ConfigError::Bad("battery", error))?;
        }
        let identity = Identity {
            hardware_model: self.hardware_model.or(Some("ovd-agent".to_owned())),
            firmware_model: self.firmware_model.or(Some(env!("CARGO_PKG_VERSION").to_owned())),
        };
        Ok(Config {
            login,
            ca_file: self.ca_file,
            control_socket,
            state_dir,
            identity,
            audio_out: self.audio_out,
            disk: self.disk,
            battery: self.battery,
            record: self.record,
            channels: Vec::new(),
        })
    }
}

fn channel_setups(channels: Vec<ChannelFile>) -> Result<Vec<ChannelSetup>, ConfigError> {
    if channels.is_empty() {
        return Err(ConfigError::Missing("channel", "--source (once for each channel)"));
    }
    let mut setups: Vec<ChannelSetup> = Vec::new();
    for (position, channel) in (0u32..).zip(channels) {
        let number = ChannelId(channel.number.unwrap_or(position));
        if setups.iter().any(|other| other.number == number) {
            return Err(ConfigError::Bad(
                "channel",
                format!("there are two channels number {number}"),
            ));
        }
        let name = channel.name.unwrap_or_else(|| format!("Channel {number}"));
        for alarm in &channel.alarms {
            alarm
                .check()
                .map_err(|error| ConfigError::Bad("channel.alarm", error))?;
        }
        let onvif = match channel.onvif {
            None => None,
            Some(onvif) => onvif
                .complete(channel.source.camera())
                .map_err(|error| ConfigError::Bad("channel.onvif", error))?,
        };
        setups.push(ChannelSetup {
            number,
            name,
            source: channel.source,
            detect_motion: channel.detect_motion,
            onvif,
            alarms: channel.alarms,
        });
    }
    Ok(setups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_a_complete_configuration() {
        let text = include_str!("../../../ovd.example.toml");
        let config = ConfigFile::parse(text).unwrap().check().unwrap();
        assert!(!config.channels.is_empty());
        // Every line that is commented out but looks like a setting must work too.
        let uncommented: Vec<&str> = text
            .lines()
            .map(|line| line.strip_prefix("#> ").unwrap_or(line))
            .collect();
        let config = ConfigFile::parse(&uncommented.join("\n")).unwrap().check().unwrap();
        assert!(config.channels.len() > 3);
    }

    #[test]
    fn channels_are_numbered_by_their_position() {
        let text = "url = 'ws://a/ovc'\nlogin_code = '1'\nlogin_passwd = 'x'\n\
            [[channel]]\nsource = 'test'\n[[channel]]\nnumber = 7\nsource = 'test'\n[[channel]]\nsource = 'test'";
        let config = ConfigFile::parse(text).unwrap().check().unwrap();
        let numbers: Vec<u32> = config.channels.iter().map(|channel| channel.number.0).collect();
        assert_eq!(numbers, [0, 7, 2]);
    }

    #[test]
    fn what_is_wrong_is_named_and_no_password_shown() {
        let error = ConfigFile::parse("url = 'x'\nlogin_passwd = secret").unwrap_err();
        assert!(error.starts_with("line 2") && !error.contains("secret"), "{error}");
        let error = ConfigFile::parse("colour = 'red'").unwrap_err();
        assert!(error.contains("colour"), "{error}");
        let check = |text: &str| ConfigFile::parse(text).unwrap().check().unwrap_err().to_string();
        assert!(check("").contains("OVD_URL"));
        assert!(check("url = 'http://a/ovc'").contains("ws://"));
        assert!(check("url = 'ws://a/ovc'\nlogin_code = 'a b'").contains("login_code"));
        assert!(check("url = 'ws://a/ovc'\nlogin_code = 'a'").contains("OVD_LOGIN_PASSWD"));
        let error = ConfigFile::parse("[[channel]]\nsource = {kind = 'test', fps = 0}").unwrap_err();
        assert!(error.contains("fps"), "{error}");
    }
}
