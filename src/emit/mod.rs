//! Products: each module turns a [`crate::site::Site`] into one output.

pub mod cf;
pub mod relay;
pub mod tables;
