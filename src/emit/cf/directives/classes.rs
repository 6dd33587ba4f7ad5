//! Classes: `C` and `F` lines.

use super::Document;
use crate::{
    site::{Class, Site},
    source::{Span, Spanned},
};

/// Longest `C` line that is written. sendmail 8.17 expands a class line into 2,048 bytes and drops the rest of it
/// silently, the middle of a word included.
const LONGEST: usize = 1000;

/// How far apart two members may stand in the source and still come from one list: `", "` or a new line of it.
const NEAR: u32 = 8;

/// Classes that rules need whatever the site is, and those that its features need.
pub fn fixed(cf: &mut Document, site: &Site) {
    cf.line("Cwlocalhost");
    // Names that end in a dot are canonical; so is what ends in a pseudo-domain.
    cf.line("CP.");
    if let Some(redirect) = &site.redirect {
        cf.line_from("CPREDIRECT", redirect.span);
    }
    // Operators that separate a local name from a route.
    let mut operators = String::from("CO @");
    if site.percent_hack.is_none() {
        operators.push_str(" %");
    }
    if site.nouucp.is_none() {
        operators.push_str(" !");
    }
    cf.line(operators);
    cf.line("C..");
    cf.line("C[[");
    cf.line("C{ResOk}OKR");
    if let Some(access) = &site.access {
        let origin = access.declared.span;
        cf.line_from("C{Accept}OK RELAY", origin);
        if access.blocklist_recipients
            && let Some(checks) = site.delay_checks.as_ref().filter(|checks| checks.compatible_8_10)
        {
            cf.line_from("C{SpamTag}SPAMFRIEND SPAMHATER", checks.declared.span);
        }
        cf.line_from("C{Tls}VERIFY ENCR", origin);
        cf.line_from("C{TlsVerified}OK TRUSTED", origin);
        cf.line_from("C{Src}E F D U", origin);
    }
}

/// Classes that the site fills.
pub fn policy(cf: &mut Document, site: &Site) {
    for class in Class::ALL {
        let name = written(class);
        for (words, origin) in lines(site.classes.members(class)) {
            cf.line_from(format!("C{name}{words}"), origin);
        }
        for file in site.classes.files(class) {
            cf.line_from(format!("F{name}{}", file.value.text), file.span);
        }
    }
}

/// Classes made of others.
pub fn derived(cf: &mut Document, site: &Site) {
    if site.routing.virtual_hosts_relay {
        let origin = site.classes.members(Class::VirtualHost).first().map(|member| member.span);
        let origin = origin.or_else(|| site.classes.files(Class::VirtualHost).first().and_then(|file| file.span));
        cf.line_from("CR$={VirtHost}", origin);
    }
}

fn written(class: Class) -> String {
    let name = class.name();
    if name.len() == 1 { name.to_owned() } else { format!("{{{name}}}") }
}

/// Members, as many to a line as come from one place and as fit.
fn lines(members: &[Spanned<String>]) -> Vec<(String, Span)> {
    let mut lines: Vec<(String, Span)> = Vec::new();
    for member in members {
        match lines.last_mut() {
            Some((words, origin)) if near(*origin, member.span) && words.len() + 1 + member.value.len() <= LONGEST => {
                words.push(' ');
                words.push_str(&member.value);
                *origin = origin.to(member.span);
            }
            _ => lines.push((member.value.clone(), member.span)),
        }
    }
    lines
}

fn near(before: Span, after: Span) -> bool {
    before.source == after.source && after.start.saturating_sub(before.end) <= NEAR && after.end >= before.start
}
