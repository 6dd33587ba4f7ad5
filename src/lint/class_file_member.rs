#![doc = include_str!("../findings/class_file_member.md")]

use std::path::PathBuf;

use super::{Rule, Surroundings, access_key::network_of_zeros, internationalized_name::ascii_form};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Class, Site, is_public_suffix, network},
    source::Spanned,
};

pub(super) const RULE: Rule = Rule {
    code: "class_file_member",
    summary: "a line of a class file names no host, domain or network",
    severity: Severity::Warning,
    check,
    together: None,
};

/// A file of class members, as sendmail takes its lines.
#[derive(Debug, Clone)]
pub struct ClassText {
    /// The class.
    pub class: Class,
    /// Where it was read.
    pub path: PathBuf,
    /// Its members: what sendmail takes of each line.
    pub members: Vec<Spanned<String>>,
    /// Whether lines end as on Windows, which makes the end a part of each member.
    pub has_crlf: bool,
}

/// Classes whose members are hosts, domains or networks.
pub const HOST_CLASSES: [Class; 7] = [
    Class::Local,
    Class::Relay,
    Class::Masquerade,
    Class::MasqueradeException,
    Class::Generics,
    Class::VirtualHost,
    Class::LdapRoute,
];

fn check(_: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, file) in around.class_files.iter().enumerate() {
        // A site may name a file that sendmail reads for the class anyhow.
        let is_same = |other: &ClassText| other.class == file.class && other.path == file.path;
        if around.class_files.iter().take(index).any(is_same) {
            continue;
        }
        if file.has_crlf
            && let Some(first) = file.members.first()
        {
            found.push(
                Diagnostic::warning(RULE.code, "the lines of this class file end with CR LF")
                    .at(first.span, "and so do the others")
                    .why("sendmail takes the CR as part of each name, and no host has such a name")
                    .help("convert the file: `sed -i 's/\\r$//' FILE`"),
            );
            continue;
        }
        found.extend(file.members.iter().filter_map(|member| judge(file.class, member)));
    }
    found
}

fn judge(class: Class, member: &Spanned<String>) -> Option<Diagnostic> {
    let name = member.value.as_str();
    let problem = |message: String, why: &str, help: String| {
        Some(Diagnostic::warning(RULE.code, message).at(member.span, "").why(why).help(help))
    };
    const LITERAL: &str = "members are compared as they are written";
    if let Some((scheme, rest)) = name.split_once("://") {
        let host = rest.split(['/', ':']).next().unwrap_or(rest);
        return problem(format!("`{scheme}:` begins a URL, not a name"), LITERAL, format!("write `{host}`"));
    }
    if let Some(malformed) = network::check(name) {
        return problem(format!("`{name}` {}", malformed.message()), LITERAL, malformed.help(name));
    }
    if let Some(network) = network_of_zeros(name).filter(|_| class == Class::Relay) {
        return problem(
            format!("`{name}` is one address, not a network"),
            "a network is written with the octets that its addresses have in common, without zeros after them",
            format!("write `{network}`"),
        );
    }
    if name.contains(',') || name.contains(';') {
        let parts = name.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>();
        return problem(
            format!("`{name}` is one name for sendmail"),
            "a line is one member, commas and all",
            format!("write one name on each line: `{}`", parts.join("`, `")),
        );
    }
    if name.contains(char::is_whitespace) {
        let parts = name.split_whitespace().collect::<Vec<_>>();
        return problem(
            format!("`{name}` is several names on one line"),
            "sendmail takes the first word of a line, or all of it as one name",
            format!("write one name on each line: `{}`", parts.join("`, `")),
        );
    }
    if let Some((_, domain)) = name.rsplit_once('@') {
        return problem(
            format!("`{name}` is an address, not a domain"),
            "hosts and domains are compared with members, not addresses",
            format!("write `{domain}`"),
        );
    }
    if name.contains('*') {
        let domain = name.trim_start_matches(['*', '.']);
        let help = match class {
            Class::Local => format!("write each host, or `{domain}` for the domain itself"),
            _ => format!("write `{domain}`"),
        };
        return problem(format!("`{name}` is a pattern: patterns are not supported"), LITERAL, help);
    }
    let is_ipv6 = name.to_ascii_lowercase().starts_with("ipv6:") || name.starts_with('[');
    if name.ends_with(['.', ':']) {
        let bare = name.trim_end_matches(['.', ':']);
        return problem(format!("`{name}` ends with a dot or colon"), LITERAL, format!("write `{bare}`"));
    }
    if !is_ipv6 && let Some((host, port)) = name.split_once(':') {
        return problem(
            format!("`{name}` has a port"),
            "a name has none, and a colon ends no name",
            format!("write `{host}`, without `:{port}`"),
        );
    }
    if !name.is_ascii() {
        return problem(
            format!("`{name}` contains characters that DNS names do not have"),
            "DNS has such names in ASCII, beginning with `xn--`, and so has mail",
            match ascii_form(name) {
                Some(ascii) => format!("write `{ascii}`"),
                None => "write the name as DNS has it, in ASCII".into(),
            },
        );
    }
    let is_told = matches!(class, Class::Relay | Class::VirtualHost | Class::Local);
    if is_told && is_public_suffix(name) {
        return problem(
            format!("`{name}` is a top-level domain"),
            "strangers register domains under it, and all of them belong to this class",
            "name the domains that are meant".into(),
        );
    }
    None
}
