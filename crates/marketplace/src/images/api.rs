//! Uploads that can be resumed: tus 1.0 at `/api/v1/uploads`, for browsers that are signed in and for programs with a token.
//!
//! Core, creation, creation-with-upload, checksum, expiration and termination.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, options};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use disk::content_id::Digest;
use futures_util::StreamExt;
use house::{Error, Id, Result, Tx};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Promise, Receiving, Refused, Stage, Upload, record};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::people::{self, ActingFor, Organisation, Role};

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";
const PIECES: &str = "application/offset+octet-stream";
/// A sender that is silent for this long is taken for gone; what it sent is kept.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(30);
/// After a refusal the rest of a piece is read and thrown away for this long, so that the sender gets to read the answer.
const LINGER: Duration = Duration::from_secs(5);
/// What a sender may say about a file.
const METADATA_BYTES_MAX: usize = 8 * 1024;

/// The addresses of uploads. They have neither a time limit nor one on size; both are kept here.
pub fn streams() -> Router<Market> {
    Router::new()
        .route("/api/v1/uploads", options(abilities).post(create).get(find))
        .route(
            "/api/v1/uploads/{upload}",
            get(show).head(standing).patch(append).delete(terminate).options(abilities),
        )
        .layer(DefaultBodyLimit::disable())
}

#[derive(Deserialize)]
struct Asked {
    organisation: Option<String>,
    fingerprint: Option<String>,
}

async fn abilities(visit: Visit) -> Response {
    let most = visit.market.settings().image_bytes_max.to_string();
    let headers = [
        ("tus-resumable", VERSION.to_owned()),
        ("tus-version", VERSION.to_owned()),
        ("tus-extension", EXTENSIONS.to_owned()),
        ("tus-max-size", most),
        ("tus-checksum-algorithm", "sha256".to_owned()),
    ];
    let headers = headers.map(|(name, value)| (HeaderName::from_static(name), value));
    (StatusCode::NO_CONTENT, headers).into_response()
}

async fn create(visit: Visit, Query(asked): Query<Asked>, headers: HeaderMap, body: Body) -> Response {
    told(&visit, begun(&visit, asked, &headers, body).await)
}

async fn begun(visit: &Visit, asked: Asked, headers: &HeaderMap, body: Body) -> Result<Response> {
    speaks_tus(headers)?;
    let length = number(headers, "upload-length").ok_or(Refused::NoLength)?;
    let said = metadata(headers);
    let promise = Promise::parse(said.get("filename"), length, Some(said.get("sha256")))?
        .known_by(said.get("fingerprint"));
    let organisation = asked.organisation.as_deref().unwrap_or_else(|| said.get("organisation"));
    let room = super::room(&visit.market)?;
    let mut tx = visit.write().await?;
    let by = acting(&mut tx, visit, headers, Id::parse(organisation).ok()).await?;
    let id = super::begin(&mut tx, &by, &visit.market, &promise, room).await?;
    tx.commit().await?;
    let mut response = (StatusCode::CREATED, [(header::LOCATION, address(id))]).into_response();
    if is(headers, header::CONTENT_TYPE, PIECES) {
        let receiving = Receiving::open(&visit.market, &by, id, 0, checksum(headers)?).await?;
        let offset = taken(receiving, number(headers, "content-length"), body).await?;
        set(&mut response, "upload-offset", offset);
    }
    expiry(&mut response, &look(visit, &by, id).await?);
    Ok(response)
}

async fn append(visit: Visit, Path(id): Path<String>, headers: HeaderMap, body: Body) -> Response {
    told(&visit, appended(&visit, &id, &headers, body).await)
}

async fn appended(visit: &Visit, id: &str, headers: &HeaderMap, body: Body) -> Result<Response> {
    speaks_tus(headers)?;
    if !is(headers, header::CONTENT_TYPE, PIECES) {
        return Ok(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let offset = number(headers, "upload-offset").ok_or(Refused::Headers)?;
    let (by, id) = of_upload(visit, headers, id).await?;
    let receiving = Receiving::open(&visit.market, &by, id, offset, checksum(headers)?).await?;
    let offset = taken(receiving, number(headers, "content-length"), body).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set(&mut response, "upload-offset", offset);
    expiry(&mut response, &look(visit, &by, id).await?);
    Ok(response)
}

/// Takes a piece in, in a task of its own: what has come is kept even when the connection goes, and this request with it.
async fn taken(mut receiving: Receiving, length: Option<u64>, body: Body) -> Result<u64> {
    tokio::spawn(async move {
        let mut pieces = body.into_data_stream();
        let mut refused = receiving.announce(length.unwrap_or(0)).await.err();
        while refused.is_none() {
            match tokio::time::timeout(SILENCE_MAX, pieces.next()).await {
                Ok(Some(Ok(bytes))) => refused = receiving.take(bytes).await.err(),
                Ok(None) => return receiving.end().await,
                Ok(Some(Err(_))) | Err(_) => {
                    receiving.broken_off().await?;
                    return Err(Refused::BrokenOff.into());
                }
            }
        }
        drop(receiving);
        let rest = async { while let Some(Ok(_)) = pieces.next().await {} };
        let _ = tokio::time::timeout(LINGER, rest).await;
        Err(refused.unwrap_or_else(|| Error::fault("the loop ends with a refusal")))
    })
    .await?
}

async fn standing(visit: Visit, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let found = async {
        speaks_tus(&headers)?;
        let (by, id) = of_upload(&visit, &headers, &id).await?;
        let upload = look(&visit, &by, id).await?;
        if matches!(upload.stage, Stage::Refused { .. } | Stage::Discarded { .. }) {
            return Err(Refused::Ended.into());
        }
        let mut response = (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response();
        set(&mut response, "upload-offset", upload.received_bytes);
        set(&mut response, "upload-length", upload.size_bytes);
        expiry(&mut response, &upload);
        Ok(response)
    };
    told(&visit, found.await)
}

async fn terminate(visit: Visit, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let ended = async {
        speaks_tus(&headers)?;
        let (by, id) = of_upload(&visit, &headers, &id).await?;
        let mut tx = visit.write().await?;
        super::discard(&mut tx, &by, id).await?;
        tx.commit().await?;
        super::forget(&visit.market, id)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    told(&visit, ended.await)
}

/// How an upload stands, for programs and for the script of the upload page.
async fn show(visit: Visit, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    let (by, id) = of_upload(&visit, &headers, &id).await?;
    Ok(Json(described(&visit, &look(&visit, &by, id).await?)).into_response())
}

/// The uploads that this person has begun for a file and not finished: one or none.
async fn find(visit: Visit, Query(asked): Query<Asked>, headers: HeaderMap) -> Result<Response> {
    let organisation = asked.organisation.as_deref().and_then(|id| Id::parse(id).ok());
    let mut tx = visit.read().await?;
    let by = acting(&mut tx, &visit, &headers, organisation).await?;
    let open = super::open_upload(&mut tx, &by, asked.fingerprint.as_deref().unwrap_or_default()).await?;
    let uploads: Vec<Value> = open.iter().map(|upload| described(&visit, upload)).collect();
    Ok(Json(json!({ "uploads": uploads })).into_response())
}

fn described(visit: &Visit, upload: &Upload) -> Value {
    let (image, reason) = match &upload.stage {
        Stage::Sealed { image } => (Some(*image), None),
        Stage::Refused { reason } | Stage::Discarded { reason } => (None, Some(visit.w.tell(reason))),
        Stage::Receiving | Stage::Sealing => (None, None),
    };
    let page = |image| portal_address(upload.organisation, &format!("/images/{image}"));
    json!({
        "id": upload.id,
        "address": address(upload.id),
        "file_name": upload.file_name,
        "size_bytes": upload.size_bytes,
        "received_bytes": upload.received_bytes,
        "stage": upload.stage.name(),
        "reason": reason,
        "image": image,
        "page": image.map_or_else(|| super::pages::address(upload), page),
    })
}

/// Who sends: a program by its token, or the person who is signed in.
pub(crate) async fn acting(
    tx: &mut Tx,
    visit: &Visit,
    headers: &HeaderMap,
    organisation: Option<Id<Organisation>>,
) -> Result<ActingFor> {
    if let Some(secret) = bearer(headers) {
        let (by, _) = people::by_token(tx, secret).await?;
        return match organisation {
            Some(asked) if asked != by.organisation().id => Err(house::error::NotFound.into()),
            _ => Ok(by),
        };
    }
    visit.person()?;
    visit.acting_for(tx, organisation.ok_or(Refused::NoOrganisation)?, Role::Contributor).await
}

/// The secret of a token: `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}

async fn of_upload(visit: &Visit, headers: &HeaderMap, id: &str) -> Result<(ActingFor, Id<Upload>)> {
    let mut tx = visit.read().await?;
    let id = Id::parse(id).map_err(|_| Error::from(house::error::NotFound))?;
    let upload = record::upload(&mut tx, id).await?;
    if upload.is_none() && bearer(headers).is_none() && visit.person_if_any().is_some() {
        return Err(house::error::NotFound.into());
    }
    let by = acting(&mut tx, visit, headers, upload.map(|upload| upload.organisation)).await?;
    Ok((by, id))
}

async fn look(visit: &Visit, by: &ActingFor, id: Id<Upload>) -> Result<Upload> {
    super::upload(&mut visit.read().await?, by, id).await
}

/// The address of an upload in the API.
pub fn address(id: Id<Upload>) -> String {
    format!("/api/v1/uploads/{id}")
}

/// What a sender says about a file: `Upload-Metadata`, pairs of a key and a value in base 64.
struct Metadata(Vec<(String, String)>);

impl Metadata {
    fn get(&self, key: &str) -> &str {
        self.0.iter().find(|(known, _)| known == key).map_or("", |(_, value)| value)
    }
}

fn metadata(headers: &HeaderMap) -> Metadata {
    let text = headers.get("upload-metadata").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let text = if text.len() <= METADATA_BYTES_MAX { text } else { "" };
    let pair = |pair: &str| {
        let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        let value = String::from_utf8(BASE64.decode(value.trim()).ok()?).ok()?;
        Some((key.to_owned(), value))
    };
    Metadata(text.split(',').filter_map(pair).collect())
}

fn speaks_tus(headers: &HeaderMap) -> Result<(), Refused> {
    let version = headers.get("tus-resumable").map(HeaderValue::as_bytes);
    if version == Some(VERSION.as_bytes()) { Ok(()) } else { Err(Refused::Version) }
}

/// `Upload-Checksum: sha256 …`, the digest in base 64.
fn checksum(headers: &HeaderMap) -> Result<Option<Digest>, Refused> {
    let Some(sent) = headers.get("upload-checksum") else { return Ok(None) };
    let sent = sent.to_str().map_err(|_| Refused::UnknownChecksum)?;
    let digest = sent.strip_prefix("sha256 ").ok_or(Refused::UnknownChecksum)?;
    let digest = BASE64.decode(digest.trim()).map_err(|_| Refused::UnknownChecksum)?;
    digest.try_into().map(Some).map_err(|_| Refused::UnknownChecksum)
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn is(headers: &HeaderMap, name: HeaderName, value: &str) -> bool {
    headers.get(name).is_some_and(|sent| sent.as_bytes().eq_ignore_ascii_case(value.as_bytes()))
}

fn set(response: &mut Response, name: &'static str, value: u64) {
    response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from(value));
}

fn expiry(response: &mut Response, upload: &Upload) {
    if upload.stage != Stage::Receiving {
        return;
    }
    let at = upload.expires_at().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(at) = HeaderValue::try_from(at) {
        response.headers_mut().insert("upload-expires", at);
    }
}

/// Every answer names the version; refusals get the statuses that tus has for them.
fn told(visit: &Visit, result: Result<Response>) -> Response {
    let status = match result.as_ref().err().and_then(Error::code) {
        Some("images.two_writers") => Some(423),
        Some("images.ended") => Some(410),
        Some("images.version") => Some(412),
        Some("images.wrong_checksum") => Some(460),
        Some("images.no_room") => Some(507),
        _ => None,
    };
    let mut response = match (result, status.and_then(|status| StatusCode::from_u16(status).ok())) {
        (Err(Error::Refused(refusal)), Some(status)) => {
            let problem = json!({
                "type": format!("/problems/{}", refusal.code()),
                "title": visit.w.tell(&refusal.text()),
                "status": status.as_u16(),
                "detail": visit.w.tell(&refusal.text()),
                "code": refusal.code(),
            });
            (status, [(header::CONTENT_TYPE, "application/problem+json")], problem.to_string())
                .into_response()
        }
        (result, _) => result.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert("tus-resumable", HeaderValue::from_static(VERSION));
    headers.insert("tus-version", HeaderValue::from_static(VERSION));
    response
}
