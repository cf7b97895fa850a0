//! How a camera is configured.

use retina::client::Credentials;
use serde::Deserialize;
use std::fmt;
use url::Url;

/// How media travels from the camera.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// Within the RTSP connection: nothing gets lost.
    #[default]
    Tcp,
    /// As datagrams: what gets lost is lost.
    Udp,
}

/// An RTSP camera. Its `Debug` and `Display` show neither password nor query.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Fields")]
pub struct RtspSource {
    address: Url,
    username: String,
    password: String,
    /// How media travels.
    pub transport: Transport,
    /// Whether the sound is taken too.
    pub audio: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    url: String,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    transport: Transport,
    #[serde(default = "yes")]
    audio: bool,
}

fn yes() -> bool {
    true
}

impl TryFrom<Fields> for RtspSource {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        let mut source = Self::parse(&fields.url)?;
        source.username = fields.username.unwrap_or(source.username);
        source.password = fields.password.unwrap_or(source.password);
        (source.transport, source.audio) = (fields.transport, fields.audio);
        Ok(source)
    }
}

impl RtspSource {
    /// A camera at `rtsp://[user[:password]@]host[:port]/path`, over TCP, with sound.
    ///
    /// # Errors
    /// What is wrong with the address; never shows the password.
    pub fn parse(url: &str) -> Result<Self, String> {
        let mut address = Url::parse(url).map_err(|error| format!("not an rtsp:// URL: {error}"))?;
        if address.scheme() != "rtsp" || address.host_str().is_none_or(str::is_empty) {
            return Err("a camera's address is rtsp://host/path".to_owned());
        }
        let username = decode_percent(address.username());
        let password = decode_percent(address.password().unwrap_or_default());
        let cleared = address.set_username("").and_then(|()| address.set_password(None));
        cleared.map_err(|()| "a camera's address is rtsp://host/path".to_owned())?;
        Ok(Self {
            address,
            username,
            password,
            transport: Transport::Tcp,
            audio: true,
        })
    }

    /// The address without user and password.
    pub(crate) fn address(&self) -> &Url {
        &self.address
    }

    /// Who the camera knows, if it wants a password.
    pub(crate) fn user(&self) -> Option<crate::onvif::Credentials> {
        self.credentials().map(|known| crate::onvif::Credentials {
            username: known.username,
            password: known.password,
        })
    }

    pub(super) fn credentials(&self) -> Option<Credentials> {
        let given = !self.username.is_empty() || !self.password.is_empty();
        given.then(|| Credentials {
            username: self.username.clone(),
            password: self.password.clone(),
        })
    }
}

impl fmt::Display for RtspSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut address = self.address.clone();
        address.set_query(None);
        write!(f, "{address}")
    }
}

impl fmt::Debug for RtspSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RtspSource({self})")
    }
}

/// Undoes percent-encoding; what is no valid encoding stays as it is.
pub(crate) fn decode_percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = text
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex.filter(|_| byte == b'%') {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_password_come_from_the_address_and_are_never_shown() {
        let source = RtspSource::parse("rtsp://admin:p%40ss%2f1%zz@cam.example:8554/live?pw=x").unwrap();
        let credentials = source.credentials().unwrap();
        assert_eq!(
            (credentials.username.as_str(), credentials.password.as_str()),
            ("admin", "p@ss/1%zz")
        );
        assert_eq!(source.address().as_str(), "rtsp://cam.example:8554/live?pw=x");
        assert_eq!(
            format!("{source:?} {source}"),
            "RtspSource(rtsp://cam.example:8554/live) rtsp://cam.example:8554/live"
        );
        assert_eq!(RtspSource::parse("rtsp://cam.example/").unwrap().credentials(), None);
    }

    #[test]
    fn other_addresses_are_refused() {
        for address in ["http://cam.example/", "rtsp:///x", "rtsp://admin:secret@:99999/"] {
            let error = RtspSource::parse(address).unwrap_err();
            assert!(!error.contains("secret"));
        }
    }
}
