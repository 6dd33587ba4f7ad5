//! Hacks that come with sendmail and with Debian's build: what `HACK()` takes.
//!
//! What a hack's rules decide is the IR's and the rulesets' business; here is what it is called, which arguments it takes,
//! what it needs, what it sets, and what the reference prints.

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
    /// Its name, which is its key under `[hack]` in site.toml as well.
    pub name: &'static str,
    /// Its arguments.
    pub arguments: &'static [ArgumentSpec],
    /// Whether using it again adds to it.
    pub repeatable: bool,
    /// In a site.toml, which has no order: it only sets what the site itself may set otherwise, as a shared policy does.
    pub gives_way: bool,
    /// The setting that it adds a word to, with a comma before it if there is something already, and that word.
    pub extends: Option<(&'static str, &'static str)>,
    /// What the reference prints, and when.
    pub notice: Option<FeatureNotice>,
    /// What it does to settings, in order.
    pub effects: &'static [Effect],
    /// One line for people, without a full stop.
    pub help: &'static str,
}

/// The hack of this name.
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

/// The list that `dnsblaccess` asks when none is named. Nobody has answered there for years.
pub const DEFAULT_LIST: &str = "blackholes.mail-abuse.org";

/// The tag that `dnsblaccess` looks answers up under when none is given.
pub const DEFAULT_TAG: &str = "dnsblaccess";

/// The host of `msp_nullclient`.
const HUB: Value = Value::Argument { index: 0, otherwise: &Text("_NULL_CLIENT_") };

/// Every hack, in order of names.
pub static HACKS: &[HackSpec] = &[
    HackSpec {
        name: "cssubdomain",
        help: "Takes hosts of .Berkeley.EDU and .CS.Berkeley.EDU that have a local name for this host",
        ..PLAIN
    },
    HackSpec {
        name: "debian_auth",
        extends: Some(("confTRUSTED_USERS", "sendmail")),
        effects: &[Define("confDEF_AUTH_INFO", Text("MAIL_SETTINGS_DIR`'default-auth-info"))],
        help: "Lets trusted users, and sendmail itself, send as anybody once they are authenticated",
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
        help: "Looks clients up in a DNS list, and what it answers in the access map",
        ..PLAIN
    },
    HackSpec {
        name: "msp_nullclient",
        arguments: &[argument("host", ArgumentKind::Text, true, "Host that all mail goes to")],
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
    HackSpec { name: "spamtrap", help: "Refuses messages to recipients that the access map calls POISON", ..PLAIN },
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
        help: "Calls this host by the name of the address that a client connects to",
        ..PLAIN
    },
    HackSpec {
        name: "xconnect",
        notice: Some(FeatureNotice {
            when: When::Without("_ACCESS_TABLE_"),
            text: "*** ERROR: HACK(xconnect) requires FEATURE(access_db)\n",
        }),
        help: "Lets clients with `XConnect:` entries in the access map speak for others (XCONNECT)",
        ..PLAIN
    },
];

/// What `msp_nullclient` does before its files are known.
pub const NULL_CLIENT_HOST: &[Effect] = &[
    Undefine("ALIAS_FILE"),
    Define("MAIL_HUB", HUB),
    Define("SMART_HOST", HUB),
    Define("confFORWARD_PATH", Text("")),
    DefineIfUnset("confFROM_HEADER", Text("<$g>")),
];

/// What it does afterwards.
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
                // What begins so is the tree's own.
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
