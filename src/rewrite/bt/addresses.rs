//! `/try`, `/tryflags` and `/parse`: how an address is rewritten for a mailer.

use super::{TestMode, crack::crack};
use crate::rewrite::{
    address::Built,
    program::Mailer,
    rewriter::{OK, TRY_LATER},
    scan::{Refusal, Source},
    session::Resolved,
    token::Token,
};

fn say(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
    out.push(b'\n');
}

impl TestMode<'_> {
    /// `/tryflags HS`
    pub(super) fn try_flags(&mut self, argument: &[u8], out: &mut Vec<u8>) {
        if argument.is_empty() {
            say(out, &[b"Usage: /tryflags [Hh|Ee][Ss|Rr]"]);
            return;
        }
        for letter in argument {
            match letter.to_ascii_lowercase() {
                b'h' => self.flags.header = true,
                b'e' => self.flags.header = false,
                b's' => self.flags.sender = true,
                b'r' => self.flags.sender = false,
                _ => {}
            }
        }
        let value = [if self.flags.header { b'h' } else { b'e' }, b' ', if self.flags.sender { b's' } else { b'r' }];
        self.session.set_macro(b"addr_type", Some(&value));
    }

    fn kind(&self) -> &'static [u8] {
        match (self.flags.header, self.flags.sender) {
            (false, false) => b"envelope recipient",
            (false, true) => b"envelope sender",
            (true, false) => b"header recipient",
            (true, true) => b"header sender",
        }
    }

    /// Whether a colon in an address is an ordinary character.
    fn colons(&self) -> bool {
        let program = &self.session.program;
        match program.option("colonokinaddr") {
            Some(value) => !matches!(value.first(), Some(b'f' | b'F' | b'n' | b'N')),
            None => program.level < 6,
        }
    }

    /// `/try esmtp user@example.com`
    pub(super) fn try_mailer(&mut self, argument: &[u8], out: &mut Vec<u8>) {
        let end = argument.iter().position(u8::is_ascii_whitespace).unwrap_or(argument.len());
        let (name, address) = argument.split_at(end);
        let address = address.trim_ascii();
        if name.is_empty() || address.is_empty() {
            say(out, &[b"Usage: /try mailer address"]);
            return;
        }
        let known = self.session.program.mailers.iter().find(|mailer| mailer.name.eq_ignore_ascii_case(name));
        let Some(mailer) = known.cloned() else {
            say(out, &[b"Unknown mailer ", name]);
            return;
        };
        say(out, &[b"Trying ", self.kind(), b" address ", address, b" for mailer ", name]);
        let mut status = OK;
        let rewritten = self.header_name(address, &mailer, &mut status, out);
        say(out, &[format!("Rcode = {status}, addr = ").as_bytes(), &rewritten]);
    }

    /// Rewrites an address, with the text around it, for a mailer.
    fn header_name(&mut self, address: &[u8], mailer: &Mailer, status: &mut u8, out: &mut Vec<u8>) -> Vec<u8> {
        let around = crack(address, self.colons());
        let side = if self.flags.sender { mailer.senders } else { mailer.recipients };
        let [envelope, header] = side;
        let own = if self.flags.header { header } else { envelope };
        let Ok(mut tokens) = self.tokens(address, out) else { return address.to_vec() };
        for ruleset in [3, if self.flags.sender { 1 } else { 2 }, own, 4] {
            if ruleset != 0 && self.rewrite(ruleset, &mut tokens, out) == TRY_LATER {
                *status = TRY_LATER;
            }
        }
        let text = self.session.joined(&tokens);
        match around.windows(2).position(|pair| pair == b"$g") {
            Some(at) => {
                let (before, behind) = around.split_at(at);
                [before, &text, behind.get(2..).unwrap_or_default()].concat()
            }
            None => around,
        }
    }

    /// Tokens of an address without comments.
    fn tokens(&mut self, address: &[u8], out: &mut Vec<u8>) -> Result<Vec<Token>, Refusal> {
        self.session.forget();
        self.session.messages.clear();
        let mut tokens = Vec::new();
        let scanned = self.session.scan(address, Source::Address, &mut tokens);
        for message in self.session.messages.drain(..) {
            say(out, &[&message]);
        }
        scanned.map(|()| tokens)
    }

    /// `/parse user@example.com`
    pub(super) fn parse(&mut self, argument: &[u8], out: &mut Vec<u8>) {
        let argument = argument.trim_ascii_end();
        if argument.is_empty() {
            say(out, &[b"Usage: /parse address"]);
            return;
        }
        say(out, &[b"Cracked address = ", &crack(argument, self.colons())]);
        say(out, &[b"Parsing ", self.kind(), b" address"]);
        let Ok(mut tokens) = self.tokens(argument, out) else {
            say(out, &[b"Cannot parse"]);
            return;
        };
        let mut later = false;
        for ruleset in [3, 0] {
            later |= self.rewrite(ruleset, &mut tokens, out) == TRY_LATER;
        }
        let address = match self.built(argument, &tokens, out) {
            Ok(address) => address,
            Err(message) => {
                say(out, &[b"buildaddr: ", &message]);
                say(out, &[b"mailer *error*, user "]);
                return;
            }
        };
        if later {
            say(out, &[argument, b"... Transient parse error -- message queued for future delivery"]);
        }
        match address.host {
            Some(host) => say(
                out,
                &[b"mailer ", &address.agent, b", host ", &host, b", user ", &address.user.unwrap_or_default()],
            ),
            None => say(out, &[b"mailer ", &address.agent, b", user ", &address.user.unwrap_or_default()]),
        }
    }

    /// The mailer, host and user of a resolved workspace, as sendmail completes them; or an error.
    fn built(&mut self, address: &[u8], tokens: &[Token], out: &mut Vec<u8>) -> Result<Resolved, Vec<u8>> {
        match self.session.build(tokens, self.flags.header)? {
            Built::Done(resolved) => Ok(resolved),
            Built::Error(Resolved { host, user, .. }) => {
                self.error(address, host.as_deref(), user.as_deref().unwrap_or_default(), out);
                Ok(Resolved { agent: b"*error*".to_vec(), host, user })
            }
            Built::ToRewrite { mailer, host, mut user, rulesets } => {
                for ruleset in rulesets {
                    self.rewrite(ruleset, &mut user, out);
                }
                let user = self.session.joined(&user);
                Ok(Built::done(&mailer, host, user))
            }
        }
    }

    /// Prints the message of `$#error`.
    fn error(&self, address: &[u8], host: Option<&[u8]>, text: &[u8], out: &mut Vec<u8>) {
        let text = text.iter().copied().filter(|byte| *byte != b'"').collect::<Vec<_>>();
        let mut rest = text.as_slice();
        if let [a, b, c, b' ', behind @ ..] = rest
            && [a, b, c].iter().all(|digit| digit.is_ascii_digit())
        {
            rest = behind;
        }
        let end = rest.iter().position(|byte| *byte == b' ').unwrap_or(0);
        let code = rest.get(..end).unwrap_or_default();
        let numbers = code.split(|byte| *byte == b'.').collect::<Vec<_>>();
        let digits = |part: &&[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
        if numbers.len() == 3 && numbers.iter().all(digits) {
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        if host.is_some_and(|host| host.eq_ignore_ascii_case(b"usage")) {
            say(out, &[rest]);
        } else {
            say(out, &[address, b"... ", rest]);
        }
    }
}
