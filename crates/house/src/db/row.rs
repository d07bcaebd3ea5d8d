//! Typed values out of a row.

use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::clock::{Timestamp, from_micros};
use crate::error::Result;
use crate::ids::Id;

/// Reads columns by name. A column that is missing or of another type is a fault, never a default.
pub trait Columns {
    fn id<T>(&self, name: &str) -> Result<Id<T>>;
    fn maybe_id<T>(&self, name: &str) -> Result<Option<Id<T>>>;
    fn text(&self, name: &str) -> Result<String>;
    fn maybe_text(&self, name: &str) -> Result<Option<String>>;
    fn int(&self, name: &str) -> Result<i64>;
    fn maybe_int(&self, name: &str) -> Result<Option<i64>>;
    fn flag(&self, name: &str) -> Result<bool>;
    fn time(&self, name: &str) -> Result<Timestamp>;
    fn maybe_time(&self, name: &str) -> Result<Option<Timestamp>>;
    fn bytes(&self, name: &str) -> Result<Vec<u8>>;
    fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T>;
    fn maybe_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>>;
}

impl Columns for AnyRow {
    #[track_caller]
    fn id<T>(&self, name: &str) -> Result<Id<T>> {
        Ok(Id::parse(self.try_get(name)?)?)
    }
    #[track_caller]
    fn maybe_id<T>(&self, name: &str) -> Result<Option<Id<T>>> {
        Ok(self.try_get::<Option<&str>, _>(name)?.map(Id::parse).transpose()?)
    }
    #[track_caller]
    fn text(&self, name: &str) -> Result<String> {
        Ok(self.try_get(name)?)
    }
    #[track_caller]
    fn maybe_text(&self, name: &str) -> Result<Option<String>> {
        Ok(self.try_get(name)?)
    }
    #[track_caller]
    fn int(&self, name: &str) -> Result<i64> {
        Ok(self.try_get(name)?)
    }
    #[track_caller]
    fn maybe_int(&self, name: &str) -> Result<Option<i64>> {
        Ok(self.try_get(name)?)
    }
    #[track_caller]
    fn flag(&self, name: &str) -> Result<bool> {
        Ok(self.try_get::<i64, _>(name)? != 0)
    }
    #[track_caller]
    fn time(&self, name: &str) -> Result<Timestamp> {
        Ok(from_micros(self.try_get(name)?))
    }
    #[track_caller]
    fn maybe_time(&self, name: &str) -> Result<Option<Timestamp>> {
        Ok(self.try_get::<Option<i64>, _>(name)?.map(from_micros))
    }
    #[track_caller]
    fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        Ok(self.try_get(name)?)
    }
    #[track_caller]
    fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        Ok(serde_json::from_str(self.try_get(name)?)?)
    }
    #[track_caller]
    fn maybe_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        Ok(self.try_get::<Option<&str>, _>(name)?.map(serde_json::from_str).transpose()?)
    }
}
