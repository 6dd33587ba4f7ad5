//! Products: each module turns a [`crate::site::Site`] into one output.

pub mod access;
pub mod cf;
pub mod relay;
