//! The `.mc` language: m4 as sendmail's tree uses it.
