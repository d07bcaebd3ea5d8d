use std::time::Duration;

use compute::Observed;
use house::words::Language;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::orders::{self, Purchase, terms_hash};
use crate::people::Person;
use crate::testing::MarketInABox;

/// Moves through a life and compares each stage: `event -> stage`, or `refused`.
#[track_caller]
fn check(life: &str) {
    let mut stage = Stage::Requested;
    for line in life.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (event, expected) = line.split_once("->").expect("an arrow");
        let failed = || Event::Failed { reason: Text::new("deployments-reason-lost"), retryable: true };
        let event = match event.trim() {
            "begun" => Event::Begun,
            "image staged" => Event::ImageStaged,
            "created" => Event::Created,
            "answered" => Event::Answered { opened: Vec::new() },
            "failed" => failed(),
            "stop begun" => Event::StopBegun,
            "halted" => Event::Halted,
            "started" => Event::Started,
            "retried" => Event::Retried,
            "destroy begun" => Event::DestroyBegun,
            "gone" => Event::Gone,
            other => panic!("no event {other}"),
        };
        match stage.after(event) {
            Ok(next) => stage = next,
            Err(_) => {
                assert_eq!(expected.trim(), "refused", "{line}");
                continue;
            }
        }
        assert_eq!(stage.name(), expected.trim(), "{line}");
    }
}

#[test]
fn a_machine_is_ready_only_after_it_answered_and_can_always_be_ended() {
    check(
        "answered -> refused
         begun -> staging
         answered -> refused
         image staged -> creating
         created -> booting
         answered -> ready
         created -> refused
         stop begun -> stopping
         halted -> stopped
         answered -> refused
         started -> booting
         failed -> failed
         started -> refused
         retried -> requested
         destroy begun -> destroying
         failed -> refused
         gone -> destroyed
         destroy begun -> refused
         retried -> refused",
    );
    check("begun -> staging\nfailed -> failed\ndestroy begun -> destroying\ngone -> destroyed");
}

#[test]
fn cost_is_counted_from_ready_to_the_next_stage() {
    let at = |seconds| Timestamp::from_second(seconds).expect("a moment");
    let event = |stage, seconds| HistoryLine { stage, at: at(seconds) };
    let ready = || Stage::Ready { opened: Vec::new() };
    let events = [
        event(Stage::Booting, 0),
        event(ready(), 60),
        event(Stage::Stopping, 60 + 1800),
        event(Stage::Stopped, 4000),
        event(ready(), 5000),
    ];
    let running = Running::of(&events, at(5000 + 1800));
    assert_eq!(running, Running { seconds: 3600 });
    assert_eq!(cost_nanos(running, 50_000_000), 50_000_000);
    assert_eq!(cost_nanos(Running { seconds: 1 }, i64::MAX), i64::MAX / 3600);
}

#[test]
fn the_health_check_asks_where_pages_are_served() {
    for (ports, expected) in [(vec![22, 80, 443], 80), (vec![22, 8080], 8080), (vec![22], 80), (vec![], 80)] {
        assert_eq!(health_port(&ports), expected, "{ports:?}");
    }
}

/// A market in which someone has ordered, and wants machines.
struct Story {
    market: MarketInABox,
    customer: Person,
    order: Id<Order>,
}

impl Story {
    async fn open(engine: house::db::Engine) -> Story {
        let market = MarketInABox::open(engine).await;
        let good = market.sells("Acme").await;
        let customer = market.known("Jean", Language::En).await;
        let mut tx = market.market.write().await.expect("a transaction");
        let purchase = Purchase {
            sku: "pro".to_owned(),
            terms_sha256: terms_hash(&good.on_sale.version.document.terms),
            contact: None,
        };
        let order = orders::place(&mut tx, &market.market, &customer, &good.on_sale, &purchase)
            .await
            .expect("an order");
        tx.commit().await.expect("kept");
        Story { market, customer, order: order.id }
    }

    async fn deploy(&self, host_name: &str) -> Id<Deployment> {
        let machine = Machine {
            host_name: host_name.to_owned(),
            user_name: "jean".to_owned(),
            ssh_keys: Vec::new(),
            cores: 1,
            memory_mib: 512,
        };
        let mut tx = self.market.market.write().await.expect("a transaction");
        let id = deploy(&mut tx, &self.customer, self.order, &machine).await.expect("a machine");
        tx.commit().await.expect("kept");
        id
    }

    async fn find(&self, id: Id<Deployment>) -> Deployment {
        let mut tx = self.market.market.read().await.expect("a look");
        record::find(&mut tx, id).await.expect("a look").expect("the machine")
    }

    /// The stages that a machine went through since the story began.
    async fn life(&self, id: Id<Deployment>) -> String {
        let mut tx = self.market.market.read().await.expect("a look");
        let events = record::events(&mut tx, id).await.expect("its life");
        events.iter().map(|event| event.stage.name()).collect::<Vec<_>>().join(" ")
    }

    async fn asks(&self, what: &str, id: Id<Deployment>) -> Result<(), house::Error> {
        let mut tx = self.market.market.write().await.expect("a transaction");
        let by = &self.customer;
        match what {
            "stop" => stop(&mut tx, by, id).await?,
            "start" => start(&mut tx, by, id).await?,
            "restart" => restart(&mut tx, by, id).await?,
            "try again" => try_again(&mut tx, by, id).await?,
            "destroy" => destroy(&mut tx, by, id).await?,
            other => panic!("nobody asks to {other}"),
        }
        tx.commit().await
    }

    /// The machine's own web server: answers with its token, as often as it is asked.
    async fn answers(&self, id: Id<Deployment>) {
        let token = self.find(id).await.token;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        self.market.machines.answers_at(listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).await;
                let answer = format!("HTTP/1.0 200 OK\r\n\r\n<p>{token}</p>");
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
    }

    async fn ready(&self, host_name: &str) -> Id<Deployment> {
        let id = self.deploy(host_name).await;
        self.answers(id).await;
        self.market.work().await;
        assert_eq!(self.find(id).await.stage.name(), "ready");
        id
    }
}

house::on_both_engines! {
    async fn a_machine_is_made_answers_and_is_ready(engine) {
        let story = Story::open(engine).await;
        let id = story.deploy("web-1").await;
        story.market.work().await;
        assert_eq!(story.life(id).await, "requested staging creating booting");
        // It runs, and nobody has answered with its token.
        story.answers(id).await;
        story.market.machines.becomes(&id.to_string(), Observed::Starting);
        story.market.turn(Duration::from_secs(2));
        story.market.work().await;
        assert_eq!(story.find(id).await.stage.name(), "booting");
        let address = "127.0.0.1:9".parse().expect("an address");
        let forwards = vec![compute::Forward { guest_port: 80, address }];
        story.market.machines.becomes(&id.to_string(), Observed::Running { forwards });
        story.market.turn(Duration::from_secs(2));
        story.market.work().await;
        assert_eq!(story.find(id).await.stage.name(), "booting", "another's port is not its own");

        let second = story.ready("web-2").await;
        assert_eq!(story.life(second).await, "requested staging creating booting ready");
        let spec = story.market.machines.spec(&second.to_string()).expect("a machine");
        assert_eq!((spec.host_name.as_str(), spec.user.as_str(), spec.open_ports.as_slice()), ("web-2", "jean", &[80, 22][..]));
        let letters = story.market.letters_to("jean@market.test").await;
        assert_eq!(letters.iter().filter(|letter| letter.title == "web-2 is ready").count(), 1, "{letters:?}");
    }

    async fn a_machine_is_stopped_started_restarted_and_deleted(engine) {
        let story = Story::open(engine).await;
        let id = story.ready("web-1").await;
        for (what, stage) in [("stop", "stopped"), ("start", "ready"), ("restart", "ready")] {
            story.asks(what, id).await.expect(what);
            story.market.work().await;
            assert_eq!(story.find(id).await.stage.name(), stage, "{what}");
        }
        let refused = story.asks("start", id).await.expect_err("it runs");
        assert_eq!(refused.code(), Some("deployments.not_now"));
        story.asks("destroy", id).await.expect("the end");
        story.asks("destroy", id).await.expect("asked twice");
        story.market.work().await;
        assert_eq!(story.find(id).await.stage, Stage::Destroyed);
        assert_eq!(story.market.machines.count(), 0);
        let letters = story.market.letters_to("jean@market.test").await;
        let ready = letters.iter().filter(|letter| letter.title.ends_with("is ready")).count();
        assert_eq!(ready, 1, "told once, not at every start");
    }

    async fn a_machine_that_never_answers_fails_in_words_and_can_be_tried_again(engine) {
        let story = Story::open(engine).await;
        let id = story.deploy("web-1").await;
        story.market.work().await;
        story.market.turn(Duration::from_secs(301));
        story.market.work().await;
        let Stage::Failed { reason, retryable } = story.find(id).await.stage else { panic!("not failed") };
        assert_eq!((reason.key.as_str(), retryable), ("deployments-reason-no-answer", true));
        story.market.work().await;
        assert!(!story.market.letters_to("jean@market.test").await.is_empty());
        story.answers(id).await;
        // The machine is found, not made again; its port leads to the server by now.
        story.market.machines.vanishes(&id.to_string());
        story.asks("try again", id).await.expect("another try");
        story.market.work().await;
        assert_eq!(story.find(id).await.stage.name(), "ready");
    }

    async fn what_the_engine_refuses_is_told_and_a_failed_machine_can_be_deleted(engine) {
        let story = Story::open(engine).await;
        let no_room = compute::Error::NoRoom { asked_mib: 512, free_mib: 1, budget_mib: 2 };
        let not_here = compute::Error::NotHere { missing: "QEMU".into(), install: "apt-get".into() };
        let bad = compute::Error::BadImage("cut off".into());
        for (call, error, key, again) in [
            ("instance", no_room, "deployments-reason-no-room", true),
            ("image", not_here, "deployments-reason-not-here", true),
            ("image", bad, "deployments-reason-bad-image", false),
        ] {
            story.market.machines.fail_next(call, error);
            let id = story.deploy("web-1").await;
            story.market.work().await;
            let Stage::Failed { reason, retryable } = story.find(id).await.stage else { panic!("{key}") };
            assert_eq!((reason.key.as_str(), retryable), (key, again));
            if !again {
                let refused = story.asks("try again", id).await.expect_err("it would be the same");
                assert_eq!(refused.code(), Some("deployments.not_now"));
            }
            story.asks("destroy", id).await.expect("always");
            story.market.work().await;
            assert_eq!(story.find(id).await.stage, Stage::Destroyed);
        }
    }

    async fn an_engine_that_will_not_end_a_machine_is_asked_until_it_does(engine) {
        let story = Story::open(engine).await;
        let id = story.ready("web-1").await;
        let trouble = compute::Error::TooSlow { what: "the end", seconds: 20 };
        story.market.machines.fail_next("destroy", trouble);
        story.asks("destroy", id).await.expect("the end");
        story.market.work().await;
        assert_eq!(story.find(id).await.stage, Stage::Destroying);
        story.market.turn(Duration::from_secs(11));
        story.market.work().await;
        assert_eq!(story.find(id).await.stage, Stage::Destroyed);
    }

    async fn a_machine_that_ends_behind_our_back_is_noticed(engine) {
        let story = Story::open(engine).await;
        for (observed, stage) in [
            (Observed::Stopped, "stopped"),
            (Observed::Failed { reason: "killed".into() }, "failed"),
            (Observed::Absent, "failed"),
        ] {
            let id = story.ready("web-1").await;
            story.market.machines.becomes(&id.to_string(), observed);
            story.market.turn(Duration::from_secs(31));
            story.market.work().await;
            let seen = story.find(id).await;
            assert_eq!(seen.stage.name(), stage);
            assert!(!seen.is_moving(), "nothing is done that nobody asked for");
        }
    }

    async fn orphans_are_ended_and_interrupted_work_is_taken_up_at_the_start(engine) {
        let story = Story::open(engine).await;
        let id = story.ready("web-1").await;
        let gone = story.ready("web-2").await;
        let mut tx = story.market.market.write().await.expect("a transaction");
        let mut row = record::find(&mut tx, gone).await.expect("a look").expect("a machine");
        // Deleted, says the row; the engine has kept its machine.
        record::set_wish(&mut tx, &mut row, Wish::Destroyed).await.expect("wished");
        record::set_stage(&mut tx, &mut row, Stage::Destroyed).await.expect("set");
        let mut moving = record::find(&mut tx, id).await.expect("a look").expect("a machine");
        record::set_stage(&mut tx, &mut moving, Stage::Stopping).await.expect("set");
        let standing = record::standing(&mut tx).await.expect("those that stand");
        assert_eq!(standing.len(), 1);
        tx.commit().await.expect("kept");
        assert_eq!(story.market.machines.count(), 2);
        story.answers(id).await;
        sweep_soon(&story.market.market).await.expect("queued");
        story.market.work().await;
        assert_eq!(story.market.machines.count(), 1);
        assert_eq!(story.find(id).await.stage.name(), "ready", "stopped on its way, and to run again");
    }

    async fn an_order_is_cancelled_only_when_nothing_is_left_under_it(engine) {
        let story = Story::open(engine).await;
        let id = story.ready("web-1").await;
        let mut tx = story.market.market.write().await.expect("a transaction");
        let refused = cancel_order(&mut tx, &story.customer, story.order).await.expect_err("a machine is left");
        assert_eq!(refused.code(), Some("deployments.machines_left"));
        drop(tx);
        story.asks("destroy", id).await.expect("the end");
        story.market.work().await;
        let mut tx = story.market.market.write().await.expect("a transaction");
        cancel_order(&mut tx, &story.customer, story.order).await.expect("cancelled");
        let machine = Machine {
            host_name: "late".into(), user_name: "jean".into(), ssh_keys: vec![], cores: 1, memory_mib: 512,
        };
        let refused = deploy(&mut tx, &story.customer, story.order, &machine).await.expect_err("cancelled");
        assert_eq!(refused.code(), Some("deployments.order_cancelled"));
    }

    async fn a_machine_is_its_customers_own(engine) {
        let story = Story::open(engine).await;
        let id = story.ready("web-1").await;
        let other = story.market.known("Eve", Language::En).await;
        let mut tx = story.market.market.write().await.expect("a transaction");
        let refused = destroy(&mut tx, &other, id).await.expect_err("not hers");
        assert_eq!(refused.code(), Some("house.not_found"));
        assert!(record::of_person(&mut tx, other.id, None, 10).await.expect("a list").is_empty());
        assert_eq!(record::of_person(&mut tx, story.customer.id, None, 10).await.expect("a list").len(), 1);
        let seen = story.find(id).await;
        assert_eq!(record::of_organisation(&mut tx, seen.organisation, None, 10).await.expect("a list").len(), 1);
    }
}
