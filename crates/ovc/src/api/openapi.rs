use super::{Api, device_events, devices, live, login, me, rpc, sse};
use axum::Router;
use axum::routing::get;
use std::sync::Arc;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
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
        (name = "devices", description = "Devices, what they tell, and calls to them"),
        (name = "live", description = "Live streams"),
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
        .routes(routes!(login::login))
        .routes(routes!(login::logout))
        .routes(routes!(me::me))
        .routes(routes!(devices::create_device, devices::list_devices))
        .routes(routes!(
            devices::get_device,
            devices::change_device,
            devices::delete_device
        ))
        .routes(routes!(devices::new_password))
        .routes(routes!(rpc::call_device))
        .routes(routes!(device_events::list_device_events))
        .routes(routes!(live::open_live))
        .routes(routes!(live::list_streams))
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
