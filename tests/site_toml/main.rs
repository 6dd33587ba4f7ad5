//! `site.toml` as a user meets it: what it means, what it refuses, and what its schema says.

#[cfg(test)]
mod equal;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod given;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod schema;
