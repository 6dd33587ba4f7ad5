//! Routes addresses: selects mailer and host, and rewrites the address for the mailer.

use super::{
    maps::dns::best_exchangers,
    observer::TraceObserver,
    program::{Mailer, is_true},
    rewriter::TRY_LATER,
    scan::Source,
    session::{Resolved, Session},
    token::{Token, join},
};
use crate::syntax::cf::Metasymbol;

/// The route of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Mailer, host and user; `None` if the rulesets select none.
    pub resolved: Option<Resolved>,
    /// Whether a lookup failed temporarily, so that mail is deferred.
    pub is_for_now: bool,
}

/// An address as the SMTP server of sendmail parses it: a [`Route`] whose user is rewritten for the mailer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// Mailer, host and user.
    Address {
        /// The route.
        resolved: Resolved,
        /// Whether a lookup failed temporarily, so that mail is deferred.
        is_for_now: bool,
    },
    /// `$#error`, as the rulesets returned it.
    Error(Resolved),
    /// Not an address; the message is sendmail's.
    Invalid(Vec<u8>),
    /// The rules are wrong: what they resolved to has no such mailer, or lacks a host or a user. In sendmail's words.
    Misconfigured(Vec<u8>),
}

/// A resolved workspace, as sendmail completes it.
pub(super) enum Built {
    /// The user still has to be rewritten by these rulesets, in order.
    ToRewrite { mailer: Box<Mailer>, host: Option<Vec<u8>>, user: Vec<Token>, rulesets: Vec<usize> },
    /// Complete.
    Done(Resolved),
    /// `$#error`, with a text.
    Error(Resolved),
}

impl Built {
    /// The result after the user has been rewritten.
    pub(super) fn done(mailer: &Mailer, host: Option<Vec<u8>>, mut user: Vec<u8>) -> Resolved {
        if !mailer.has(b'u') {
            user.make_ascii_lowercase();
        }
        Resolved { agent: mailer.name.to_vec(), host, user: Some(user) }
    }
}

impl Session<'_> {
    /// Parses an address of MAIL or RCPT like sendmail's server: rulesets 3 and 0, then those for recipients of its mailer on the
    /// user. Sets `${addr_type}` and `$h`.
    pub fn parse_address(
        &mut self,
        address: &[u8],
        is_sender: bool,
        mut watch: Option<&mut dyn TraceObserver>,
    ) -> Parsed {
        self.set_macro(b"addr_type", Some(if is_sender { b"e s" } else { b"e r" }));
        self.forget();
        self.messages.clear();
        // The server rejects what test mode only reports.
        let scanned = self.scan(address, Source::Address, &mut Vec::new());
        if let Some(message) = self.messages.first() {
            return Parsed::Invalid(message.clone());
        }
        if scanned.is_err() {
            return Parsed::Invalid(b"User address required".to_vec());
        }
        let again = watch.as_mut().map(|watch| &mut **watch as &mut dyn TraceObserver);
        let Some((tokens, mut is_for_now)) = self.chain(address, &[3, 0], again) else {
            let message = self.messages.last().cloned();
            return Parsed::Invalid(message.unwrap_or_else(|| b"User address required".to_vec()));
        };
        match self.build(&tokens, is_sender) {
            Err(message) => Parsed::Misconfigured(message),
            Ok(Built::Error(error)) => Parsed::Error(error),
            Ok(Built::Done(resolved)) => Parsed::Address { resolved, is_for_now },
            Ok(Built::ToRewrite { mailer, host, mut user, rulesets }) => {
                for ruleset in rulesets {
                    let watch = watch.as_mut().map(|watch| &mut **watch as &mut dyn TraceObserver);
                    is_for_now |= self.rewrite(ruleset, &mut user, watch) == TRY_LATER;
                }
                let user = self.joined(&user);
                Parsed::Address { resolved: Built::done(&mailer, host, user), is_for_now }
            }
        }
    }

    /// Joins tokens to the text of an address.
    pub(super) fn joined(&self, tokens: &[Token]) -> Vec<u8> {
        let mut text = Vec::new();
        join(tokens, &self.program.arena, self.program.blank, &mut text);
        text
    }

    /// The mailer, host and user of a resolved workspace, as sendmail completes them; or an error. `is_bare` is set for addresses
    /// in headers and for senders, which configurations below level 10 leave unchanged.
    pub(super) fn build(&mut self, tokens: &[Token], is_bare: bool) -> Result<Built, Vec<u8>> {
        let Some(resolved) = self.resolved(tokens) else {
            return Err(b"no mailer in parsed address".to_vec());
        };
        let user = tokens.iter().position(|token| token.is(Metasymbol::Colon));
        let has_user = user.is_some();
        let user = user.and_then(|at| tokens.get(at + 1..)).unwrap_or_default();
        if resolved.agent.is_empty() {
            return Err(b"no user".to_vec());
        }
        if resolved.agent.eq_ignore_ascii_case(b"error") {
            return match has_user {
                true => Ok(Built::Error(resolved)),
                false => Err(b"no user".to_vec()),
            };
        }
        let known = |name: &[u8], session: &Self| session.program.mailer(name).cloned();
        let Some(mut mailer) = known(&resolved.agent, self) else {
            return Err([b"unknown mailer ", resolved.agent.as_slice()].concat());
        };
        let host_tokens = tokens.iter().position(|token| token.is(Metasymbol::At));
        let host = host_tokens.map(|at| {
            let rest = tokens.get(at + 1..).unwrap_or_default();
            let end = rest.iter().position(|token| token.is(Metasymbol::Colon)).unwrap_or(rest.len());
            let host = self.joined(rest.get(..end).unwrap_or_default());
            if mailer.has(b'h') { host } else { host.to_ascii_lowercase() }
        });
        self.set_macro(b"h", host.as_deref());
        if host.is_none() && mailer.path == b"[IPC]" && *mailer.name != *b"local" && mailer.is_tcp() {
            return Err(b"no host".to_vec());
        }
        if !has_user {
            return Err(b"no user".to_vec());
        }
        let text = self.joined(user);
        let mut user = user.to_vec();
        let special = [(b'|', &b"|"[..], &b"prog"[..]), (b'/', b"/", b"*file*"), (b':', b":include:", b"*include*")];
        for (flag, start, name) in special {
            let begins = text.get(..start.len()).is_some_and(|first| first.eq_ignore_ascii_case(start));
            if mailer.has(flag)
                && begins
                && let Some(other) = known(name, self)
            {
                mailer = other;
                if flag == b':' {
                    let file = text.get(start.len()..).unwrap_or_default().trim_ascii().to_vec();
                    return Ok(Built::Done(Resolved { agent: name.to_vec(), host, user: Some(file) }));
                }
                break;
            }
        }
        if mailer.has(b'@') && user.first().is_some_and(|token| self.program.arena.text(*token) == b"@") {
            user.remove(0);
        }
        let [own, _] = mailer.recipients;
        let is_bare = is_bare && self.program.level < 10;
        let rulesets = if is_bare { [0, 0, 4] } else { [2, own, 4] };
        let rulesets = rulesets.into_iter().filter(|ruleset| *ruleset != 0).collect();
        Ok(Built::ToRewrite { mailer: Box::new(mailer), host, user, rulesets })
    }

    /// The route of an address: rulesets 3 and 0. `None` if it is not an address.
    pub fn route(&mut self, address: &[u8], watch: Option<&mut dyn TraceObserver>) -> Option<Route> {
        let (tokens, is_for_now) = self.chain(address, &[3, 0], watch)?;
        Some(Route { resolved: self.resolved(&tokens), is_for_now })
    }

    /// Whether the best mail exchanger of a domain is this host, so that mail for it that the rules route by MX comes back:
    /// sendmail returns it with "mail loops back to me (MX problem?)". `TryNullMXList` has it deliver to the domain itself.
    pub fn points_back(&mut self, domain: &str) -> bool {
        if self.program.option("trynullmxlist").is_some_and(is_true) {
            return false;
        }
        let best = best_exchangers(domain.trim_end_matches('.'), &self.context().1);
        let own = self.class(b"w");
        best.iter().any(|host| own.iter().any(|name| name.eq_ignore_ascii_case(host.as_bytes())))
    }

    /// Rewrites an envelope address for a mailer: rulesets 3, 1 or 2, the mailer's own, and 4. `None` if it is not an address or
    /// the mailer is unknown.
    pub fn envelope_address(
        &mut self,
        address: &[u8],
        agent: &[u8],
        is_sender: bool,
        watch: Option<&mut dyn TraceObserver>,
    ) -> Option<Vec<u8>> {
        let mailer = self.program.mailer(agent)?;
        let ([own, _], side) = if is_sender { (mailer.senders, 1) } else { (mailer.recipients, 2) };
        let kind: &[u8] = if is_sender { b"e s" } else { b"e r" };
        self.set_macro(b"addr_type", Some(kind));
        let rulesets = [3, side, own, 4].into_iter().filter(|number| *number != 0).collect::<Vec<_>>();
        let (tokens, _) = self.chain(address, &rulesets, watch)?;
        let mut text = Vec::new();
        join(&tokens, &self.program.arena, self.program.blank, &mut text);
        Some(text)
    }

    /// Runs an address through rulesets in order; returns the result, and whether one of them failed temporarily.
    fn chain(
        &mut self,
        address: &[u8],
        rulesets: &[usize],
        mut watch: Option<&mut dyn TraceObserver>,
    ) -> Option<(Vec<Token>, bool)> {
        self.forget();
        self.messages.clear();
        let mut tokens = Vec::new();
        self.scan(address, Source::Address, &mut tokens).ok()?;
        let mut is_for_now = false;
        for ruleset in rulesets {
            let watch = watch.as_mut().map(|watch| &mut **watch as &mut dyn TraceObserver);
            is_for_now |= self.rewrite(*ruleset, &mut tokens, watch) == TRY_LATER;
        }
        Some((tokens, is_for_now))
    }
}
