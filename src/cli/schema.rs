//! `relaycc schema`: JSON Schemas of input and output files.

use clap::{Args, ValueEnum};

use super::Exit;
use crate::{emit::relay, front::toml::schema};

/// Print the JSON Schema of site.toml or relay.toml
#[derive(Debug, Args)]
#[command(after_help = "Editors validate and complete a site.toml whose first line names the schema:\n  \
                        #:schema ./site.schema.json")]
pub(super) struct Arguments {
    /// File format that the schema describes
    #[arg(value_enum, value_name = "SCHEMA", default_value_t)]
    of: Described,
}

/// Formats that have a schema.
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
