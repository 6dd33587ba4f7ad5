//! The IR: what a site is. Typed, validated, every value with its place in the source; independent of any syntax.
