//! The rulesets: what decides.

use super::Document;
use crate::site::Site;

/// All rulesets that a site needs.
pub fn rules(_site: &Site) -> Document {
    Document::default()
}
