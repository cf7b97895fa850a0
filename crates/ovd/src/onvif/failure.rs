//! Why a camera did not answer as it should.

use crate::steering::SteeringError;

/// Why a camera did not answer as it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    /// Nothing came, or not in time.
    #[error("{0}")]
    Unreachable(String),
    /// It wants another user or password.
    #[error("user or password is wrong")]
    NotAuthorized,
    /// It answered with this HTTP status and nothing to be understood.
    #[error("HTTP status {0}")]
    Status(u16),
    /// It said no. `subcode` is the most exact of the fault's codes, without its prefix.
    #[error("{reason} ({subcode})")]
    Fault { subcode: String, reason: String },
    /// What it said is not understood.
    #[error("answer not understood: {0}")]
    Malformed(String),
}

impl Failure {
    /// It knows no such operation.
    pub(super) fn is_not_supported(&self) -> bool {
        match self {
            Self::Fault { subcode, .. } => matches!(
                subcode.as_str(),
                "ActionNotSupported" | "OptionalActionNotImplemented" | "NotSupported" | "SettingNotSupported"
            ),
            Self::Status(status) => matches!(status, 404 | 405 | 501),
            _ => false,
        }
    }

    /// It is not there.
    pub(super) fn is_away(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Status(502..=504))
    }

    /// What whoever asked for `what` is told.
    pub(super) fn told(self, what: &'static str) -> SteeringError {
        if self.is_not_supported() {
            SteeringError::NotOffered(what)
        } else if self.is_away() {
            SteeringError::Away(self.to_string())
        } else {
            SteeringError::Refused(self.to_string())
        }
    }
}
