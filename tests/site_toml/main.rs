//! `site.toml` as a user meets it: what it means and what it refuses.

#[cfg(test)]
mod equal;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod given;
#[cfg(test)]
mod refused;
