//! The configuration generated from each fixture does what the fixture says.

#![cfg(test)]

use std::{
    fs,
    io::{self, Write as _},
    net::IpAddr,
    path::Path,
};

use relaycc::{
    audit::{Audited, audit},
    dialogue::{Question, simulate_smtp},
    emit::cf,
    explain::{Assumed, verify},
    front::{self, Input, Syntax},
    map::{self, Duplicates, Format},
    rewrite::{Host, Services, Session, load},
    source::{FileSystem, NoFiles, Sources},
};

/// Empty map files, and nothing else.
struct EmptyMaps;

impl FileSystem for EmptyMaps {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if path.extension().is_none_or(|ending| ending != "db") {
            return Err(io::ErrorKind::NotFound.into());
        }
        let mut bytes = Vec::new();
        map::write::<&[u8], &[u8]>(Format::Hash, &[], Duplicates::Refuse, &mut bytes).map_err(io::Error::other)?;
        Ok(bytes)
    }
}

/// Fixtures whose raw rules or missing files decide otherwise, with the reason.
const OTHERWISE: [(&str, &str); 0] = [];

/// Fixtures that are open relays, with the expected finding.
const OPEN: [(&str, &str); 3] = [
    ("loose_relay_check", "relayed_by_hub"),
    ("site_all_relaying", "relayed_by_hub"),
    ("site_hosts_only", "relayed_by_hub"),
];

#[test]
fn every_fixture_does_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/features");
    let mut paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "mc"));
    paths.sort();
    let (mut sites, mut asked, mut wrong) = (0, 0, Vec::new());
    for path in paths {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let bytes = fs::read(&path).unwrap();
        let input = Input { name: "site.mc", bytes: &bytes, syntax: Syntax::Mc };
        let Some(site) = front::compile(&input, &NoFiles).site else { continue };
        let mut sources = Sources::default();
        let source = sources.add("sendmail.cf", cf::emit(&site).into_text());
        let addresses = vec![IpAddr::from([127, 0, 0, 1])];
        let host = Host { name: "relay.example.com".into(), addresses };
        let program = load(&sources, source, &host, &EmptyMaps).program;
        let services = Services { files: &EmptyMaps, resolver: &Assumed };
        let document = cf::emit(&site);
        let audited = Audited { site: &site, document: &document, program: &program };
        let mut ask = |question: &Question| {
            asked += 1;
            simulate_smtp(&mut Session::new(&program, services), question)
        };
        let mut found = verify(&site, &mut ask).0;
        found.extend(audit(&audited, &mut ask));
        sites += 1;
        if let Some((_, code)) = OPEN.iter().find(|(known, _)| *known == name) {
            assert!(found.iter().any(|one| one.code == *code), "{name} is not told to be open");
            continue;
        }
        if !found.is_empty() && !OTHERWISE.iter().any(|(known, _)| *known == name) {
            wrong.push(format!(
                "{name}: {}",
                found.iter().map(|said| said.message.as_str()).collect::<Vec<_>>().join("; ")
            ));
        }
    }
    writeln!(io::stderr(), "{sites} sites, {asked} questions, {} sites do otherwise", wrong.len()).unwrap();
    assert!(sites > 400 && asked > 9_000, "{sites} {asked}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
