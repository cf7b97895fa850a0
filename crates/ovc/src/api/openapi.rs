use super::{
    Api, alarms, audio, audit, binds, clips, commands, device_config, device_events, device_logs, device_time, devices,
    exports, facts, firmware, groups, handover, invitations, keys, live, login, maintenance, me, members, my_password,
    my_sessions, my_totp, password_reset, playback, presence, protocol, ptz, recording, recordings, rpc, setup, shares,
    snapshots, sounds, sse, storage, tenants, upgrades, users,
};
use axum::Router;
use axum::routing::get;
use std::sync::Arc;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "OVC",
        description = "The open video cloud's API. Failures look like `ErrorBody`; times are RFC 3339 in UTC.",
        license(name = "MIT OR Apache-2.0"),
    ),
    security(("bearer" = []), ("cookie" = [])),
    tags(
        (name = "session", description = "Logging in and out"),
        (name = "tenants", description = "Organisations, and groups of their devices"),
        (name = "people", description = "Who is in a tenant, and what they may do"),
        (name = "platform", description = "Running the cloud"),
        (name = "devices", description = "Devices, what they tell, and calls to them"),
        (name = "protocol", description = "What passes between devices and the cloud, for who makes or mends devices"),
        (name = "live", description = "Live streams"),
        (name = "recordings", description = "What was recorded"),
        (name = "pictures", description = "Pictures that devices take"),
        (name = "alarms", description = "What devices raise alarms of"),
        (name = "recording", description = "When channels are recorded"),
        (name = "sounds", description = "What devices play"),
        (name = "logs", description = "Devices' logs"),
        (name = "firmware", description = "Devices' software"),
        (name = "control", description = "Steering cameras"),
        (name = "configuration", description = "How a device is set up"),
        (name = "maintenance", description = "What keeps a device going"),
        (name = "binding", description = "Devices that come and go"),
        (name = "audit", description = "Who did what from where"),
        (name = "events", description = "What happens, as it happens"),
    ),
    modifiers(&Schemes),
)]
struct Document;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let cookie = ApiKey::Cookie(ApiKeyValue::new(super::auth::COOKIE));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    }
}

/// The routes of the API; the document is made from the same list.
pub(super) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(setup::setup_needed, setup::set_up))
        .routes(routes!(login::login))
        .routes(routes!(login::logout))
        .routes(routes!(me::me))
        .routes(routes!(my_password::change_my_password))
        .routes(routes!(
            my_sessions::list_my_sessions,
            my_sessions::end_my_other_sessions
        ))
        .routes(routes!(my_sessions::end_my_session))
        .routes(routes!(my_totp::begin_totp))
        .routes(routes!(my_totp::confirm_totp))
        .routes(routes!(my_totp::disable_totp))
        .routes(routes!(my_totp::new_recovery_codes))
        .routes(routes!(invitations::list_invitations, invitations::invite))
        .routes(routes!(invitations::withdraw_invitation))
        .routes(routes!(invitations::look_at_invitation))
        .routes(routes!(invitations::accept_invitation))
        .routes(routes!(invitations::join))
        .routes(routes!(password_reset::reset_password))
        .routes(routes!(password_reset::member_reset_link))
        .routes(routes!(password_reset::user_reset_link))
        .routes(routes!(keys::list_keys, keys::create_key))
        .routes(routes!(keys::delete_key))
        .routes(routes!(tenants::list_tenants, tenants::create_tenant))
        .routes(routes!(
            tenants::get_tenant,
            tenants::rename_tenant,
            tenants::delete_tenant
        ))
        .routes(routes!(tenants::invite_owner))
        .routes(routes!(tenants::allow_support, tenants::end_support))
        .routes(routes!(groups::list_groups, groups::create_group))
        .routes(routes!(groups::change_group, groups::delete_group))
        .routes(routes!(members::list_members))
        .routes(routes!(members::change_member, members::remove_member))
        .routes(routes!(users::list_users))
        .routes(routes!(users::change_user, users::delete_user))
        .routes(routes!(users::end_user_sessions))
        .routes(routes!(storage::get_recording_storage))
        .routes(routes!(devices::create_device, devices::list_devices))
        .routes(routes!(
            devices::get_device,
            devices::change_device,
            devices::delete_device
        ))
        .routes(routes!(devices::new_password))
        .routes(routes!(rpc::call_device))
        .routes(routes!(protocol::list_protocol_methods))
        .routes(routes!(protocol::watch_protocol))
        .routes(routes!(device_events::list_device_events))
        .routes(routes!(commands::list_commands))
        .routes(routes!(facts::get_capabilities))
        .routes(routes!(facts::get_device_info))
        .routes(routes!(presence::list_presence))
        .routes(routes!(ptz::move_ptz))
        .routes(routes!(ptz::list_presets))
        .routes(routes!(ptz::set_preset, ptz::clear_preset))
        .routes(routes!(ptz::goto_preset))
        .routes(routes!(device_config::get_config, device_config::change_config))
        .routes(routes!(device_time::get_device_time, device_time::sync_device_time))
        .routes(routes!(maintenance::get_disk))
        .routes(routes!(maintenance::format_disk))
        .routes(routes!(maintenance::factory_reset))
        .routes(routes!(maintenance::reboot_device))
        .routes(routes!(maintenance::reschedule_device))
        .routes(routes!(maintenance::keep_awake))
        .routes(routes!(handover::release_device))
        .routes(routes!(handover::assign_device))
        .routes(routes!(handover::import_devices).layer(handover::file_limit()))
        .routes(routes!(binds::create_bind, binds::list_binds))
        .routes(routes!(binds::get_bind, binds::delete_bind))
        .routes(routes!(audit::list_audit))
        .routes(routes!(audit::export_audit))
        .routes(routes!(live::open_live))
        .routes(routes!(live::list_streams))
        .routes(routes!(recordings::get_timeline))
        .routes(routes!(recordings::list_recorded_days))
        .routes(routes!(playback::play_recording))
        .routes(routes!(playback::get_recorded_frame))
        .routes(routes!(exports::export_recording))
        .routes(routes!(exports::get_export))
        .routes(routes!(clips::list_clips, clips::lock_clip))
        .routes(routes!(clips::delete_clip))
        .routes(routes!(shares::list_recording_shares, shares::share_recording))
        .routes(routes!(shares::delete_recording_share))
        .routes(routes!(shares::open_recording_share))
        .routes(routes!(shares::export_recording_share))
        .routes(routes!(snapshots::take_snapshot))
        .routes(routes!(snapshots::list_snapshots))
        .routes(routes!(snapshots::get_snapshot_image))
        .routes(routes!(snapshots::delete_snapshot))
        .routes(routes!(alarms::list_alarms))
        .routes(routes!(alarms::count_alarms))
        .routes(routes!(alarms::acknowledge_alarms))
        .routes(routes!(alarms::get_alarm))
        .routes(routes!(alarms::acknowledge_alarm))
        .routes(routes!(alarms::get_alarm_picture))
        .routes(routes!(recording::list_recording))
        .routes(routes!(recording::set_recording))
        .routes(routes!(device_logs::request_logs, device_logs::list_device_logs))
        .routes(routes!(device_logs::get_device_log, device_logs::delete_device_log))
        .routes(routes!(device_logs::get_device_log_text))
        .routes(routes!(sounds::list_sounds, sounds::upload_sound))
        .routes(routes!(sounds::delete_sound))
        .routes(routes!(audio::play_sound))
        .routes(routes!(audio::control_audio))
        .routes(routes!(audio::get_audio))
        .routes(routes!(firmware::list_firmware, firmware::upload_firmware))
        .routes(routes!(firmware::change_firmware, firmware::delete_firmware))
        .routes(routes!(upgrades::upgrade_device, upgrades::get_upgrade))
        .routes(routes!(upgrades::list_upgrades))
        .routes(routes!(sse::events))
}

/// The OpenAPI document, as pretty JSON with a newline at the end.
pub fn document() -> String {
    let mut json = routes().into_openapi().to_pretty_json().unwrap_or_default();
    json.push('\n');
    json
}

pub(super) fn document_route() -> Router<Arc<Api>> {
    let answer = || async { ([("content-type", "application/json")], document()) };
    Router::new().route("/api/v1/openapi.json", get(answer))
}
