//! Verdicts for programs: `/api/v1/images/{image}`.

use axum::extract::{Path, Query};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use house::{Error, Id, Result};
use serde_json::{Value, json};

use super::pages::Asked;
use super::report_view::language_of;
use super::{Refused, Stage};
use crate::hall::pages::Visit;
use crate::images::{self, api};
use crate::market::Market;

pub fn api() -> Router<Market> {
    Router::new()
        .route("/api/v1/images/{image}", get(image))
        .route("/api/v1/images/{image}/report", get(report))
        .route("/api/v1/images/{image}/certificate", get(certificate))
}

/// An image and how its newest run stands.
async fn image(
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Json<Value>> {
    let image = may_see(&visit, &id, &headers).await?;
    let profile = asked.profile(&visit.market)?;
    let mut tx = visit.read().await?;
    let run = super::newest(&mut tx, image.id, &profile).await?;
    let (state, percent) = match run.as_ref().map(|run| &run.stage) {
        None => ("not_begun", 0),
        Some(Stage::Queued) => ("queued", 0),
        Some(Stage::Running { percent }) => ("running", *percent),
        Some(Stage::Concluded { .. }) => ("concluded", 100),
    };
    let why = match &run {
        Some(run) => super::broken_off(&mut tx, run.id).await?.map(|why| visit.w.tell(&why)),
        None => None,
    };
    let signed = match &run {
        Some(run) => super::signed(&mut tx, run.id).await?,
        None => None,
    };
    Ok(Json(json!({
        "id": image.id,
        "file_name": image.file_name,
        "content_id": format!("halle1:{}", image.content_id),
        "sha256": image.sha256,
        "size_bytes": image.size_bytes,
        "profile": profile,
        "state": state,
        "percent": percent,
        "verdict": run.and_then(|run| run.verdict()).map(super::Verdict::name),
        "reason": why,
        "certificate": signed.map(|signed| super::certificate_address(signed.run)),
        "page": images::pages::image_address(image.organisation, image.id),
    })))
}

/// The report as `halle certify --format json` prints it.
async fn report(
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Json<Value>> {
    let image = may_see(&visit, &id, &headers).await?;
    let profile = asked.profile(&visit.market)?;
    let mut tx = visit.read().await?;
    let run = super::newest(&mut tx, image.id, &profile).await?.ok_or(Refused::NoReportYet)?;
    let report = super::report(&mut tx, run.id).await?.ok_or(Refused::NoReportYet)?;
    Ok(Json(serde_json::to_value(report.render(language_of(&visit.w)))?))
}

/// The signed certificate of the newest run, for `halle verify`.
async fn certificate(
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<impl IntoResponse> {
    let image = may_see(&visit, &id, &headers).await?;
    let profile = asked.profile(&visit.market)?;
    let mut tx = visit.read().await?;
    let run = super::newest(&mut tx, image.id, &profile).await?.ok_or(Refused::NoReportYet)?;
    let signed = super::signed(&mut tx, run.id).await?.ok_or(Refused::NoCertificate)?;
    Ok(([(header::CONTENT_TYPE, "application/vnd.dsse.envelope.v1+json")], signed.envelope))
}

/// The image, if the one who asks acts for its publisher; to others it does not exist.
async fn may_see(visit: &Visit, id: &str, headers: &HeaderMap) -> Result<images::Image> {
    let nothing = || Error::from(house::error::NotFound);
    let mut tx = visit.read().await?;
    let image = match Id::parse(id) {
        Ok(id) => images::image(&mut tx, id).await?,
        Err(_) => None,
    };
    let by = api::acting(&mut tx, visit, headers, image.as_ref().map(|image| image.organisation)).await;
    match (image, by) {
        (Some(image), Ok(by)) if image.organisation == by.organisation().id => Ok(image),
        (None, Ok(_)) | (Some(_), Ok(_)) => Err(nothing()),
        // Who is nobody is told to sign in first; who is somebody learns nothing of what is not theirs.
        (None, Err(_)) if visit.person_if_any().is_some() => Err(nothing()),
        (_, Err(error)) => Err(error),
    }
}
