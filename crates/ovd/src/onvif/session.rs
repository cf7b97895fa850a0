//! One acquaintance with a camera: where its services are, which of its profiles is ours, what it can do. It is made
//! anew when the camera was away, because it may be another one since (other firmware, other settings).

use super::failure::Failure;
use super::http::Http;
use super::settings::OnvifSettings;
use super::soap::{Answer, Call, Element, Soap, escaped};
use crate::steering::{Abilities, FlipAbility, Information};
use crate::tls::Roots;
use dap::LocalDateTime;
use std::time::{SystemTime, UNIX_EPOCH};
use url::Url;

/// Of a camera with more profiles than this (recorders have some for each of their cameras), the rest is not looked at.
const MOST_PROFILES: usize = 64;
/// Of so many profiles it is asked which stream they are.
const MOST_STREAMS: usize = 16;

/// Where a camera's services are. The device service is where the settings say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Services {
    pub(super) media: Option<Url>,
    pub(super) ptz: Option<Url>,
    pub(super) events: Option<Url>,
}

/// A media profile: what belongs together for one stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) token: String,
    name: String,
    /// The configuration of the video source, and the source itself.
    pub(super) source_configuration: String,
    pub(super) source: String,
    /// It can be steered; the node that does it.
    ptz_node: Option<String>,
}

/// What the camera's mechanics can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mechanics {
    /// It takes relative moves.
    pub(super) relative: bool,
    /// How many positions it keeps.
    pub(super) presets: usize,
}

/// A camera that has answered.
pub(super) struct Session {
    pub(super) soap: Soap,
    pub(super) device: Url,
    pub(super) services: Services,
    pub(super) profile: Profile,
    /// The camera has more than one picture.
    pub(super) several_sources: bool,
    pub(super) mechanics: Mechanics,
    pub(super) abilities: Abilities,
}

impl Session {
    /// Asks the camera for all that is to be known.
    pub(super) async fn open(settings: &OnvifSettings, tls: &Roots) -> Result<Self, Failure> {
        let soap = Soap::new(Http::new(settings.credentials.clone(), tls.clone()));
        let mut session = Self {
            soap,
            device: settings.url.clone(),
            services: Services::default(),
            profile: Profile::default(),
            several_sources: false,
            mechanics: Mechanics::default(),
            abilities: Abilities::default(),
        };
        session.check_time().await?;
        session.find_services().await?;
        session.find_profile(settings).await?;
        session.find_abilities().await?;
        Ok(session)
    }

    /// Calls an operation of the device service.
    pub(super) async fn device(&self, operation: &str, content: &str) -> Result<Answer, Failure> {
        let (action, body) = operation_of("http://www.onvif.org/ver10/device/wsdl", "tds", operation, content);
        self.soap.call(&Call::new(&self.device, &action, &body)).await
    }

    /// Calls an operation of the media service.
    pub(super) async fn media(&self, operation: &str, content: &str) -> Result<Answer, Failure> {
        let (action, body) = operation_of("http://www.onvif.org/ver10/media/wsdl", "trt", operation, content);
        let url = service(&self.services.media)?;
        self.soap.call(&Call::new(url, &action, &body)).await
    }

    /// Calls an operation of the PTZ service.
    pub(super) async fn ptz(&self, operation: &str, content: &str) -> Result<Answer, Failure> {
        let (action, body) = operation_of("http://www.onvif.org/ver20/ptz/wsdl", "tptz", operation, content);
        let url = service(&self.services.ptz)?;
        self.soap.call(&Call::new(url, &action, &body)).await
    }

    /// Whether the camera is there; learns its clock on the way.
    pub(super) async fn check_time(&self) -> Result<(), Failure> {
        let (action, body) = operation_of(
            "http://www.onvif.org/ver10/device/wsdl",
            "tds",
            "GetSystemDateAndTime",
            "",
        );
        let call = Call {
            // Every camera answers this one without a password: the password needs the time.
            authorized: false,
            ..Call::new(&self.device, &action, &body)
        };
        match self.soap.call(&call).await {
            Ok(answer) => {
                if let Some(time_s) = answer.read(utc_seconds)? {
                    let ours = SystemTime::now()
                        .duration_since(UNIX_EPOCH)
                        .unwrap_or_default()
                        .as_secs();
                    self.soap.set_skew_s(time_s - i64::try_from(ours).unwrap_or(time_s));
                }
                Ok(())
            }
            // Some want the password all the same. Then their clock has to be right.
            Err(Failure::NotAuthorized | Failure::Fault { .. }) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// An address that the camera gave, at the camera: it may know itself by a name or an inner address that is of no
    /// use here, and no password goes anywhere else.
    pub(super) fn at_camera(&self, address: &str) -> Result<Url, Failure> {
        at_camera(&self.device, address)
    }

    async fn find_services(&mut self) -> Result<(), Failure> {
        let mut found: Vec<(String, String)> = Vec::new();
        match self
            .device("GetServices", "<tds:IncludeCapability>false</tds:IncludeCapability>")
            .await
        {
            Ok(answer) => answer.read(|body| {
                let services = body.child("GetServicesResponse");
                for service in services.iter().flat_map(|services| services.all("Service")) {
                    found.push((
                        service.text_at(&["Namespace"]).to_owned(),
                        service.text_at(&["XAddr"]).to_owned(),
                    ));
                }
            })?,
            Err(failure @ (Failure::Unreachable(_) | Failure::NotAuthorized)) => return Err(failure),
            Err(_) => {}
        }
        if found.is_empty() {
            // Older than GetServices.
            let answer = self
                .device("GetCapabilities", "<tds:Category>All</tds:Category>")
                .await?;
            answer.read(|body| {
                let capabilities = body.at(&["GetCapabilitiesResponse", "Capabilities"]);
                for capability in capabilities.iter().flat_map(|capabilities| capabilities.children()) {
                    let namespace = match capability.name() {
                        "Media" => "ver10/media/wsdl",
                        "PTZ" => "ver20/ptz/wsdl",
                        "Events" => "ver10/events/wsdl",
                        _ => continue,
                    };
                    found.push((namespace.to_owned(), capability.text_at(&["XAddr"]).to_owned()));
                }
            })?;
        }
        let service = |name: &str| {
            let found = found
                .iter()
                .find(|(namespace, _)| namespace.trim_end_matches('/').ends_with(name));
            found.and_then(|(_, address)| self.at_camera(address).ok())
        };
        self.services = Services {
            media: service("ver10/media/wsdl"),
            // Version 20 by the book, 10 by some.
            ptz: service("/ptz/wsdl"),
            events: service("ver10/events/wsdl"),
        };
        Ok(())
    }

    async fn find_profile(&mut self, settings: &OnvifSettings) -> Result<(), Failure> {
        if self.services.media.is_none() {
            return Ok(());
        }
        let mut profiles = self.media("GetProfiles", "").await?.read(profiles)?;
        profiles.truncate(MOST_PROFILES);
        let mut chosen = None;
        if let Some(wanted) = &settings.profile {
            chosen = profiles
                .iter()
                .position(|profile| profile.token == *wanted || profile.name == *wanted);
            if chosen.is_none() {
                let names: Vec<&str> = profiles.iter().map(|profile| profile.token.as_str()).collect();
                return Err(Failure::Malformed(format!(
                    "no profile is called {wanted}, there are: {}",
                    names.join(", ")
                )));
            }
        } else if let (Some(stream), true) = (&settings.stream, profiles.len() > 1) {
            for (index, profile) in profiles.iter().enumerate().take(MOST_STREAMS) {
                match self.stream_of(profile).await {
                    Ok(url) if same_stream(&url, stream) => {
                        chosen = Some(index);
                        break;
                    }
                    Err(failure) if failure.is_away() => return Err(failure),
                    _ => {}
                }
            }
        }
        let first = profiles.first().map(|profile| profile.source.clone());
        self.several_sources = profiles.iter().any(|profile| Some(&profile.source) != first.as_ref());
        self.profile = profiles.into_iter().nth(chosen.unwrap_or(0)).unwrap_or_default();
        Ok(())
    }

    async fn stream_of(&self, profile: &Profile) -> Result<Url, Failure> {
        let content = format!(
            "<trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP</tt:Protocol>\
             </tt:Transport></trt:StreamSetup><trt:ProfileToken>{}</trt:ProfileToken>",
            escaped(&profile.token)
        );
        let answer = self.media("GetStreamUri", &content).await?;
        let address = answer.read(|body| body.text_at(&["GetStreamUriResponse", "MediaUri", "Uri"]).to_owned())?;
        Url::parse(&address).map_err(|error| Failure::Malformed(format!("stream: {error}")))
    }

    async fn find_abilities(&mut self) -> Result<(), Failure> {
        let information = self.information().await;
        if let Err(failure @ (Failure::Unreachable(_) | Failure::NotAuthorized)) = information {
            return Err(failure);
        }
        let steered = self.services.ptz.is_some() && self.profile.ptz_node.is_some();
        if steered {
            self.mechanics = self.find_mechanics().await?;
        }
        self.abilities = Abilities {
            ptz: steered,
            presets: steered && self.mechanics.presets > 0,
            snapshot: self.snapshot_url().await.is_ok(),
            flip: self.flip_ability().await.unwrap_or(FlipAbility::None),
            // Mandatory for all; those that cannot do it say so when they are asked.
            reboot: true,
            information: information.is_ok(),
            motion: self.tells_motion().await,
        };
        Ok(())
    }

    async fn find_mechanics(&self) -> Result<Mechanics, Failure> {
        let node = self.profile.ptz_node.as_deref().unwrap_or_default();
        let content = format!("<tptz:NodeToken>{}</tptz:NodeToken>", escaped(node));
        match self.ptz("GetNode", &content).await {
            Ok(answer) => answer.read(|body| {
                let node = body.at(&["GetNodeResponse", "PTZNode"]);
                let relative =
                    node.and_then(|node| node.at(&["SupportedPTZSpaces", "RelativePanTiltTranslationSpace"]));
                let presets = node.map_or("", |node| node.text_at(&["MaximumNumberOfPresets"]));
                Mechanics {
                    relative: relative.is_some(),
                    // Who says nothing may keep some.
                    presets: presets.parse().unwrap_or(1),
                }
            }),
            Err(failure) if failure.is_away() => Err(failure),
            Err(_) => Ok(Mechanics {
                relative: true,
                presets: 1,
            }),
        }
    }

    /// What the camera says of itself.
    pub(super) async fn information(&self) -> Result<Information, Failure> {
        let answer = self.device("GetDeviceInformation", "").await?;
        answer.need("device information", |body| {
            let response = body.child("GetDeviceInformationResponse")?;
            let text = |name: &str| response.text_at(&[name]).to_owned();
            Some(Information {
                manufacturer: text("Manufacturer"),
                model: text("Model"),
                firmware: text("FirmwareVersion"),
                serial_number: text("SerialNumber"),
                hardware: text("HardwareId"),
            })
        })
    }

    /// Starts the camera anew.
    pub(super) async fn reboot(&self) -> Result<(), Failure> {
        self.device("SystemReboot", "").await.map(drop)
    }
}

fn operation_of(namespace: &str, prefix: &str, operation: &str, content: &str) -> (String, String) {
    let action = format!("{namespace}/{operation}");
    let body = format!("<{prefix}:{operation}>{content}</{prefix}:{operation}>");
    (action, body)
}

fn service(url: &Option<Url>) -> Result<&Url, Failure> {
    url.as_ref().ok_or_else(|| Failure::Fault {
        subcode: "ActionNotSupported".to_owned(),
        reason: "the camera has no such service".to_owned(),
    })
}

fn profiles(body: Element<'_, '_>) -> Vec<Profile> {
    let response = body.child("GetProfilesResponse");
    let profiles = response.iter().flat_map(|response| response.all("Profiles"));
    let read = |profile: Element<'_, '_>| {
        let source = profile.child("VideoSourceConfiguration")?;
        let ptz = profile.child("PTZConfiguration");
        Some(Profile {
            token: profile.attribute("token")?.to_owned(),
            name: profile.text_at(&["Name"]).to_owned(),
            source_configuration: source.attribute("token").unwrap_or_default().to_owned(),
            source: source.text_at(&["SourceToken"]).to_owned(),
            ptz_node: ptz.map(|ptz| ptz.text_at(&["NodeToken"]).to_owned()),
        })
    };
    // A profile without a picture is none for us.
    profiles.filter_map(read).collect()
}

/// The UTC time in an answer of GetSystemDateAndTime, s since 1970.
fn utc_seconds(body: Element<'_, '_>) -> Option<i64> {
    let time = body.at(&["GetSystemDateAndTimeResponse", "SystemDateAndTime", "UTCDateTime"])?;
    let number = |path: &[&str]| time.text_at(path).parse::<i64>().ok();
    let text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        number(&["Date", "Year"])?,
        number(&["Date", "Month"])?,
        number(&["Date", "Day"])?,
        number(&["Time", "Hour"])?,
        number(&["Time", "Minute"])?,
        number(&["Time", "Second"])?,
    );
    text.parse::<LocalDateTime>().ok().map(LocalDateTime::to_unix_s)
}

fn at_camera(device: &Url, address: &str) -> Result<Url, Failure> {
    let malformed = |what: String| Failure::Malformed(format!("address: {what}"));
    let mut url = device
        .join(address.trim())
        .map_err(|error| malformed(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(malformed(format!("{}:// is not for asking", url.scheme())));
    }
    if url.host_str() != device.host_str() {
        // Behind an address translation nothing of what it gave holds; a port of its own may.
        url.set_host(device.host_str())
            .map_err(|error| malformed(error.to_string()))?;
        if url.scheme() == device.scheme() && url.port().is_none() {
            let _ = url.set_port(device.port());
        }
    }
    let _ = url.set_username("");
    let _ = url.set_password(None);
    Ok(url)
}

/// Whether a camera's stream address is the one that is configured. Cameras write their own with another host, port or
/// extra parameters; the path tells.
fn same_stream(offered: &Url, configured: &Url) -> bool {
    let parameters = |url: &Url| {
        let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        pairs.sort();
        pairs
    };
    let offered_parameters = parameters(offered);
    offered.path().trim_end_matches('/') == configured.path().trim_end_matches('/')
        && parameters(configured)
            .iter()
            .all(|pair| offered_parameters.contains(pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_at_the_camera() {
        let device: Url = "http://cam.example:8080/onvif/device_service".parse().unwrap();
        let at = |address: &str| at_camera(&device, address).map(String::from);
        assert_eq!(
            at("http://192.168.1.64/onvif/ptz").unwrap(),
            "http://cam.example:8080/onvif/ptz"
        );
        assert_eq!(
            at("http://192.168.1.64:81/p?x=1").unwrap(),
            "http://cam.example:81/p?x=1"
        );
        assert_eq!(at("http://u:p@cam.example/snap").unwrap(), "http://cam.example/snap");
        assert_eq!(at("/snap.jpg").unwrap(), "http://cam.example:8080/snap.jpg");
        for bad in ["file:///etc/passwd", "rtsp://cam.example/", "http://"] {
            assert!(at(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_stream_is_known_by_its_path() {
        let same = |a: &str, b: &str| same_stream(&a.parse().unwrap(), &b.parse().unwrap());
        assert!(same(
            "rtsp://10.0.0.1:554/ch1/main?unicast=true",
            "rtsp://cam/ch1/main/"
        ));
        assert!(same(
            "rtsp://a/realmonitor?channel=1&subtype=0&x=1",
            "rtsp://b/realmonitor?subtype=0&channel=1"
        ));
        assert!(!same(
            "rtsp://a/realmonitor?channel=2",
            "rtsp://a/realmonitor?channel=1"
        ));
        assert!(!same("rtsp://a/ch2", "rtsp://a/ch1"));
    }
}
