//! Finds changes that would reverse the verdict, by putting the same question to sites that differ in one respect.

use super::reason::entry_of;
use crate::{
    catalog::table::TableKind,
    dialogue::{Dialogue, Event, Login, Question},
    site::{Class, Site, TableEntry},
    source::{Span, Spanned},
};

/// A change that reverses the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What to do, as a clause without a full stop.
    pub what: String,
    /// The place in the site, if the change is about one.
    pub place: Option<Span>,
}

/// Puts a question to a variant of the site.
pub type Ask<'a> = &'a mut dyn FnMut(&Site, &Question) -> Dialogue;

/// A variant of the site or the question, with its description.
struct Candidate {
    change: Change,
    site: Site,
    question: Question,
}

/// Finds single changes that reverse the verdict `now`; those that undo a statement come first.
pub fn changes(site: &Site, question: &Question, now: &Dialogue, ask: Ask<'_>) -> Vec<Change> {
    let accepted = now.verdict().is_accepted();
    let mut candidates = Candidates { site, question, list: Vec::new() };
    candidates.without_what_was_found(now);
    if accepted {
        candidates.stricter();
    } else {
        candidates.looser();
    }
    let mut turns =
        |candidate: &Candidate| ask(&candidate.site, &candidate.question).verdict().is_accepted() != accepted;
    candidates.list.into_iter().filter(|candidate| turns(candidate)).map(|candidate| candidate.change).collect()
}

struct Candidates<'a> {
    site: &'a Site,
    question: &'a Question,
    list: Vec<Candidate>,
}

impl Candidates<'_> {
    fn add(&mut self, what: impl Into<String>, place: Option<Span>, change: impl FnOnce(&mut Site)) {
        let mut site = self.site.clone();
        change(&mut site);
        if site != *self.site {
            let change = Change { what: what.into(), place };
            self.list.push(Candidate { change, site, question: self.question.clone() });
        }
    }

    /// Tries to remove each entry and member that was found.
    fn without_what_was_found(&mut self, now: &Dialogue) {
        let events = now.events().cloned().collect::<Vec<_>>();
        for event in events {
            match event {
                Event::Rule { .. } => {}
                Event::LookedUp { map, key, value } if map == "access" && value.is_some() => {
                    let Some(entry) = self.site.table(TableKind::Access).and_then(|table| entry_of(&table, &key))
                    else {
                        continue;
                    };
                    let (key, place) = (entry.key.clone(), entry.span());
                    self.add(format!("remove the entry `{key}` of the access map"), Some(place), |site| {
                        if let Some(entries) = site.entries.get_mut(&TableKind::Access) {
                            entries.retain(|entry| entry.key != key);
                        }
                    });
                }
                Event::LookedUp { .. } => {}
                Event::Member { class, member } => {
                    let Some(class) = Class::by_name(&class) else { continue };
                    let known =
                        self.site.classes.members(class).iter().find(|known| known.value.eq_ignore_ascii_case(&member));
                    let Some(known) = known.cloned() else { continue };
                    let what = format!("remove `{}` from {}", known.value, class_name(class));
                    self.add(what, Some(known.span), |site| {
                        if let Some(members) = site.classes.members.get_mut(&class) {
                            members.retain(|member| member.value != known.value);
                        }
                    });
                }
            }
        }
    }

    /// Tries an additional first entry of the access map, if the site contains its entries.
    fn entry(&mut self, key: String, value: &str) {
        if self.site.entries_of(TableKind::Access).is_empty() {
            return;
        }
        let place = self.site.access.as_ref().map(|access| access.declared.span);
        let Some(span) = place else { return };
        self.add(format!("add the entry `{key}` with `{value}` to the access map"), None, |site| {
            let entries = site.entries.entry(TableKind::Access).or_default();
            entries.retain(|entry| !entry.key.value.eq_ignore_ascii_case(&key));
            entries.push(TableEntry { key: Spanned::new(key, span), value: Spanned::new(value.to_owned(), span) });
        });
    }

    fn member(&mut self, class: Class, member: &str) {
        if member.is_empty() {
            return;
        }
        let span = self.site.system.as_ref().map(|system| system.span);
        let Some(span) = span else { return };
        self.add(format!("add `{member}` to {}", class_name(class)), None, |site| {
            site.classes.members.entry(class).or_default().push(Spanned::new(member.to_owned(), span));
        });
    }

    /// Tries to turn off a feature of the site.
    fn without(&mut self, name: &str, place: Option<Span>, change: impl FnOnce(&mut Site)) {
        self.add(format!("remove {name}"), place, change);
    }

    fn looser(&mut self) {
        let question = self.question.clone();
        let address = question.client.to_string();
        let sender = question.sender.clone().unwrap_or_default();
        let recipient = question.recipient.clone().unwrap_or_default();
        self.entry(format!("Connect:{}", question.address()), "RELAY");
        self.entry(format!("Connect:{}", question.address()), "OK");
        if !sender.is_empty() {
            self.entry(format!("From:{sender}"), "OK");
        }
        if !recipient.is_empty() {
            self.entry(format!("To:{}", domain(&recipient)), "RELAY");
            self.member(Class::Relay, domain(&recipient));
            self.member(Class::Local, domain(&recipient));
        }
        self.member(Class::Relay, &address);
        let place = self.site.senders.useless_mx.as_ref().map(|asked| asked.span);
        self.without("badmx", place, |site| site.senders.useless_mx = None);
        let place = self.site.clients.reverse_name.as_ref().map(|asked| asked.span);
        self.without("require_rdns", place, |site| site.clients.reverse_name = None);
        let place = self.site.clients.greeting_name.as_ref().map(|asked| asked.span);
        self.without("block_bad_helo", place, |site| site.clients.greeting_name = None);
        let place = self.site.blocklists.first().map(|list| list.span);
        self.without("the DNS lists", place, |site| site.blocklists.clear());
        if let Some(span) = self.site.system.as_ref().map(|system| system.span) {
            self.add("accept senders whose domain does not exist: accept_unresolvable_domains", None, |site| {
                site.senders.accept_unresolvable = Some(Spanned::new((), span));
            });
            self.add("accept senders without a domain: accept_unqualified_senders", None, |site| {
                site.senders.accept_unqualified = Some(Spanned::new((), span));
            });
        }
        if question.user.is_none() {
            let login = Login { name: "user".into(), mechanism: "PLAIN".into() };
            let authenticated = Question { user: Some(login), ..question };
            let change = Change { what: "let the client authenticate".into(), place: None };
            self.list.push(Candidate { change, site: self.site.clone(), question: authenticated });
        }
    }

    fn stricter(&mut self) {
        let question = self.question.clone();
        self.entry(format!("Connect:{}", question.address()), "REJECT");
        if let Some(sender) = question.sender.as_ref().filter(|sender| !sender.is_empty()) {
            self.entry(format!("From:{sender}"), "REJECT");
        }
        if let Some(recipient) = &question.recipient {
            self.entry(format!("To:{recipient}"), "REJECT");
        }
        let relay = &self.site.relay;
        let places = [
            ("promiscuous_relay", relay.promiscuous.as_ref().map(|asked| asked.span)),
            ("relay_entire_domain", relay.entire_domain.as_ref().map(|asked| asked.span)),
            ("relay_based_on_MX", relay.based_on_mx.as_ref().map(|asked| asked.span)),
            ("relay_local_from", relay.local_from.as_ref().map(|asked| asked.span)),
            ("relay_mail_from", relay.mail_from.as_ref().map(|asked| asked.span)),
        ];
        for (name, place) in places {
            self.without(name, place, |site| match name {
                "promiscuous_relay" => site.relay.promiscuous = None,
                "relay_entire_domain" => site.relay.entire_domain = None,
                "relay_based_on_MX" => site.relay.based_on_mx = None,
                "relay_local_from" => site.relay.local_from = None,
                _ => site.relay.mail_from = None,
            });
        }
        if question.user.is_some() {
            let change = Change { what: "do not let the client authenticate".into(), place: None };
            let anonymous = Question { user: None, ..question };
            self.list.push(Candidate { change, site: self.site.clone(), question: anonymous });
        }
    }
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

fn class_name(class: Class) -> &'static str {
    match class {
        Class::Relay => "the relay domains",
        Class::Local => "the local domains",
        Class::VirtualHost => "the virtual domains",
        _ => "its class",
    }
}
