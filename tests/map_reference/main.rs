//! Map files beside what the tools that others use make of them: `db5.3_verify`, `db5.3_dump`, `db5.3_load`, `makemap`,
//! `sendmail -bt`, tinycdb's `cdb`, `postmap` and the tools of LMDB. Skipped where those are
//! not installed, unless `RELAYCC_REQUIRE_REFERENCE` is set.

#![cfg(test)]

mod berkeley;
mod cases;
mod cdb;
mod edges;
mod found;
#[cfg(feature = "lmdb")]
mod lmdb;
mod sendmail;
mod tables;
mod text;
mod tools;
mod written;
