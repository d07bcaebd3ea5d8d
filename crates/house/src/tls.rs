//! Which cryptography secures connections that the house opens: one choice for web hooks, letters and uploads.

/// The beginning of every HTTP client that the house makes: without a choice of cryptography none can be built.
pub fn client() -> reqwest::ClientBuilder {
    // An error says that a choice was made already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}
