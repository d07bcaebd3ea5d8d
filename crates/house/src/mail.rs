//! Letters, and how they are carried: by an SMTP server, or into a box of files that the operator can read.

use std::path::PathBuf;
use std::sync::Arc;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::error::{Error, Result};
use crate::outbox::Parcel;
use crate::words::Words;

/// A letter in plain text, in its reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    pub title: String,
    pub body: String,
}

/// The answer of the box of files, which has no server that could answer.
pub const BOXED: &str = "put into the letter box";

/// An answer as a page tells it: a server's in the server's own words, the box's in the reader's.
pub fn told(w: &Words, answer: &str) -> String {
    if answer == BOXED { w.say("mail-boxed").to_string() } else { answer.to_owned() }
}

/// Who carries letters.
#[derive(Clone)]
pub struct Post {
    from: Mailbox,
    way: Way,
}

#[derive(Clone)]
enum Way {
    /// One `.eml` file a letter, named by its id: carrying it twice leaves one.
    Box(Arc<PathBuf>),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

impl Post {
    /// Letters become files in this directory.
    pub fn into_box(from: &str, directory: PathBuf) -> Result<Post> {
        std::fs::create_dir_all(&directory)?;
        Ok(Post { from: sender(from)?, way: Way::Box(Arc::new(directory)) })
    }

    /// Letters go to a server: `smtp://user:password@host:port`, or `smtps://` for TLS from the first byte.
    pub fn by_smtp(from: &str, address: &str) -> Result<Post> {
        let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(address)
            .map_err(|error| Error::fault(format!("the mail server's address cannot be used: {error}")))?;
        Ok(Post { from: sender(from)?, way: Way::Smtp(smtp.build()) })
    }

    /// Carries one letter. The answer, good or bad, is kept with it.
    pub(crate) async fn carry(&self, parcel: &Parcel) -> Result<String, String> {
        let to: Mailbox =
            parcel.recipient.parse().map_err(|error| format!("{}: {error}", parcel.recipient))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&parcel.title)
            // A server that took the letter and whose answer was lost gets it again under the same id.
            .message_id(Some(format!("<{}@halle>", parcel.id)))
            .header(ContentType::TEXT_PLAIN)
            .body(parcel.body.clone())
            .map_err(|error| error.to_string())?;
        match &self.way {
            Way::Smtp(smtp) => {
                let answer = smtp.send(message).await.map_err(|error| error.to_string())?;
                Ok(format!("{} {}", answer.code(), answer.message().next().unwrap_or_default()))
            }
            Way::Box(directory) => {
                let (file, half) = (
                    directory.join(format!("{}.eml", parcel.id)),
                    directory.join(format!("{}.half", parcel.id)),
                );
                tokio::fs::write(&half, message.formatted()).await.map_err(|error| error.to_string())?;
                tokio::fs::rename(&half, &file).await.map_err(|error| error.to_string())?;
                Ok(BOXED.to_owned())
            }
        }
    }
}

fn sender(from: &str) -> Result<Mailbox> {
    from.parse().map_err(|error| Error::fault(format!("`{from}` is no sender for letters: {error}")))
}
