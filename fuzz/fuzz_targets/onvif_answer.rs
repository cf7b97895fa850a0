//! What a camera answers over SOAP: never a panic, and an element that is taken to stand elsewhere can still be read
//! there.
#![no_main]

// The file by itself, with stand-ins for what it needs of the device.
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/ovd/src/onvif"]
mod onvif {
    mod failure {
        #[derive(Debug, PartialEq, Eq)]
        pub enum Failure {
            Unreachable(String),
            NotAuthorized,
            Status(u16),
            Fault { subcode: String, reason: String },
            Malformed(String),
        }
    }
    mod http {
        use super::failure::Failure;
        use bytes::Bytes;
        use hyper::StatusCode;
        use std::time::Duration;
        use url::Url;

        pub struct Ask<'a> {
            pub url: &'a Url,
            pub post: Option<(Bytes, &'a str)>,
            pub limit: Duration,
            pub longest: usize,
        }

        pub struct Reply {
            pub status: StatusCode,
            pub body: Bytes,
        }

        pub struct Credentials {
            pub username: String,
            pub password: String,
        }

        pub struct Http;

        impl Http {
            pub fn credentials(&self) -> Option<&Credentials> {
                None
            }

            pub async fn ask(&self, _: &Ask<'_>) -> Result<Reply, Failure> {
                Err(Failure::NotAuthorized)
            }
        }
    }
    mod soap;

    pub fn check(text: &str) {
        let answer = soap::Answer::from(text.to_owned());
        let _ = answer.read(|body| {
            for element in body.descendants().take(100) {
                let _ = (element.path().count(), element.text(), element.attribute("token"));
                let moved = format!("<Envelope><Body>{}</Body></Envelope>", element.transplant());
                let read = soap::Answer::from(moved).read(|body| body.children().count());
                assert_eq!(read.expect("it stands elsewhere"), 1);
            }
        });
        assert!(!soap::escaped(text).contains(['<', '>', '"']));
    }
}

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| onvif::check(text));
