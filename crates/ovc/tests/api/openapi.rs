use crate::app::TestApp;
use std::path::Path;

/// `UPDATE=1` writes the file anew.
#[tokio::test]
async fn the_document_in_the_repository_is_the_one_that_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    let served = TestApp::start()
        .await
        .bare(reqwest::Method::GET, "/api/v1/openapi.json")
        .send()
        .await
        .unwrap();
    let served = served.text().await.unwrap();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &served).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == served,
        "openapi.json is not what the code says: run this test with UPDATE=1"
    );
}
