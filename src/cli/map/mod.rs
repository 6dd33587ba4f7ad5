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
A map is named as in sendmail.cf, without the `.db` or `.cdb` that its file ends with; the file's own name will do as well. \
Which format a file is of is told by its content. Nothing here needs a Berkeley DB library, and the same entries make the same \
bytes on every machine.")]
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
        _ => Format::from_name(name).ok_or_else(|| {
            let names = Format::ALL.map(Format::name).join(", ");
            format!("there is no such format; those made here are {names}, and implicit, which is hash")
        }),
    }
}

/// One byte, as a character on the command line. Of several the first counts, as with makemap.
fn byte(text: &str) -> Result<u8, String> {
    match text.bytes().next() {
        Some(byte) if byte.is_ascii() => Ok(byte),
        _ => Err("one ASCII character is wanted".into()),
    }
}
