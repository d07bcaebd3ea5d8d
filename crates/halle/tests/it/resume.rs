//! The power goes while an image is arriving, at several places of one upload; its sender asks what is safe, and goes on there.

use std::io::Write;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use disk::content_id::{Flat, Leaves, for_each_leaf};
use disk::read_at::FileImage;
use house::chance::hex;

use crate::client::{ask, begin};
use crate::prepared::{Ground, IDLE, Look, Stop, demo_image};

/// What a crash may cost at most: the server tells its row this often.
const SYNC_EVERY: u64 = 16 << 20;
const PATIENCE: Duration = Duration::from_secs(60);
const RECEIVED: &str = "select received_bytes as n from images_upload";

/// The two digests of a file, found without the market.
fn digests(file: &std::path::Path) -> (String, String) {
    let source = FileImage::open(file).expect("the image opens");
    let size = std::fs::metadata(file).expect("it is there").len();
    let (mut leaves, mut flat) = (Leaves::of_size(size), Flat::default());
    for_each_leaf(&source, &mut |_, leaf| {
        leaves.take(&leaf.digest());
        flat.take(leaf);
        Ok(())
    })
    .expect("the image is read");
    (hex(leaves.finish().expect("whole").digest()), hex(&flat.finish()))
}

#[test]
fn an_upload_goes_on_where_it_was_safe_each_time_the_power_goes() {
    let image = demo_image();
    let bytes = std::fs::read(&image).expect("the demo image");
    let (content_id, sha256) = digests(&image);
    let ground = Ground::at(Stop::Registered);
    let (session, organisation) = (format!("session={}", ground.session()), ground.organisation());
    let mut server = ground.serve();
    let said = |key: &str, value: &str| format!("{key} {}", BASE64.encode(value));
    let length = bytes.len().to_string();
    let metadata =
        [said("filename", "notes.vhd"), said("sha256", &sha256), said("organisation", &organisation)]
            .join(",");
    let common =
        [("Cookie", session.as_str()), ("Sec-Fetch-Site", "same-origin"), ("Tus-Resumable", "1.0.0")];
    let mut headers = common.to_vec();
    headers.extend([("Upload-Length", length.as_str()), ("Upload-Metadata", metadata.as_str())]);
    let begun = ask(server.address(), "POST", "/api/v1/uploads", &headers, b"");
    assert_eq!(begun.status, 201, "{begun:?}");
    let upload = begun.header("location").to_owned();
    let look = ground.look();

    let mut safe = 0;
    for reached in [1_u64 << 10, 5 << 20, (20 << 20) + 7, 50 << 20, bytes.len() as u64 - 1] {
        // All the rest is announced, and the server dies when a part of it is there.
        let at = safe.to_string();
        let mut headers = common.to_vec();
        headers.extend([("Upload-Offset", at.as_str()), ("Content-Type", "application/offset+octet-stream")]);
        let mut sending = begin(server.address(), "PATCH", &upload, &headers, bytes.len() as u64 - safe);
        sending.write_all(&bytes[safe as usize..reached as usize]).expect("the server takes it");
        wait_until_stored(&look, safe + (reached - safe) / SYNC_EVERY * SYNC_EVERY);
        server.kill_9();
        server.start_again();
        let standing = ask(server.address(), "HEAD", &upload, &common, b"");
        assert_eq!(standing.status, 200, "{standing:?}");
        let told: u64 = standing.header("upload-offset").parse().expect("an offset");
        assert!((safe..=reached).contains(&told), "{told} after {reached} were sent, {safe} of them safely");
        assert!(reached - told < 2 * SYNC_EVERY, "{told} of {reached} is more than a crash may cost");
        assert_eq!(look.number("select count(*) as n from images_image"), 0, "no partial image is visible");
        safe = told;
    }

    let at = safe.to_string();
    let mut headers = common.to_vec();
    headers.extend([("Upload-Offset", at.as_str()), ("Content-Type", "application/offset+octet-stream")]);
    let rest = ask(server.address(), "PATCH", &upload, &headers, &bytes[safe as usize..]);
    assert_eq!((rest.status, rest.header("upload-offset")), (204, length.as_str()), "{rest:?}");
    look.until(IDLE, 0, PATIENCE);
    assert_eq!(look.texts("select sha256 as t from images_image"), [sha256]);
    assert_eq!(look.texts("select content_id as t from images_image"), [content_id]);
    assert_eq!(look.texts("select verdict as t from certification_run"), ["certified"]);
}

#[track_caller]
fn wait_until_stored(look: &Look, bytes: u64) {
    for _ in 0..3000 {
        if look.number(RECEIVED) as u64 >= bytes {
            return;
        }
        crate::client::pause();
    }
    panic!("the server does not tell that {bytes} bytes are safe, but {}", look.number(RECEIVED));
}
