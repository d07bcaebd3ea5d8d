use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use disk::container::vhd::footer_for;
use house::db::Engine;
use house::{Id, jobs};
use sha2::{Digest, Sha256};

use super::arriving::Arriving;
use super::*;
use crate::testing::{Answer, Browser, MarketInABox};

const MIB: usize = 1 << 20;

/// A fixed VHD of so many MiB whose disk begins with a partition table and holds some bytes of its own.
pub fn vhd(mib: usize, fill: u8) -> Vec<u8> {
    let mut bytes = vec![0; mib * MIB];
    let partition: [u8; 16] = [0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0];
    bytes[446..462].copy_from_slice(&partition);
    bytes[510..512].copy_from_slice(&[0x55, 0xaa]);
    bytes[MIB..MIB + 70_000].fill(fill);
    let size = bytes.len() as u64;
    bytes.extend(footer_for(size, [fill; 16], 800_000_000));
    bytes
}

/// A publisher who sends over the API.
struct Sender<'m> {
    market: &'m MarketInABox,
    browser: Browser,
    organisation: Id<crate::people::Organisation>,
}

impl<'m> Sender<'m> {
    async fn new(market: &'m MarketInABox, name: &str) -> Sender<'m> {
        let (browser, organisation) = market.publisher(name).await;
        Sender { market, browser, organisation }
    }

    async fn ask(&mut self, method: &str, path: &str, more: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut headers = vec![("tus-resumable", "1.0.0"), ("sec-fetch-site", "same-origin")];
        headers.extend_from_slice(more);
        self.market.ask(&mut self.browser, method, path, &headers, body.to_vec()).await
    }

    /// Announces a file and returns the address of the upload.
    async fn announces(&mut self, name: &str, length: usize, sha256: &str) -> String {
        let answer = self.announced(name, length, sha256).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.location
    }

    async fn announced(&mut self, name: &str, length: usize, sha256: &str) -> Answer {
        let said = |text: &str| BASE64.encode(text);
        let metadata = format!("filename {},sha256 {}", said(name), said(sha256));
        let path = format!("/api/v1/uploads?organisation={}", self.organisation);
        let length = length.to_string();
        self.ask("POST", &path, &[("upload-length", &length), ("upload-metadata", &metadata)], b"").await
    }

    async fn sends(&mut self, upload: &str, offset: usize, bytes: &[u8]) -> Answer {
        self.sends_with(upload, offset, bytes, &[]).await
    }

    async fn sends_with(
        &mut self,
        upload: &str,
        offset: usize,
        bytes: &[u8],
        more: &[(&str, &str)],
    ) -> Answer {
        let offset = offset.to_string();
        let mut headers =
            vec![("upload-offset", offset.as_str()), ("content-type", "application/offset+octet-stream")];
        headers.extend_from_slice(more);
        self.ask("PATCH", upload, &headers, bytes).await
    }

    async fn upload(&mut self, upload: &str) -> serde_json::Value {
        let shown = self.ask("GET", upload, &[], b"").await;
        assert_eq!(shown.status, 200, "{}", shown.body);
        serde_json::from_str(&shown.body).expect("JSON")
    }

    /// Sends a whole file and has it sealed.
    async fn gives(&mut self, name: &str, bytes: &[u8]) -> serde_json::Value {
        let upload = self.announces(name, bytes.len(), "").await;
        let sent = self.sends(&upload, 0, bytes).await;
        assert_eq!(sent.status, 204, "{}", sent.body);
        self.market.work().await;
        self.upload(&upload).await
    }
}

/// Nothing of a refused upload stays on disk, and no image came of it.
async fn nothing_stays(sender: &mut Sender<'_>, upload: &str) {
    let id = upload.rsplit('/').next().expect("an id");
    assert!(!sender.market.market.blobs().arriving(id).exists(), "the file is still there");
    let mut tx = sender.market.market.read().await.expect("a look");
    let images = record::images_of(&mut tx, sender.organisation).await.expect("the images");
    assert_eq!(images, []);
}

house::on_both_engines! {
    async fn an_upload_in_pieces_becomes_an_image_named_by_its_content(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let bytes = vhd(3, 7);
        let sha256 = house::chance::hex(&Sha256::digest(&bytes));
        let upload = acme.announces("disk.vhd", bytes.len(), &sha256).await;
        let mut at = 0;
        for (turn, step) in [1, 511, 4096, 16_385, 1 << 20, 700_001, bytes.len()].into_iter().enumerate() {
            let end = bytes.len().min(at + step);
            let sent = acme.sends(&upload, at, &bytes[at..end]).await;
            assert_eq!(sent.status, 204, "turn {turn}: {}", sent.body);
            at = end;
            assert_eq!(acme.upload(&upload).await["received_bytes"], at);
        }
        market.work().await;
        let shown = acme.upload(&upload).await;
        assert_eq!(shown["stage"], "sealed", "{shown}");
        let mut tx = market.market.read().await.unwrap();
        let image = image(&mut tx, Id::parse(shown["image"].as_str().unwrap()).unwrap()).await.unwrap().unwrap();
        assert_eq!(format!("halle1:{}", image.content_id), disk::content_id::of(&bytes).unwrap().to_string());
        assert_eq!((image.sha256, image.file_name.as_str()), (sha256, "disk.vhd"));
        let blob = market.market.blobs().path(&image.content_id).unwrap();
        assert!(std::fs::read(blob).unwrap() == bytes);
        assert!(sender_of(&mut tx, image.id).await.unwrap().is_some());
    }

    async fn the_same_bytes_twice_are_one_image(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let first = acme.gives("disk.vhd", &vhd(2, 1)).await;
        let second = acme.gives("again.vhd", &vhd(2, 1)).await;
        let other = acme.gives("other.vhd", &vhd(2, 2)).await;
        assert_eq!(first["image"], second["image"]);
        assert_ne!(first["image"], other["image"]);
        let mut globex = Sender::new(&market, "Globex").await;
        let theirs = globex.gives("disk.vhd", &vhd(2, 1)).await;
        assert_ne!(first["image"], theirs["image"], "two publishers never share an image, only its bytes");
    }

    async fn a_file_of_a_foreign_format_is_named_after_its_first_bytes(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        for (name, magic, format, command) in [
            ("disk.vhdx", &b"vhdxfile"[..], "VHDX", "halle convert disk.vhdx disk.vhd"),
            ("disk.qcow2", b"QFI\xfb\0\0\0\x03", "QCOW2", "halle convert disk.qcow2 disk.vhd"),
            ("disk.vmdk", b"# Disk DescriptorFile\ncreateType=\"monolithicFlat\"\n", "VMDK", "qemu-img convert -f vmdk"),
            ("disk.vhd.gz", b"\x1f\x8b\x08\0", "gzip", "gzip -dc"),
        ] {
            let mut bytes = magic.to_vec();
            bytes.resize(40_000, 0);
            let upload = acme.announces(name, 100 * MIB, "").await;
            let sent = acme.sends(&upload, 0, &bytes).await;
            assert_eq!(sent.status, 422, "{}", sent.body);
            assert!(sent.body.contains(format) && sent.body.contains(command), "{}", sent.body);
            assert_eq!(acme.ask("HEAD", &upload, &[], b"").await.status, 410);
            let shown = acme.upload(&upload).await;
            assert!(shown["reason"].as_str().unwrap().contains(command), "{shown}");
            nothing_stays(&mut acme, &upload).await;
        }
    }

    async fn a_file_that_is_cut_or_bare_is_refused_when_it_is_all_there(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let whole = vhd(2, 5);
        let mut dynamic = vec![0; 3000];
        dynamic[..512].copy_from_slice(&footer_for(MIB as u64, [1; 16], 0));
        dynamic[60..64].copy_from_slice(&3_u32.to_be_bytes());
        let mut grown = vhd(2, 5);
        grown.splice(0..0, [0; 512]);
        for (bytes, said) in [
            (whole[..whole.len() - 700].to_vec(), "halle convert disk.vhd disk-fixed.vhd"),
            (dynamic, "dynamic VHD"),
            (grown, "2097664"),
            (vec![0; 5000], "no fixed VHD"),
        ] {
            let upload = acme.announces("disk.vhd", bytes.len(), "").await;
            let sent = acme.sends(&upload, 0, &bytes).await;
            assert_eq!(sent.status, 422, "{}", sent.body);
            assert!(sent.body.replace(',', "").contains(said), "{}", sent.body);
            nothing_stays(&mut acme, &upload).await;
        }
    }

    async fn lengths_that_lie_are_found_out(engine) {
        let market = MarketInABox::open_with(engine, |settings| settings.image_bytes_max = 8 << 20).await;
        let mut acme = Sender::new(&market, "Acme").await;
        assert_eq!(acme.announced("disk.vhd", 9 << 20, "").await.status, 413);
        assert_eq!(acme.announced("disk.vhd", 100, "").await.status, 422);
        assert_eq!(acme.announced("", 4096, "").await.status, 422);
        assert_eq!(acme.announced("disk.vhd", 4096, "abc").await.status, 422);
        let bytes = vhd(2, 5);
        let upload = acme.announces("disk.vhd", bytes.len() - 1, "").await;
        assert_eq!(acme.sends(&upload, 0, &bytes).await.status, 413);
        nothing_stays(&mut acme, &upload).await;
        let upload = acme.announces("disk.vhd", bytes.len(), "").await;
        assert_eq!(acme.sends(&upload, 1, &bytes).await.status, 409);
        assert_eq!(acme.sends(&upload, 0, &bytes[..9000]).await.status, 204);
        assert_eq!(acme.sends(&upload, 0, &bytes[..9000]).await.status, 409, "a piece counts once");
        assert_eq!(acme.upload(&upload).await["received_bytes"], 9000);
    }

    async fn bytes_other_than_the_promised_ones_become_no_image(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let bytes = vhd(2, 5);
        let upload = acme.announces("disk.vhd", bytes.len(), &"ab".repeat(32)).await;
        assert_eq!(acme.sends(&upload, 0, &bytes).await.status, 204);
        market.work().await;
        let shown = acme.upload(&upload).await;
        assert_eq!(shown["stage"], "refused");
        assert!(shown["reason"].as_str().unwrap().contains(&"ab".repeat(32)), "{shown}");
        nothing_stays(&mut acme, &upload).await;
    }

    async fn a_piece_with_a_wrong_checksum_is_thrown_away(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let bytes = vhd(2, 5);
        let upload = acme.announces("disk.vhd", bytes.len(), "").await;
        let sum = |bytes: &[u8]| format!("sha256 {}", BASE64.encode(Sha256::digest(bytes)));
        let (right, wrong) = (sum(&bytes[..50_000]), sum(b"other"));
        let piece = &bytes[..50_000];
        assert_eq!(acme.sends_with(&upload, 0, piece, &[("upload-checksum", &wrong)]).await.status, 460);
        assert_eq!(acme.upload(&upload).await["received_bytes"], 0);
        assert_eq!(acme.sends_with(&upload, 0, piece, &[("upload-checksum", "md5 x")]).await.status, 422);
        assert_eq!(acme.sends_with(&upload, 0, piece, &[("upload-checksum", &right)]).await.status, 204);
        assert_eq!(acme.sends(&upload, 50_000, &bytes[50_000..]).await.status, 204);
        market.work().await;
        assert_eq!(acme.upload(&upload).await["stage"], "sealed");
    }

    async fn two_cannot_send_to_one_upload_at_once(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let bytes = vhd(2, 5);
        let upload = acme.announces("disk.vhd", bytes.len(), "").await;
        let path = market.market.blobs().arriving(upload.rsplit('/').next().unwrap());
        let other = Arriving::open(&path).unwrap().expect("nobody else writes");
        assert_eq!(acme.sends(&upload, 0, &bytes).await.status, 423);
        drop(other);
        assert_eq!(acme.sends(&upload, 0, &bytes).await.status, 204);
    }

    async fn a_crash_in_the_middle_of_a_piece_costs_at_most_what_was_never_told_to_be_safe(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let bytes = vhd(3, 9);
        let upload = acme.announces("disk.vhd", bytes.len(), "").await;
        assert_eq!(acme.sends(&upload, 0, &bytes[..MIB + 20_000]).await.status, 204);
        // What a process that was killed leaves behind: bytes in the file of which the row knows nothing.
        let path = market.market.blobs().arriving(upload.rsplit('/').next().unwrap());
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        std::io::Write::write_all(&mut file, &[0xee; 300_000]).unwrap();
        drop(file);
        assert_eq!(acme.upload(&upload).await["received_bytes"], MIB + 20_000);
        assert_eq!(acme.sends(&upload, MIB + 20_000, &bytes[MIB + 20_000..]).await.status, 204);
        market.work().await;
        let shown = acme.upload(&upload).await;
        let mut tx = market.market.read().await.unwrap();
        let image = image(&mut tx, Id::parse(shown["image"].as_str().unwrap()).unwrap()).await.unwrap().unwrap();
        assert!(std::fs::read(market.market.blobs().path(&image.content_id).unwrap()).unwrap() == bytes);
    }

    async fn a_crash_after_the_blob_is_in_its_place_ends_in_one_image(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let bytes = vhd(2, 4);
        let upload = acme.announces("disk.vhd", bytes.len(), "").await;
        assert_eq!(acme.sends(&upload, 0, &bytes).await.status, 204);
        // The blob is adopted, but nothing of it was noted.
        let blobs = market.market.blobs();
        let path = blobs.arriving(upload.rsplit('/').next().unwrap());
        let measured = seal::measure(&path, &Default::default()).unwrap();
        std::fs::copy(&path, path.with_extension("twin")).unwrap();
        seal::adopt(blobs, &path.with_extension("twin"), &measured.content_id).unwrap();
        market.work().await;
        assert_eq!(acme.upload(&upload).await["stage"], "sealed");
        assert!(!path.exists());
        seal::adopt(blobs, &path, &measured.content_id).expect("once more changes nothing");
    }

    async fn others_see_nothing_of_an_upload(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let bytes = vhd(2, 5);
        let upload = acme.announces("disk.vhd", bytes.len(), "").await;
        let mut globex = Sender::new(&market, "Globex").await;
        for method in ["GET", "HEAD", "DELETE"] {
            assert_eq!(globex.ask(method, &upload, &[], b"").await.status, 404, "{method}");
        }
        assert_eq!(globex.sends(&upload, 0, &bytes).await.status, 404);
        globex.organisation = acme.organisation;
        assert_eq!(globex.announced("disk.vhd", 4096, "").await.status, 404);
        globex.browser = Browser::new();
        assert_eq!(globex.announced("disk.vhd", 4096, "").await.status, 401);
        assert_eq!(globex.ask("GET", &upload, &[], b"").await.status, 401);
    }

    async fn a_program_sends_with_its_token(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let mut tx = market.market.write().await.unwrap();
        let owner = crate::people::members_of(&mut tx, acme.organisation).await.unwrap().remove(0).0;
        let by = crate::people::acting_for(&mut tx, &owner, acme.organisation, crate::people::Role::Owner).await.unwrap();
        let secret = crate::people::issue(&mut tx, &by, "CI", 30).await.unwrap();
        tx.commit().await.unwrap();
        acme.browser = Browser::new();
        let bearer = format!("Bearer {secret}");
        let said = format!("filename {}", BASE64.encode("disk.vhd"));
        let bytes = vhd(2, 5);
        let length = bytes.len().to_string();
        let headers = [
            ("authorization", bearer.as_str()),
            ("upload-length", &length),
            ("upload-metadata", &said),
            ("content-type", "application/offset+octet-stream"),
        ];
        let begun = acme.ask("POST", "/api/v1/uploads", &headers, &bytes).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
        market.work().await;
        let shown = acme.ask("GET", &begun.location, &[("authorization", &bearer)], b"").await.page();
        assert!(shown.contains("\"stage\":\"sealed\""), "{shown}");
        assert_eq!(acme.ask("GET", &begun.location, &[("authorization", "Bearer no")], b"").await.status, 401);
    }

    async fn an_unfinished_upload_is_found_again_by_its_fingerprint(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let said = |text: &str| BASE64.encode(text);
        let metadata = format!("filename {},fingerprint {}", said("disk.vhd"), said("disk.vhd-9-1"));
        let path = format!("/api/v1/uploads?organisation={}", acme.organisation);
        let begun = acme.ask("POST", &path, &[("upload-length", "9000"), ("upload-metadata", &metadata)], b"").await;
        let found = acme.ask("GET", &format!("{path}&fingerprint=disk.vhd-9-1"), &[], b"").await.page();
        assert!(found.contains(&begun.location), "{found}");
        let found = acme.ask("GET", &format!("{path}&fingerprint=disk.vhd-9-2"), &[], b"").await.page();
        assert_eq!(found, r#"{"uploads":[]}"#);
    }

    async fn what_nobody_goes_on_with_is_discarded_after_a_week(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let bytes = vhd(2, 5);
        let upload = acme.announces("disk.vhd", bytes.len(), "").await;
        assert_eq!(acme.sends(&upload, 0, &bytes[..9000]).await.status, 204);
        for day in 1..=6 {
            market.turn(Duration::from_secs(24 * 60 * 60));
            market.work().await;
            assert_eq!(acme.upload(&upload).await["stage"], "receiving", "day {day}");
        }
        market.turn(Duration::from_secs(2 * 24 * 60 * 60));
        market.work().await;
        assert_eq!(acme.upload(&upload).await["stage"], "discarded");
        nothing_stays(&mut acme, &upload).await;
        let mut tx = market.market.read().await.unwrap();
        let watch = jobs::newest(&mut tx, crate::images::jobs::WATCH, upload.rsplit('/').next().unwrap()).await.unwrap();
        assert_eq!(watch.expect("it was watched").state, "done");
    }

    async fn who_sends_may_give_up(engine) {
        let market = MarketInABox::open(engine).await;
        let mut acme = Sender::new(&market, "Acme").await;
        let upload = acme.announces("disk.vhd", 4 * MIB, "").await;
        assert_eq!(acme.sends(&upload, 0, &[0; 20_000]).await.status, 204);
        assert_eq!(acme.ask("DELETE", &upload, &[], b"").await.status, 204);
        nothing_stays(&mut acme, &upload).await;
        assert_eq!(acme.sends(&upload, 20_000, &[0; 10]).await.status, 410);
        assert_eq!(acme.ask("DELETE", &upload, &[], b"").await.status, 410);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_speak_tus_is_told_which_edition_is_spoken() {
    let market = MarketInABox::open(Engine::Sqlite).await;
    let mut acme = Sender::new(&market, "Acme").await;
    let upload = acme.announces("disk.vhd", 4 * MIB, "").await;
    let old = [("tus-resumable", "0.2.1"), ("sec-fetch-site", "same-origin")];
    let answer = market.ask(&mut acme.browser, "PATCH", &upload, &old, vec![1]).await;
    assert_eq!(answer.status, 412, "{}", answer.body);
    assert_eq!(acme.ask("PATCH", &upload, &[("upload-offset", "0")], b"x").await.status, 415);
    assert_eq!(acme.ask("OPTIONS", "/api/v1/uploads", &[], b"").await.status, 204);
}
