use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{ErrorCode, Method, RpcError};

/// What is wrong with parameters or an answer, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct BadField {
    /// The field, as a path such as `channels[1].state`; `.` is the whole object.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
}

impl From<BadField> for RpcError {
    fn from(bad: BadField) -> Self {
        Self::new(ErrorCode::BAD_PARAMETER, bad.to_string())
    }
}

/// Parses and checks the parameters of method `M`. Absent parameters and `null` count as `{}`.
///
/// # Errors
/// The first field that is missing, of the wrong type or out of range; as [`RpcError`] it is error 12 with that text.
pub fn parse_params<M: Method>(params: Option<&RawValue>) -> Result<M::Params, BadField> {
    from_text(params_text(params))
}

/// Parses and checks an answer of method `M`.
///
/// # Errors
/// The first field that is missing, of the wrong type or out of range.
pub fn parse_answer<M: Method>(answer: &RawValue) -> Result<M::Answer, BadField> {
    from_text(answer.get())
}

/// Writes a value of this crate as raw JSON.
///
/// A value that JSON cannot hold becomes `null`; no type of this crate has one.
#[must_use]
pub fn to_raw<T: Serialize>(value: &T) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

pub(crate) fn params_text(params: Option<&RawValue>) -> &str {
    match params.map(RawValue::get) {
        None | Some("null") => "{}",
        Some(text) => text,
    }
}

pub(crate) fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, BadField> {
    // Following the path costs time, so it is done only where something is wrong.
    serde_json::from_str(text).or_else(|_| {
        let mut json = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            // serde_json adds " at line 1 column 7", which says nothing to a reader who sees one field.
            let problem = error.into_inner().to_string();
            let problem = problem.split(" at line ").next().unwrap_or_default().to_owned();
            BadField { path, problem }
        })
    })
}
