//! `.mc`: sendmail's macros, executed in order against the environment.
//!
//! The m4 machine reads the file; what `FEATURE`, `MAILER` and the others mean is [`Statements`], a dialect of it. The tree
//! that a `.mc` includes (`m4/cf.m4`) is built in, so nothing is read for it. Text that is left over, outside all calls, is
//! raw sendmail.cf and goes where the reference would put it (`raw`). `slips` finds what m4 takes without a word and
//! nobody means.

pub(super) mod raw;
mod record;
mod slips;
mod statements;
#[cfg(test)]
mod tests;
mod tree;

pub use statements::Statements;

use record::Record;

use super::{
    Compiled, Input, alias_text,
    environment::{Environment, TREE},
    lower::lower,
    macros::Macros,
    statement::Statement,
    table_text,
};
use std::path::Path;

use crate::{
    catalog::table::TABLES,
    diagnostic::Diagnostic,
    source::{FileSystem, Sources, Span},
    syntax::mc::{Machine, Text, load},
};

/// Compiles a `.mc`.
pub(super) fn compile(input: &Input<'_>, files: &dyn FileSystem) -> Compiled {
    run(input, files, None)
}

/// The same, and what the file says, statement by statement, in its order. Empty if it could not be read to its end.
pub(crate) fn record(input: &Input<'_>, files: &dyn FileSystem) -> (Compiled, Vec<Statement>) {
    let mut record = Record::default();
    let compiled = run(input, files, Some(&mut record));
    (compiled, record.statements)
}

fn run(input: &Input<'_>, files: &dyn FileSystem, mut record: Option<&mut Record>) -> Compiled {
    let mut sources = Sources::default();
    let (id, mut diagnostics) = load(&mut sources, input.name, input.bytes);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Compiled::new(None, diagnostics, sources, id);
    }
    let length = sources.get(id).map_or(0, |source| source.text().len());
    let end = Span::new(id, length, length);
    let includes_tree = tree::is_included(input, files);
    let mut m4 = Machine::new(&mut sources, files, id);
    let mut macros = Macros::new(&mut m4);
    let environment = Environment::without_names(&mut macros);
    macros.define("_CF_DIR_", Text::computed(TREE, environment.nowhere()));
    let mut dialect = Statements::new(environment, record.as_deref_mut());
    if !includes_tree {
        dialect.read_tree(&mut m4);
    }
    let finished = m4.run(&mut dialect, id).is_ok();
    let mut environment = dialect.into_environment();
    let first_table = m4.sources().next_id();
    let mut site = None;
    if finished {
        raw::collect(&mut environment, &mut m4);
        environment.note_order();
        if let Some(record) = record {
            record.definitions(&mut Macros::new(&mut m4));
            record.raw(&environment);
        }
        let are_read = tables(&mut environment, &mut m4, input.name, files);
        let mut macros = Macros::new(&mut m4);
        environment.close(&mut macros, end);
        let mut lowered = lower(&mut environment, &mut macros);
        if let Some(name) = lowered.alias_file().map(|file| file.name().to_owned()) {
            let path = (Path::new(&name), None);
            diagnostics.extend(alias_text::from_file(&mut lowered, m4.sources_mut(), input.name, path, files));
        }
        site = are_read.then_some(lowered);
        slips::find(&mut environment, &m4);
        slips::internal(&mut environment, &m4);
        slips::discarded(&mut environment, &m4, id);
        slips::behind_dnl(&mut environment, &m4, id);
    }
    diagnostics.append(&mut m4.take_diagnostics());
    diagnostics.append(&mut environment.diagnostics);
    Compiled::new(site, diagnostics, sources, first_table)
}

/// The entries of the tables that are declared: see [`table_text`]. Whether all their texts could be read.
fn tables(environment: &mut Environment, m4: &mut Machine<'_>, site: &str, files: &dyn FileSystem) -> bool {
    let mut are_read = true;
    for table in &TABLES {
        let Some(map) = environment.maps.get(table.feature).map(|map| &map.value) else { continue };
        if !map.is_file() {
            continue;
        }
        let name = map.file_name().unwrap_or(table.file()).to_owned();
        match table_text::beside(m4.sources_mut(), site, &name, files) {
            Ok(table_text::Entries { entries, problems }) => {
                environment.table_entries(table.kind, entries);
                problems.into_iter().for_each(|problem| environment.report(problem));
            }
            Err(error) => {
                are_read = false;
                environment.report(*error);
            }
        }
    }
    are_read
}
