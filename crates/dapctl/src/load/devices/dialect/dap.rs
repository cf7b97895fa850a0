use ::dap::{Message, RpcError};

use super::{Meaning, Payload};

pub(super) fn query(code: &str, password: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("login_code", code)
        .append_pair("login_passwd", password)
        .append_pair("hardware_model", "load")
        .append_pair("firmware_model", env!("CARGO_PKG_VERSION"))
        .finish()
}

/// A camera with one channel that works.
pub(super) fn keepalive(seq: u32) -> String {
    format!(r#"{{"req":"Keepalive","params":{{"state":1,"channels":[{{"channel":0,"state":1}}]}},"seq":{seq}}}"#)
}

pub(super) fn read(text: &str, sent_seq: u32) -> Meaning {
    match Message::parse(text) {
        Ok(Message::Success { seq, .. }) if seq == i64::from(sent_seq) => Meaning::Answer,
        Ok(Message::Success { .. }) => Meaning::Bad("answer with the wrong seq".into()),
        Ok(Message::Failure { error, .. }) => Meaning::Bad(format!("keepalive refused: {}", error.code)),
        Ok(Message::Request { seq, method, .. }) => {
            let error = RpcError::unknown_method(&method);
            Meaning::Reply(Payload::Text(Message::Failure { seq, error }.to_text()))
        }
        Ok(Message::Event { .. }) => Meaning::Nothing,
        Err(malformed) => Meaning::Bad(format!("malformed message: {malformed}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keepalive_is_one_and_its_answer_is_known() {
        let text = keepalive(7);
        let Ok(Message::Request { seq: 7, method, params }) = Message::parse(&text) else {
            panic!("{text}")
        };
        ::dap::method_info(&method).unwrap().check_params(params).unwrap();
        assert_eq!(read(r#"{"seq":7,"resp":{}}"#, 7), Meaning::Answer);
        assert!(matches!(read(r#"{"seq":6,"resp":{}}"#, 7), Meaning::Bad(_)));
    }

    #[test]
    fn what_the_cloud_asks_is_answered() {
        let Meaning::Reply(Payload::Text(reply)) = read(r#"{"req":"GetCap","seq":3}"#, 7) else {
            panic!()
        };
        assert_eq!(reply, r#"{"seq":3,"err":{"code":101,"msg":"unknown method GetCap"}}"#);
    }
}
