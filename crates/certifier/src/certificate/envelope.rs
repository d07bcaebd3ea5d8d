//! The envelope around a statement, as DSSE lays it out: the payload in base64, and signatures over its type and bytes.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};

use super::broken::{Broken, Part};
use super::keys::{PrivateKey, PublicKey};

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    #[serde(rename = "payloadType")]
    payload_type: String,
    payload: String,
    signatures: Vec<OneSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OneSignature {
    keyid: String,
    sig: String,
}

/// What is signed: type and payload, each with its length before it, so that neither can pass for a part of the other.
fn signed_bytes(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// Signs a payload and puts it into an envelope.
pub fn seal(payload: &[u8], key: &PrivateKey) -> String {
    let signature = key.sign(&signed_bytes(PAYLOAD_TYPE, payload));
    let envelope = Envelope {
        payload_type: PAYLOAD_TYPE.to_owned(),
        payload: STANDARD.encode(payload),
        signatures: vec![OneSignature { keyid: key.public().id(), sig: STANDARD.encode(signature) }],
    };
    let mut text =
        serde_json::to_string_pretty(&envelope).expect("an envelope is texts, which JSON can hold");
    text.push('\n');
    text
}

/// The payload, if the envelope holds exactly one signature and it is this key's.
pub fn open(text: &[u8], key: &PublicKey) -> Result<Vec<u8>, Broken> {
    let envelope: Envelope =
        serde_json::from_slice(text).map_err(|cause| Broken::NotACertificate(cause.to_string()))?;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(Broken::PayloadType(crate::printable::printable(&envelope.payload_type)));
    }
    // A second signature would be a claim that this key cannot check.
    let [signature] = &envelope.signatures[..] else {
        return Err(Broken::Signatures(envelope.signatures.len()));
    };
    let payload = decode(&envelope.payload).ok_or(Broken::Base64(Part::Payload))?;
    let bytes = decode(&signature.sig).ok_or(Broken::Base64(Part::Signature))?;
    let signed = <&[u8; 64]>::try_from(&bytes[..])
        .is_ok_and(|bytes| key.signed(&signed_bytes(PAYLOAD_TYPE, &payload), bytes));
    let named = signature.keyid == key.id();
    match (signed, named) {
        (true, true) => Ok(payload),
        (true, false) => Err(Broken::KeyId),
        (false, true) => Err(Broken::Signature),
        (false, false) => {
            Err(Broken::OtherKey { signer: crate::printable::printable(&signature.keyid), given: key.id() })
        }
    }
}

/// Either alphabet, as DSSE allows; padding and unused bits as the standard wants them, so that one value has one form in each.
fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}
