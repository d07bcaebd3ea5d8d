//! The page on which an image is sent.

use super::Upload;
use crate::hall::portal_address;

/// Where an upload can be watched.
pub fn address(upload: &Upload) -> String {
    portal_address(upload.organisation, &format!("/images/uploads/{}", upload.id))
}
