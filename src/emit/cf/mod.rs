//! sendmail.cf.
//!
//! The directives are the reference's as a set; the rulesets are our own, decide the same, and are only what the site
//! uses. Every line knows the statement it comes from.

mod document;

pub use document::{Document, Line};
