#![doc = include_str!("../findings/local_check_relays.md")]

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Rule, Surroundings,
    raw_rules::{Piece, RawRule, pieces, rulesets},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::Site,
    source::{SourceId, Syntax},
};

pub(super) const RULE: Rule = Rule {
    code: "local_check_relays",
    summary: "a local rule lets clients relay that may be anybody",
    severity: Severity::Error,
    check,
    together: None,
};

/// Rulesets of a site's own whose `$#` answer is taken before relaying is checked.
const HOOKS: [(&str, Subject); 2] = [("Local_check_rcpt", Subject::Recipient), ("Local_Relay_Auth", Subject::Found)];

/// Calls of own rulesets are followed so far.
const MAX_DEPTH: usize = 6;

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let rulesets = rulesets(site);
    let judge = |(hook, subject): (&'static str, Subject)| {
        let mut reader = Reader {
            rulesets: &rulesets,
            hook,
            syntax: around.syntax,
            left: MAX_RULES,
            judged: BTreeSet::new(),
            found: Vec::new(),
        };
        reader.ruleset(hook, Workspace::new(subject), 0);
        reader.found
    };
    HOOKS.into_iter().flat_map(judge).collect()
}

/// Rules that are read, those of a ruleset each time that it is called; what comes behind is taken to be right.
const MAX_RULES: usize = 20_000;

/// What a part of a workspace was made of, by how well it tells clients apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    /// Every client that has a name in DNS.
    Resolved,
    /// What a client says of itself: greeting, sender.
    Claim(&'static str),
    /// The client's name, which sendmail has compared with its address.
    Name,
    /// The recipient.
    Recipient,
    /// What is empty for strangers: how the client has logged in, what a map or another ruleset has found.
    Found,
    /// Addresses and all else that a stranger does not choose.
    Proof,
}

/// What the parts of the workspace between `$|` hold, and what earlier rules have tested.
#[derive(Debug, Clone)]
struct Workspace {
    parts: Vec<Vec<Subject>>,
    /// What rules have tested that changed it.
    tests: Vec<Subject>,
    /// What rules have tested that ended the ruleset where they matched, of what strangers cannot choose.
    barred: Vec<Subject>,
    /// Whether there may be an address with its host in angle brackets: `user < @ host >`.
    is_canonical: bool,
    /// Whether there may be an angle bracket.
    has_bracket: bool,
}

/// The place of a rule, its pattern and its result.
type Answer<'a> = (Option<(SourceId, u32)>, &'a str, &'a str);

struct Reader<'a> {
    rulesets: &'a BTreeMap<String, Vec<RawRule<'a>>>,
    hook: &'static str,
    syntax: Syntax,
    /// How many rules may still be read.
    left: usize,
    /// Answers that are judged already, by their place and text: lines of a site.toml share a place.
    judged: BTreeSet<Answer<'a>>,
    found: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// Judges the answers of a ruleset, and returns what its result may be made of.
    fn ruleset(&mut self, name: &str, mut workspace: Workspace, depth: usize) -> Workspace {
        let rulesets = self.rulesets;
        for rule in rulesets.get(name).into_iter().flatten() {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            if self.rule(rule, &mut workspace, depth) {
                break;
            }
        }
        workspace
    }

    /// Follows a rule, and returns whether the ruleset ends here whatever the workspace holds.
    fn rule(&mut self, rule: &RawRule<'a>, workspace: &mut Workspace, depth: usize) -> bool {
        let (pattern, result) = (pieces(rule.pattern), pieces(rule.result));
        if !workspace.may_match(rule.pattern, &pattern) {
            return false;
        }
        let tested = tested(&pattern, workspace);
        let bars = pattern.iter().filter(|piece| **piece == Piece::Bar).count();
        let is_certain = pattern.iter().all(|piece| matches!(piece, Piece::Any | Piece::Bar))
            && (pattern.len() == 1 || bars + 1 == workspace.parts.len());
        let mailer = result.iter().find_map(|piece| match piece {
            Piece::Mailer(mailer) => Some(*mailer),
            _ => None,
        });
        let refuses =
            |mailer: &str| ["error", "discard", "quarantine"].iter().any(|one| one.eq_ignore_ascii_case(mailer));
        if mailer.is_some_and(|mailer| !refuses(mailer)) {
            self.answer(rule, &pattern, &tested, workspace);
        }
        if mailer.is_some() || result.first() == Some(&Piece::Narrow) {
            // A list of addresses that end here keeps no stranger out, but what is empty for strangers does, and a class that
            // they are not in.
            let is_negated = rule.pattern.contains("$~");
            let bars = |subject: &&Subject| match subject {
                Subject::Found => true,
                Subject::Proof => is_negated,
                _ => false,
            };
            if mailer.is_none_or(refuses) {
                workspace.barred.extend(tested.iter().filter(bars));
            }
            return is_certain;
        }
        workspace.tests.extend(tested);
        let mut parts = vec![Vec::new()];
        for piece in &result {
            let added = match piece {
                Piece::Bar => {
                    parts.push(Vec::new());
                    continue;
                }
                Piece::Macro(name) => vec![subject(name)],
                // It looks nothing up: what it is given is split into tokens again.
                Piece::Map("dequote") => continue,
                Piece::Map(_) => vec![Subject::Found],
                Piece::Argument(number) => workspace.argument(&pattern, *number),
                Piece::Call(name) => self.call(name, workspace, depth),
                _ => continue,
            };
            if let Some(last) = parts.last_mut() {
                last.extend(added);
            }
        }
        let parses = result.iter().any(|piece| matches!(piece, Piece::Call(name) if is_parser(name)));
        workspace.is_canonical |= parses || without_blanks(rule.result).contains("<@");
        let takes_over = result.iter().any(|piece| matches!(piece, Piece::Argument(_) | Piece::Call(_)));
        workspace.has_bracket = rule.result.contains('<') || workspace.has_bracket && (takes_over || !is_certain);
        // Where the rule does not match, what was there before stays.
        if !is_certain {
            let before = std::mem::take(&mut workspace.parts);
            match before.len() == parts.len() {
                true => parts.iter_mut().zip(before).for_each(|(part, before)| part.extend(before)),
                false => parts = vec![parts.concat(), before.concat()],
            }
        }
        workspace.parts = parts;
        workspace.tidy();
        false
    }

    /// What the result of another ruleset is made of; the answers of a site's own ruleset are judged.
    fn call(&mut self, name: &str, workspace: &mut Workspace, depth: usize) -> Vec<Subject> {
        if is_parser(name) {
            return workspace.parts.concat();
        }
        if depth >= MAX_DEPTH || !self.rulesets.contains_key(name) {
            // A ruleset of the tree, which looks something up.
            return vec![Subject::Found];
        }
        let called = self.ruleset(name, workspace.clone(), depth + 1);
        workspace.tests.extend(called.tests);
        workspace.is_canonical |= called.is_canonical;
        workspace.has_bracket |= called.has_bracket;
        called.parts.concat()
    }

    fn answer(&mut self, rule: &RawRule<'a>, pattern: &[Piece<'_>], tested: &[Subject], workspace: &Workspace) {
        let is_proof = |test: &&Subject| matches!(test, Subject::Found | Subject::Proof);
        let is_for_all =
            pattern.iter().all(|piece| !matches!(piece, Piece::Literal(_) | Piece::Class | Piece::Macro(_)));
        // What earlier rules have written into the workspace counts only where this one looks for it.
        let earlier = if is_for_all { [].as_slice() } else { workspace.tests.as_slice() };
        let proof = earlier.iter().chain(&workspace.barred).chain(tested).find(is_proof);
        let best = proof.or(tested.iter().max()).or(earlier.iter().max()).copied();
        // One token or none is no address that mail is relayed to.
        let is_narrow = workspace.parts.iter().flatten().all(|subject| *subject == Subject::Recipient)
            && !pattern.iter().any(|piece| matches!(piece, Piece::Any | Piece::Some))
            && tested.is_empty();
        let is_anonymous =
            pattern.iter().any(|piece| matches!(piece, Piece::Literal(word) if word.eq_ignore_ascii_case("ANONYMOUS")));
        let (is_error, who) = match best {
            Some(Subject::Found) if is_anonymous => (true, "everybody who logs in as ANONYMOUS"),
            Some(Subject::Proof | Subject::Found) => return,
            Some(Subject::Recipient) if is_public_name(pattern) => (true, "everybody who writes to a public suffix"),
            Some(Subject::Recipient) => return,
            None if is_narrow && self.hook == "Local_check_rcpt" => return,
            Some(Subject::Name) if is_public_name(pattern) => (true, "every client under a public suffix"),
            Some(Subject::Name) => return,
            Some(Subject::Claim(what)) => (false, what),
            Some(Subject::Resolved) => (true, "every client that has a name in DNS"),
            None => (true, "everybody"),
        };
        let found = match is_error {
            true => Diagnostic::error(RULE.code, format!("open relay: {who} may relay by a rule of {}", self.hook)),
            false => Diagnostic::warning(RULE.code, format!("{who} may relay by a rule of {}", self.hook)),
        };
        let access = self.syntax.pick("`Connect:` entries of the access map", "`Connect:` entries under [access]");
        let found = found
            .why("a `$#` answer of this ruleset other than `$#error` is final, and relaying is not checked any more")
            .help(format!("answer `$@` to go on with the usual checks, and name the hosts that may relay in {access}"));
        let found = rule.place.into_iter().fold(found, |found, place| found.at(place, "the answer"));
        // A ruleset that is called twice is read twice.
        if self.judged.insert((rule.place.map(|place| (place.source, place.start)), rule.pattern, rule.result)) {
            self.found.push(found);
        }
    }
}

impl Workspace {
    fn new(subject: Subject) -> Self {
        Self {
            parts: vec![vec![subject]],
            tests: Vec::new(),
            barred: Vec::new(),
            is_canonical: false,
            has_bracket: true,
        }
    }

    fn tidy(&mut self) {
        for list in self.parts.iter_mut().chain([&mut self.tests, &mut self.barred]) {
            list.sort_unstable();
            list.dedup();
        }
    }

    /// Whether it may hold the separators of a pattern.
    fn may_match(&self, text: &str, pattern: &[Piece<'_>]) -> bool {
        let subjects = || self.parts.iter().flatten();
        // What other rulesets and maps return is not known.
        if subjects().any(|subject| *subject == Subject::Found) {
            return true;
        }
        let bars = pattern.iter().filter(|piece| **piece == Piece::Bar).count();
        let text = without_blanks(text);
        let is_name = subjects().all(|subject| matches!(subject, Subject::Name | Subject::Resolved));
        // `$@` is no at sign.
        let has_at = text.replace("$@", "").contains('@');
        // An address or a name is more than one token.
        let is_long = subjects().all(|subject| !matches!(subject, Subject::Resolved | Subject::Claim(_)));
        let fits = self.has_bracket || !text.contains('<');
        bars < self.parts.len()
            && fits
            && !(pattern == [Piece::Narrow] && is_long)
            && (self.is_canonical || !text.contains("<@"))
            && !(has_at && is_name)
    }

    /// What `$1`, … stand for: the part that the operator of this number matches in.
    fn argument(&self, pattern: &[Piece<'_>], number: usize) -> Vec<Subject> {
        let mut seen = 0;
        let mut part = 0;
        for piece in pattern {
            match piece {
                Piece::Bar => part += 1,
                Piece::Any | Piece::Some | Piece::Narrow | Piece::Class => seen += 1,
                _ => {}
            }
            if seen == number {
                break;
            }
        }
        let is_same = pattern.iter().filter(|piece| **piece == Piece::Bar).count() + 1 == self.parts.len();
        match self.parts.get(part).filter(|_| is_same) {
            Some(subjects) => subjects.clone(),
            None => self.parts.concat(),
        }
    }
}

/// What a pattern tests: what its parts hold that have a word, a class or an end in them.
fn tested(pattern: &[Piece<'_>], workspace: &Workspace) -> Vec<Subject> {
    let parts: Vec<_> = pattern.split(|piece| *piece == Piece::Bar).collect();
    let all = workspace.parts.concat();
    let mut found = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let held = match workspace.parts.get(number) {
            Some(held) if parts.len() == workspace.parts.len() => held,
            _ => &all,
        };
        let is_part = parts.len() == workspace.parts.len();
        let is_test = |piece: &Piece<'_>| match piece {
            Piece::Literal(_) | Piece::Class => true,
            // Whether there is something at all.
            Piece::Narrow | Piece::Some => is_part && *held == [Subject::Found],
            _ => false,
        };
        if part.iter().any(is_test) {
            // Of a recipient beside something else the word is probably not.
            let is_alone = held.iter().all(|subject| *subject == Subject::Recipient);
            found.extend(held.iter().filter(|subject| is_alone || **subject != Subject::Recipient));
        }
        for piece in *part {
            match piece {
                Piece::Macro(name) => found.push(subject(name)),
                Piece::Class if held != &[Subject::Recipient] => found.push(Subject::Proof),
                _ => {}
            }
        }
    }
    found
}

fn subject(name: &str) -> Subject {
    match name {
        "s" => Subject::Claim("whoever greets with a certain name"),
        "f" | "g" | "mail_from" | "mail_addr" | "mail_host" => Subject::Claim("whoever names a certain sender"),
        "client_ptr" => Subject::Claim("whoever has a certain name in a reverse zone of their own"),
        "r" | "_" | "client_port" | "mail_mailer" | "msg_size" => Subject::Claim("whoever sends in a certain way"),
        "client_resolve" => Subject::Resolved,
        "client_name" => Subject::Name,
        "u" | "rcpt_addr" | "rcpt_host" | "rcpt_mailer" | "nrcpts" => Subject::Recipient,
        _ if name.starts_with("auth_") || name.starts_with("cert_") => Subject::Found,
        _ => Subject::Proof,
    }
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Rulesets that bring an address into its form.
fn is_parser(name: &str) -> bool {
    ["3", "0", "96", "canonify", "parse", "Canonify2", "CanonAddr", "ParseRecipient", "Parse0"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether the words at the end of a pattern are a name that strangers register domains under.
fn is_public_name(pattern: &[Piece<'_>]) -> bool {
    let words: Vec<&str> = pattern
        .iter()
        .filter_map(|piece| match piece {
            Piece::Literal(word) => Some(*word),
            _ => None,
        })
        .collect();
    let name = words.join(".").to_ascii_lowercase();
    psl::suffix(name.as_bytes())
        .is_some_and(|suffix| suffix.typ() == Some(psl::Type::Icann) && suffix.as_bytes() == name.as_bytes())
}
