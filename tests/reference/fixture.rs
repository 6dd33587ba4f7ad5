//! The configurations under test: what `fixtures/` holds, and the world in which each is asked.

use std::{
    env, fs, io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
};

use crate::{
    directives::Directives,
    probes::{CLASSES, Known, LISTED_CLASSES},
    recording,
    world::Setting,
};

/// One `.mc` and the world that it belongs to.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// `features/access_db`, `arkum/site`.
    pub name: String,
    /// The `.mc`.
    pub mc: PathBuf,
    /// Which world.
    pub place: Place,
    /// Whether what the reference says of it is kept in a recording.
    pub kept: bool,
}

impl Fixture {
    /// The fixture that recordings are relative to.
    pub fn base() -> Fixture {
        let mc = folder("features").join("plain.mc");
        Fixture { name: recording::BASE.to_owned(), mc, place: Place::Example, kept: true }
    }
}

/// The worlds that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// `relay.example.com`, with a map, a class file or a name for everything that a small configuration shows.
    Example,
    /// `ux-mail1.arkum.ch`, the relay host of a real network.
    Arkum,
}

impl Place {
    /// The files that make the world.
    pub fn setting(self) -> Setting {
        let shared = folder("reference");
        match self {
            Place::Example => Setting {
                host: "relay.example.com",
                address: Ipv4Addr::new(192, 0, 2, 25),
                networks: &["203.0.113.0/24", "192.168.138.0/24", "192.0.2.0/24"],
                hosts: shared.join("hosts"),
                passwd: shared.join("passwd"),
                etc_mail: shared.join("etc-mail"),
                zones: vec![
                    (".".to_owned(), shared.join("root.zone")),
                    ("tempfail.test".to_owned(), shared.join("does-not-exist.zone")),
                ],
            },
            Place::Arkum => {
                let own = folder("arkum");
                Setting {
                    host: "ux-mail1.arkum.ch",
                    address: Ipv4Addr::new(192, 168, 139, 25),
                    networks: &["203.0.113.0/24", "192.168.0.0/16", "128.32.0.0/16"],
                    hosts: own.join("hosts"),
                    passwd: shared.join("passwd"),
                    etc_mail: own.join("etc-mail"),
                    zones: vec![
                        (".".to_owned(), shared.join("root.zone")),
                        ("tempfail.test".to_owned(), shared.join("does-not-exist.zone")),
                        ("arkum.ch".to_owned(), own.join("arkum.ch.zone")),
                        ("138.168.192.in-addr.arpa".to_owned(), own.join("192.168.138.zone")),
                        ("139.168.192.in-addr.arpa".to_owned(), own.join("192.168.139.zone")),
                    ],
                }
            }
        }
    }

    /// The texts of `/etc/mail`.
    pub fn etc_mail(self) -> PathBuf {
        self.setting().etc_mail
    }
}

/// A folder under `fixtures/`.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// All fixtures, or those that `RELAYCC_FIXTURE` names (names or their last parts, or beginnings of these with an
/// asterisk, with commas between, or a path to any other `.mc`).
pub fn chosen() -> io::Result<Vec<Fixture>> {
    let mut all = Vec::new();
    for (dir, place) in [("features", Place::Example), ("arkum", Place::Arkum)] {
        for entry in fs::read_dir(folder(dir))? {
            let mc = entry?.path();
            if mc.extension().is_some_and(|extension| extension == "mc") {
                let stem = mc.file_stem().unwrap_or_default().to_string_lossy();
                all.push(Fixture { name: format!("{dir}/{stem}"), mc, place, kept: true });
            }
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    if let Ok(wanted) = env::var("RELAYCC_FIXTURE") {
        if wanted.ends_with(".mc") {
            let mc = fs::canonicalize(&wanted)?;
            return Ok(vec![Fixture { name: wanted, mc, place: Place::Example, kept: false }]);
        }
        let matches = |name: &str, wanted: &str| match wanted.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == wanted,
        };
        let is = |fixture: &Fixture, wanted: &str| {
            matches(&fixture.name, wanted) || fixture.name.split('/').nth(1).is_some_and(|last| matches(last, wanted))
        };
        all.retain(|fixture| wanted.split(',').any(|wanted| is(fixture, wanted)));
        assert!(!all.is_empty(), "RELAYCC_FIXTURE={wanted}: no such fixture");
    }
    Ok(all)
}

/// What a `sendmail.cf` and the answers to [`crate::probes::of_classes`] tell of the names that a configuration knows.
pub fn known(place: Place, cf: &str, classes: &[String]) -> Known {
    const USUAL: [&str; 7] = ["local", "prog", "smtp", "esmtp", "smtp8", "dsmtp", "relay"];
    const TRUSTED: [&str; 3] = ["root", "daemon", "uucp"];
    let directives = Directives::of(cf);
    let agents =
        directives.listed.keys().filter_map(|name| name.strip_prefix('M')).filter(|name| !USUAL.contains(name));
    let mut known = Known { agents: agents.map(str::to_owned).collect(), ..Known::default() };
    for (class, members) in CLASSES.iter().zip(classes) {
        let members = members.lines().map(str::to_owned).collect();
        known.classes.insert(class, members);
    }
    for class in LISTED_CLASSES {
        let members = directives.members.iter().filter(|(name, _)| name == class).map(|(_, member)| member.clone());
        known.classes.insert(class, members.collect());
    }
    let trusted = directives.members.iter().filter(|(class, user)| class == "t" && !TRUSTED.contains(&user.as_str()));
    known.trusted = trusted.map(|(_, user)| user.clone()).collect();
    let headers = directives.listed.iter().filter(|(name, _)| name.starts_with('H')).flat_map(|(_, values)| values);
    let called = headers.filter_map(|value| value.split_once("$>").map(|(_, called)| called.trim_start_matches('+')));
    known.header_checks = called.map(|name| name.trim().to_owned()).collect();
    known.suffixes = cf.lines().filter_map(suffix).map(str::to_owned).collect();
    for (map, spec) in directives.maps() {
        let file = spec.split_ascii_whitespace().find_map(|word| word.strip_prefix("/etc/mail/"));
        if let Some(text) = file.and_then(|file| fs::read_to_string(place.etc_mail().join(file)).ok()) {
            let keys = text.lines().filter(|line| !line.starts_with('#'));
            let keys = keys.filter_map(|line| line.split_ascii_whitespace().next()).map(str::to_owned);
            known.keys.insert(map.to_owned(), keys.collect());
        }
    }
    known
}

/// The domain that a rule takes away behind a local name.
fn suffix(line: &str) -> Option<&str> {
    let (domain, _) = line.strip_prefix('R')?.split_once("$=w .")?.1.split_once('>')?;
    let domain = domain.trim();
    let is_name = domain.contains('.') && domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    is_name.then_some(domain)
}
