//! Front ends: a `.mc` executed in order, or a `site.toml` read at once, become a [`crate::site::Site`].

pub mod agent;
