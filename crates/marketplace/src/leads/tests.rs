use std::time::Duration;

use house::db::Engine;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::testing::{Browser, MarketInABox, a_complete_draft};

/// A receiver of leads that answers each call with the next of these, and keeps what it was sent.
async fn receiver(
    answers: &'static [&'static str],
) -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/leads", listener.local_addr().unwrap());
    let (heard, hears) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            // The head says how long the body is; both may come in pieces.
            while !whole(&request) {
                let mut piece = [0; 4096];
                let read = stream.read(&mut piece).await.unwrap();
                request.extend(&piece[..read]);
            }
            heard.send(String::from_utf8(request).unwrap()).unwrap();
            let reply = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(reply.as_bytes()).await.unwrap();
        }
    });
    (address, hears)
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0_usize)
}

struct Story {
    market: MarketInABox,
    browser: Browser,
    organisation: Id<Organisation>,
    offer: Id<Offer>,
}

impl Story {
    async fn new(engine: Engine) -> Story {
        let market = MarketInABox::open(engine).await;
        let (browser, organisation) = market.publisher("Acme").await;
        let offer = market.drafted(organisation, "hardened-nginx", &a_complete_draft(None)).await;
        Story { market, browser, organisation, offer }
    }

    async fn noted(&self, destination: &LeadDestination, action: Action) -> Id<Lead> {
        let about = About {
            offer: self.offer,
            organisation: self.organisation,
            offer_address: "acme.hardened-nginx",
            offer_title: "Hardened nginx",
            destination,
        };
        let contact = Contact {
            first_name: "=Ada".to_owned(),
            last_name: "Lovelace".to_owned(),
            email: "ada@example.org".to_owned(),
            country: "GB".to_owned(),
            ..Contact::default()
        };
        let mut tx = self.market.market.write().await.unwrap();
        let id = note(&mut tx, &about, action, &contact).await.unwrap();
        tx.commit().await.unwrap();
        self.market.work().await;
        id
    }

    async fn page(&mut self, end: &str) -> String {
        let path = format!("/sell/{}/leads{end}", self.organisation);
        self.market.get(&mut self.browser, &path).await.page()
    }

    async fn delivery(&self, lead: Id<Lead>) -> Delivery {
        let mut tx = self.market.market.read().await.unwrap();
        delivery_of(&mut tx, lead).await.unwrap()
    }
}

house::on_both_engines! {
    async fn a_lead_is_called_in_signed_tried_again_and_can_be_replayed(engine) {
        let (url, mut hears) = receiver(&["503 Busy", "202 Accepted", "200 OK"]).await;
        let mut story = Story::new(engine).await;
        let hook = LeadDestination::Webhook { url, secret: "secret".to_owned() };
        let lead = story.noted(&hook, Action::Install).await;
        let first = hears.recv().await.unwrap();
        assert!(matches!(story.delivery(lead).await, Delivery::Waiting { attempts: 1, .. }));
        assert!(story.page("").await.contains("503"));
        story.market.turn(Duration::from_secs(2));
        story.market.work().await;
        let second = hears.recv().await.unwrap();
        assert_eq!(story.delivery(lead).await, Delivery::Delivered { answer: "202 Accepted".to_owned() });

        let (head, body) = second.split_once("\r\n\r\n").unwrap();
        let known = |text: &str| text.lines().find(|line| line.starts_with("webhook-id: ")).unwrap().to_owned();
        assert_eq!(known(head), known(&first), "the receiver can know it again");
        assert!(head.contains("webhook-signature: v1,"));
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["LeadSource"], "Halle-INS|acme.hardened-nginx");
        assert_eq!((&body["ActionCode"], &body["OfferTitle"]), (&"INS".into(), &"Hardened nginx".into()));
        assert_eq!(body["UserDetails"]["Email"], "ada@example.org");
        assert_eq!(body["UserDetails"]["Country"], "GB");

        let path = format!("/sell/{}/leads/{lead}/replay", story.organisation);
        story.market.post(&mut story.browser, &path, &[]).await.leads_to();
        story.market.work().await;
        let third = hears.recv().await.unwrap();
        assert_eq!(known(&third), known(&first));
    }

    async fn a_lead_by_letter_is_written_in_the_publishers_language(engine) {
        let mut story = Story::new(engine).await;
        let letter = LeadDestination::Email { address: "leads@acme.example".to_owned() };
        for (action, title) in [
            (Action::Install, "A customer for Hardened nginx"),
            (Action::ContactMe, "A question about Hardened nginx"),
            (Action::Test, "Test lead: Hardened nginx"),
        ] {
            story.noted(&letter, action).await;
            story.market.turn(Duration::from_millis(1));
            let letters = story.market.letters_to("leads@acme.example").await;
            assert_eq!(letters[0].title, title);
            assert!(letters[0].body.contains("ada@example.org"));
        }
        assert!(story.page("").await.contains("Delivered"));
        let mut french = story.browser.speaking("fr");
        let path = format!("/sell/{}/leads", story.organisation);
        assert!(story.market.get(&mut french, &path).await.page().contains("Transmis"));
    }

    async fn a_lead_without_a_destination_is_kept_and_can_be_exported(engine) {
        let mut story = Story::new(engine).await;
        assert!(story.page("").await.contains("No leads yet"));
        let lead = story.noted(&LeadDestination::None, Action::ContactMe).await;
        assert_eq!(story.delivery(lead).await, Delivery::Kept);
        assert!(story.page("").await.contains("Kept here only"));
        let csv = story.page(".csv").await;
        assert!(csv.contains("\"PLT\",\"acme.hardened-nginx\"") && csv.contains("\"'=Ada\""), "{csv}");
        let path = format!("/sell/{}/leads/{lead}/replay", story.organisation);
        assert_eq!(story.market.post(&mut story.browser, &path, &[]).await.status, 409);
        let mut eve = story.market.person("Eve").await;
        assert_eq!(story.market.get(&mut eve, &format!("/sell/{}/leads", story.organisation)).await.status, 404);
        assert_eq!(story.market.post(&mut eve, &path, &[]).await.status, 404);
    }
}
