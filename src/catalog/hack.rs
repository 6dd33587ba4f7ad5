//! Hacks that sendmail and Debian's build provide: arguments of `HACK()`.
//!
//! The decisions of a hack's rules are the business of the IR and the rulesets; the entries here contain its name, arguments,
//! requirements and settings, and what the reference prints.

use super::{
    effect::{
        Effect::{self, Define, DefineIfUnset, Domain, Feature, IfUnset, Undefine},
        Value::{self, Text},
    },
    feature::{ArgumentKind, ArgumentSpec, FeatureNotice, When},
    system::DEBIAN_BUILD,
};

/// One hack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HackSpec {
    /// Its name, also its key under `[hack]` in site.toml.
    pub name: &'static str,
    /// Its arguments.
    pub arguments: &'static [ArgumentSpec],
    /// Whether it may be used several times.
    pub repeatable: bool,
    /// Whether it only sets defaults in a site.toml, where order has no meaning, so that the site can override them, like a
    /// shared policy.
    pub gives_way: bool,
    /// A setting to which it appends a word, separated by a comma, and the word.
    pub extends: Option<(&'static str, &'static str)>,
    /// A text that the reference prints, with its condition.
    pub notice: Option<FeatureNotice>,
    /// Its effects on settings, in order.
    pub effects: &'static [Effect],
    /// Description in one line, without a full stop.
    pub help: &'static str,
}

/// The hack with this name.
pub fn by_name(name: &str) -> Option<&'static HackSpec> {
    HACKS.iter().find(|hack| hack.name == name)
}

const PLAIN: HackSpec = HackSpec {
    name: "",
    arguments: &[],
    repeatable: false,
    gives_way: false,
    extends: None,
    notice: None,
    effects: &[],
    help: "",
};

const fn argument(key: &'static str, kind: ArgumentKind, required: bool, help: &'static str) -> ArgumentSpec {
    ArgumentSpec { key, kind, required, help }
}

/// Default list of `dnsblaccess`, which has not answered for years.
pub const DEFAULT_LIST: &str = "blackholes.mail-abuse.org";

/// Default tag for the answers of `dnsblaccess`.
pub const DEFAULT_TAG: &str = "dnsblaccess";

/// Default host of `msp_nullclient`.
const HUB: Value = Value::Argument { index: 0, otherwise: &Text("_NULL_CLIENT_") };

/// All hacks, sorted by name.
pub static HACKS: &[HackSpec] = &[
    HackSpec {
        name: "cssubdomain",
        help: "Treats hosts of .Berkeley.EDU and .CS.Berkeley.EDU with a local name as this host",
        ..PLAIN
    },
    HackSpec {
        name: "debian_auth",
        extends: Some(("confTRUSTED_USERS", "sendmail")),
        effects: &[Define("confDEF_AUTH_INFO", Text("MAIL_SETTINGS_DIR`'default-auth-info"))],
        help: "Allows authenticated trusted users, and sendmail itself, to send as anybody",
        ..PLAIN
    },
    HackSpec {
        name: "dnsblaccess",
        arguments: &[
            argument("server", ArgumentKind::Domain, true, "Zone of the list"),
            argument("message", ArgumentKind::Answer(&[]), false, "Refusal"),
            argument("tempfail", ArgumentKind::Answer(&["t"]), false, "Answer when the list does not, or `t`"),
            argument("tag", ArgumentKind::Text, false, "Tag of the access entries for its answers"),
        ],
        repeatable: true,
        notice: Some(FeatureNotice {
            when: When::Without("_ACCESS_TABLE_"),
            text: "*** ERROR: dnsblaccess requires FEATURE(`access_db')\n",
        }),
        help: "Looks up clients in a DNS list, and its answers in the access map",
        ..PLAIN
    },
    HackSpec {
        name: "msp_nullclient",
        arguments: &[argument("host", ArgumentKind::Text, true, "Host that receives all mail")],
        notice: Some(FeatureNotice { when: When::Missing, text: "Hack \"msp_nullclient\" requires argument" }),
        effects: &[IfUnset("DEBIAN_MSP", &[Domain("debian-msp")])],
        help: "Submits all mail to one host: the mail submission program of a host without a mail server",
        ..PLAIN
    },
    HackSpec {
        name: "nodns",
        gives_way: true,
        effects: &[
            Undefine("confBIND_OPTS"),
            Define("confSERVICE_SWITCH_FILE", Text("/etc/mail/service.switch-nodns")),
            Define("confDONT_PROBE_INTERFACES", Text("True")),
            Feature("nocanonify"),
        ],
        help: "Does without DNS",
        ..PLAIN
    },
    HackSpec { name: "spamtrap", help: "Rejects messages to recipients with POISON in the access map", ..PLAIN },
    HackSpec {
        name: "virthost_by_ip",
        gives_way: true,
        effects: &[
            IfUnset("sm_version", DEBIAN_BUILD),
            Define(
                "confSMTP_LOGIN_MSG",
                Text(
                    "$?{if_name}${if_name}$|$j$. Sendmail $v/$Z; $b; (No UCE/UBE) $?{client_addr}logging access from: \
                     ${client_name}(${client_resolve})-$_$.",
                ),
            ),
            Define("_REC_BY_", Text("$.by $?{if_name}${if_name}$|$j$. ($v/$Z)$?r with $r$. id $i$?{tls_version}")),
            Define(
                "confRECEIVED_HEADER",
                Text(
                    "_REC_HDR_\n\t_REC_FULL_AUTH_$?{auth_ssf} bits=${auth_ssf}$.)\n\t_REC_BY_\n\t_REC_TLS_\n\t_REC_END_",
                ),
            ),
        ],
        help: "Uses the name of the address that a client connects to as name of this host",
        ..PLAIN
    },
    HackSpec {
        name: "xconnect",
        notice: Some(FeatureNotice {
            when: When::Without("_ACCESS_TABLE_"),
            text: "*** ERROR: HACK(xconnect) requires FEATURE(access_db)\n",
        }),
        help: "Allows clients with `XConnect:` entries in the access map to use XCONNECT",
        ..PLAIN
    },
];

/// Effects of `msp_nullclient` before its files are known.
pub const NULL_CLIENT_HOST: &[Effect] = &[
    Undefine("ALIAS_FILE"),
    Define("MAIL_HUB", HUB),
    Define("SMART_HOST", HUB),
    Define("confFORWARD_PATH", Text("")),
    DefineIfUnset("confFROM_HEADER", Text("<$g>")),
];

/// Effects afterwards.
pub const NULL_CLIENT_REST: &[Effect] = &[
    Define("confUSE_MSP", Text("True")),
    Define("confPRIVACY_FLAGS", Text("goaway,noetrn")),
    Define("confRUN_AS_USER", Text("mail")),
    Define("confTRUSTED_USER", Text("mail")),
    Define("confQUEUE_FILE_MODE", Text("0660")),
    Feature("no_default_msa"),
    Define("_DEF_LOCAL_MAILER_FLAGS", Text("lsDFM5q")),
    Define("MASQUERADE_NAME", HUB),
    Feature("allmasquerade"),
    Feature("masquerade_envelope"),
    Effect::Mailer("local"),
    Effect::Mailer("smtp"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::{option, setting};

    #[test]
    fn table_is_in_order_and_every_entry_is_explained() {
        assert!(HACKS.is_sorted_by(|a, b| a.name < b.name));
        assert!(HACKS.iter().all(|hack| !hack.help.is_empty() && !hack.help.ends_with('.')));
    }

    #[test]
    fn what_is_set_is_an_option_or_a_setting() {
        let all = HACKS.iter().flat_map(|hack| hack.effects).chain(NULL_CLIENT_HOST).chain(NULL_CLIENT_REST);
        for effect in all {
            if let Define(name, _) | DefineIfUnset(name, _) | Undefine(name) = *effect {
                // Names with this prefix belong to the tree itself.
                let known = name.starts_with('_') || option::by_name(name).is_some();
                assert!(known || setting::by_name(name).is_some(), "{name}");
            }
        }
        for (name, _) in HACKS.iter().filter_map(|hack| hack.extends) {
            assert!(option::by_name(name).is_some(), "{name}");
        }
    }

    /// The installed reference has exactly these hacks; skipped where there is none.
    #[test]
    fn table_has_every_hack_of_the_reference() {
        let Ok(files) = std::fs::read_dir("/usr/share/sendmail/cf/hack") else { return };
        let installed: BTreeSet<_> = files
            .filter_map(|file| file.unwrap().file_name().into_string().unwrap().strip_suffix(".m4").map(str::to_owned))
            .collect();
        assert_eq!(HACKS.iter().map(|hack| hack.name.to_owned()).collect::<BTreeSet<_>>(), installed);
    }
}
