//! Findings of our own: one file per rule, one registry.
