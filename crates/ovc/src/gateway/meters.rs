use super::RefusalReason;
use metrics::{Counter, Gauge, counter, describe_counter, describe_gauge, gauge};

/// What the gateway counts.
pub(super) struct Meters {
    pub(super) connected: Gauge,
    pub(super) online: Gauge,
    pub(super) logins: Counter,
    pub(super) takeovers: Counter,
    pub(super) messages: Counter,
    pub(super) keepalives: Counter,
    pub(super) calls: Counter,
    pub(super) unknown_methods: Counter,
    pub(super) unknown_events: Counter,
    pub(super) dropped_events: Counter,
    pub(super) rule_breaks: Counter,
    refusals: [Counter; RefusalReason::ALL.len()],
}

impl Default for Meters {
    fn default() -> Self {
        describe();
        Self {
            connected: gauge!("ovc_gateway_connected_devices"),
            online: gauge!("ovc_gateway_online_devices"),
            logins: counter!("ovc_gateway_logins_total"),
            takeovers: counter!("ovc_gateway_takeovers_total"),
            messages: counter!("ovc_gateway_messages_total"),
            keepalives: counter!("ovc_gateway_keepalives_total"),
            calls: counter!("ovc_gateway_calls_total"),
            unknown_methods: counter!("ovc_gateway_unknown_methods_total"),
            unknown_events: counter!("ovc_gateway_unknown_events_total"),
            dropped_events: counter!("ovc_gateway_dropped_events_total"),
            rule_breaks: counter!("ovc_gateway_rule_breaks_total"),
            refusals: RefusalReason::ALL
                .map(|reason| counter!("ovc_gateway_refused_logins_total", "reason" => reason.name())),
        }
    }
}

fn describe() {
    describe_gauge!("ovc_gateway_connected_devices", "Devices with a connection");
    describe_gauge!("ovc_gateway_online_devices", "Devices heard within the silence limit");
    for (name, text) in [
        ("ovc_gateway_logins_total", "Logins of devices"),
        (
            "ovc_gateway_refused_logins_total",
            "Refused logins of devices, by reason",
        ),
        (
            "ovc_gateway_takeovers_total",
            "Logins that ended an older connection of the same device",
        ),
        ("ovc_gateway_messages_total", "Messages from devices"),
        ("ovc_gateway_keepalives_total", "Keepalives from devices"),
        (
            "ovc_gateway_dropped_events_total",
            "Events of devices that told more than is kept",
        ),
        ("ovc_gateway_calls_total", "Calls to devices"),
        (
            "ovc_gateway_unknown_methods_total",
            "Requests of devices for a method that the cloud does not have",
        ),
        (
            "ovc_gateway_unknown_events_total",
            "Events of devices that are unknown or malformed",
        ),
        (
            "ovc_gateway_rule_breaks_total",
            "Connections ended because the device broke a rule",
        ),
    ] {
        describe_counter!(name, text);
    }
}

impl Meters {
    pub(super) fn refused(&self, reason: RefusalReason) {
        if let Some(counter) = RefusalReason::ALL
            .iter()
            .position(|r| *r == reason)
            .map(|at| &self.refusals[at])
        {
            counter.increment(1);
        }
    }
}
