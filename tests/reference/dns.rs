//! `--dns` beside the resolver that sendmail uses: both ask the same running name server, and print the same.
//!
//! ```text
//! cargo test --test reference dns
//! ```

use std::{fs, io, process::Stdio};

use crate::{
    fixture::{self, Place},
    m4,
    world::World,
};

/// Maps of all types of records, with one value and with all of them.
const MAPS: &str = "Kns dns -R NS -a.FOUND\nKa dns -R A -a.FOUND\nKaaaa dns -R AAAA\nKmx dns -R MX\nKmxs dns -R MX -z|\n\
    Kcname dns -R CNAME\nKptr dns -R PTR\nKtxt dns -R TXT\nKtxts dns -R TXT -z|\nKone dns -R TXT -z| -Z1\nKtwo dns -R TXT -z| -Z2\n\
    Kbest bestmx -a.FOUND -T<TMP>\nKbests bestmx -z:\nKtmp dns -R A -T<TMPF>\nKsrv dns -R SRV\nKsrvs dns -R SRV -z|\nKafs dns -R AFSDB\n";

/// Names of the zones that are served.
const NAMES: &str = "records.test first.records.test FIRST.Records.Test second.records.test both.records.test alias.records.test \
    dangling.records.test outside.records.test text.records.test limit.records.test past.records.test whole.records.test _imap._tcp.records.test \
    cell.records.test only.records.test \
    empty.records.test null.records.test many.records.test x.child.records.test x.wild.records.test one.two.ptr.records.test \
    nothing.records.test mail.example.net. inside relay.example.com host.tempfail.test nullmx.test sixonly.test localhost \
    a..b 25.2.0.192.in-addr.arpa [192.0.2.25] [192.0.2.77]";

fn script() -> String {
    let mut script = String::new();
    for name in NAMES.split_ascii_whitespace() {
        for map in [
            "ns", "a", "aaaa", "mx", "mxs", "cname", "ptr", "txt", "txts", "one", "two", "best", "bests", "tmp", "srv",
            "srvs", "afs", "host",
        ] {
            // What its bestmx makes of short names, and of what is no name, is another matter.
            let odd = match map {
                "best" | "bests" => ["localhost", "inside", "a..b"].contains(&name),
                _ => false,
            };
            if !odd {
                script += &format!("/map {map} {name}\n");
            }
        }
        script += &format!("/mx {name}\n/canon {name}\n3,0 user@{name}\n");
    }
    script
}

/// A configuration by m4, with these maps; times are short, for some servers do not answer.
fn configuration() -> Vec<u8> {
    let plain = m4::compile(&fixture::folder("features").join("plain.mc")).unwrap().cf;
    format!("{plain}\n{MAPS}O Timeout.resolver.retrans=1s\nO Timeout.resolver.retry=1\n").into_bytes()
}

fn open() -> Option<World> {
    let open = || -> io::Result<World> {
        if !m4::installed() {
            return Err(io::Error::other("sendmail and its macro tree are not installed"));
        }
        let mut setting = Place::Example.setting();
        setting.zones.push(("records.test".to_owned(), fixture::folder("dns").join("records.test.zone")));
        World::open(&setting)
    };
    match open() {
        Ok(world) => Some(world),
        Err(reason) => {
            assert!(std::env::var_os("RELAYCC_REQUIRE_REFERENCE").is_none(), "no reference to ask: {reason}");
            println!("NOT COMPARED WITH A RUNNING SENDMAIL: {reason}");
            None
        }
    }
}

#[test]
fn dns_is_asked_as_sendmail_asks() {
    let Some(world) = open() else { return };
    let path = |name: &str| world.dir().join(name);
    fs::write(path("dns.cf"), configuration()).unwrap();
    let script = script();
    fs::write(path("dns.bt"), &script).unwrap();
    let run = |program: &str, words: &[&str]| {
        let mut command = world.command(program);
        command.args(words).stdin(Stdio::from(fs::File::open(path("dns.bt")).unwrap()));
        let output = command.output().unwrap();
        (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let cf = path("dns.cf").display().to_string();
    let (theirs, _) = run("sendmail", &["-C", &cf, "-bt"]);
    let record = path("record.zone").display().to_string();
    let own = env!("CARGO_BIN_EXE_relaycc");
    let shared = ["trace", &cf, "--host", &world.host, "--address", "192.0.2.25", "--format", "short"];
    let (ours, remarks) = run(own, &[&shared[..], &["--dns", "--dns-record", &record]].concat());
    assert!(remarks.contains("warning[names_not_answered]"), "{remarks}");
    let differences = |ours: &str| {
        let lines = ours.split("\n> ").zip(theirs.split("\n> ")).zip([""].into_iter().chain(script.lines()));
        let lines = lines.filter(|((ours, theirs), _)| ours != theirs);
        lines
            .map(|((ours, theirs), line)| format!("{line}\n  ours:   {ours}\n  theirs: {theirs}\n"))
            .collect::<String>()
    };
    let differing = differences(&ours);
    assert!(differing.is_empty(), "{differing}");
    assert_eq!(ours.lines().count(), theirs.lines().count());
    assert!(theirs.matches(".FOUND (0)").count() > 5 && theirs.matches("no match (75)").count() > 5, "{theirs}");
    let (again, remarks) = run(own, &[&shared[..], &["--zone", &record]].concat());
    assert_eq!((differences(&again), again == ours), (String::new(), true));
    assert_eq!(remarks, "");
    println!("{} lines the same, by name servers and by their record", theirs.lines().count());
}
