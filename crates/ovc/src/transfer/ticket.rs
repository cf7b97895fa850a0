use std::fmt;
use std::str::FromStr;

/// What a device may upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upload {
    /// The picture that somebody waits for under this name.
    Snapshot(String),
    /// A picture of an alarm.
    AlarmPicture {
        /// Of which event.
        alarm: i64,
        /// The how many-th that was asked for.
        number: i64,
    },
    /// A log.
    Log(i64),
}

/// What a device may fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Download {
    /// The image that an upgrade is to install.
    Firmware(i64),
    /// A sound.
    Sound(i64),
}

/// Not the last part of an address of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such address")]
pub struct BadTicket;

impl fmt::Display for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Snapshot(name) => write!(f, "s{name}"),
            Self::AlarmPicture { alarm, number } => write!(f, "a{alarm}.{number}"),
            Self::Log(log) => write!(f, "l{log}"),
        }
    }
}

impl fmt::Display for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Firmware(upgrade) => write!(f, "u{upgrade}"),
            Self::Sound(sound) => write!(f, "p{sound}"),
        }
    }
}

fn split(text: &str) -> Result<(u8, &str), BadTicket> {
    let kind = *text.as_bytes().first().ok_or(BadTicket)?;
    Ok((kind, text.get(1..).ok_or(BadTicket)?))
}

fn number(text: &str) -> Result<i64, BadTicket> {
    text.parse().map_err(|_| BadTicket)
}

impl FromStr for Upload {
    type Err = BadTicket;

    fn from_str(text: &str) -> Result<Self, BadTicket> {
        match split(text)? {
            (b's', name) => Ok(Self::Snapshot(name.to_owned())),
            (b'a', rest) => {
                let (alarm, picture) = rest.split_once('.').ok_or(BadTicket)?;
                Ok(Self::AlarmPicture {
                    alarm: number(alarm)?,
                    number: number(picture)?,
                })
            }
            (b'l', log) => Ok(Self::Log(number(log)?)),
            _ => Err(BadTicket),
        }
    }
}

impl FromStr for Download {
    type Err = BadTicket;

    fn from_str(text: &str) -> Result<Self, BadTicket> {
        match split(text)? {
            (b'u', upgrade) => Ok(Self::Firmware(number(upgrade)?)),
            (b'p', sound) => Ok(Self::Sound(number(sound)?)),
            _ => Err(BadTicket),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for upload in [
            Upload::Snapshot("abc_-1".into()),
            Upload::AlarmPicture { alarm: 12, number: 3 },
            Upload::Log(9),
        ] {
            assert_eq!(upload.to_string().parse(), Ok(upload));
        }
        for download in [Download::Firmware(1), Download::Sound(2)] {
            assert_eq!(download.to_string().parse(), Ok(download));
        }
        for bad in ["", "x1", "a1", "a1.", "l", "lx", "é1", "u"] {
            assert_eq!(bad.parse::<Upload>(), Err(BadTicket), "{bad}");
            assert_eq!(bad.parse::<Download>(), Err(BadTicket), "{bad}");
        }
    }
}
