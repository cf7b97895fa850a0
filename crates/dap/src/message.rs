use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::{RpcError, close_code};

/// One message of the protocol: one JSON object in one text frame (spec section 2). Parameters and answers stay raw
/// JSON, borrowed from the frame; who handles the method parses them.
#[derive(Debug, Clone)]
pub enum Message<'a> {
    /// `{"req": method, "params"?: …, "seq": n}`
    Request {
        /// Sequence number, counted by the requester.
        seq: i64,
        /// The wanted method.
        method: Cow<'a, str>,
        /// The parameters; absent and `null` are both none.
        params: Option<&'a RawValue>,
    },
    /// `{"seq": n, "resp": …}`
    Success {
        /// The request's number.
        seq: i64,
        /// The answer.
        answer: &'a RawValue,
    },
    /// `{"seq": n, "err": {"code": …, "msg": …}}`
    Failure {
        /// The request's number.
        seq: i64,
        /// Why it failed.
        error: RpcError,
    },
    /// `{"event": name, "params"?: …}`
    Event {
        /// What happened.
        name: Cow<'a, str>,
        /// The parameters; absent and `null` are both none.
        params: Option<&'a RawValue>,
    },
}

/// A text that is no message (spec section 2 rule 5). The connection ends with [`Malformed::close_code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// Not JSON.
    #[error("not JSON")]
    NotJson,
    /// JSON, not an object.
    #[error("not an object")]
    NotAnObject,
    /// None of `req`, `resp`, `err`, `event`.
    #[error("none of req, resp, err, event")]
    NoForm,
    /// More than one of `req`, `resp`, `err`, `event`.
    #[error("more than one of req, resp, err, event")]
    ManyForms,
    /// A request or an answer without `seq`.
    #[error("seq is missing")]
    SeqMissing,
    /// A key of the envelope has the wrong type.
    #[error("wrong type of {0}")]
    BadKey(&'static str),
    /// A key of the envelope is given twice.
    #[error("a key is given twice")]
    Repeated,
}

impl Malformed {
    /// The WebSocket close code for it.
    #[must_use]
    pub fn close_code(self) -> u16 {
        match self {
            Self::NotJson => close_code::BAD_JSON,
            _ => close_code::RULE_BROKEN,
        }
    }
}

/// The envelope's keys, before they are told apart. Other keys are ignored.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    req: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    event: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    resp: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    err: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    seq: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'a RawValue>,
}

/// `null` is present too: an answer may be `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl<'a> Message<'a> {
    /// Reads a message. Unknown keys beside the envelope's are ignored.
    ///
    /// # Errors
    /// [`Malformed`], which ends a connection.
    pub fn parse(text: &'a str) -> Result<Self, Malformed> {
        let envelope: Envelope<'a> = serde_json::from_str(text).map_err(|error| classify(text, &error))?;
        // A struct may also be read from an array; a message may not.
        if !text.trim_start().starts_with('{') {
            return Err(Malformed::NotAnObject);
        }
        let params = envelope.params.filter(|params| params.get() != "null");
        match envelope {
            Envelope {
                req: Some(req),
                event: None,
                resp: None,
                err: None,
                seq,
                ..
            } => Ok(Self::Request {
                seq: number(seq)?,
                method: word(req, "req")?,
                params,
            }),
            Envelope {
                req: None,
                event: Some(event),
                resp: None,
                err: None,
                ..
            } => Ok(Self::Event {
                name: word(event, "event")?,
                params,
            }),
            Envelope {
                req: None,
                event: None,
                resp: Some(answer),
                err: None,
                seq,
                ..
            } => Ok(Self::Success {
                seq: number(seq)?,
                answer,
            }),
            Envelope {
                req: None,
                event: None,
                resp: None,
                err: Some(err),
                seq,
                ..
            } => {
                let error = serde_json::from_str(err.get()).map_err(|_| Malformed::BadKey("err"))?;
                Ok(Self::Failure {
                    seq: number(seq)?,
                    error,
                })
            }
            Envelope {
                req: None,
                event: None,
                resp: None,
                err: None,
                ..
            } => Err(Malformed::NoForm),
            _ => Err(Malformed::ManyForms),
        }
    }

    /// Writes the message.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.size_hint());
        match self {
            Self::Request { seq, method, params } => {
                text.push_str("{\"req\":");
                push_word(&mut text, method);
                push_params(&mut text, *params);
                text.push_str(",\"seq\":");
                push_number(&mut text, *seq);
            }
            Self::Success { seq, answer } => {
                text.push_str("{\"seq\":");
                push_number(&mut text, *seq);
                text.push_str(",\"resp\":");
                text.push_str(answer.get());
            }
            Self::Failure { seq, error } => {
                text.push_str("{\"seq\":");
                push_number(&mut text, *seq);
                text.push_str(",\"err\":{\"code\":");
                push_number(&mut text, error.code.0);
                text.push_str(",\"msg\":");
                push_word(&mut text, &error.msg);
                text.push('}');
            }
            Self::Event { name, params } => {
                text.push_str("{\"event\":");
                push_word(&mut text, name);
                push_params(&mut text, *params);
            }
        }
        text.push('}');
        text
    }

    /// About how long the text is, so that writing seldom reallocates.
    fn size_hint(&self) -> usize {
        40 + match self {
            Self::Request {
                method: name, params, ..
            }
            | Self::Event { name, params } => name.len() + params.map_or(0, |params| params.get().len() + 10),
            Self::Success { answer, .. } => answer.get().len(),
            Self::Failure { error, .. } => error.msg.len() + 20,
        }
    }
}

/// The `seq` of a text that means to be a request, whatever else is wrong with it.
pub(crate) fn request_seq(text: &str) -> Option<i64> {
    if let Ok(Message::Request { seq, .. }) = Message::parse(text) {
        return Some(seq);
    }
    let broken: serde_json::Value = serde_json::from_str(text).ok()?;
    broken.get("req")?;
    broken.get("seq")?.as_i64()
}

fn number(seq: Option<&RawValue>) -> Result<i64, Malformed> {
    let seq = seq.ok_or(Malformed::SeqMissing)?;
    seq.get().parse().map_err(|_| Malformed::BadKey("seq"))
}

fn word<'a>(raw: &'a RawValue, key: &'static str) -> Result<Cow<'a, str>, Malformed> {
    #[derive(Deserialize)]
    struct Word<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str(raw.get())
        .map(|Word(word)| word)
        .map_err(|_| Malformed::BadKey(key))
}

/// Tells what kept an envelope from being read. Slow, which is no matter: the connection ends here.
fn classify(text: &str, error: &serde_json::Error) -> Malformed {
    if error.classify() != Category::Data || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return Malformed::NotJson;
    }
    if !text.trim_start().starts_with('{') {
        return Malformed::NotAnObject;
    }
    // Every key is read as raw JSON, so that nothing else can be wrong with an object.
    Malformed::Repeated
}

fn push_params(text: &mut String, params: Option<&RawValue>) {
    if let Some(params) = params {
        text.push_str(",\"params\":");
        text.push_str(params.get());
    }
}

fn push_number(text: &mut String, number: i64) {
    use std::fmt::Write;
    // Writing to a String cannot fail.
    let _ = write!(text, "{number}");
}

fn push_word(text: &mut String, word: &str) {
    if word
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_- .:,".contains(&b))
    {
        text.push('"');
        text.push_str(word);
        text.push('"');
    } else {
        text.push_str(&serde_json::Value::from(word).to_string());
    }
}

#[cfg(test)]
mod tests;
