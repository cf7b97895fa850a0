//! The web console, built into the program.

use super::error::ApiError;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../console/dist"]
struct Files;

/// Vite puts what has a hash of its content in its name here.
const HASHED: &str = "assets/";
const INDEX: &str = "index.html";

/// Tells the console that it looks at a simulated cloud, where nobody logs in.
const SIMULATED: &str = "<head>\n<meta name=\"ovs-mode\" content=\"sim\">";

/// The same for the simulated cloud.
pub(super) async fn serve_simulated(method: Method, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_page = Files::get(path).is_none() || path == INDEX;
    let response = serve(method, uri, HeaderMap::new()).await;
    if !is_page || !response.status().is_success() {
        return response;
    }
    let Some(index) = Files::get(INDEX) else {
        return response;
    };
    let page = String::from_utf8_lossy(&index.data).replacen("<head>", SIMULATED, 1);
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, page).into_response()
}

/// Files of the console. A path without a file is a page of the console's own, which `index.html` shows.
pub(super) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let is_ours = !path.starts_with("api/") && !path.starts_with("live/");
    if !is_ours || !matches!(method, Method::GET | Method::HEAD) {
        return ApiError::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here").into_response();
    }
    if let Some(file) = Files::get(path) {
        return answer(path, &file, &headers);
    }
    // What is behind a share's link has a dot in it.
    let looks_like_a_file =
        !path.starts_with("share/") && path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    match Files::get(INDEX) {
        Some(index) if !looks_like_a_file => answer(INDEX, &index, &headers),
        _ => ApiError::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here").into_response(),
    }
}

fn answer(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let etag: String = file
        .metadata
        .sha256_hash()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let etag = format!("\"{etag}\"");
    let caching = if path.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let kind = if kind.type_() == "text" {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_string()
    };
    let common = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, caching.to_owned()),
    ];
    let same = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == etag.as_bytes());
    if same {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, kind)], file.data.clone()).into_response()
}
