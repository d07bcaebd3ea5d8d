//! Where a submission stands, and the whole of what can happen to it.

use house::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Reason, Refused};
use crate::certification::Run;
use crate::leads::Lead;

/// The seven steps, as the publisher sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Validate,
    Certification,
    Provisioning,
    Packaging,
    Preview,
    SignOff,
    Live,
}

impl Step {
    pub const ALL: &'static [Step] = &[
        Step::Validate,
        Step::Certification,
        Step::Provisioning,
        Step::Packaging,
        Step::Preview,
        Step::SignOff,
        Step::Live,
    ];

    /// Its name in the database.
    pub fn code(self) -> &'static str {
        match self {
            Step::Validate => "validate",
            Step::Certification => "certification",
            Step::Provisioning => "provisioning",
            Step::Packaging => "packaging",
            Step::Preview => "preview",
            Step::SignOff => "sign_off",
            Step::Live => "live",
        }
    }

    pub fn parse(code: &str) -> Option<Step> {
        Step::ALL.iter().copied().find(|step| step.code() == code)
    }

    /// The key of its name in this chapter's words.
    pub fn key(self) -> String {
        format!("publishing-step-{}", self.code().replace('_', "-"))
    }
}

/// The runs that found every image of the version fit. Only [`Stage::after`] makes one, of a stage that waited for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Certified(Vec<Id<Run>>);

impl Certified {
    pub fn runs(&self) -> &[Id<Run>] {
        &self.0
    }
}

/// Who decided that it goes live, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOff {
    pub by: String,
    #[serde(with = "micros")]
    pub at: Timestamp,
}

/// Where a submission stands. Each stage carries exactly what is true in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    Validating,
    /// Valid, and judging has not begun.
    Valid,
    Certifying {
        runs: Vec<Id<Run>>,
    },
    Provisioning {
        certified: Certified,
    },
    Packaging {
        certified: Certified,
    },
    /// The test lead is on its way.
    TryingLeads {
        certified: Certified,
        lead: Id<Lead>,
    },
    OpeningPreview {
        certified: Certified,
    },
    /// The publisher looks, and decides.
    InPreview {
        certified: Certified,
        #[serde(with = "micros")]
        since: Timestamp,
    },
    GoingLive {
        certified: Certified,
        signed_off: SignOff,
    },
    Live {
        certified: Certified,
        signed_off: SignOff,
        #[serde(with = "micros")]
        since: Timestamp,
    },
    Failed {
        step: Step,
        reasons: Vec<Reason>,
    },
    Cancelled {
        step: Step,
    },
}

/// What can happen to a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Validated,
    CertificationBegun { runs: Vec<Id<Run>> },
    Certified,
    Provisioned,
    TestLeadSent { lead: Id<Lead> },
    LeadsTried,
    PreviewOpened,
    SignedOff { by: String },
    WentLive,
    Failed { reasons: Vec<Reason> },
    Cancelled,
}

impl Stage {
    /// The whole workflow, in one place. What is not listed cannot happen.
    pub fn after(self, event: Event, now: Timestamp) -> Result<Stage, Refused> {
        match (self, event) {
            (Stage::Validating, Event::Validated) => Ok(Stage::Valid),
            (Stage::Valid, Event::CertificationBegun { runs }) if !runs.is_empty() => {
                Ok(Stage::Certifying { runs })
            }
            (Stage::Certifying { runs }, Event::Certified) => {
                Ok(Stage::Provisioning { certified: Certified(runs) })
            }
            (Stage::Provisioning { certified }, Event::Provisioned) => Ok(Stage::Packaging { certified }),
            (Stage::Packaging { certified }, Event::TestLeadSent { lead }) => {
                Ok(Stage::TryingLeads { certified, lead })
            }
            (Stage::TryingLeads { certified, .. }, Event::LeadsTried) => {
                Ok(Stage::OpeningPreview { certified })
            }
            (Stage::OpeningPreview { certified }, Event::PreviewOpened) => {
                Ok(Stage::InPreview { certified, since: now })
            }
            (Stage::InPreview { certified, .. }, Event::SignedOff { by }) => {
                Ok(Stage::GoingLive { certified, signed_off: SignOff { by, at: now } })
            }
            (Stage::GoingLive { certified, signed_off }, Event::WentLive) => {
                Ok(Stage::Live { certified, signed_off, since: now })
            }
            (stage, Event::Failed { reasons }) if stage.works() => {
                Ok(Stage::Failed { step: stage.step(), reasons })
            }
            (stage, Event::Cancelled) if stage.can_be_cancelled() => {
                Ok(Stage::Cancelled { step: stage.step() })
            }
            (stage, event) => Err(Refused::NotNow { stage: stage.code(), asked: event.code() }),
        }
    }

    /// The step that goes on in this stage, or in which it ended.
    pub fn step(&self) -> Step {
        match self {
            Stage::Validating => Step::Validate,
            Stage::Valid | Stage::Certifying { .. } => Step::Certification,
            Stage::Provisioning { .. } => Step::Provisioning,
            Stage::Packaging { .. } | Stage::TryingLeads { .. } => Step::Packaging,
            Stage::OpeningPreview { .. } => Step::Preview,
            Stage::InPreview { .. } => Step::SignOff,
            Stage::GoingLive { .. } | Stage::Live { .. } => Step::Live,
            Stage::Failed { step, .. } | Stage::Cancelled { step } => *step,
        }
    }

    /// The runs that found every image fit, from the moment at which they had.
    pub fn certified(&self) -> Option<&Certified> {
        match self {
            Stage::Provisioning { certified }
            | Stage::Packaging { certified }
            | Stage::TryingLeads { certified, .. }
            | Stage::OpeningPreview { certified }
            | Stage::InPreview { certified, .. }
            | Stage::GoingLive { certified, .. }
            | Stage::Live { certified, .. } => Some(certified),
            _ => None,
        }
    }

    /// Whether the road goes on from here.
    pub fn is_running(&self) -> bool {
        !matches!(self, Stage::Live { .. } | Stage::Failed { .. } | Stage::Cancelled { .. })
    }

    /// Before the sign-off a publisher may change their mind.
    pub fn can_be_cancelled(&self) -> bool {
        self.is_running() && !matches!(self, Stage::GoingLive { .. })
    }

    /// Whether the market is at work, and may find that it cannot go on.
    fn works(&self) -> bool {
        self.is_running() && !matches!(self, Stage::InPreview { .. } | Stage::GoingLive { .. })
    }

    /// Its name in the database.
    pub fn code(&self) -> &'static str {
        match self {
            Stage::Validating => "validating",
            Stage::Valid => "valid",
            Stage::Certifying { .. } => "certifying",
            Stage::Provisioning { .. } => "provisioning",
            Stage::Packaging { .. } => "packaging",
            Stage::TryingLeads { .. } => "trying_leads",
            Stage::OpeningPreview { .. } => "opening_preview",
            Stage::InPreview { .. } => "in_preview",
            Stage::GoingLive { .. } => "going_live",
            Stage::Live { .. } => "live",
            Stage::Failed { .. } => "failed",
            Stage::Cancelled { .. } => "cancelled",
        }
    }
}

impl Event {
    /// Its name in the audit log.
    pub fn code(&self) -> &'static str {
        match self {
            Event::Validated => "publishing.validated",
            Event::CertificationBegun { .. } => "publishing.certification_begun",
            Event::Certified => "publishing.certified",
            Event::Provisioned => "publishing.provisioned",
            Event::TestLeadSent { .. } => "publishing.test_lead_sent",
            Event::LeadsTried => "publishing.leads_tried",
            Event::PreviewOpened => "publishing.preview_opened",
            Event::SignedOff { .. } => "publishing.signed_off",
            Event::WentLive => "publishing.went_live",
            Event::Failed { .. } => "publishing.failed",
            Event::Cancelled => "publishing.cancelled",
        }
    }
}

/// Instants as the database holds them.
mod micros {
    use house::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(at.as_microsecond())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(deserializer).map(house::clock::from_micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        house::testing::noon()
    }

    fn events() -> Vec<Event> {
        vec![
            Event::Validated,
            Event::CertificationBegun { runs: vec![Id::sample(1)] },
            Event::Certified,
            Event::Provisioned,
            Event::TestLeadSent { lead: Id::sample(2) },
            Event::LeadsTried,
            Event::PreviewOpened,
            Event::SignedOff { by: "sue@acme.example".to_owned() },
            Event::WentLive,
            Event::Failed { reasons: Vec::new() },
            Event::Cancelled,
            Event::CertificationBegun { runs: Vec::new() },
        ]
    }

    #[track_caller]
    fn check(story: &str) {
        let mut stage = Stage::Validating;
        for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (asked, expected) = line.split_once(" -> ").expect("event -> stage");
            let event = events().into_iter().find(|event| event.code() == format!("publishing.{asked}"));
            match stage.clone().after(event.expect("an event"), now()) {
                Ok(next) => {
                    assert_eq!(next.code(), expected, "{line}");
                    stage = next;
                }
                Err(_) => assert_eq!("refused", expected, "{line}"),
            }
            let kept = serde_json::to_string(&stage).unwrap();
            assert_eq!(serde_json::from_str::<Stage>(&kept).unwrap(), stage);
        }
    }

    #[test]
    fn a_submission_walks_seven_steps_to_the_storefront() {
        check(
            "signed_off -> refused
             validated -> valid
             certified -> refused
             certification_begun -> certifying
             signed_off -> refused
             certified -> provisioning
             provisioned -> packaging
             test_lead_sent -> trying_leads
             leads_tried -> opening_preview
             went_live -> refused
             preview_opened -> in_preview
             failed -> refused
             signed_off -> going_live
             cancelled -> refused
             failed -> refused
             went_live -> live
             cancelled -> refused
             failed -> refused
             signed_off -> refused",
        );
    }

    #[test]
    fn what_failed_or_was_cancelled_is_over() {
        check("failed -> failed\nvalidated -> refused\nfailed -> refused\ncancelled -> refused");
        check(
            "validated -> valid\ncancelled -> cancelled\ncertification_begun -> refused\nfailed -> refused",
        );
    }

    /// P6 of the bars: a million transitions, and none that leads around the certificate or the sign-off.
    #[test]
    fn nothing_goes_live_without_a_certificate_and_a_sign_off() {
        let events = events();
        let mut seed = 20_260_504_u64;
        let (mut tried, mut arrived) = (0_u32, 0_u32);
        while tried < 1_000_000 {
            let (mut stage, mut runs, mut certified, mut signed) = (Stage::Validating, None, false, None);
            // Half of all steps follow the road, so that its end is reached often; the others are thrown at it from anywhere.
            while stage.is_running() {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let chance = (seed >> 33) as usize;
                let place = match chance % 64 {
                    0..56 => on_the_road(&stage),
                    _ => (chance >> 6) % events.len(),
                };
                tried += 1;
                let Ok(next) = stage.clone().after(events[place].clone(), now()) else { continue };
                match &events[place] {
                    Event::CertificationBegun { runs: begun } => runs = Some(begun.clone()),
                    Event::Certified => certified = true,
                    Event::SignedOff { by } => signed = certified.then(|| by.clone()),
                    _ => {}
                }
                stage = next;
            }
            if let Stage::Live { certified: shown, signed_off, .. } = &stage {
                arrived += 1;
                assert!(certified && !shown.runs().is_empty());
                assert_eq!(Some(shown.runs()), runs.as_deref());
                assert_eq!(Some(&signed_off.by), signed.as_ref());
            }
        }
        assert!(arrived > 1_000, "the road was walked to its end {arrived} times");
    }

    fn on_the_road(stage: &Stage) -> usize {
        match stage.code() {
            "validating" => 0,
            "valid" => 1,
            "certifying" => 2,
            "provisioning" => 3,
            "packaging" => 4,
            "trying_leads" => 5,
            "opening_preview" => 6,
            "in_preview" => 7,
            _ => 8,
        }
    }
}
