//! Certificates: what is signed, and everything that must not pass for it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use certifier::certificate::{self, Broken, Certificate, NotAKey, PrivateKey, PublicKey};
use certifier::date::Date;
use certifier::profile::Profile;
use certifier::report::Report;
use serde_json::{Value, json};

use crate::specimen::{Image, Specimen};

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

fn key() -> PrivateKey {
    PrivateKey::from_seed(&[7; 32])
}

fn today() -> Date {
    Date::parse("2026-11-22").expect("a day")
}

static CERTIFIED: LazyLock<(Image, Report)> = LazyLock::new(|| {
    let image = Specimen::clean().small().build();
    let report = image.certify(&Profile::kvm());
    (image, report)
});

fn certified() -> &'static Report {
    &CERTIFIED.1
}

fn signed() -> String {
    certificate::sign(certified(), today(), &key()).expect("a certified image")
}

/// The bytes over which a signature is made, computed apart from the code under test.
fn pae(payload: &[u8]) -> Vec<u8> {
    let mut bytes = b"DSSEv1 28 application/vnd.in-toto+json ".to_vec();
    bytes.extend(payload.len().to_string().bytes());
    bytes.push(b' ');
    bytes.extend(payload);
    bytes
}

fn envelope() -> Value {
    serde_json::from_str(&signed()).expect("an envelope is JSON")
}

fn payload() -> Vec<u8> {
    STANDARD.decode(envelope()["payload"].as_str().expect("a text")).expect("base64")
}

/// A payload of anyone's making, signed by the right key: what a careless or cheating signer might hand out.
fn sealed(payload: &[u8]) -> Value {
    // Any Ed25519 will do; the envelope is put together by hand so that nothing of it is the code's own doing.
    let folder = tempfile::tempdir().expect("a temporary directory");
    fs::write(folder.path().join("message"), pae(payload)).expect("room for a message");
    fs::write(folder.path().join("key"), key().to_pem()).expect("room for a key");
    openssl(folder.path(), "pkeyutl -sign -rawin -inkey @key -in @message -out @sig");
    let signature = STANDARD.encode(fs::read(folder.path().join("sig")).expect("a signature"));
    json!({
        "payloadType": PAYLOAD_TYPE,
        "payload": STANDARD.encode(payload),
        "signatures": [{ "keyid": key().public().id(), "sig": signature }],
    })
}

/// Runs openssl; a word that begins with `@` names a file in the folder.
#[track_caller]
fn openssl(folder: &Path, words: &str) {
    let arguments = words.split(' ').map(|word| match word.strip_prefix('@') {
        Some(name) => folder.join(name).into_os_string(),
        None => word.into(),
    });
    let output = Command::new("openssl").args(arguments).output().expect("openssl is installed");
    assert!(output.status.success(), "openssl {words}: {}", String::from_utf8_lossy(&output.stderr));
}

/// What reading says of this certificate.
#[track_caller]
fn check(certificate: &str, says: &str) {
    let read = Certificate::read(certificate.as_bytes(), &key().public(), today());
    let said = read.expect_err("it does not hold").to_string();
    assert!(said.contains(says), "said: {said}");
}

/// What reading says of the certificate when its envelope is changed so.
#[track_caller]
fn check_envelope(change: impl FnOnce(&mut Value), says: &str) {
    let mut envelope = envelope();
    change(&mut envelope);
    check(&envelope.to_string(), says);
}

/// What reading says when the right key signed a statement that is changed so.
#[track_caller]
fn check_statement(from: &str, to: &str, says: &str) {
    let payload = String::from_utf8(payload()).expect("JSON is text");
    assert!(payload.contains(from), "`{from}` is not in the statement");
    check(&sealed(payload.replacen(from, to, 1).as_bytes()).to_string(), says);
}

#[test]
fn a_certificate_holds_for_its_image_and_its_key() {
    let certificate = Certificate::read(signed().as_bytes(), &key().public(), today()).expect("it holds");
    assert_eq!(&certificate.report, certified());
    assert_eq!(certificate.certified_on, today());
    let source = disk::read_at::FileImage::open(&CERTIFIED.0.path).expect("it was just made");
    let id = disk::content_id::of(&source).expect("it can be read");
    certificate.is_for(id).expect("these bytes");
    certificate.is_for_length(certified().file_bytes).expect("this length");
    let other = disk::content_id::of(&vec![0; 10]).expect("memory can be read");
    assert!(matches!(certificate.is_for(other), Err(Broken::Content { .. })));
    assert!(matches!(certificate.is_for_length(10), Err(Broken::Length { .. })));
}

#[test]
fn openssl_reads_our_keys_and_agrees_with_our_signatures() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("message"), pae(&payload())).expect("room for a message");
    fs::write(at("key.pub"), key().public().to_pem()).expect("room for a key");
    let signature = envelope()["signatures"][0]["sig"].as_str().map(|text| STANDARD.decode(text));
    fs::write(at("sig"), signature.expect("a text").expect("base64")).expect("room for a signature");
    openssl(folder.path(), "pkeyutl -verify -pubin -rawin -inkey @key.pub -in @message -sigfile @sig");
    fs::write(at("key"), key().to_pem()).expect("room for a key");
    openssl(folder.path(), "pkey -pubout -in @key -out @derived");
    let derived = fs::read_to_string(at("derived")).expect("a key");
    assert_eq!(derived, key().public().to_pem());
    openssl(folder.path(), "genpkey -algorithm ed25519 -out @theirs");
    let theirs = fs::read_to_string(at("theirs")).expect("a key");
    assert_eq!(PrivateKey::parse(&theirs).expect("openssl's key").to_pem(), theirs);
    openssl(folder.path(), "pkey -pubin -outform DER -in @key.pub -out @der");
    use sha2::Digest;
    let digest = sha2::Sha256::digest(fs::read(at("der")).expect("a key"));
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(key().public().id(), hex);
}

#[test]
fn whatever_is_changed_after_signing_is_noticed() {
    check_envelope(|it| it["payload"] = json!(STANDARD.encode(b"{}")), "signature does not hold");
    check_envelope(
        |it| {
            let mut bytes = payload();
            let at = bytes.len() / 2;
            bytes[at] ^= 1;
            it["payload"] = json!(STANDARD.encode(bytes));
        },
        "signature does not hold",
    );
    check_envelope(
        |it| it["signatures"][0]["sig"] = json!(STANDARD.encode([0; 64])),
        "signature does not hold",
    );
    check_envelope(
        |it| it["signatures"][0]["sig"] = json!(STANDARD.encode([0; 63])),
        "signature does not hold",
    );
    check_envelope(|it| it["signatures"][0]["keyid"] = json!("00"), "another key's name");
    check_envelope(|it| it["payloadType"] = json!("text/plain"), "of type text/plain");
    check_envelope(|it| it["signatures"] = json!([]), "0 signatures");
    check_envelope(
        |it| {
            let one = it["signatures"][0].clone();
            it["signatures"] = json!([one, { "keyid": "another", "sig": "AAAA" }]);
        },
        "2 signatures",
    );
    check_envelope(|it| it["note"] = json!("trust me"), "unknown field");
    check_envelope(|it| it["signatures"][0]["cert"] = json!(""), "unknown field");
    check("", "no certificate");
    check("{}", "no certificate");
    check(&signed()[..200], "no certificate");
    check(&format!("{}{{}}", signed()), "no certificate");
    let twice = signed().replacen('{', "{\"payload\": \"AAAA\",", 1);
    check(&twice, "duplicate field");
}

#[test]
fn a_certificate_by_another_key_names_that_key() {
    let theirs = PrivateKey::from_seed(&[9; 32]);
    let text = certificate::sign(certified(), today(), &theirs).expect("a certified image");
    check(&text, &theirs.public().id());
}

#[test]
fn base64_has_one_form_in_each_alphabet() {
    let url = URL_SAFE.encode(payload());
    let mut it = envelope();
    it["payload"] = json!(url);
    Certificate::read(it.to_string().as_bytes(), &key().public(), today()).expect("the other alphabet");
    let signature = STANDARD.decode(envelope()["signatures"][0]["sig"].as_str().expect("a text"));
    let bare = STANDARD_NO_PAD.encode(signature.expect("base64"));
    check_envelope(|it| it["signatures"][0]["sig"] = json!(bare), "signature is not base64");
    check_envelope(
        |it| {
            let wrapped = it["payload"].as_str().expect("a text").replacen('A', "A\n", 1);
            it["payload"] = json!(wrapped);
        },
        "payload is not base64",
    );
    // The last character before the padding has bits that no byte uses.
    check_envelope(
        |it| {
            let text = it["signatures"][0]["sig"].as_str().expect("a text").to_owned();
            let body = text.trim_end_matches('=');
            let last = body.chars().last().expect("a signature");
            let next = char::from_u32(u32::from(last) + 1).expect("a character");
            it["signatures"][0]["sig"] = json!(format!("{}{next}==", &body[..body.len() - 1]));
        },
        "signature is not base64",
    );
}

#[test]
fn every_claim_is_checked_even_if_the_right_key_signed_it() {
    let report = certified();
    let id = report.content_id.as_deref().and_then(|id| id.strip_prefix("halle1:")).expect("an id");
    let changed = format!("{}{}", &id[1..], &id[..1]);
    check_statement(
        "https://in-toto.io/Statement/v1",
        "https://in-toto.io/Statement/v2",
        "type of the statement",
    );
    check_statement("urn:halle:certificate:1", "urn:halle:certificate:2", "type of the predicate");
    check_statement("\"specimen.vhd\"", "\"another.vhd\"", "name of the file");
    check_statement(id, &changed, "content");
    check_statement(id, "00", "not understood");
    check_statement("\"verdict\":\"certified\"", "\"verdict\":\"not_certified\"", "verdict");
    check_statement("\"profile\":\"kvm\"", "\"profile\":\"strict\"", "profile");
    check_statement("\"rulebook\":\"", "\"rulebook\":\"x", "rulebook");
    check_statement("\"certifiedOn\":\"2026-11-22\"", "\"certifiedOn\":\"2026-11-24\"", "still to come");
    check_statement("\"certifiedOn\":\"2026-11-22\"", "\"certifiedOn\":\"today\"", "not understood");
    check_statement("\"sha256\":\"", "\"sha256\":\"0", "digest of the report");
    check_statement("\"verdict\":\"pass\"", "\"verdict\":\"fail\"", "digest of the report");
    check_statement("{\"_type\"", "{\"_type\":\"x\",\"_type\"", "duplicate field");
    check_statement("{\"_type\"", "{\"more\":1,\"_type\"", "unknown field");
    check_statement("\"predicate\":{", "\"predicate\":{\"more\":1,", "unknown field");
    check_statement("\"digest\":{\"halle1\"", "\"digest\":{\"sha256\":\"00\",\"halle1\"", "unknown field");
    check_statement(
        "\"subject\":[",
        "\"subject\":[{\"name\":\"a\",\"digest\":{\"halle1\":\"00\"}},",
        "number of images",
    );
}

/// A statement whose report was changed and whose digest was made good again.
#[track_caller]
fn check_report(from: &str, to: &str, says: &str) {
    use sha2::Digest;
    let report = serde_json::to_string(certified()).expect("a report is data");
    assert!(report.contains(from), "`{from}` is not in the report");
    let changed = report.replacen(from, to, 1);
    let digest = |text: &str| -> String {
        sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let payload = String::from_utf8(payload()).expect("JSON is text");
    let payload = payload.replace(&digest(&report), &digest(&changed)).replace(&report, &changed);
    check(&sealed(payload.as_bytes()).to_string(), says);
}

#[test]
fn a_report_that_does_not_certify_is_no_ground_for_a_certificate() {
    check_report("\"verdict\":\"pass\"", "\"verdict\":\"fail\"", "does not certify");
    check_report("\"verdict\":\"certified\"", "\"verdict\":\"container_sound\"", "does not certify");
    check_report("\"scanned_bytes\":", "\"scanned_bytes\":1", "does not certify");
    let severity = "\"severity\":\"fail\",\"verdict\":\"pass\"";
    check_report(severity, "\"severity\":\"fail\",\"verdict\":\"not_decided\"", "does not certify");
}

#[test]
fn only_a_certified_image_gets_a_certificate() {
    let faulty = Specimen::clean().small().file("/root/.bash_history", "passwd\n").build();
    let report = faulty.certify(&Profile::kvm());
    assert!(certificate::sign(&report, today(), &key()).is_err());
    let source = disk::read_at::FileImage::open(&faulty.path).expect("it was just made");
    let container = certifier::certify_container(&source, "a.vhd", &Profile::kvm());
    assert!(certificate::sign(&container, today(), &key()).is_err());
    // A verdict that its rules do not bear out.
    let lie = Report { verdict: certified().verdict, ..report };
    assert!(certificate::sign(&lie, today(), &key()).is_err());
}

#[test]
fn a_certificate_that_rests_on_an_exception_ends_with_it() {
    let image = Specimen::clean().small().file("/root/.bash_history", "passwd\n").build();
    let mut report = image.certify(&Profile::kvm());
    let text = "[[exception]]\nrule = \"L24\"\nreason = \"kept\"\nuntil = 2026-12-01\nby = \"Ada\"\n";
    report.except(&certifier::exceptions::parse(text).expect("an exception"), today());
    let text = certificate::sign(&report, today(), &key()).expect("certified by exception");
    let read = |day: &str| {
        Certificate::read(text.as_bytes(), &key().public(), Date::parse(day).expect("a day")).map(|_| ())
    };
    assert_eq!(read("2026-12-01"), Ok(()));
    let until = Date::parse("2026-12-01").expect("a day");
    assert_eq!(read("2026-12-02"), Err(Broken::Ended { rule: "L24".to_owned(), until }));
}

#[track_caller]
fn check_key(text: &str, says: NotAKey) {
    assert_eq!(PublicKey::parse(text), Err(says), "{text}");
}

#[test]
fn a_file_that_is_no_key_is_told_from_the_wrong_kind_of_key() {
    let public = key().public().to_pem();
    assert_eq!(PublicKey::parse(&public.replace('\n', "\r\n")), Ok(key().public()));
    check_key("", NotAKey::NotPublic);
    check_key(&key().to_pem(), NotAKey::Private);
    check_key(&public[..60], NotAKey::NotPublic);
    check_key(&format!("{public}{public}"), NotAKey::NotPublic);
    check_key(&public.replacen("MCow", "MCoX", 1), NotAKey::NotPublic);
    let weak = [&[0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0, 1][..], &[0; 31]].concat();
    let weak = STANDARD.encode(weak);
    check_key(&format!("-----BEGIN PUBLIC KEY-----\n{weak}\n-----END PUBLIC KEY-----\n"), NotAKey::Weak);
    assert_eq!(PrivateKey::parse(&public).err(), Some(NotAKey::Public));
    assert_eq!(PrivateKey::parse("secret").err(), Some(NotAKey::NotPrivate));
}
