//! Which cryptography secures connections that the house opens: one choice for web hooks, letters and uploads.

/// Chooses ring, once. Needed before the first client is made; saying it again does nothing.
pub fn choose() {
    // An error says that a choice was made already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
