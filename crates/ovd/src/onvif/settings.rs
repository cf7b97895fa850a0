//! How the ONVIF side of a camera is configured.

use serde::Deserialize;
use std::fmt;
use url::Url;

/// Where the device service of ONVIF cameras usually is.
const USUAL_PATH: &str = "/onvif/device_service";

/// `onvif` of a channel: `true`, or a table. What is left out is taken from the channel's RTSP address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OnvifFile {
    /// Whether the camera is asked by ONVIF at all.
    Switch(bool),
    /// The details.
    Table(OnvifTable),
}

/// `onvif` with details. Its `Debug` does not show the password.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OnvifTable {
    /// The camera's device service: `http://host/onvif/device_service`.
    pub url: Option<String>,
    /// Who the camera knows.
    pub username: Option<String>,
    /// Their password.
    pub password: Option<String>,
    /// Token or name of the media profile to steer. Unless given: the one whose stream is the channel's source, else
    /// the first.
    pub profile: Option<String>,
}

impl fmt::Debug for OnvifTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("OnvifTable");
        out.field("url", &self.url).field("username", &self.username);
        out.field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// A user of the camera. Its `Debug` does not show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Name.
    pub username: String,
    /// Password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// A camera as its ONVIF side is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnvifSettings {
    /// Its device service.
    pub url: Url,
    /// Who it knows; `None`: it wants no password.
    pub credentials: Option<Credentials>,
    /// Token or name of the media profile to steer.
    pub profile: Option<String>,
    /// The address of the stream that is watched, without user and password: tells which profile is meant.
    pub stream: Option<Url>,
}

impl OnvifFile {
    /// The whole of it; `None` when switched off. `stream` is the channel's RTSP address, if its source is one, with who
    /// the camera knows there.
    ///
    /// # Errors
    /// What is missing or wrong, for people.
    pub fn complete(self, stream: Option<(&Url, Option<Credentials>)>) -> Result<Option<OnvifSettings>, String> {
        let table = match self {
            Self::Switch(false) => return Ok(None),
            Self::Switch(true) => OnvifTable::default(),
            Self::Table(table) => table,
        };
        let (stream, known) = stream.map_or((None, None), |(url, known)| (Some(url.clone()), known));
        let url = match (&table.url, &stream) {
            (Some(url), _) => Url::parse(url).map_err(|error| format!("url: {error}"))?,
            (None, Some(stream)) => {
                let host = stream.host_str().unwrap_or_default();
                Url::parse(&format!("http://{host}{USUAL_PATH}")).map_err(|error| format!("url: {error}"))?
            }
            (None, None) => return Err("url is missing: the source is no rtsp:// address to take it from".to_owned()),
        };
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(format!("url must be http://host{USUAL_PATH}"));
        }
        let in_url = (!url.username().is_empty() || url.password().is_some())
            .then_some("url: user and password belong into username and password");
        if let Some(text) = in_url {
            return Err(text.to_owned());
        }
        let credentials = match (table.username, table.password) {
            (None, None) => known,
            (username, password) => Some(Credentials {
                username: username.unwrap_or_default(),
                password: password.unwrap_or_default(),
            }),
        };
        Ok(Some(OnvifSettings {
            url,
            credentials,
            profile: table.profile,
            stream,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> (Url, Option<Credentials>) {
        let credentials = Credentials {
            username: "admin".to_owned(),
            password: "secret12".to_owned(),
        };
        ("rtsp://10.0.0.7:8554/yard".parse().unwrap(), Some(credentials))
    }

    #[test]
    fn true_takes_everything_from_the_stream() {
        let (url, known) = stream();
        let settings = OnvifFile::Switch(true)
            .complete(Some((&url, known.clone())))
            .unwrap()
            .unwrap();
        assert_eq!(settings.url.as_str(), "http://10.0.0.7/onvif/device_service");
        assert_eq!(settings.credentials, known);
        assert!(!format!("{settings:?}").contains("secret12"));
        assert_eq!(OnvifFile::Switch(false).complete(Some((&url, known))).unwrap(), None);
    }

    #[test]
    fn what_is_missing_or_wrong_is_said() {
        assert!(OnvifFile::Switch(true).complete(None).unwrap_err().contains("url"));
        for url in ["rtsp://a/", "http://", "http://u:p@a/"] {
            let table = OnvifTable {
                url: Some(url.to_owned()),
                ..OnvifTable::default()
            };
            assert!(OnvifFile::Table(table).complete(None).is_err(), "{url}");
        }
    }
}
