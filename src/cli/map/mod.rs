//! `relaycc map`: map files, made, looked into, checked and converted.

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

/// Make map files, and look into them, without makemap
#[derive(Debug, Subcommand)]
#[command(after_help = "\
A map is named as in sendmail.cf, without the `.db`, `.cdb` or `.lmdb` that its file ends with; the file's own name will do as \
well. Which format a file is of is told by its content. Nothing here needs a Berkeley DB library, and the same entries make the \
same bytes on every machine; for lmdb, which is for Postfix, on every machine whose memory has pages of the same size.")]
pub(super) enum Arguments {
    Build(build::Arguments),
    Dump(dump::Arguments),
    Get(get::Arguments),
    Check(check::Arguments),
    Convert(convert::Arguments),
    Aliases(aliases::Arguments),
}

/// # Errors
/// Arguments that contradict each other.
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

/// A format as it is named on the command line.
fn format(name: &str) -> Result<Format, String> {
    match name {
        // What makemap takes for it: the first of hash, dbm and cdb that it has.
        "implicit" => Ok(Format::Hash),
        "dbm" => Err("dbm files are not made here; sendmail reads hash, btree and cdb as well".into()),
        _ => match Format::from_name(name) {
            Some(format) if format.is_written() => Ok(format),
            Some(format) => {
                Err(format!("{format} files are read, not made: this relaycc was built without the feature `{format}`"))
            }
            None => {
                let names = written().map(Format::name).collect::<Vec<_>>().join(", ");
                Err(format!("there is no such format; those made here are {names}, and implicit, which is hash"))
            }
        },
    }
}

/// The formats that are made here.
fn written() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|format| format.is_written())
}

/// A format that sendmail reads, as it is named on the command line.
fn sendmail_format(name: &str) -> Result<Format, String> {
    if Format::from_name(name) == Some(Format::Lmdb) {
        return Err("sendmail reads no lmdb, and Postfix has aliases in a syntax of its own: use its postalias".into());
    }
    format(name)
}

/// One byte, as a character on the command line. Of several the first counts, as with makemap.
fn byte(text: &str) -> Result<u8, String> {
    match text.bytes().next() {
        Some(byte) if byte.is_ascii() => Ok(byte),
        _ => Err("one ASCII character is wanted".into()),
    }
}
