use crate::app::TestApp;
use reqwest::{Method, StatusCode};

#[tokio::test]
async fn the_console_is_served_and_kept_safe() {
    let app = TestApp::start().await;
    for path in ["/", "/devices/cam", "/share/1.AAAB"] {
        let page = app.bare(Method::GET, path).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        let header = |name: &str| page.headers()[name].to_str().unwrap().to_owned();
        assert!(header("content-type").starts_with("text/html"));
        let csp = header("content-security-policy");
        assert!(
            csp.contains("frame-ancestors 'none'") && csp.contains("script-src 'self';"),
            "{csp}"
        );
        assert_eq!(
            (header("x-content-type-options"), header("x-frame-options")),
            ("nosniff".into(), "DENY".into())
        );
        assert_eq!(header("cache-control"), "no-cache");
        let again = app
            .bare(Method::GET, path)
            .header("if-none-match", header("etag"))
            .send()
            .await
            .unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }
    for path in ["/missing.js", "/api/v2/x", "/live/x", "/..%2f..%2fetc/passwd.txt"] {
        assert_eq!(
            app.bare(Method::GET, path).send().await.unwrap().status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn orchestrators_and_monitoring_are_answered() {
    let app = TestApp::start_with(|config| {
        let text = "metrics_token = \"let me in\"";
        config.http.metrics_token = toml::from_str::<ovc::config::HttpConfig>(text).unwrap().metrics_token;
    })
    .await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(
            app.bare(Method::GET, path).send().await.unwrap().status(),
            StatusCode::OK
        );
    }
    assert_eq!(
        app.bare(Method::GET, "/metrics").send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
    let metrics = app
        .bare(Method::GET, "/metrics")
        .bearer_auth("let me in")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(metrics.contains("ovc_http_requests_total{"), "{metrics}");
}
