//! What becomes of an address: where its mail goes, and how a delivery agent is given it.

use super::{
    rewriter::TRY_LATER,
    scan::Source,
    session::{Resolved, Session},
    token::{Token, join},
    watch::Watch,
};

/// Where mail for an address goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Agent, host and user; `None` if the rulesets do not say.
    pub resolved: Option<Resolved>,
    /// Whether something could not be found out now, so that it is asked again later.
    pub is_for_now: bool,
}

impl Session<'_> {
    /// Where mail for an address goes: rulesets 3 and 0. `None` if it is no address.
    pub fn route(&mut self, address: &[u8], watch: Option<&mut dyn Watch>) -> Option<Route> {
        let (tokens, is_for_now) = self.chain(address, &[3, 0], watch)?;
        Some(Route { resolved: self.resolved(&tokens), is_for_now })
    }

    /// An address of the envelope as an agent is given it: rulesets 3, 1 or 2, the agent's own, and 4. `None` if it is no
    /// address or there is no such agent.
    pub fn envelope_address(
        &mut self,
        address: &[u8],
        agent: &[u8],
        is_sender: bool,
        watch: Option<&mut dyn Watch>,
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

    /// Gives an address to rulesets one after the other; what is left, and whether one of them said to ask again later.
    fn chain(
        &mut self,
        address: &[u8],
        rulesets: &[usize],
        mut watch: Option<&mut dyn Watch>,
    ) -> Option<(Vec<Token>, bool)> {
        self.forget();
        self.messages.clear();
        let mut tokens = Vec::new();
        self.scan(address, Source::Address, &mut tokens).ok()?;
        let mut is_for_now = false;
        for ruleset in rulesets {
            let watch = watch.as_mut().map(|watch| &mut **watch as &mut dyn Watch);
            is_for_now |= self.rewrite(*ruleset, &mut tokens, watch) == TRY_LATER;
        }
        Some((tokens, is_for_now))
    }
}
