//! `relaycc map`: builds, prints, searches, checks and converts map files.

mod aliases;
mod build;
mod check;
mod convert;
mod dump;
mod get;
mod progress;
mod store;
mod trusted;

use clap::Subcommand;

use super::Exit;
use crate::map::Format;

/// Build and inspect map files, without makemap
#[derive(Debug, Subcommand)]
#[command(after_help = "\
A map is named as in sendmail.cf, without the ending `.db`, `.cdb` or `.lmdb`; the full file name works as well. The format of an existing \
file is detected from its content. No Berkeley DB library is needed, and the same entries give the same bytes on every machine (for lmdb: \
on every machine with the same page size).")]
pub(super) enum Arguments {
    Build(build::Arguments),
    Dump(dump::Arguments),
    Get(get::Arguments),
    Check(check::Arguments),
    Convert(convert::Arguments),
    Aliases(aliases::Arguments),
}

/// # Errors
/// The arguments contradict each other.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, clap::Error> {
    match arguments {
        Arguments::Build(arguments) => build::run(arguments),
        Arguments::Dump(arguments) => Ok(dump::run(arguments)),
        Arguments::Get(arguments) => Ok(get::run(arguments)),
        Arguments::Check(arguments) => Ok(check::run(arguments)),
        Arguments::Convert(arguments) => Ok(convert::run(arguments)),
        Arguments::Aliases(arguments) => Ok(aliases::run(arguments)),
    }
}

/// Parses a format on the command line.
fn format(name: &str) -> Result<Format, String> {
    match name {
        // makemap takes the first of hash, dbm and cdb that it supports.
        "implicit" => Ok(Format::Hash),
        "dbm" => Err("dbm files cannot be written; use hash, btree or cdb".into()),
        _ => match Format::from_name(name) {
            Some(format) if format.is_written() => Ok(format),
            Some(format) => {
                Err(format!("{format} files can only be read: this relaycc was built without the feature `{format}`"))
            }
            None => {
                let names = writable_formats().map(Format::name).collect::<Vec<_>>().join(", ");
                Err(format!("allowed values: {names}, and implicit, which means hash"))
            }
        },
    }
}

/// The formats that can be written.
fn writable_formats() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|format| format.is_written())
}

/// Parses a format that sendmail can read.
fn sendmail_format(name: &str) -> Result<Format, String> {
    if Format::from_name(name) == Some(Format::Lmdb) {
        return Err("sendmail cannot read lmdb, and Postfix uses another syntax for aliases: use its postalias".into());
    }
    format(name)
}

/// Parses one byte, given as a character. Of several characters the first counts, as with makemap.
fn byte(text: &str) -> Result<u8, String> {
    match text.bytes().next() {
        Some(byte) if byte.is_ascii() => Ok(byte),
        _ => Err("expected one ASCII character".into()),
    }
}
