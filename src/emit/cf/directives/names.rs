//! Names of this host and its relays, and the release of the configuration: `V`, `D` and class P.

use super::Document;
use crate::{
    site::{Setting, Site, UucpLink},
    source::Spanned,
};

/// The release of the configuration, for `$Z`.
const RELEASE: &str = "8.17.1.9";

/// Level of the configuration's syntax.
const LEVEL: &str = "10";

/// The `V` line.
pub fn version(cf: &mut Document, site: &Site) {
    match &site.vendor {
        Some(vendor) => cf.line(format!("V{LEVEL}/{vendor}")),
        None => cf.line(format!("V{LEVEL}")),
    }
}

/// The configuration's release, `$Z`.
pub fn release(cf: &mut Document, site: &Site) {
    match &site.version_suffix {
        Some(suffix) => cf.line_from(format!("DZ{RELEASE}/{}", suffix.value), suffix.span),
        None => cf.line(format!("DZ{RELEASE}")),
    }
}

/// Names of this host and names that it masquerades as.
pub fn names(cf: &mut Document, site: &Site) {
    let mut set = |name: &str, value: &Option<Setting<String>>| {
        if let Some(setting) = value {
            cf.line_from(format!("D{name}{}", setting.value), setting.span);
        }
    };
    set("{sendmailMTACluster}", &site.ldap_cluster);
    set("j", &site.domain_name);
    set("n", &site.mailer_name);
    if let Some(name) = &site.masquerade.name {
        cf.line_from(format!("DM{}", name.value), name.span);
    }
}

/// The host that receives submitted mail, in the mail submission program.
pub fn submission(cf: &mut Document, site: &Site) {
    if let Some(submission) = &site.submission {
        cf.line_from(format!("D{{MTAHost}}{}", submission.value.host), submission.span);
    }
}

/// Hosts that mail is relayed through, and the pseudo-domains that some of them serve.
pub fn relays(cf: &mut Document, site: &Site) {
    let routing = &site.routing;
    match &routing.smart_host {
        Some(host) => cf.line_from(format!("DS{}", host.value), host.span),
        None => cf.line("DS"),
    }
    let plain = [("DR", &routing.local_relay), ("DH", &routing.mail_hub), ("DL", &routing.luser_relay)];
    for (name, host) in plain {
        if let Some(host) = host {
            cf.line_from(format!("{name}{}", host.value), host.span);
        }
    }
    let pseudo: [(&str, &str, &Option<Spanned<String>>); 4] = [
        ("DY", "CPUUCP", &routing.uucp_relay),
        ("DB", "CPBITNET", &routing.bitnet_relay),
        ("DC", "CPDECNET", &routing.decnet_relay),
        ("DF", "CPFAX", &routing.fax_relay),
    ];
    for (name, class, host) in pseudo {
        if let Some(host) = host {
            cf.line_from(format!("{name}{}", host.value), host.span);
            cf.line_from(class, host.span);
        }
    }
    for (mailer, class) in [("mail11", "CPDECNET"), ("pop", "CPPOP"), ("fax", "CPFAX")] {
        if let Some(mailer) = site.mailers.iter().find(|declared| declared.name == mailer) {
            cf.line_from(class, mailer.span);
        }
    }
    uucp(cf, site);
}

/// UUCP links: the relay for neighbours, this host's own UUCP names, the neighbours.
fn uucp(cf: &mut Document, site: &Site) {
    for link in &site.uucp {
        let UucpLink { class, host, neighbours } = &link.value;
        cf.line_from(format!("D{class}{host}"), link.span);
        if class == "U" {
            cf.line_from(format!("Cw{host} {host}.UUCP"), link.span);
        }
        let on_link = |(of, _): &&(String, String)| of == class;
        let apart = neighbours.iter().filter(|neighbour| !on_link(neighbour));
        for (class, names) in neighbours.iter().filter(on_link).chain(apart) {
            cf.line_from(format!("C{class}{names}"), link.span);
        }
    }
}
