//! What a camera tells by itself: motion, by way of a pull point (ONVIF Core specification, 9.2).

use super::failure::Failure;
use super::session::Session;
use super::soap::{ANSWER_LIMIT, Answer, Call, Element};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use url::Url;

/// A subscription is asked for so long, s; it is renewed at half of it.
const LASTS_S: u32 = 60;
/// The camera may hold back its answer so long while it has nothing to say, s.
const HOLDS_S: u32 = 5;
/// A camera that answers at once that it has nothing to say is asked again after this time.
const PAUSE: Duration = Duration::from_millis(500);
/// Messages that are taken at once.
const MESSAGES: u32 = 32;
/// What tells a motion: the end of the topic, and the name of its value.
const TOPICS: [(&str, &str); 5] = [
    ("RuleEngine/CellMotionDetector/Motion", "IsMotion"),
    ("VideoSource/MotionAlarm", "State"),
    ("RuleEngine/MotionRegionDetector/Motion", "State"),
    ("VideoAnalytics/MotionDetection", "State"),
    ("RuleEngine/MyRuleDetector/Motion", "State"),
];
/// Sources of messages that tell whose picture is meant.
const PICTURE_SOURCES: [&str; 4] = [
    "VideoSourceConfigurationToken",
    "VideoSourceToken",
    "VideoSource",
    "Source",
];

/// One message about a motion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// Which rule of which source it is.
    rule: String,
    active: bool,
}

/// Which rules see a motion now.
#[derive(Debug, Default)]
pub(super) struct Active(BTreeSet<String>);

impl Active {
    /// Takes a message; whether anything moves after it.
    pub(super) fn take(&mut self, told: Told) -> bool {
        if told.active {
            // A camera with so many rules is none; it must not fill the memory.
            if self.0.len() < 256 {
                self.0.insert(told.rule);
            }
        } else {
            self.0.remove(&told.rule);
        }
        !self.0.is_empty()
    }
}

/// A subscription that is kept.
pub(super) struct Subscription {
    url: Url,
    /// Header elements by which the camera knows it again.
    references: String,
    renew_at: Instant,
    renewable: bool,
}

impl Session {
    /// Whether the camera says it tells motion.
    pub(super) async fn tells_motion(&self) -> bool {
        if self.services.events.is_none() {
            return false;
        }
        let Ok(answer) = self.events("GetEventProperties", "").await else {
            return false;
        };
        let topics = answer.read(|body| {
            body.descendants().any(|element| {
                let topic = element.attribute("topic") == Some("true");
                topic && is_motion(&path_of(element))
            })
        });
        topics.unwrap_or(false)
    }

    async fn events(&self, operation: &str, content: &str) -> Result<Answer, Failure> {
        let Some(url) = &self.services.events else {
            return Err(Failure::Malformed("the camera has no event service".to_owned()));
        };
        let action = format!("http://www.onvif.org/ver10/events/wsdl/EventPortType/{operation}Request");
        let body = format!("<tev:{operation}>{content}</tev:{operation}>");
        self.soap.call(&Call::new(url, &action, &body)).await
    }

    /// Subscribes. What is going on already is told first.
    pub(super) async fn subscribe(&self) -> Result<Subscription, Failure> {
        let lasts = format!("<tev:InitialTerminationTime>PT{LASTS_S}S</tev:InitialTerminationTime>");
        let answer = self.events("CreatePullPointSubscription", &lasts).await?;
        let (address, references) = answer.need("subscription", |body| {
            let reference = body.at(&["CreatePullPointSubscriptionResponse", "SubscriptionReference"])?;
            let parameters = reference.child("ReferenceParameters");
            let parameters = parameters.iter().flat_map(|parameters| parameters.children());
            let parameters: String = parameters.map(Element::transplant).collect();
            Some((reference.text_at(&["Address"]).to_owned(), parameters))
        })?;
        Ok(Subscription {
            url: self.at_camera(&address)?,
            references,
            renew_at: Instant::now() + Duration::from_secs(u64::from(LASTS_S) / 2),
            renewable: true,
        })
    }

    /// Waits for messages and returns those about motion; also when there are none. Keeps the subscription up.
    pub(super) async fn pull(&self, subscription: &mut Subscription) -> Result<Vec<Told>, Failure> {
        if Instant::now() >= subscription.renew_at {
            self.renew(subscription).await?;
        }
        let asked = Instant::now();
        let content = format!("<tev:Timeout>PT{HOLDS_S}S</tev:Timeout><tev:MessageLimit>{MESSAGES}</tev:MessageLimit>");
        let action = "http://www.onvif.org/ver10/events/wsdl/PullPointSubscription/PullMessagesRequest";
        let body = format!("<tev:PullMessages>{content}</tev:PullMessages>");
        let call = Call {
            references: &subscription.references,
            limit: ANSWER_LIMIT + Duration::from_secs(u64::from(HOLDS_S)),
            ..Call::new(&subscription.url, action, &body)
        };
        let answer = self.soap.call(&call).await?;
        let (count, told) = answer.read(|body| {
            let response = body.child("PullMessagesResponse");
            let messages = response.iter().flat_map(|response| response.all("NotificationMessage"));
            let messages: Vec<Element<'_, '_>> = messages.collect();
            let told = messages.iter().filter_map(|message| self.told(*message));
            (messages.len(), told.collect::<Vec<_>>())
        })?;
        if count == 0 {
            tokio::time::sleep(PAUSE.saturating_sub(asked.elapsed())).await;
        }
        Ok(told)
    }

    async fn renew(&self, subscription: &mut Subscription) -> Result<(), Failure> {
        if subscription.renewable {
            let action = "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/RenewRequest";
            let body = format!("<wsnt:Renew><wsnt:TerminationTime>PT{LASTS_S}S</wsnt:TerminationTime></wsnt:Renew>");
            let call = Call {
                references: &subscription.references,
                ..Call::new(&subscription.url, action, &body)
            };
            match self.soap.call(&call).await {
                Ok(_) => {
                    subscription.renew_at = Instant::now() + Duration::from_secs(u64::from(LASTS_S) / 2);
                    return Ok(());
                }
                Err(failure) if failure.is_not_supported() => subscription.renewable = false,
                Err(failure) => return Err(failure),
            }
        }
        // A camera that renews none gets a new subscription each time.
        let mut new = self.subscribe().await?;
        std::mem::swap(subscription, &mut new);
        subscription.renewable = false;
        self.unsubscribe(&new).await;
        Ok(())
    }

    /// Gives a subscription back: cameras have few.
    pub(super) async fn unsubscribe(&self, subscription: &Subscription) {
        let action = "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/UnsubscribeRequest";
        let call = Call {
            references: &subscription.references,
            ..Call::new(&subscription.url, action, "<wsnt:Unsubscribe/>")
        };
        if let Err(failure) = self.soap.call(&call).await {
            tracing::debug!(%failure, "a subscription is left to end by itself");
        }
    }

    /// What a message says of motion in our picture.
    fn told(&self, message: Element<'_, '_>) -> Option<Told> {
        let topic = without_prefixes(message.text_at(&["Topic"]));
        let (_, value_name) = TOPICS.iter().find(|(name, _)| topic.ends_with(name))?;
        let content = message.at(&["Message", "Message"])?;
        let sources = content.child("Source");
        let sources: Vec<(&str, &str)> = sources
            .iter()
            .flat_map(|source| source.all("SimpleItem"))
            .filter_map(|item| Some((item.attribute("Name")?, item.attribute("Value")?)))
            .collect();
        let ours = [&self.profile.source_configuration, &self.profile.source];
        // A camera with several pictures names the one it means.
        let other = sources
            .iter()
            .any(|(name, value)| PICTURE_SOURCES.contains(name) && !ours.iter().any(|ours| ours.as_str() == *value));
        if other && self.several_sources {
            return None;
        }
        let deleted = content.attribute("PropertyOperation") == Some("Deleted");
        let data = content.child("Data")?;
        let value = data.all("SimpleItem").find(|item| {
            item.attribute("Name")
                .is_some_and(|name| name == *value_name || matches!(name, "State" | "IsMotion"))
        })?;
        let active = matches!(value.attribute("Value"), Some("true" | "1" | "True"));
        let sources: Vec<String> = sources.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Some(Told {
            rule: format!("{topic} {}", sources.join(" ")),
            active: active && !deleted,
        })
    }
}

/// The path of a topic in the tree of topics.
fn path_of(element: Element<'_, '_>) -> String {
    let mut names: Vec<&str> = element.path().collect();
    names.reverse();
    names.join("/")
}

fn is_motion(topic: &str) -> bool {
    TOPICS.iter().any(|(name, _)| topic.ends_with(name))
}

/// `tns1:VideoSource/MotionAlarm` without its prefixes.
fn without_prefixes(topic: &str) -> String {
    let names: Vec<&str> = topic
        .split('/')
        .map(|name| name.rsplit(':').next().unwrap_or_default())
        .collect();
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_motion_lasts_until_the_last_rule_sees_none() {
        let told = |rule: &str, active| Told {
            rule: rule.to_owned(),
            active,
        };
        let mut active = Active::default();
        assert!(active.take(told("a", true)));
        assert!(active.take(told("b", true)));
        assert!(active.take(told("a", false)));
        assert!(!active.take(told("b", false)));
        assert!(!active.take(told("c", false)));
    }

    #[test]
    fn topics_are_known_whatever_their_prefixes() {
        assert!(is_motion(&without_prefixes("tns1:VideoSource/tnsaxis:MotionAlarm")));
        assert!(is_motion(&without_prefixes(
            "tns1:RuleEngine/CellMotionDetector/Motion"
        )));
        assert!(!is_motion(&without_prefixes("tns1:Device/Trigger/DigitalInput")));
    }
}
