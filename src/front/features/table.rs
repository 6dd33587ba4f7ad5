//! Features with tables of more than one argument: `domainmap`, `bestmx_is_local`, `bcc`, `ldap_routing`.

use super::Run;
use crate::{
    diagnostic::Diagnostic,
    site::{BestMx, Copies, DomainMap, LdapRouting, MapSpec, MissingMailbox, RoutedDetail},
    source::Spanned,
};

impl Run<'_, '_, '_> {
    /// `domainmap`.
    pub(super) fn domain_map(&mut self) {
        let (domain, map) = (self.value(0), self.value(1));
        if domain.is_empty() || map.is_empty() {
            self.environment.report(
                Diagnostic::error("missing_argument", "`domainmap` needs a domain and a map")
                    .at(self.span, "expected both")
                    .why("sendmail rejects a map without a class, and no domain would use it")
                    .help("write FEATURE(`domainmap', `example.net', `hash /etc/mail/example.net-users')"),
            );
        }
        let map = DomainMap { domain, map: MapSpec::new(map) };
        self.environment.tables.domain_maps.push(Spanned::new(map, self.span));
        self.mark("_DOMAIN_MAP_");
    }

    /// `bestmx_is_local`: domains add up.
    pub(super) fn best_mx(&mut self) {
        let words = self.value(0);
        let earlier = self.environment.tables.best_mx.take().map(|earlier| earlier.value);
        let which = match (earlier, words.is_empty()) {
            (None, true) => BestMx::Anywhere,
            (None, false) => BestMx::Within(words),
            (Some(BestMx::Within(earlier)), false) => BestMx::Within(format!("{earlier} {words}")),
            (Some(BestMx::Anywhere), true) => BestMx::Anywhere,
            (Some(earlier), _) => {
                self.environment.report(
                    Diagnostic::error("best_mx_of_two_kinds", "`bestmx_is_local` both for all domains and for some")
                        .at(self.span, "the other way here")
                        .why(
                            "sendmail's tree then delivers here for all of them, and accepts mail as the last one says",
                        )
                        .help("keep the one that is meant"),
                );
                earlier
            }
        };
        self.environment.tables.best_mx = Some(Spanned::new(which, self.span));
    }

    /// `bcc`. A second one replaces the rules of the first, while the host and the map that it does not name itself stay.
    pub(super) fn copies(&mut self) {
        if self.value(0).eq_ignore_ascii_case("access") {
            self.mark("_BCC_ACCESS_");
        }
        let by_access = self.macros.is_defined("_BCC_ACCESS_");
        if by_access && !self.macros.is_defined("_ACCESS_TABLE_") {
            self.environment.report(
                Diagnostic::error("requires_feature", "`bcc` by the access map needs `access_db` before it")
                    .at(self.span, "asked for here")
                    .why("it uses entries of the access map with the tag `bcc:`")
                    .help("write FEATURE(`access_db') above it")
                    .reference("*** ERROR: FEATURE(`bcc') requires FEATURE(`access_db')\n"),
            );
        }
        if !by_access {
            self.declare_map();
        }
        let map = self.environment.maps.get(self.spec.name).filter(|_| !by_access).map(|spec| spec.value.clone());
        let canonical = Some(self.value(3)).filter(|text| !text.is_empty());
        if canonical.is_some() {
            self.mark("_CANONIFY_BCC_");
        }
        let earlier = self.environment.tables.copies.take().map(|earlier| earlier.value);
        let (earlier_host, earlier_map) = earlier.map(|copies| (copies.host, copies.canonical)).unwrap_or_default();
        let copies = Copies {
            map,
            host: Some(self.value(1)).filter(|host| !host.is_empty()).unwrap_or(earlier_host),
            address: self.value(2),
            canonical: match canonical {
                Some(text) => Some(MapSpec::new(text).after(earlier_map)),
                None => earlier_map,
            },
        };
        self.environment.report(
            Diagnostic::advice("option_unknown_to_build", "`bcc` sets an option that not every sendmail has")
                .at(self.span, "sets AddBcc")
                .why("sendmail 8.17 has it only when built with _FFR_ADD_BCC; others complain, and send no copies")
                .help("try the configuration with `sendmail -bt`"),
        );
        self.environment.tables.copies = Some(Spanned::new(copies, self.span));
    }

    /// `ldap_routing`.
    pub(super) fn ldap_routing(&mut self) {
        let earlier = self.environment.tables.ldap_routing.take().map(|earlier| earlier.value);
        let (earlier_host, earlier_address) = earlier.map(|routing| (routing.host, routing.address)).unzip();
        let host = self.ldap_map(0, "mailHost").after(earlier_host);
        let address = self.ldap_map(1, "mailRoutingAddress").after(earlier_address);
        let missing = self.value(2);
        match missing.as_str() {
            "" | "passthru" => self.mark("_LDAP_ROUTING_=_PASS_THROUGH_"),
            _ => self.mark("_LDAP_ROUTING_=_MUST_EXIST_"),
        }
        if missing == "sendertoo" {
            self.mark("_LDAP_SENDER_MUST_EXIST_=");
        }
        if !matches!(missing.as_str(), "" | "passthru" | "sendertoo" | "bounce") {
            let diagnostic =
                Diagnostic::warning("unknown_argument", format!("unknown argument `{missing}` for `ldap_routing`"))
                    .at(self.place(2), "taken for `bounce`")
                    .why("sendmail's tree rejects unknown recipients for any other word")
                    .help("it takes `passthru`, `bounce` or `sendertoo`");
            self.environment.report(diagnostic);
        }
        if !self.value(4).is_empty() {
            self.mark("_LDAP_ROUTE_NODOMAIN_=yes");
        }
        if self.value(5).is_empty() {
            self.mark("_LDAP_ROUTE_MAPTEMP_=_QUEUE_");
        }
        self.mark("_NEED_SMTPOPMODES_");
        let mut value = |name: &str| self.macros.value(name).unwrap_or_default();
        let detail = match value("_LDAP_ROUTE_DETAIL_").as_str() {
            "_STRIP_" => Some(RoutedDetail::Strip),
            "_PRESERVE_" => Some(RoutedDetail::Preserve),
            _ => None,
        };
        let refuse_for_now = value("_LDAP_ROUTE_MAPTEMP_") == "_TEMPFAIL_";
        let must_exist = value("_LDAP_ROUTING_") == "_MUST_EXIST_";
        let routing = LdapRouting {
            host,
            address,
            missing: match (must_exist, self.macros.is_defined("_LDAP_SENDER_MUST_EXIST_")) {
                (false, _) => MissingMailbox::Pass,
                (true, false) => MissingMailbox::RefuseRecipient,
                (true, true) => MissingMailbox::RefuseBoth,
            },
            detail,
            by_domain: !self.macros.is_defined("_LDAP_ROUTE_NODOMAIN_"),
            refuse_for_now,
        };
        self.environment.tables.ldap_routing = Some(Spanned::new(routing, self.span));
    }

    /// A map of LDAP routing: the one given, or the usual one for `attribute`.
    fn ldap_map(&mut self, index: usize, attribute: &str) -> MapSpec {
        let given = self.value(index);
        if !given.is_empty() {
            return MapSpec::new(given);
        }
        self.mark("_LDAP_ROUTING_WARN_=yes");
        MapSpec::new(format!(
            "ldap -1 -T<TMPF> -v {attribute} -k (&(objectClass=inetLocalMailRecipient)(mailLocalAddress=%0))"
        ))
    }
}
