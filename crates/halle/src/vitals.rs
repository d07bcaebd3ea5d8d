//! What a machine wants to know of the market: does it live, is it ready, how does it do.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use house::{Database, jobs};

/// `/healthz`: the process answers. `/readyz`: the database does, too. `/metrics`: figures in Prometheus' text format.
pub fn router(database: Database) -> Router {
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(database)
}

async fn ready(State(database): State<Database>) -> impl IntoResponse {
    let looked = async { jobs::counts(&mut database.read().await?).await };
    match looked.await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}

async fn metrics(State(database): State<Database>) -> Result<String, StatusCode> {
    let looked = async { jobs::counts(&mut database.read().await?).await };
    let counts = looked.await.map_err(|error| {
        tracing::error!(%error, "the metrics cannot be read");
        StatusCode::SERVICE_UNAVAILABLE
    })?;
    let mut text = String::from("# HELP halle_jobs Jobs by state.\n# TYPE halle_jobs gauge\n");
    for (state, count) in counts {
        text.push_str(&format!("halle_jobs{{state=\"{state}\"}} {count}\n"));
    }
    if let Some(bytes) = resident_bytes() {
        text.push_str("# HELP process_resident_memory_bytes Resident memory.\n# TYPE process_resident_memory_bytes gauge\n");
        text.push_str(&format!("process_resident_memory_bytes {bytes}\n"));
    }
    Ok(text)
}

/// The memory that this process holds, as Linux counts it.
fn resident_bytes() -> Option<u64> {
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}
