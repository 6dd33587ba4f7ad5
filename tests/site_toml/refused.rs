//! The wrong inputs that people write, and what they are told.

use proptest::prelude::*;
use relaycc::{
    cli::render::{Format, Terminal, render},
    source::NoFiles,
};

use crate::given::{compiled, fixture, wrong};

#[test]
fn wrong_input_is_explained() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/wrong");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for name in wrong() {
            let path = format!("fixtures/wrong/{name}.toml");
            let compiled = fixture(&path);
            assert!(compiled.site.is_none(), "{name}");
            for diagnostic in &compiled.diagnostics {
                assert!(diagnostic.help.is_some(), "{name}: {diagnostic:?}");
            }
            let terminal = Terminal { color: false, width: Some(100) };
            let report = render(Format::Human, &compiled.diagnostics, &compiled.sources, terminal);
            insta::assert_snapshot!(format!("{name}.toml"), report);
        }
    });
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
