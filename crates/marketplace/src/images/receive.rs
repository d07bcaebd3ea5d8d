//! Takes the bytes of an upload in, a stretch at a time.

use std::io;
use std::path::PathBuf;

use bytes::Bytes;
use disk::content_id::Digest;
use house::{Error, Id, Result, Tx, audit, jobs};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::arriving::{Arriving, room_bytes};
use super::{Refused, Stage, UPLOAD_BYTES_MIN, Upload, file_name, foreign, record};
use crate::market::Market;
use crate::people::ActingFor;
use crate::sellers;

/// How much is written before the disk is waited for and the row told: what a crash can cost.
const SYNC_EVERY: u64 = 16 << 20;
/// How much is gathered before it is written.
const WRITE_BYTES: usize = 1 << 20;
/// What stays free on the disk whatever is uploaded: the database lives there too.
const ROOM_KEPT: u64 = 256 << 20;

/// The longest fingerprint that is kept.
const FINGERPRINT_BYTES_MAX: usize = 300;

/// What a sender says about a file before the first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    pub file_name: String,
    pub size_bytes: u64,
    /// 64 lower-case hex digits.
    pub sha256: Option<String>,
    /// By what the sender will know the file again when it comes back to go on.
    pub fingerprint: Option<String>,
}

impl Promise {
    /// Reads a promise; the name is tidied, the rest is taken as it is or not at all.
    pub fn parse(file_name: &str, size_bytes: u64, sha256: Option<&str>) -> Result<Promise, Refused> {
        let file_name = file_name::tidied(file_name).ok_or(Refused::NoName)?;
        if size_bytes < UPLOAD_BYTES_MIN {
            return Err(Refused::TooSmall);
        }
        let sha256 = sha256.map(str::trim).filter(|text| !text.is_empty()).map(str::to_ascii_lowercase);
        if sha256.as_ref().is_some_and(|hex| hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Err(Refused::NotADigest);
        }
        Ok(Promise { file_name, size_bytes, sha256, fingerprint: None })
    }

    /// The same promise with a fingerprint; one that is too long is none.
    pub fn known_by(self, fingerprint: &str) -> Promise {
        let fits = !fingerprint.is_empty() && fingerprint.len() <= FINGERPRINT_BYTES_MAX;
        Promise { fingerprint: fits.then(|| fingerprint.to_owned()), ..self }
    }
}

/// What is free for new uploads, apart from what those under way still expect.
pub fn room(market: &Market) -> Result<u64> {
    let folder = market.blobs().arriving("");
    Ok(room_bytes(&folder)?.saturating_sub(ROOM_KEPT))
}

/// Begins an upload, if its publisher may sell and there is room for it. `room_bytes` is what [`room`] found.
pub async fn begin(
    tx: &mut Tx,
    by: &ActingFor,
    market: &Market,
    promise: &Promise,
    room_bytes: u64,
) -> Result<Id<Upload>> {
    sellers::selling(tx, by).await?;
    let (size_bytes, most_bytes) = (promise.size_bytes, market.settings().image_bytes_max);
    if size_bytes > most_bytes {
        return Err(Refused::TooLarge { size_bytes, most_bytes }.into());
    }
    let expected = record::outstanding_bytes(tx).await?;
    if room_bytes.saturating_sub(expected) < promise.size_bytes {
        return Err(Refused::NoRoom { size_bytes }.into());
    }
    let id = record::add_upload(tx, by.organisation().id, by.person().id, promise).await?;
    let details = json!({ "file_name": promise.file_name, "size_bytes": promise.size_bytes });
    audit::note(tx, &by.person().email, "images.begin", id, &details).await?;
    jobs::queue_after(tx, super::jobs::WATCH, id, &(), super::jobs::WATCH_EVERY).await?;
    Ok(id)
}

/// An upload that takes bytes now. Nobody else can write to it while this lives.
pub struct Receiving {
    market: Market,
    upload: Upload,
    path: PathBuf,
    /// `None` only while a write is under way.
    arriving: Option<Arriving>,
    began_at: u64,
    stored: u64,
    gathered: Vec<u8>,
    checksum: Option<(Digest, Sha256)>,
    looked_at_head: bool,
}

impl Receiving {
    /// Opens an upload at the place where it stands. `checksum` is what the bytes to come must have as their SHA-256.
    pub async fn open(
        market: &Market,
        by: &ActingFor,
        id: Id<Upload>,
        offset: u64,
        checksum: Option<Digest>,
    ) -> Result<Receiving> {
        still_receiving(market, by, id).await?;
        let path = market.blobs().arriving(&id.to_string());
        let opened = path.clone();
        let arriving = tokio::task::spawn_blocking(move || Arriving::open(&opened)).await??;
        let Some(mut arriving) = arriving else { return Err(Refused::TwoWriters.into()) };
        // Asked again under the lock: only now nobody else can change the answer.
        let upload = still_receiving(market, by, id).await?;
        if upload.received_bytes != offset {
            return Err(Refused::WrongOffset { sent: offset, stored: upload.received_bytes }.into());
        }
        arriving.go_to(offset)?;
        Ok(Receiving {
            market: market.clone(),
            path,
            arriving: Some(arriving),
            began_at: offset,
            stored: offset,
            gathered: Vec::new(),
            checksum: checksum.map(|digest| (digest, Sha256::new())),
            looked_at_head: offset >= foreign::HEAD_BYTES,
            upload,
        })
    }

    /// How many bytes may still come.
    pub fn expects(&self) -> u64 {
        self.upload.size_bytes - self.at()
    }

    fn at(&self) -> u64 {
        self.arriving.as_ref().map_or(self.stored, Arriving::at) + self.gathered.len() as u64
    }

    /// Refuses a stretch that is said to be longer than what may still come, before any of it is read.
    pub async fn announce(&mut self, length: u64) -> Result<()> {
        if length <= self.expects() {
            Ok(())
        } else {
            Err(self.refuse(Refused::MoreThanPromised.into()).await)
        }
    }

    /// Takes the next bytes. More than were promised ends the upload.
    pub async fn take(&mut self, bytes: Bytes) -> Result<()> {
        if bytes.len() as u64 > self.expects() {
            return Err(self.refuse(Refused::MoreThanPromised.into()).await);
        }
        if let Some((_, sum)) = &mut self.checksum {
            sum.update(&bytes);
        }
        self.gathered.extend_from_slice(&bytes);
        if self.gathered.len() >= WRITE_BYTES || (!self.looked_at_head && self.at() >= foreign::HEAD_BYTES) {
            self.write().await?;
        }
        let unstored = self.at() - self.stored;
        // What bears a checksum counts only when all of it has come.
        if unstored >= SYNC_EVERY && self.checksum.is_none() {
            self.store().await?;
        }
        Ok(())
    }

    /// Ends this stretch: what came is safe on disk when this returns. Returns where the upload stands.
    pub async fn end(mut self) -> Result<u64> {
        self.write().await?;
        if let Some((promised, sum)) = self.checksum.take() {
            let found: Digest = sum.finalize().into();
            if found != promised {
                let back = self.began_at;
                self.on_file(move |arriving| arriving.go_to(back)).await?;
                return Err(Refused::WrongChecksum.into());
            }
        }
        if self.at() < self.upload.size_bytes {
            self.store().await?;
            return Ok(self.stored);
        }
        self.complete().await
    }

    /// Ends an upload whose length was not known beforehand: what came is all.
    pub async fn end_with_what_came(mut self) -> Result<u64> {
        self.write().await?;
        self.upload.size_bytes = self.at();
        self.complete().await
    }

    /// The connection is gone: keeps what came, unless it bears a checksum that can no longer be checked.
    pub async fn broken_off(mut self) -> Result<()> {
        if self.checksum.is_none() {
            self.store().await?;
        }
        Ok(())
    }

    async fn complete(&mut self) -> Result<u64> {
        let size = self.upload.size_bytes;
        self.on_file(Arriving::sync).await?;
        let (path, name) = (self.path.clone(), self.upload.file_name.clone());
        let checked = tokio::task::spawn_blocking(move || foreign::check_whole(&path, &name)).await?;
        if let Err(error) = checked {
            return Err(self.refuse(error).await);
        }
        let mut tx = self.market.write().await?;
        if !record::complete(&mut tx, self.upload.id, size).await? {
            return Err(Refused::Ended.into());
        }
        jobs::queue(&mut tx, super::jobs::SEAL, self.upload.id, &()).await?;
        tx.commit().await?;
        self.stored = size;
        Ok(size)
    }

    async fn write(&mut self) -> Result<()> {
        let gathered = std::mem::take(&mut self.gathered);
        if gathered.is_empty() {
            return Ok(());
        }
        self.on_file(move |arriving| arriving.write(&gathered)).await?;
        if !self.looked_at_head && self.at() >= foreign::HEAD_BYTES {
            self.looked_at_head = true;
            let head = self.on_file(|arriving| arriving.head(foreign::HEAD_BYTES as usize)).await?;
            if let Err(error) = foreign::check_head(head, &self.upload.file_name) {
                return Err(self.refuse(error).await);
            }
        }
        Ok(())
    }

    /// Writes what is gathered, waits for the disk, then tells the row: never of bytes that are only gathered.
    async fn store(&mut self) -> Result<()> {
        self.write().await?;
        let at = self.at();
        self.on_file(Arriving::sync).await?;
        let mut tx = self.market.write().await?;
        if !record::set_received(&mut tx, self.upload.id, at).await? {
            return Err(Refused::Ended.into());
        }
        tx.commit().await?;
        self.stored = at;
        Ok(())
    }

    /// Does something with the file where waiting for the disk holds nobody up.
    async fn on_file<T: Send + 'static>(
        &mut self,
        act: impl FnOnce(&mut Arriving) -> io::Result<T> + Send + 'static,
    ) -> Result<T> {
        let mut arriving = self.arriving.take().ok_or_else(|| Error::fault("an upload's file is gone"))?;
        let (arriving, done) = tokio::task::spawn_blocking(move || {
            let done = act(&mut arriving);
            (arriving, done)
        })
        .await?;
        self.arriving = Some(arriving);
        done.map_err(|cause| match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Refused::NoRoom { size_bytes: self.upload.size_bytes }.into()
            }
            _ => cause.into(),
        })
    }

    /// Ends the upload for good when the answer is a refusal: the reason is kept, the bytes are not. Returns the answer.
    async fn refuse(&mut self, error: Error) -> Error {
        let Error::Refused(refusal) = &error else { return error };
        let reason = refusal.text();
        let ended = async {
            let mut tx = self.market.write().await?;
            tx.concerns(self.upload.organisation);
            refuse(&mut tx, &self.upload, Stage::Refused { reason }).await?;
            tx.commit().await?;
            Ok::<_, Error>(house::blobs::remove_if_there(&self.path)?)
        };
        ended.await.err().unwrap_or(error)
    }
}

/// Ends an upload without an image. Its bytes are removed by whoever calls this, after the commit.
pub(super) async fn refuse(tx: &mut Tx, upload: &Upload, end: Stage) -> Result<bool> {
    let ended = record::set_stage(tx, upload.id, &["receiving", "sealing"], &end).await?;
    if ended && let Stage::Refused { reason } = &end {
        audit::note(tx, audit::HOUSE, "images.refuse", upload.id, reason).await?;
    }
    Ok(ended)
}

async fn still_receiving(market: &Market, by: &ActingFor, id: Id<Upload>) -> Result<Upload> {
    let mut tx = market.read().await?;
    let upload = super::upload(&mut tx, by, id).await?;
    if upload.stage == Stage::Receiving { Ok(upload) } else { Err(Refused::Ended.into()) }
}
