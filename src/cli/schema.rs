//! `relaycc schema`: JSON Schemas of what the program reads and writes.

use clap::{Args, ValueEnum};

use super::Exit;
use crate::{emit::relay, front::toml::schema};

/// Write the JSON Schema of site.toml, or of relay.toml, to standard output
#[derive(Debug, Args)]
#[command(after_help = "Editors complete and check a site.toml that names the schema in its first line:\n  \
                        #:schema ./site.schema.json")]
pub(super) struct Arguments {
    /// The file that the schema is about
    #[arg(value_enum, value_name = "SCHEMA", default_value_t)]
    of: Described,
}

/// What there are schemas of.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Described {
    /// site.toml
    #[default]
    Site,
    /// relay.toml
    Relay,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let schema = match arguments.of {
        Described::Site => schema::schema(),
        Described::Relay => relay::schema().to_value(),
    };
    super::print(format!("{schema:#}\n").as_bytes())
}
