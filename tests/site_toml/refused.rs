//! The wrong inputs that people write, and what they are told.

use proptest::prelude::*;
use relaycc::{
    cli::render::{Format, Terminal, render},
    source::NoFiles,
};

use crate::given::{compiled, fixture, names};

/// Compares what is said of each file of a folder of fixtures with its snapshot.
fn explained(folder: &str, is_refused: bool) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../../snapshots/{folder}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for name in names(folder) {
            let path = format!("fixtures/{folder}/{name}.toml");
            let compiled = fixture(&path);
            assert_eq!(compiled.site.is_none(), is_refused, "{name}");
            for diagnostic in &compiled.diagnostics {
                assert!(diagnostic.help.is_some(), "{name}: {diagnostic:?}");
            }
            let terminal = Terminal { color: false, width: Some(100) };
            let report = render(Format::Human, &compiled.diagnostics, &compiled.sources, terminal);
            insta::assert_snapshot!(format!("{name}.toml"), report);
        }
    });
}

#[test]
fn wrong_input_is_explained() {
    assert!(names("wrong").len() >= 35);
    explained("wrong", true);
}

#[test]
fn doubtful_input_is_warned_about_in_the_words_of_the_file() {
    explained("warned", false);
}

const SITE: &str = include_str!("../../fixtures/toml/every_key.toml");

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Whatever a hand or a disk does to a file, there is an answer: a site, or an error with a place.
    #[test]
    fn mutated_sites_get_an_answer(
        cuts in prop::collection::vec((0..SITE.len(), 0..30usize, 0..SITE.len(), 0..12usize), 1..4),
        noise in prop::collection::vec(any::<u8>(), 0..4),
    ) {
        let mut bytes = SITE.as_bytes().to_vec();
        for (at, length, from, take) in cuts {
            let at = at.min(bytes.len());
            let end = (at + length).min(bytes.len());
            let copied = SITE.as_bytes()[from..(from + take).min(SITE.len())].to_vec();
            bytes.splice(at..end, copied);
        }
        bytes.extend(noise);
        let compiled = compiled("site.toml", &bytes, &NoFiles);
        let refused = compiled.diagnostics.iter().any(|d| d.is_error());
        prop_assert_eq!(compiled.site.is_none(), refused);
        for diagnostic in compiled.diagnostics {
            prop_assert!(diagnostic.span().is_some(), "{:?}", diagnostic);
        }
    }
}
