//! Single pictures, and the picture turned.

use super::failure::Failure;
use super::http::Ask;
use super::session::Session;
use super::soap::{ANSWER_LIMIT, Element, escaped};
use crate::steering::{Flip, FlipAbility};
use bytes::Bytes;
use hyper::StatusCode;
use url::Url;

/// The largest picture that is taken, bytes.
const LARGEST_PICTURE: usize = 8 * 1024 * 1024;
/// What every JPEG begins with.
const JPEG_START: &[u8] = &[0xff, 0xd8, 0xff];

impl Session {
    /// Where the camera gives single pictures.
    pub(super) async fn snapshot_url(&self) -> Result<Url, Failure> {
        let content = format!("<trt:ProfileToken>{}</trt:ProfileToken>", escaped(&self.profile.token));
        let answer = self.media("GetSnapshotUri", &content).await?;
        let address = answer.need("snapshot address", |body| {
            let address = body.text_at(&["GetSnapshotUriResponse", "MediaUri", "Uri"]);
            (!address.is_empty()).then(|| address.to_owned())
        })?;
        self.at_camera(&address)
    }

    /// What the camera sees now, as JPEG.
    pub(super) async fn snapshot(&self) -> Result<Bytes, Failure> {
        // Asked for anew each time: some addresses are good for one picture, or for a minute.
        let url = self.snapshot_url().await?;
        let ask = Ask {
            url: &url,
            post: None,
            limit: ANSWER_LIMIT,
            longest: LARGEST_PICTURE,
        };
        let reply = self.soap.http.ask(&ask).await?;
        match reply.status {
            StatusCode::OK if reply.body.starts_with(JPEG_START) => Ok(reply.body),
            StatusCode::OK => Err(Failure::Malformed("the picture is no JPEG".to_owned())),
            StatusCode::UNAUTHORIZED => Err(Failure::NotAuthorized),
            status => Err(Failure::Status(status.as_u16())),
        }
    }

    /// How the picture can be turned. ONVIF has a rotation of the video source; half a turn of it is both flips.
    pub(super) async fn flip_ability(&self) -> Result<FlipAbility, Failure> {
        let content = format!(
            "<trt:ConfigurationToken>{}</trt:ConfigurationToken><trt:ProfileToken>{}</trt:ProfileToken>",
            escaped(&self.profile.source_configuration),
            escaped(&self.profile.token)
        );
        let answer = self.media("GetVideoSourceConfigurationOptions", &content).await?;
        answer.read(|body| {
            let rotate = body.at(&[
                "GetVideoSourceConfigurationOptionsResponse",
                "Options",
                "Extension",
                "Rotate",
            ]);
            let Some(rotate) = rotate else { return FlipAbility::None };
            let on = rotate.all("Mode").any(|mode| mode.text() == "ON");
            let degrees = rotate.child("DegreeList");
            let half = degrees.is_none_or(|list| list.all("Items").any(|degree| degree.text() == "180"));
            if on && half {
                FlipAbility::HalfTurn
            } else {
                FlipAbility::None
            }
        })
    }

    /// How the picture is turned.
    pub(super) async fn flip(&self) -> Result<Flip, Failure> {
        let answer = self.source_configuration().await?;
        answer.need("video source configuration", |body| {
            let configuration = configuration(body)?;
            let turned = configuration.at(&["Extension", "Rotate"]).is_some_and(|rotate| {
                let degree = rotate.text_at(&["Degree"]);
                rotate.text_at(&["Mode"]) == "ON" && matches!(degree, "" | "180")
            });
            Some(Flip {
                horizontal: turned,
                vertical: turned,
            })
        })
    }

    /// Turns the picture by half a turn, or back. All else of the configuration stays as the camera gave it.
    pub(super) async fn set_flip(&self, turned: bool) -> Result<(), Failure> {
        let answer = self.source_configuration().await?;
        let changed = answer.need("video source configuration", |body| {
            Some(with_rotation(configuration(body)?, turned))
        })?;
        let content = format!("{changed}<trt:ForcePersistence>true</trt:ForcePersistence>");
        self.media("SetVideoSourceConfiguration", &content).await.map(drop)
    }

    async fn source_configuration(&self) -> Result<super::soap::Answer, Failure> {
        let token = escaped(&self.profile.source_configuration);
        let content = format!("<trt:ConfigurationToken>{token}</trt:ConfigurationToken>");
        self.media("GetVideoSourceConfiguration", &content).await
    }
}

fn configuration<'a, 'i>(body: Element<'a, 'i>) -> Option<Element<'a, 'i>> {
    body.at(&["GetVideoSourceConfigurationResponse", "Configuration"])
}

/// The configuration as it came, but for its rotation.
fn with_rotation(configuration: Element<'_, '_>, turned: bool) -> String {
    const NS: &str = "xmlns:tt=\"http://www.onvif.org/ver10/schema\"";
    let rotate = if turned {
        format!("<tt:Rotate {NS}><tt:Mode>ON</tt:Mode><tt:Degree>180</tt:Degree></tt:Rotate>")
    } else {
        format!("<tt:Rotate {NS}><tt:Mode>OFF</tt:Mode></tt:Rotate>")
    };
    let mut inside = String::new();
    let mut extended = false;
    for child in configuration.children() {
        if child.name() != "Extension" {
            inside.push_str(&child.transplant());
            continue;
        }
        extended = true;
        // The rotation is the first thing in the extension, if it is there at all.
        let rest = child.children().filter(|inner| inner.name() != "Rotate");
        let rest: String = rest.map(Element::transplant).collect();
        inside.push_str(&format!("<tt:Extension {NS}>{rotate}{rest}</tt:Extension>"));
    }
    if !extended {
        inside.push_str(&format!("<tt:Extension {NS}>{rotate}</tt:Extension>"));
    }
    let token = escaped(configuration.attribute("token").unwrap_or_default());
    let view_mode = configuration.attribute("ViewMode");
    let view_mode = view_mode
        .map(|mode| format!(" ViewMode=\"{}\"", escaped(mode)))
        .unwrap_or_default();
    format!("<trt:Configuration token=\"{token}\"{view_mode}>{inside}</trt:Configuration>")
}
