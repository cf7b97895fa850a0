//! SOAP 1.2 as ONVIF uses it: an envelope with WS-Security and WS-Addressing around a body, and the answer as a tree.

use super::failure::Failure;
use super::http::{Ask, Http};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use dap::LocalDateTime;
use hyper::StatusCode;
use rand::Rng as _;
use ring::digest;
use roxmltree::{Document, Node};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;

/// A camera may take this long for an ordinary answer.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(8);
/// Answers are a few KiB; the longest that are taken, bytes.
const LONGEST_ANSWER: usize = 1024 * 1024;
/// More elements than this make no sense in an answer, and cost memory.
const MOST_NODES: u32 = 50_000;
/// What a camera says may be shown to people up to here, characters.
const LONGEST_REASON: usize = 200;

const NAMESPACES: &str = concat!(
    r#" xmlns:s="http://www.w3.org/2003/05/soap-envelope""#,
    r#" xmlns:wsa="http://www.w3.org/2005/08/addressing""#,
    r#" xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd""#,
    r#" xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd""#,
    r#" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2""#,
    r#" xmlns:tds="http://www.onvif.org/ver10/device/wsdl""#,
    r#" xmlns:trt="http://www.onvif.org/ver10/media/wsdl""#,
    r#" xmlns:tev="http://www.onvif.org/ver10/events/wsdl""#,
    r#" xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl""#,
    r#" xmlns:tt="http://www.onvif.org/ver10/schema""#,
);
const PASSWORD_DIGEST: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";
const BASE64_BINARY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

/// One operation to be called.
pub(super) struct Call<'a> {
    /// The service.
    pub(super) url: &'a Url,
    /// The operation's action, as its WSDL says.
    pub(super) action: &'a str,
    /// The element in the body.
    pub(super) body: &'a str,
    /// Header elements that an endpoint reference asked for (WS-Addressing, reference parameters).
    pub(super) references: &'a str,
    /// Whether the password is shown. One operation is called without: it tells the time that the password needs.
    pub(super) authorized: bool,
    /// How long it may take.
    pub(super) limit: Duration,
}

impl<'a> Call<'a> {
    pub(super) fn new(url: &'a Url, action: &'a str, body: &'a str) -> Self {
        Self {
            url,
            action,
            body,
            references: "",
            authorized: true,
            limit: ANSWER_LIMIT,
        }
    }
}

/// Speaks SOAP with one camera.
pub(super) struct Soap {
    pub(super) http: Http,
    /// The camera's clock minus ours, s.
    skew_s: AtomicI64,
}

impl Soap {
    pub(super) fn new(http: Http) -> Self {
        Self {
            http,
            skew_s: AtomicI64::new(0),
        }
    }

    /// The camera's clock differs from ours by this much: its password tokens are dated by its own.
    pub(super) fn set_skew_s(&self, skew_s: i64) {
        self.skew_s.store(skew_s, Ordering::Relaxed);
    }

    /// Calls an operation; the text of the answer's envelope, which is known to hold no fault.
    pub(super) async fn call(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        let envelope = self.envelope(call);
        let kind = format!("application/soap+xml; charset=utf-8; action=\"{}\"", call.action);
        let ask = Ask {
            url: call.url,
            post: Some((Bytes::from(envelope), &kind)),
            limit: call.limit,
            longest: LONGEST_ANSWER,
        };
        let reply = self.http.ask(&ask).await?;
        if reply.status == StatusCode::UNAUTHORIZED {
            return Err(Failure::NotAuthorized);
        }
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        let answer = Answer { text };
        match answer.read(fault) {
            // A status other than success that carries no fault says nothing but itself.
            Err(_) | Ok(None) if !reply.status.is_success() => Err(Failure::Status(reply.status.as_u16())),
            Err(malformed) => Err(malformed),
            Ok(Some(fault)) => Err(fault),
            Ok(None) => Ok(answer),
        }
    }

    fn envelope(&self, call: &Call<'_>) -> String {
        let Call { action, body, .. } = call;
        let mut header = format!("<wsa:Action>{action}</wsa:Action>");
        // Writing to a string does not fail.
        let _ = write!(
            header,
            "<wsa:To>{}</wsa:To>{}",
            escaped(call.url.as_str()),
            call.references
        );
        if let Some(credentials) = self.http.credentials().filter(|_| call.authorized) {
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default()
                .as_secs();
            let now = i64::try_from(now)
                .unwrap_or(0)
                .saturating_add(self.skew_s.load(Ordering::Relaxed));
            let created = format!("{}Z", LocalDateTime::from_unix_s(now));
            let nonce: [u8; 16] = rand::rng().random();
            let digest = password_digest(&nonce, &created, &credentials.password);
            let _ = write!(
                header,
                "<wsse:Security s:mustUnderstand=\"1\"><wsse:UsernameToken><wsse:Username>{}</wsse:Username>\
                 <wsse:Password Type=\"{PASSWORD_DIGEST}\">{digest}</wsse:Password>\
                 <wsse:Nonce EncodingType=\"{BASE64_BINARY}\">{}</wsse:Nonce>\
                 <wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>",
                escaped(&credentials.username),
                BASE64.encode(nonce),
            );
        }
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope{NAMESPACES}><s:Header>{header}</s:Header>\
             <s:Body>{body}</s:Body></s:Envelope>"
        )
    }
}

/// The password of WS-Security's UsernameToken: base64 of SHA-1 over nonce, time and password.
fn password_digest(nonce: &[u8], created: &str, password: &str) -> String {
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    for part in [nonce, created.as_bytes(), password.as_bytes()] {
        context.update(part);
    }
    BASE64.encode(context.finish())
}

/// The text of an answer.
pub(super) struct Answer {
    text: String,
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self { text }
    }
}

impl Answer {
    /// Reads something out of the answer's body.
    pub(super) fn read<T>(&self, read: impl FnOnce(Element<'_, '_>) -> T) -> Result<T, Failure> {
        let options = roxmltree::ParsingOptions {
            nodes_limit: MOST_NODES,
            ..roxmltree::ParsingOptions::default()
        };
        let document = Document::parse_with_options(&self.text, options)
            .map_err(|error| Failure::Malformed(error.to_string().chars().take(LONGEST_REASON).collect()))?;
        let body = Element(document.root_element()).child("Body");
        Ok(read(body.ok_or_else(|| Failure::Malformed("no SOAP body".to_owned()))?))
    }

    /// The same for something that must be there.
    pub(super) fn need<T>(&self, what: &str, read: impl FnOnce(Element<'_, '_>) -> Option<T>) -> Result<T, Failure> {
        self.read(read)?.ok_or_else(|| Failure::Malformed(format!("no {what}")))
    }
}

/// An element of an answer. Names are compared without their namespace: cameras mix those up.
#[derive(Clone, Copy)]
pub(super) struct Element<'a, 'i>(Node<'a, 'i>);

impl<'a, 'i> Element<'a, 'i> {
    /// The elements in it.
    pub(super) fn children(self) -> impl Iterator<Item = Element<'a, 'i>> {
        self.0.children().filter(Node::is_element).map(Element)
    }

    /// The elements of this name in it.
    pub(super) fn all(self, name: &str) -> impl Iterator<Item = Element<'a, 'i>> {
        self.children().filter(move |child| child.name() == name)
    }

    /// The first of them.
    pub(super) fn child(self, name: &str) -> Option<Element<'a, 'i>> {
        self.all(name).next()
    }

    /// The element at the end of this path of names.
    pub(super) fn at(self, path: &[&str]) -> Option<Element<'a, 'i>> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// Every element below it, at any depth.
    pub(super) fn descendants(self) -> impl Iterator<Item = Element<'a, 'i>> {
        self.0.descendants().filter(Node::is_element).map(Element)
    }

    pub(super) fn name(self) -> &'i str {
        self.0.tag_name().name()
    }

    /// Its text without spaces around; empty when there is none.
    pub(super) fn text(self) -> &'a str {
        self.0.text().unwrap_or_default().trim()
    }

    /// The text at the end of this path; empty when there is none.
    pub(super) fn text_at(self, path: &[&str]) -> &'a str {
        self.at(path).map_or("", Element::text)
    }

    /// Its name and those of all it stands in, innermost first.
    pub(super) fn path(self) -> impl Iterator<Item = &'i str> {
        self.0
            .ancestors()
            .filter(Node::is_element)
            .map(|node| node.tag_name().name())
    }

    pub(super) fn attribute(self, name: &str) -> Option<&'a str> {
        self.0
            .attributes()
            .find(|attribute| attribute.name() == name)
            .map(|attribute| attribute.value())
    }

    /// This element's own text as it came, able to stand elsewhere: with all namespaces it needs.
    pub(super) fn transplant(self) -> String {
        let text = self.0.document().input_text().get(self.0.range()).unwrap_or_default();
        let name_end = text.find(|sign: char| sign.is_whitespace() || matches!(sign, '>' | '/'));
        let (start, rest) = text.split_at(name_end.unwrap_or(text.len()));
        let own = attribute_names(rest);
        let mut out = start.to_owned();
        for namespace in self.0.namespaces() {
            let name = match namespace.name() {
                // Known without being declared.
                Some("xml") => continue,
                Some(prefix) => format!("xmlns:{prefix}"),
                None => "xmlns".to_owned(),
            };
            // What the element declares itself must not be declared twice.
            if !own.contains(&name.as_str()) {
                out.push_str(&format!(" {name}=\"{}\"", escaped(namespace.uri())));
            }
        }
        out.push_str(rest);
        out
    }
}

/// The names of the attributes in the rest of a start tag, which is known to be well-formed.
fn attribute_names(mut tag: &str) -> Vec<&str> {
    let mut names = Vec::new();
    loop {
        tag = tag.trim_start();
        if tag.starts_with(['>', '/']) {
            return names;
        }
        let Some((name, value)) = tag.split_once('=') else {
            return names;
        };
        let value = value.trim_start();
        let Some(quote) = value.chars().next() else {
            return names;
        };
        let Some((_, rest)) = value.get(1..).and_then(|value| value.split_once(quote)) else {
            return names;
        };
        names.push(name.trim_end());
        tag = rest;
    }
}

/// The fault in a body, if it is one.
fn fault(body: Element<'_, '_>) -> Option<Failure> {
    let fault = body.child("Fault")?;
    let local = |text: &str| text.rsplit(':').next().unwrap_or_default().to_owned();
    // SOAP 1.2 nests codes, the most exact innermost; some cameras put ONVIF's own into the detail, others speak 1.1.
    let mut code = fault.child("Code");
    let mut subcode = String::new();
    while let Some(element) = code {
        subcode = local(element.text_at(&["Value"]));
        code = element.child("Subcode");
    }
    let in_detail = fault
        .descendants()
        .find(|element| matches!(element.name(), "subcode" | "faultcode"));
    if matches!(subcode.as_str(), "" | "Sender" | "Receiver")
        && let Some(element) = in_detail
    {
        subcode = local(element.text());
    }
    let reason = [fault.text_at(&["Reason", "Text"]), fault.text_at(&["faultstring"])].concat();
    let lower = format!("{subcode} {reason}").to_lowercase();
    if [
        "notauthorized",
        "not authorized",
        "failedauthentication",
        "unauthorized",
        "authority failure",
    ]
    .iter()
    .any(|words| lower.contains(words))
    {
        return Some(Failure::NotAuthorized);
    }
    let reason = if reason.is_empty() {
        "no reason given".to_owned()
    } else {
        reason
    };
    Some(Failure::Fault {
        subcode,
        reason: reason.chars().take(LONGEST_REASON).collect(),
    })
}

/// `text` as it may stand in an element or attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // Not allowed in XML at all.
            sign if sign.is_control() && !matches!(sign, '\t' | '\n' | '\r') => {}
            sign => out.push(sign),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_digest_is_that_of_the_specification() {
        // ONVIF Application Programmer's Guide 1.0, 6.1.1.3.
        let nonce = BASE64.decode("LKqI6G/AikKCQrN0zqZFlg==").unwrap();
        let digest = password_digest(&nonce, "2010-09-16T07:50:45Z", "userpassword");
        assert_eq!(digest, "tuOSpGlFlIXsozq4HFNeeGeFLEI=");
    }

    fn answer(body: &str) -> Answer {
        let text = format!(
            "<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope' xmlns:ter='t' xmlns:tt='s'>\
             <e:Body>{body}</e:Body></e:Envelope>"
        );
        Answer { text }
    }

    #[test]
    fn faults_of_both_soap_versions_are_understood() {
        let nested = "<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>ter:InvalidArgVal</e:Value>\
            <e:Subcode><e:Value>ter:NoProfile</e:Value></e:Subcode></e:Subcode></e:Code>\
            <e:Reason><e:Text xml:lang='en'>no such profile</e:Text></e:Reason></e:Fault>";
        let expected = Failure::Fault {
            subcode: "NoProfile".to_owned(),
            reason: "no such profile".to_owned(),
        };
        assert_eq!(answer(nested).read(fault).unwrap(), Some(expected));
        let old = "<e:Fault><faultcode>ter:ActionNotSupported</faultcode><faultstring>no</faultstring></e:Fault>";
        assert!(answer(old).read(fault).unwrap().unwrap().is_not_supported());
        let wrong = "<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>ter:NotAuthorized</e:Value>\
            </e:Subcode></e:Code></e:Fault>";
        assert_eq!(answer(wrong).read(fault).unwrap(), Some(Failure::NotAuthorized));
        assert_eq!(answer("<tt:Fine/>").read(fault).unwrap(), None);
    }

    #[test]
    fn an_element_can_stand_elsewhere() {
        let answer = answer("<tt:A xmlns:tt='s' token='1'><tt:B e:x='2'/></tt:A>");
        let moved = answer
            .need("A", |body| body.child("A").map(Element::transplant))
            .unwrap();
        let document = Document::parse(&moved).unwrap();
        assert_eq!(document.root_element().tag_name().namespace(), Some("s"));
        // A value may look like a declaration, or like the end of the tag.
        for tricky in ["<tt:A b=' xmlns:tt=\"x\"'/>", "<tt:A b='>' xmlns:tt = 'y' ><c/></tt:A>"] {
            let answer = self::answer(tricky);
            let moved = answer
                .need("A", |body| body.child("A").map(Element::transplant))
                .unwrap();
            assert!(Document::parse(&moved).is_ok(), "{moved}");
        }
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        let bomb = "<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>";
        let deep = "<a>".repeat(300_000);
        let wide = format!("<a>{}</a>", "<b/>".repeat(100_000));
        for text in ["", "no xml", "<a><b></a>", "<a/>", bomb, "<a xmlns:", &deep, &wide] {
            let answer = Answer { text: text.to_owned() };
            assert!(matches!(answer.read(fault), Err(Failure::Malformed(_))), "{text:.100}");
        }
    }

    #[test]
    fn names_from_outside_cannot_break_out() {
        assert_eq!(escaped("a<b>&\"'\u{0}"), "a&lt;b&gt;&amp;&quot;&apos;");
    }
}
