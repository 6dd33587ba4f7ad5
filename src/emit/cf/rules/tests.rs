//! Invariants of the rules, for any site.

use std::collections::BTreeSet;

use super::rules;
use crate::{
    emit::cf::Document,
    site::{
        AccessMap, AddDomain, BestMx, Class, ClientChecks, ClientLimit, CommandChecks, Copies, DelayChecks, DomainMap,
        GreetPause, LdapRouting, MailFromRelay, Mailer, MapSpec, MissingMailbox, Nouucp, PercentHack, PrefixFlags,
        RawSection, RawText, RoutedDetail, Site, SpamRecipients, StrictTransport,
    },
    source::{Sources, Span, Spanned},
};

/// A delivery agent of which only the name matters.
fn mailer(name: &str) -> Mailer {
    Mailer {
        name: name.into(),
        path: "[IPC]".into(),
        flags: String::new(),
        sender: String::new(),
        recipient: String::new(),
        eol: None,
        line_limit: None,
        max_size: None,
        max_messages: None,
        max_recipients: None,
        charset: None,
        dsn: String::new(),
        queue_group: None,
        directory: None,
        user: None,
        argv: String::new(),
        argv_span: None,
        span: None,
    }
}

fn text(site: &Site) -> String {
    let mut cf = Document::default();
    rules(&mut cf, site);
    cf.into_text()
}

/// Makes a site use one part of the policy.
type Step = Box<dyn Fn(&mut Site)>;

/// Sites that together use every part of the policy, alone and in combination.
fn sites() -> Vec<Site> {
    let mut sources = Sources::default();
    let span = Span::new(sources.add("site", "x"), 0, 1);
    let here = move || Some(Spanned::new((), span));
    let host = move || Some(Spanned::new("host.example".to_owned(), span));
    let table = move || Some(Spanned::new(MapSpec::new("hash /etc/mail/table"), span));
    let access = AccessMap {
        declared: Spanned::new((), span),
        spec: MapSpec::new("hash -T<TMPF> /etc/mail/access"),
        skip: true,
        lookup_dot_domain: true,
        relay_to_full_address: true,
        blocklist_recipients: true,
    };
    let steps: Vec<Step> = vec![
        Box::new(|s| s.mailers.push(mailer("smtp"))),
        Box::new(move |s| s.access = Some(access.clone())),
        Box::new(move |s| s.relay.hosts_only = here()),
        Box::new(move |s| s.relay.based_on_mx = here()),
        Box::new(move |s| s.relay.entire_domain = here()),
        Box::new(move |s| s.relay.mail_from = Some(Spanned::new(MailFromRelay::Domain, span))),
        Box::new(move |s| s.relay.local_from = here()),
        Box::new(move |s| s.relay.loose = here()),
        Box::new(move |s| s.relay.promiscuous = here()),
        Box::new(move |s| s.nouucp = Some(Spanned::new(Nouucp::Reject, span))),
        Box::new(move |s| s.percent_hack = Some(Spanned::new(PercentHack::Reject, span))),
        Box::new(move |s| {
            let declared = Spanned::new((), span);
            s.delay_checks = Some(DelayChecks { declared, spam: Some(SpamRecipients::Hater), compatible_8_10: true });
        }),
        Box::new(move |s| {
            s.masquerade.name = host();
            s.masquerade.envelope = here();
            s.masquerade.entire_domain = here();
            s.masquerade.all = here();
            s.masquerade.always_add_domain = Some(Spanned::new(AddDomain::Local, span));
        }),
        Box::new(move |s| {
            for class in Class::ALL {
                s.classes.members.insert(class, vec![Spanned::new("member".into(), span)]);
            }
        }),
        Box::new(move |s| {
            s.routing.smart_host = host();
            s.routing.mail_hub = host();
            s.routing.local_relay = host();
            s.routing.luser_relay = host();
            s.routing.mailertable = table();
            s.routing.virtusertable = table();
        }),
        Box::new(move |s| {
            s.routing.uucp_relay = host();
            s.routing.bitnet_relay = host();
            s.routing.decnet_relay = host();
            s.routing.fax_relay = host();
        }),
        Box::new(move |s| {
            s.tables.generics = table();
            s.tables.domains = table();
            s.tables.bitnet_hosts = table();
            s.tables.uucp_hosts = table();
        }),
        Box::new(move |s| {
            s.tables.generics_entire_domain = here();
            s.tables.virtuser_entire_domain = here();
        }),
        Box::new(move |s| {
            let (domain, map) = ("mapped.test".to_owned(), MapSpec::new("hash /etc/mail/users"));
            s.tables.domain_maps.push(Spanned::new(DomainMap { domain, map }, span));
            s.tables.best_mx = Some(Spanned::new(BestMx::Within("test".into()), span));
            s.tables.vnet = here();
        }),
        Box::new(move |s| {
            let map = Some(MapSpec::new("hash /etc/mail/bcctable"));
            let (host, address) = ("hub.example".to_owned(), String::new());
            s.tables.copies = Some(Spanned::new(Copies { canonical: map.clone(), map, host, address }, span));
        }),
        Box::new(move |s| {
            let routing = LdapRouting {
                host: MapSpec::new("hash /etc/mail/mailhost"),
                address: MapSpec::new("hash /etc/mail/mailroute"),
                missing: MissingMailbox::RefuseBoth,
                detail: Some(RoutedDetail::Preserve),
                by_domain: true,
                refuse_for_now: true,
            };
            s.tables.ldap_routing = Some(Spanned::new(routing, span));
        }),
        Box::new(move |s| s.routing.preserve_luser_host = here()),
        Box::new(move |s| s.routing.preserve_plus_detail = here()),
        Box::new(move |s| {
            s.canonify.disabled = here();
            s.canonify.hosts = true;
            s.redirect = here();
            s.trusts_authentication = true;
        }),
    ];
    let mut steps = steps;
    steps.push(Box::new(move |s| {
        let limit = |immediate| Some(Spanned::new(ClientLimit { immediate, reply: "421".into() }, span));
        s.clients = ClientChecks {
            greet_pause: Some(Spanned::new(GreetPause { milliseconds: Some("5000".into()), by_access: true }, span)),
            rate: limit(true),
            connections: limit(false),
            reverse_name: here(),
            greeting_name: here(),
            by_pointer: here(),
            recent_logins: table(),
        };
    }));
    steps.push(Box::new(move |s| {
        s.senders.useless_mx = host();
        s.commands = CommandChecks {
            bad_command: host(),
            pairs: here(),
            queue_group: Some(Spanned::new(None, span)),
            prefix: Some(Spanned::new(PrefixFlags { prefix: "x".into(), flags: "y".into() }, span)),
        };
    }));
    steps.push(Box::new(move |s| {
        s.tls.session_features = here();
        s.tls.alternative_names = here();
        for hook in RawSection::HOOKS {
            let text = format!("S{}\n", hook.ruleset().unwrap_or_default());
            s.raw.insert(hook, vec![RawText { text, span: None }]);
        }
    }));
    steps.push(Box::new(move |s| {
        let sts = StrictTransport { map: MapSpec::new("hash /etc/mail/sts"), names: true };
        s.tls.strict_transport = Some(Spanned::new(sts, span));
        s.tls.credentials = table();
    }));
    let mut sites = vec![Site::default()];
    for step in &steps {
        let mut alone = Site::default();
        step(&mut alone);
        sites.push(alone);
        let mut together = sites.iter().rev().find(|s| s.mailers.len() <= 1).cloned().unwrap_or_default();
        step(&mut together);
        sites.push(together);
    }
    let mut everything = Site::default();
    steps.iter().for_each(|step| step(&mut everything));
    sites.push(everything);
    sites
}

fn names_after<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(mark)
        .skip(1)
        .filter_map(|rest| rest.trim_start_matches('"').split(|c| !is_name(c)).next())
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn every_ruleset_that_a_rule_calls_is_there() {
    for site in sites() {
        let text = text(&site);
        let defined: BTreeSet<&str> =
            text.lines().filter_map(|l| l.strip_prefix('S')).filter_map(|s| s.split('=').next()).collect();
        for line in text.lines().filter(|l| l.starts_with('R')) {
            for called in names_after(line, "$>") {
                assert!(defined.contains(called), "{line:?} calls {called}, which is not defined");
            }
        }
    }
}

#[test]
fn no_ruleset_is_defined_twice() {
    for site in sites() {
        let text = text(&site);
        let mut seen = BTreeSet::new();
        for name in text.lines().filter(|l| l.starts_with('S')) {
            assert!(seen.insert(name), "{name} is defined twice");
        }
    }
}

#[test]
fn a_rule_refers_only_to_what_its_left_side_matched() {
    for site in sites() {
        for line in text(&site).lines().filter(|l| l.starts_with('R')) {
            let mut fields = line.split('\t');
            let (lhs, rhs) = (fields.next().unwrap(), fields.next().unwrap());
            let matched = lhs.matches("$*").count()
                + lhs.matches("$+").count()
                + lhs.matches("$-").count()
                + lhs.matches("$=").count()
                + lhs.matches("$~").count();
            for digit in rhs.split('$').skip(1).filter_map(|r| r.chars().next()).filter_map(|c| c.to_digit(10)) {
                assert!((1..=matched).contains(&(digit as usize)), "{line:?} refers to ${digit}");
            }
        }
    }
}

#[test]
fn every_rule_says_what_it_decides() {
    for site in sites() {
        for line in text(&site).lines().filter(|l| l.starts_with('R')) {
            assert!(line.split('\t').nth(2).is_some_and(|decides| !decides.is_empty()), "{line:?} says nothing");
        }
    }
}
