//! The page on which an image is sent, and the one that tells how far it is.

use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::Stream;
use house::error::Mistakes;
use house::web::{Form, Frame, Link, Page, changes, show, show_as};
use house::words::{Text, Words};
use house::{Error, Id, Result, jobs};

use super::api::SILENCE_MAX;
use super::{Image, Promise, Receiving, Refused, Stage, UPLOAD_BYTES_MIN, Upload};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::people::{ActingFor, Organisation, Role};

/// Changes that come closer together are told as one.
const GATHER: Duration = Duration::from_millis(400);
/// After a refusal the rest of a file is thrown away for this long, so that the browser gets to read the answer.
const LINGER: Duration = Duration::from_secs(20);

pub fn pages() -> Router<Market> {
    Router::new()
        .route("/sell/{organisation}/images/uploads/{upload}", get(one))
        .route("/sell/{organisation}/images/uploads/{upload}/part", get(part))
        .route("/sell/{organisation}/images/uploads/{upload}/discard", post(discard))
        .route("/sell/{organisation}/images/upload", get(form))
}

pub fn streams() -> Router<Market> {
    Router::new()
        .route("/sell/{organisation}/images/upload", post(send))
        .route("/sell/{organisation}/images/uploads/{upload}/events", get(events))
        .layer(DefaultBodyLimit::disable())
}

/// Where an upload can be watched.
pub fn address(upload: &Upload) -> String {
    portal_address(upload.organisation, &format!("/images/uploads/{}", upload.id))
}

/// Where an image's report is.
pub fn image_address(organisation: Id<Organisation>, image: Id<Image>) -> String {
    portal_address(organisation, &format!("/images/{image}"))
}

/// An item whenever something in the market may have changed.
pub(crate) fn news(market: &Market) -> impl Stream<Item = ()> + Send + use<> {
    futures_util::stream::unfold(market.database().changes(), |mut changes| async move {
        changes.changed().await.ok()?;
        tokio::time::sleep(GATHER).await;
        changes.borrow_and_update();
        Some(((), changes))
    })
}

/// The way to the list of images, for the head of a page below it.
pub(crate) fn crumbs(w: &Words, organisation: Id<Organisation>, here: impl ToString) -> Vec<Link> {
    vec![
        Link::new(w.say("hall-images"), portal_address(organisation, "/images")),
        Link::new(here, String::new()).current(true),
    ]
}

#[derive(Template)]
#[template(path = "images/pages/upload.html")]
struct UploadPage {
    w: Words,
    frame: Frame,
    crumbs: Vec<Link>,
    form: Form,
    organisation: Id<Organisation>,
    most_bytes: u64,
    open: Vec<Upload>,
    tokens: String,
    certify_line: String,
    upload_line: String,
    convert_line: String,
}

impl UploadPage {
    fn new(visit: &Visit, organisation: &Organisation, form: Form, open: Vec<Upload>) -> UploadPage {
        let settings = visit.market.settings();
        UploadPage {
            w: visit.w.clone(),
            frame: visit.portal(organisation),
            crumbs: crumbs(&visit.w, organisation.id, visit.w.say("images-upload-title")),
            form,
            organisation: organisation.id,
            most_bytes: settings.image_bytes_max,
            open,
            tokens: portal_address(organisation.id, "/tokens"),
            certify_line: format!("halle certify disk.vhd --profile {}", settings.profile),
            upload_line: format!(
                "halle upload disk.vhd --to {} --organisation {} --token TOKEN",
                settings.address, organisation.id
            ),
            convert_line: CONVERT.to_owned(),
        }
    }
}

/// The command that makes a fixed VHD of just the size asked for.
const CONVERT: &str = "qemu-img convert -f raw -O vpc -o subformat=fixed,force_size=on disk.raw disk.vhd";

impl Page for UploadPage {
    fn samples(frame: &Frame) -> Vec<UploadPage> {
        let mut mistakes = Mistakes::none();
        mistakes.note("file", house::Refusal::text(&Refused::NoFile));
        let sample = |form, open| UploadPage {
            w: frame.w.clone(),
            frame: frame.clone(),
            crumbs: Vec::new(),
            form,
            organisation: Id::sample(1),
            most_bytes: 1023 << 30,
            open,
            tokens: "/sell/1/tokens".to_owned(),
            certify_line: "halle certify disk.vhd".to_owned(),
            upload_line: "halle upload disk.vhd".to_owned(),
            convert_line: CONVERT.to_owned(),
        };
        let open = vec![sample_upload(Stage::Receiving)];
        vec![sample(Form::empty(), Vec::new()), sample(Form::empty().marked(mistakes), open)]
    }
}

/// How an upload stands: a part of a page that is drawn anew as it changes.
#[derive(Template)]
#[template(path = "images/pages/state.html")]
struct StatePart {
    w: Words,
    upload: Upload,
    sealing_percent: i64,
    /// The command that makes a good image of what was refused.
    command: Option<String>,
}

impl StatePart {
    async fn of(visit: &Visit, by: &ActingFor, id: Id<Upload>) -> Result<StatePart> {
        let mut tx = visit.read().await?;
        let upload = super::upload(&mut tx, by, id).await?;
        let sealing = jobs::newest(&mut tx, super::jobs::SEAL, id).await?;
        Ok(StatePart::new(visit.w.clone(), upload, sealing.map_or(0, |job| job.progress_percent)))
    }

    fn new(w: Words, upload: Upload, sealing_percent: i64) -> StatePart {
        let command = match &upload.stage {
            Stage::Refused { reason } => command_in(reason),
            _ => None,
        };
        StatePart { w, upload, sealing_percent, command }
    }
}

fn command_in(reason: &Text) -> Option<String> {
    reason.blanks.iter().find_map(|(name, value)| match value {
        house::words::Blank::Text(command) if name == "command" => Some(command.clone()),
        _ => None,
    })
}

#[derive(Template)]
#[template(path = "images/pages/one.html")]
struct OnePage {
    w: Words,
    frame: Frame,
    crumbs: Vec<Link>,
    state: StatePart,
    events: String,
    part: String,
    again: String,
    discard: String,
}

impl OnePage {
    fn new(frame: Frame, state: StatePart) -> OnePage {
        let (organisation, here) = (state.upload.organisation, address(&state.upload));
        OnePage {
            w: frame.w.clone(),
            crumbs: crumbs(&frame.w, organisation, &state.upload.file_name),
            frame,
            events: format!("{here}/events"),
            part: format!("{here}/part"),
            discard: format!("{here}/discard"),
            again: portal_address(organisation, "/images/upload"),
            state,
        }
    }

    fn may_discard(&self) -> bool {
        matches!(self.state.upload.stage, Stage::Receiving | Stage::Refused { .. })
    }
}

impl Page for OnePage {
    fn samples(frame: &Frame) -> Vec<OnePage> {
        let foreign = Refused::Foreign {
            format: disk::container::Format::Vhdx,
            command: Some("qemu-img convert -f vhdx".to_owned()),
        };
        [
            Stage::Receiving,
            Stage::Sealing,
            Stage::Sealed { image: Id::sample(7) },
            Stage::Refused { reason: house::Refusal::text(&foreign) },
            Stage::Discarded { reason: Text::new("images-discarded-by-time").with("days", 7) },
        ]
        .map(|stage| OnePage::new(frame.clone(), StatePart::new(frame.w.clone(), sample_upload(stage), 42)))
        .into()
    }
}

fn sample_upload(stage: Stage) -> Upload {
    let at = house::clock::from_micros(1_799_999_000_000_000);
    Upload {
        id: Id::sample(3),
        organisation: Id::sample(1),
        person: Id::sample(2),
        file_name: "disk.vhd".to_owned(),
        size_bytes: 8 << 30,
        received_bytes: 3 << 30,
        sha256: None,
        fingerprint: None,
        stage,
        made_at: at,
        touched_at: at,
    }
}

/// The proof that the visitor may act for the organisation in the address.
pub(crate) async fn acting(visit: &Visit, organisation: &str) -> Result<ActingFor> {
    visit.person()?;
    let id = Id::parse(organisation).map_err(|_| Error::from(house::error::NotFound))?;
    visit.acting_for(&mut visit.read().await?, id, Role::Contributor).await
}

async fn form(visit: Visit, Path(organisation): Path<String>) -> Result<Response> {
    let by = acting(&visit, &organisation).await?;
    let mut tx = visit.read().await?;
    crate::sellers::selling(&mut tx, &by).await?;
    let mut open = super::uploads_of(&mut tx, &by).await?;
    open.retain(|upload| upload.stage == Stage::Receiving);
    show(&UploadPage::new(&visit, by.organisation(), Form::empty(), open))
}

async fn one(visit: Visit, Path((organisation, id)): Path<(String, String)>) -> Result<Response> {
    let (by, id) = of(&visit, &organisation, &id).await?;
    let state = StatePart::of(&visit, &by, id).await?;
    if let Stage::Sealed { image } = state.upload.stage {
        return Ok(Redirect::to(&image_address(state.upload.organisation, image)).into_response());
    }
    show(&OnePage::new(visit.portal(by.organisation()), state))
}

async fn part(visit: Visit, Path((organisation, id)): Path<(String, String)>) -> Result<Response> {
    let (by, id) = of(&visit, &organisation, &id).await?;
    let state = StatePart::of(&visit, &by, id).await?;
    let over = state.upload.stage.is_final();
    Ok(with_end(show(&state)?, over))
}

/// Tells a live part that nothing more will come.
pub(crate) fn with_end(mut response: Response, over: bool) -> Response {
    if over {
        response.headers_mut().insert("x-live", header::HeaderValue::from_static("over"));
    }
    response
}

async fn events(visit: Visit, Path((organisation, id)): Path<(String, String)>) -> Result<impl IntoResponse> {
    of(&visit, &organisation, &id).await?;
    Ok(changes(news(&visit.market)))
}

async fn discard(visit: Visit, Path((organisation, id)): Path<(String, String)>) -> Result<Redirect> {
    let (by, id) = of(&visit, &organisation, &id).await?;
    let mut tx = visit.write().await?;
    super::discard(&mut tx, &by, id).await?;
    tx.commit().await?;
    super::forget(&visit.market, id)?;
    Ok(Redirect::to(&portal_address(by.organisation().id, "/images")))
}

async fn of(visit: &Visit, organisation: &str, id: &str) -> Result<(ActingFor, Id<Upload>)> {
    let by = acting(visit, organisation).await?;
    let id = Id::parse(id).map_err(|_| Error::from(house::error::NotFound))?;
    super::upload(&mut visit.read().await?, &by, id).await?;
    Ok((by, id))
}

/// Takes a file from a plain form, whole and without the script. It cannot be resumed: what breaks off is discarded.
async fn send(visit: Visit, Path(organisation): Path<String>, request: Request) -> Result<Response> {
    let by = acting(&visit, &organisation).await?;
    let length = length(request.headers());
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| Error::from(Refused::NoFile))?;
    let sent = match parts.next_field().await {
        Ok(Some(field)) => take_field(&visit, &by, length, field).await,
        _ => Err(Refused::NoFile.into()),
    };
    match sent {
        Ok(upload) => {
            Ok(Redirect::to(&portal_address(by.organisation().id, &format!("/images/uploads/{upload}")))
                .into_response())
        }
        Err(Error::Refused(refusal)) => {
            let mut mistakes = Mistakes::none();
            mistakes.note("file", refusal.text());
            let form = Form::empty().marked(mistakes);
            let page = UploadPage::new(&visit, by.organisation(), form, Vec::new());
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(fault) => Err(fault),
    }
}

/// The length of the whole form: a little more than the file has.
fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn take_field(
    visit: &Visit,
    by: &ActingFor,
    length: Option<u64>,
    mut field: Field<'_>,
) -> Result<Id<Upload>> {
    let name = field.file_name().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(Refused::NoFile.into());
    }
    let promise = Promise::parse(&name, length.ok_or(Refused::NoLength)?.max(UPLOAD_BYTES_MIN), None)?;
    let room = super::room(&visit.market)?;
    let mut tx = visit.write().await?;
    let id = super::begin(&mut tx, by, &visit.market, &promise, room).await?;
    tx.commit().await?;
    let taken = take_all(Receiving::open(&visit.market, by, id, 0, None).await?, &mut field).await;
    let Err(error) = taken else { return Ok(id) };
    let mut tx = visit.write().await?;
    // What was refused keeps its reason; what broke off is nothing that anyone could go on with.
    if super::upload(&mut tx, by, id).await?.stage == Stage::Receiving {
        super::discard(&mut tx, by, id).await?;
        tx.commit().await?;
    }
    super::forget(&visit.market, id)?;
    let rest = async { while let Ok(Some(_)) = field.chunk().await {} };
    let _ = tokio::time::timeout(LINGER, rest).await;
    Err(error)
}

async fn take_all(mut receiving: Receiving, field: &mut Field<'_>) -> Result<()> {
    loop {
        match tokio::time::timeout(SILENCE_MAX, field.chunk()).await {
            Ok(Ok(Some(bytes))) => receiving.take(bytes).await?,
            Ok(Ok(None)) => return receiving.end_with_what_came().await.map(|_| ()),
            Ok(Err(_)) | Err(_) => return Err(Refused::BrokenOff.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_this_chapter_are_drawn_in_every_state_and_language() {
        let words: Vec<_> = crate::images::WORDS.iter().chain(crate::hall::WORDS).copied().collect();
        house::web::check_samples::<UploadPage>(&words);
        house::web::check_samples::<OnePage>(&words);
    }
}
