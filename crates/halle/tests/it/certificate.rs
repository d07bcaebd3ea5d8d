//! A certificate of a real market, downloaded by a stranger and checked by the program at the desk against the image itself.

use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::client::{ask, get};
use crate::prepared::{Ground, Stop, demo_image};
use crate::server::{Server, program};

/// Where the market keeps the key that it made for itself.
const KEY: &str = "certificate-key";

fn verify(certificate: &Path, image: &Path, key: &Path) -> Output {
    let mut command = Command::new(program());
    command.arg("verify").args([certificate, image]).arg("--key").arg(key).args(["--lang", "en"]);
    command.stdin(Stdio::null()).output().expect("the program starts")
}

#[track_caller]
fn check(certificate: &Path, image: &Path, key: &Path, code: i32, said: &str) {
    let output = verify(certificate, image, key);
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert_eq!(output.status.code(), Some(code), "{told}");
    assert!(told.contains(said), "`{said}` is missing in: {told}");
}

/// Takes what is at this path of the market into a file.
#[track_caller]
fn download(server: &Server, path: &str, file: &Path) {
    let answer = get(&format!("{}{path}", server.address()));
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    assert!(answer.header("content-disposition").starts_with("attachment"), "{answer:?}");
    fs::write(file, answer.body).expect("room for a file");
}

#[test]
fn a_certificate_from_the_market_holds_at_the_desk_for_the_image_and_for_nothing_else() {
    // The offer is signed off, and goes live once the market runs again.
    let ground = Ground::at(Stop::SignedOff);
    let server = ground.serve();
    let look = ground.look();
    look.until("select count(*) as n from publishing_listing", 1, Duration::from_secs(60));
    let run = look.texts("select run as t from certification_certificate order by run").remove(0);
    let rights = fs::metadata(ground.data().join(KEY)).expect("the market made a key").permissions().mode();
    assert_eq!(rights & 0o777, 0o600);

    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
    let [certificate, key, image, page] =
        ["certificate.json", "market.pub", "notes.vhd", "page.html"].map(|name| folder.path().join(name));
    let at = format!("/certificates/{run}");
    download(&server, &format!("{at}/certificate.json"), &certificate);
    download(&server, "/certificates/key.pub", &key);
    fs::write(&page, get(&format!("{}{at}", server.address())).body).expect("room for a file");
    let page = fs::read_to_string(&page).expect("a page");
    assert!(
        page.contains("halle verify certificate-") && page.contains("notes.vhd --key market-key-"),
        "{page}"
    );
    check(&certificate, &demo_image(), &key, 0, "holds for");

    // One bit of the image.
    fs::copy(demo_image(), &image).expect("room for the image");
    fs::set_permissions(&image, fs::Permissions::from_mode(0o600)).expect("it is ours");
    let file = fs::File::options().read(true).write(true).open(&image).expect("the copy");
    let (mut byte, middle) = ([0], file.metadata().expect("a file").len() / 2);
    file.read_exact_at(&mut byte, middle).expect("a byte");
    file.write_all_at(&[byte[0] ^ 1], middle).expect("another byte");
    check(&certificate, &image, &key, 1, "the image is another one");

    // One letter of the certificate.
    let text = fs::read_to_string(&certificate).expect("it was downloaded");
    let payload = text.split("\"payload\": \"").nth(1).expect("a payload");
    let begins = &payload[..40];
    let other = begins.replacen(&begins[20..21], if &begins[20..21] == "A" { "B" } else { "A" }, 1);
    let forged = folder.path().join("forged.json");
    fs::write(&forged, text.replacen(begins, &other, 1)).expect("room for a file");
    check(&forged, &demo_image(), &key, 1, "does not hold");
}

#[test]
fn what_a_market_signed_is_checked_by_the_old_key_after_it_has_another() {
    let ground = Ground::at(Stop::Submitted);
    let mut server = ground.serve();
    let look = ground.look();
    let certified = "select count(*) as n from certification_certificate";
    look.until(certified, 1, Duration::from_secs(60));
    let run = look.texts("select run as t from certification_certificate").remove(0);
    let key = look.texts("select key as t from certification_certificate").remove(0);
    drop(look);
    assert!(server.stop().success(), "{}", server.log());
    fs::rename(ground.data().join(KEY), ground.data().join("retired-key")).expect("the key is moved away");
    server.start_again();

    let folder = tempfile::tempdir().expect("a folder");
    let [old, new, certificate] =
        ["old.pub", "new.pub", "certificate.json"].map(|name| folder.path().join(name));
    download(&server, &format!("/certificates/keys/{key}.pub"), &old);
    download(&server, "/certificates/key.pub", &new);
    assert_ne!(fs::read(&old).expect("a key"), fs::read(&new).expect("a key"));
    // It is not on sale yet: its publisher alone sees it.
    let at = format!("/certificates/{run}/certificate.json");
    assert_eq!(get(&format!("{}{at}", server.address())).status, 404);
    let cookie = format!("session={}", ground.session());
    let answer = ask(server.address(), "GET", &at, &[("Cookie", &cookie)], b"");
    assert_eq!(answer.status, 200, "{}", answer.body);
    fs::write(&certificate, answer.body).expect("room for a file");
    check(&certificate, &demo_image(), &old, 0, "holds for");
    check(&certificate, &demo_image(), &new, 1, "another key signed it");
}
