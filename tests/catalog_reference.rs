//! The catalog against the installed reference: what `OSTYPE`, `DOMAIN` and `FEATURE` leave defined there is what the
//! tables say. Does nothing where sendmail's macro tree or m4 is not installed.

#![cfg(test)]

use std::{
    collections::BTreeMap,
    io::Write as _,
    process::{Command, Stdio},
};

use relaycc::catalog::{
    Support, domain,
    effect::{Effect, Value},
    feature::{self, FeatureSpec},
    hack,
    mailer::FlagChanges,
    option, setting, system,
};

const TREE: &str = "/usr/share/sendmail/cf/";

/// Names that the reference uses as scratch space, or that say only that it was there.
const SCRATCH: [&str; 9] = ["TEMPFILE", "_ARG_", "_ARGS_", "__OSTYPE__", "_hd_", "_tl_", "_I_", "_IDX_", "__D__"];

type Definitions = BTreeMap<String, String>;

/// What the reference prints on standard error for a site file; `None` where there is no reference.
fn m4(site: &str) -> Option<String> {
    if !std::path::Path::new(TREE).join("m4/cf.m4").exists() {
        return None;
    }
    let mut child = Command::new("m4")
        .args([format!("-D_CF_DIR_={TREE}"), format!("{TREE}m4/cf.m4"), "-".into()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(site.as_bytes()).unwrap();
    Some(String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap())
}

/// What is defined after `statements`, and what the reference prints; `None` where there is no reference.
fn reference(statements: &str) -> Option<(Definitions, String)> {
    let stderr =
        m4(&format!("errprint(`<<begin>>\n'){statements}errprint(`<<dump>>\n')dumpdef\nerrprint(`<<end>>\n')"))?;
    let (_, rest) = stderr.split_once("<<begin>>\n").unwrap();
    let (printed, rest) = rest.split_once("<<dump>>\n").unwrap();
    let (dump, _) = rest.split_once("<<end>>\n").unwrap();
    Some((read_dump(dump), printed.to_owned()))
}

/// `name:<tab>text`, where the text may go on over lines that do not look like that.
fn read_dump(dump: &str) -> Definitions {
    let mut definitions = Definitions::new();
    let mut current: Option<String> = None;
    for line in dump.lines() {
        match line.split_once(":\t") {
            Some((name, text)) if name.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                definitions.insert(name.to_owned(), text.to_owned());
                current = Some(name.to_owned());
            }
            _ => {
                let text = current.as_ref().and_then(|name| definitions.get_mut(name)).unwrap();
                text.push('\n');
                text.push_str(line);
            }
        }
    }
    definitions
}

/// What the tables say is defined.
#[derive(Default)]
struct Tables {
    defined: Definitions,
    printed: String,
}

impl Tables {
    fn value(&self, value: Value) -> String {
        match value {
            Value::Text(text) => text.to_owned(),
            Value::Setting { name, otherwise, then } => {
                format!("{}{then}", self.defined.get(name).map_or(otherwise, |text| text))
            }
            Value::Argument { otherwise, .. } => self.value(*otherwise),
        }
    }

    fn apply(&mut self, effects: &[Effect]) {
        for effect in effects {
            match *effect {
                Effect::Define(name, value) => {
                    self.defined.insert(name.into(), self.value(value));
                }
                Effect::DefineIfUnset(name, value) => {
                    let value = self.value(value);
                    self.defined.entry(name.into()).or_insert(value);
                }
                Effect::Append(name, text) => self.defined.entry(name.into()).or_default().push_str(text),
                Effect::IfUnset(name, effects) => {
                    if !self.defined.contains_key(name) {
                        self.apply(effects);
                    }
                }
                Effect::Undefine(name) => {
                    self.defined.remove(name);
                }
                Effect::Marker(name) => {
                    self.defined.insert(name.into(), String::new());
                }
                Effect::Feature(name) => self.feature(feature::by_name(name).unwrap()),
                Effect::System(name) => self.apply(system::by_name(name).unwrap().effects),
                Effect::MailerFlags(name, change) => {
                    let key = if change.starts_with('+') { format!("{name}_MF_A_") } else { format!("{name}_MF_D_") };
                    self.defined.entry(key).or_default().push_str(&change[1..]);
                }
                Effect::Domain(name) => self.apply(domain::by_name(name).unwrap().effects),
                Effect::Print(_, text) => self.printed.push_str(text),
                Effect::ExposedUser(_) | Effect::LocalConfig(_) | Effect::Mailer(_) | Effect::Hack(_) => {}
            }
        }
    }

    fn feature(&mut self, feature: &FeatureSpec) {
        for marker in feature.markers {
            let (name, value) = marker.split_once('=').unwrap_or((marker, "1"));
            self.defined.insert(name.into(), value.into());
        }
        self.apply(feature.effects);
    }
}

/// What one side defines and the other does not, or otherwise.
fn only_in(one: &Definitions, other: &Definitions) -> Definitions {
    one.iter().filter(|(name, text)| other.get(*name) != Some(*text)).map(|(n, t)| (n.clone(), t.clone())).collect()
}

/// Compares all that the statements define with what the tables say they do, over a site that already has `before`.
fn compare(what: &str, before: &str, statements: &str, effects: &[Effect]) {
    let Some((start, _)) = reference(before) else { return };
    let Some((mut end, printed)) = reference(&format!("{before}{statements}")) else { return };
    let mut tables = Tables { defined: start, printed: String::new() };
    tables.apply(effects);
    for name in SCRATCH {
        end.remove(name);
        tables.defined.remove(name);
    }
    // A misspelt name in the tree, with a blank in it, that nothing reads.
    end.remove("LOCAL _MF_A_");
    let ours = only_in(&tables.defined, &end);
    let theirs = only_in(&end, &tables.defined);
    assert_eq!(ours, theirs, "{what}: tables (left), reference (right)");
    assert_eq!(tables.printed, printed, "{what}");
}

#[test]
fn system_types_define_what_the_reference_defines() {
    for entry in system::SYSTEMS {
        if entry.name == "unicosmk" {
            continue; // leaves a name with a blank in it, which a dump does not show as one
        }
        let statements = format!("OSTYPE(`{}')", entry.name);
        compare(entry.name, "", &statements, entry.effects);
    }
}

#[test]
fn system_types_leave_alone_what_they_leave_alone_in_the_reference() {
    let before: String =
        ["LOCAL_MAILER_PATH", "LOCAL_MAILER_ARGS", "LOCAL_MAILER_FLAGS", "LOCAL_SHELL_PATH", "LOCAL_SHELL_FLAGS"]
            .iter()
            .chain(&["STATUS_FILE", "QUEUE_DIR", "UUCP_MAILER_PATH", "UUCP_MAILER_ARGS", "PROCMAIL_MAILER_PATH"])
            .chain(&["confDEF_USER_ID", "confTRUSTED_USER", "confEBINDIR"])
            .map(|name| format!("define(`{name}', `mine')"))
            .collect();
    for entry in system::SYSTEMS.iter().filter(|entry| entry.name != "unicosmk") {
        let statements = format!("OSTYPE(`{}')", entry.name);
        compare(entry.name, &before, &statements, entry.effects);
    }
}

#[test]
fn domains_define_what_the_reference_defines() {
    for entry in domain::DOMAINS {
        let statements = format!("DOMAIN(`{}')", entry.name);
        compare(entry.name, "", &statements, entry.effects);
        compare(entry.name, "define(`confTRUSTED_USER', `me')OSTYPE(`debian')", &statements, entry.effects);
    }
}

#[test]
fn hacks_that_only_set_things_define_what_the_reference_defines() {
    for entry in hack::HACKS.iter().filter(|entry| entry.gives_way) {
        let statements = format!("HACK(`{}')", entry.name);
        compare(entry.name, "", &statements, entry.effects);
        compare(entry.name, "OSTYPE(`debian')", &statements, entry.effects);
    }
}

#[test]
fn features_leave_their_markers_and_set_nothing_else() {
    let before = "FEATURE(`access_db')";
    // These two declare mailers, which have settings of their own; `tests/reference` compares what comes of them.
    let declares_mailers = |entry: &&FeatureSpec| matches!(entry.name, "msp" | "nullclient");
    let supported = |entry: &&FeatureSpec| entry.support == Support::Full && entry.renamed_to.is_none();
    for entry in feature::FEATURES.iter().filter(supported).filter(|entry| !declares_mailers(entry)) {
        let argument = match entry.name {
            "dnsbl" | "enhdnsbl" => ", `list.example'",
            "nouucp" | "nopercenthack" => ", `reject'",
            _ => "",
        };
        let Some((start, _)) = reference(before) else { return };
        let Some((end, _)) = reference(&format!("{before}FEATURE(`{}'{argument})", entry.name)) else { return };
        let mut tables = Tables { defined: start.clone(), printed: String::new() };
        tables.feature(entry);
        let choice =
            entry.arguments.first().and_then(|a| a.kind.choice("reject")).filter(|_| argument.contains("reject"));
        for marker in choice.map_or(&[][..], |choice| choice.markers) {
            let (name, value) = marker.split_once('=').unwrap_or((marker, "1"));
            tables.defined.insert(name.into(), value.into());
        }
        for (name, value) in &tables.defined {
            let value = value.replace("{}", "");
            if !SCRATCH.contains(&name.as_str()) {
                assert_eq!(end.get(name), Some(&value), "{}: {name}", entry.name);
            }
        }
        for (name, value) in &end {
            let known = option::by_name(name).is_some() || setting::by_name(name).is_some();
            // Both describe how DNS lists are asked, and are read with the feature's own defaults.
            if known && name != "DNSBL_MAP" {
                assert_eq!(tables.defined.get(name), Some(value), "{}: {name}", entry.name);
            }
        }
    }
}

#[test]
fn features_print_what_the_reference_prints_without_arguments() {
    use relaycc::catalog::feature::When;
    for entry in feature::FEATURES.iter().filter(|entry| entry.support == Support::Full && entry.name != "greet_pause")
    {
        let Some((_, printed)) = reference(&format!("FEATURE(`{}')", entry.name)) else { return };
        let mut expected: String = entry
            .notices
            .iter()
            .filter(|notice| {
                use When::{Always, Lacking, Missing, MissingAt, Without};
                matches!(notice.when, Always | Missing | MissingAt(_) | Without(_) | Lacking(_))
            })
            .map(|notice| notice.text)
            .collect();
        if let Some(other) = entry.renamed_to {
            expected += feature::by_name(other).unwrap().notices[0].text;
        }
        assert_eq!(printed, expected, "{}", entry.name);
    }
}

#[test]
fn obsolete_options_print_what_the_reference_prints() {
    for entry in option::OPTIONS {
        let (value, notice) = match entry.notice {
            option::Notice::None => continue,
            option::Notice::IfContains(_, text) => ("1/2", text),
            option::Notice::IfDefined(text) | option::Notice::IfNotEmpty(text) => ("x", text),
        };
        let Some(printed) = m4(&format!("OSTYPE(`linux')define(`{}', `{value}')\n", entry.name)) else { return };
        assert_eq!(printed, notice, "{}", entry.name);
    }
}

#[test]
fn flags_change_as_in_the_reference() {
    let site = "MODIFY_MAILER_FLAGS(`LOCAL', `+S')MODIFY_MAILER_FLAGS(`LOCAL', `-rm')errprint(`<'_MODMF_(`mrSnm', `LOCAL')`>')";
    let Some((_, printed)) = reference(site) else { return };
    let mut changes = FlagChanges::default();
    changes.note("+S");
    changes.note("-rm");
    assert_eq!(printed, format!("<{}>", changes.apply("mrSnm")));
}
