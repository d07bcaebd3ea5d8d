//! Volumes that lie.

use super::*;
