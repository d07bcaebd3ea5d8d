//! Bringing what is the case to what is wished, one move after another.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use compute::{ContentId, Firmware, ImageRef, InstanceSpec, MachineId, Observed, health};
use house::error::ChangedMeanwhile;
use house::jobs::{Claim, Next, queue_once};
use house::words::Text;
use house::{Error, Result};
use tracing::warn;

use super::jobs::WATCH;
use super::{Deployment, Event, Opened, Stage, Wish, letters, record};
use crate::market::Market;

/// How long an image may take to where machines are made.
const STAGING_WITHIN: Duration = Duration::from_secs(600);
/// How long a machine may take until its web server answers. Without help from the processor a boot takes minutes.
const BOOT_WITHIN: Duration = Duration::from_secs(300);
/// How long one question to a booting machine may take.
const ASK_WITHIN: Duration = Duration::from_secs(4);
/// How long a guest has to shut down by itself.
const GRACEFUL: Duration = Duration::from_secs(20);
/// How often a booting machine is asked.
const BOOT_PAUSE: Duration = Duration::from_secs(1);
/// After this long an engine that would not end a machine is asked again.
const DESTROY_PAUSE: Duration = Duration::from_secs(10);
/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_millis(500);
/// Moves in one go; a whole life has fewer.
const MOVES_MAX: usize = 32;

/// What came of one look.
enum Look {
    /// Something was done; look again.
    Moved,
    /// What is wished is the case, or nothing more can be done.
    Settled,
    Later(Duration),
}

pub async fn reconcile(market: Market, claim: Claim) -> Result<Next> {
    for _ in 0..MOVES_MAX {
        let mut tx = claim.read().await?;
        let found = record::find(&mut tx, claim.subject_id()?).await?;
        drop(tx);
        let Some(deployment) = found else { return Ok(Next::Done) };
        let at = At { market: &market, claim: &claim, id: machine_id(&deployment)?, d: deployment };
        match at.look().await {
            Ok(Look::Moved) => {}
            Ok(Look::Settled) => return Ok(Next::Done),
            Ok(Look::Later(after)) => return Ok(Next::Again(after)),
            // The customer wished something else meanwhile.
            Err(error) if error.code() == Error::from(ChangedMeanwhile).code() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Next::Again(BOOT_PAUSE))
}

/// One deployment in hand.
pub(super) struct At<'a> {
    pub market: &'a Market,
    pub claim: &'a Claim,
    pub id: MachineId,
    pub d: Deployment,
}

pub(super) fn machine_id(d: &Deployment) -> Result<MachineId> {
    MachineId::parse(&d.id.to_string()).map_err(|error| Error::fault(error.to_string()))
}

impl At<'_> {
    async fn look(self) -> Result<Look> {
        match (self.d.wish, self.d.stage.clone()) {
            (Wish::Destroyed, stage) => self.destroy(&stage).await,
            (Wish::Running, Stage::Requested) => self.moved(Event::Begun).await,
            (Wish::Running, Stage::Staging) => self.stage_image().await,
            (Wish::Running, Stage::Creating) => self.create().await,
            (Wish::Running, Stage::Booting) => self.await_answer().await,
            (Wish::Running, Stage::Stopped) => self.start().await,
            (Wish::Stopped, Stage::Booting | Stage::Ready { .. }) => self.moved(Event::StopBegun).await,
            // A machine that is to run again is stopped first: that is a restart.
            (_, Stage::Stopping) => self.stop().await,
            _ => Ok(Look::Settled),
        }
    }

    /// Moves the deployment on, if it is still as it was seen.
    pub(super) async fn moved_to(mut self, event: Event) -> Result<Deployment> {
        let mut tx = self.claim.write().await?;
        // Shut down from inside, it stays so until the customer starts it.
        let by_itself = event == Event::Halted && self.d.stage != Stage::Stopping;
        let stage = self.d.stage.after(event)?;
        let was_ready =
            record::events(&mut tx, self.d.id).await?.iter().any(|e| matches!(e.stage, Stage::Ready { .. }));
        let was_booting = self.d.stage == Stage::Booting;
        record::set_stage(&mut tx, &mut self.d, stage).await?;
        if by_itself {
            record::set_wish(&mut tx, &mut self.d, Wish::Stopped).await?;
        }
        match &self.d.stage {
            Stage::Ready { .. } if was_booting => {
                queue_once(&mut tx, WATCH, self.d.id, &()).await?;
                // The customer knows of a machine that was ready before.
                if !was_ready {
                    letters::ready(&mut tx, self.market, &self.d).await?;
                }
            }
            Stage::Failed { reason, .. } => letters::failed(&mut tx, self.market, &self.d, reason).await?,
            _ => {}
        }
        tx.commit().await?;
        Ok(self.d)
    }

    async fn moved(self, event: Event) -> Result<Look> {
        self.moved_to(event).await?;
        Ok(Look::Moved)
    }

    async fn failed(self, reason: Text, retryable: bool) -> Result<Look> {
        self.moved(Event::Failed { reason, retryable }).await
    }

    /// What the engine could not do: waited for where another is at it, else told.
    async fn trouble(self, error: compute::Error) -> Result<Look> {
        if matches!(error, compute::Error::Busy(_)) {
            return Ok(Look::Later(BOOT_PAUSE));
        }
        warn!(machine = %self.id, %error, "a machine could not be had");
        let (reason, retryable) = told(&error);
        self.failed(reason, retryable).await
    }

    fn place_of_image(&self) -> Result<(ContentId, PathBuf)> {
        let content =
            ContentId::parse(&self.d.content_id).map_err(|error| Error::fault(error.to_string()))?;
        Ok((content, self.market.blobs().path(&self.d.content_id)?))
    }

    async fn stage_image(self) -> Result<Look> {
        let (content, path) = self.place_of_image()?;
        let mut trouble = None;
        let staged = self
            .claim
            .step("image", async || {
                let result = with_progress(self.market, self.claim, &content, &path).await?;
                result.map_err(|error| stored_for_later(&mut trouble, error))
            })
            .await;
        match (staged, trouble) {
            (_, Some(error)) => self.trouble(error).await,
            (Err(error), None) => Err(error),
            (Ok(()), None) => self.moved(Event::ImageStaged).await,
        }
    }

    async fn create(self) -> Result<Look> {
        let (content, path) = self.place_of_image()?;
        let spec = spec_of(&self.d, self.id.clone(), ImageRef { content, path });
        let mut trouble = None;
        let engine = self.market.engine();
        let created = self
            .claim
            .step("instance", async || {
                let result = match engine.ensure_instance(&spec).await {
                    // Another try with a machine that has ended: its disk is as it was.
                    Ok(Observed::Stopped | Observed::Failed { .. }) => engine.start(&spec.id).await,
                    other => other,
                };
                result.map(|_| ()).map_err(|error| stored_for_later(&mut trouble, error))
            })
            .await;
        match (created, trouble) {
            (_, Some(error)) => self.trouble(error).await,
            (Err(error), None) => Err(error),
            (Ok(()), None) => self.moved(Event::Created).await,
        }
    }

    async fn await_answer(self) -> Result<Look> {
        let observed = match self.market.engine().observe(&self.id).await {
            Ok(observed) => observed,
            Err(error) => return self.trouble(error).await,
        };
        match &observed {
            Observed::Absent => return self.failed(Text::new("deployments-reason-lost"), true).await,
            Observed::Failed { reason } => {
                let reason = Text::new("deployments-reason-ended").with("why", clipped(reason));
                return self.failed(reason, true).await;
            }
            Observed::Stopped => {
                return self.failed(Text::new("deployments-reason-shut-down"), true).await;
            }
            Observed::Starting | Observed::Running { .. } => {}
        }
        if let Some(address) = observed.address(self.d.health_port())
            && health::token_answers(address, &self.d.health_path, &self.d.token, ASK_WITHIN).await
        {
            self.claim.step("ready", async || Ok(())).await?;
            return self.moved(Event::Answered { opened: opened(&observed) }).await;
        }
        let now = self.market.database().clock().now();
        let waited = now.duration_since(self.d.stage_since).unsigned_abs();
        if waited < BOOT_WITHIN {
            return Ok(Look::Later(BOOT_PAUSE));
        }
        let reason = Text::new("deployments-reason-no-answer")
            .with("path", &self.d.health_path)
            .with("port", self.d.health_port())
            .with("minutes", BOOT_WITHIN.as_secs() / 60);
        self.failed(reason, true).await
    }

    async fn start(self) -> Result<Look> {
        match self.market.engine().start(&self.id).await {
            Ok(_) => self.moved(Event::Started).await,
            Err(error) => self.trouble(error).await,
        }
    }

    async fn stop(self) -> Result<Look> {
        match self.market.engine().stop(&self.id, GRACEFUL).await {
            Ok(()) => self.moved(Event::Halted).await,
            Err(error) => self.trouble(error).await,
        }
    }

    /// Also asked of a machine that is gone: another job may have made it just then.
    async fn destroy(self, stage: &Stage) -> Result<Look> {
        if !matches!(stage, Stage::Destroying | Stage::Destroyed) {
            return self.moved(Event::DestroyBegun).await;
        }
        if let Err(error) = self.market.engine().destroy(&self.id).await {
            warn!(machine = %self.id, %error, "a machine could not be ended; it is tried again");
            return Ok(Look::Later(DESTROY_PAUSE));
        }
        if *stage == Stage::Destroyed { Ok(Look::Settled) } else { self.moved(Event::Gone).await }
    }
}

/// Keeps what the engine answered, so that it can be told once the step has ended without a result.
fn stored_for_later(place: &mut Option<compute::Error>, error: compute::Error) -> Error {
    let fault = Error::fault(error.to_string());
    *place = Some(error);
    fault
}

async fn with_progress(
    market: &Market,
    claim: &Claim,
    content: &ContentId,
    path: &std::path::Path,
) -> Result<Result<(), compute::Error>> {
    let percent = AtomicI64::new(0);
    let hear = |done: u64, total: u64| {
        let share = u128::from(done) * 100 / u128::from(total.max(1));
        percent.store(i64::try_from(share).unwrap_or(100), Ordering::Relaxed);
    };
    let staging = market.engine().ensure_image(content, path, &hear);
    let mut staging = std::pin::pin!(tokio::time::timeout(STAGING_WITHIN, staging));
    let mut tell = tokio::time::interval(TELL_EVERY);
    let mut told = 0;
    loop {
        tokio::select! {
            result = &mut staging => {
                let late = |_| compute::Error::TooSlow { what: "the image", seconds: STAGING_WITHIN.as_secs() };
                return Ok(result.map_err(late).flatten());
            }
            _ = tell.tick() => {
                let now = percent.load(Ordering::Relaxed);
                if now != told {
                    claim.progress(now).await?;
                    told = now;
                }
            }
        }
    }
}

fn spec_of(d: &Deployment, id: MachineId, image: ImageRef) -> InstanceSpec {
    InstanceSpec {
        id,
        image,
        firmware: Firmware::Bios,
        memory_mib: u64::from(d.memory_mib),
        cores: d.cores,
        host_name: d.host_name.clone(),
        user: d.user_name.clone(),
        ssh_keys: d.ssh_keys.clone(),
        token: d.token.clone(),
        open_ports: d.open_ports.clone(),
    }
}

/// Where the world finds the ports of a running machine.
pub(super) fn opened(observed: &Observed) -> Vec<Opened> {
    let Observed::Running { forwards } = observed else { return Vec::new() };
    forwards.iter().map(|f| Opened { guest_port: f.guest_port, address: f.address }).collect()
}

/// What the engine could not do, for the customer; and whether another try makes sense.
fn told(error: &compute::Error) -> (Text, bool) {
    use compute::Error as E;
    let text = match error {
        E::NotHere { missing, install } => {
            Text::new("deployments-reason-not-here").with("missing", missing).with("install", install)
        }
        E::NoRoom { asked_mib, free_mib, .. } => Text::new("deployments-reason-no-room")
            .with("asked", asked_mib.to_string())
            .with("free", free_mib.to_string()),
        E::BadImage(why) => Text::new("deployments-reason-bad-image").with("why", clipped(why)),
        E::TooSlow { .. } => Text::new("deployments-reason-too-slow"),
        other => Text::new("deployments-reason-engine").with("why", clipped(&other.to_string())),
    };
    // An operator can install what is missing, and then another try helps.
    (text, error.is_retryable() || matches!(error, E::NotHere { .. }))
}

/// An engine's words, cut to what a page can show.
pub(super) fn clipped(why: &str) -> String {
    const SHOWN_MAX: usize = 300;
    why.chars().take(SHOWN_MAX).collect()
}
