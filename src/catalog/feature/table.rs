//! The table of features.
//!
//! Names, arguments and messages are facts of sendmail 8.17 (cf/README, "FEATURES"); the help is ours.

use super::{
    ArgumentKind::{self, Answer, Domain, Flags, Given, Map, Path, Patterns, Text, Word},
    ArgumentSpec, Choice, FeatureNotice, FeatureSpec, MapDefault, Matching, Support,
    When::{
        Always, Illegal, IllegalAt, Lacking, MapWithout, Missing, MissingAndWithout, MissingAt, With, Without,
        WordWithout,
    },
};
use crate::catalog::effect::{
    Effect::{Define, DefineIfUnset, Feature, Mailer, Undefine},
    Value,
};

/// Defaults: no arguments, no messages.
const PLAIN: FeatureSpec = FeatureSpec {
    name: "",
    key: "",
    support: Support::Full,
    arguments: &[],
    repeatable: false,
    shares_order: false,
    map: None,
    requires: None,
    renamed_to: None,
    markers: &[],
    effects: &[],
    notices: &[],
    help: "",
};

const fn plain(
    name: &'static str,
    key: &'static str,
    markers: &'static [&'static str],
    help: &'static str,
) -> FeatureSpec {
    FeatureSpec { name, key, markers, help, ..PLAIN }
}

const fn optional(key: &'static str, kind: ArgumentKind, help: &'static str) -> ArgumentSpec {
    ArgumentSpec { key, kind, required: false, help }
}

const fn required(key: &'static str, kind: ArgumentKind, help: &'static str) -> ArgumentSpec {
    ArgumentSpec { key, kind, required: true, help }
}

const fn map(
    name: &'static str,
    options: &'static str,
    file: &'static str,
    ldap_name: &'static str,
) -> Option<MapDefault> {
    Some(MapDefault { name, options, file, ldap_name })
}

const fn says(when: super::When, text: &'static str) -> FeatureNotice {
    FeatureNotice { when, text }
}

const MAP: ArgumentSpec = optional("map", Map, "Definition of the map, or `LDAP`");

const NODELAY: &str = "`nodelay` to check the limit at once, despite `delay_checks`";
const TERMINATE: &str = "`terminate` to end the session of a client above its limit";

const ACCESS_FLAGS: &[Choice] = &[
    Choice { word: "skip", markers: &["_ACCESS_SKIP_"] },
    Choice { word: "lookupdotdomain", markers: &["_LOOKUPDOTDOMAIN_"] },
    Choice { word: "relaytofulladdress", markers: &["_RELAY_FULL_ADDR_"] },
];

/// The first argument of any kind.
const FIRST: Value = Value::Argument { index: 0, otherwise: &Value::Text("_NULL_CLIENT_") };

/// All features, sorted by name.
pub static FEATURES: &[FeatureSpec] = &[
    plain(
        "accept_unqualified_senders",
        "accept_unqualified_senders",
        &["_ACCEPT_UNQUALIFIED_SENDERS_"],
        "Accepts mail whose sender has no domain",
    ),
    plain(
        "accept_unresolvable_domains",
        "accept_unresolvable_domains",
        &["_ACCEPT_UNRESOLVABLE_DOMAINS_"],
        "Accepts mail whose sender's domain does not exist in DNS",
    ),
    FeatureSpec {
        name: "access_db",
        key: "access_db",
        arguments: &[MAP, optional("flags", Flags(Matching::AnyCase, ACCESS_FLAGS), "How the map is searched")],
        map: map("access", " -T<TMPF>", "access", "access"),
        markers: &["_ACCESS_TABLE_=", "_TAG_DELIM_=:", "_ATMPF_=<TMPF>"],
        notices: &[
            says(MapWithout("<TMPF>"), "*** WARNING: missing -T<TMPF> in argument of FEATURE(`access_db', {})\n"),
            says(
                With("_GREET_PAUSE_"),
                "*** WARNING: FEATURE(`greet_pause') before FEATURE(`access_db')\n\tgreet_pause will not use access_db!",
            ),
        ],
        help: "Accepts, rejects or relays mail by entries of the access map",
        ..PLAIN
    },
    FeatureSpec {
        name: "allmasquerade",
        key: "allmasquerade",
        markers: &["_ALL_MASQUERADE_"],
        notices: &[
            says(With("_MAILER_local_"), "*** MAILER(`local') must appear after FEATURE(`allmasquerade')"),
            says(With("_MAILER_uucp_"), "*** MAILER(`uucp') must appear after FEATURE(`allmasquerade')"),
        ],
        help: "Masquerades recipients in headers as well as senders",
        ..PLAIN
    },
    FeatureSpec {
        name: "always_add_domain",
        key: "always_add_domain",
        arguments: &[optional("domain", Domain, "Domain to add; by default this host's")],
        markers: &["_ALWAYS_ADD_DOMAIN_={}"],
        notices: &[says(With("_MAILER_local_"), "*** MAILER(`local') must appear after FEATURE(`always_add_domain')")],
        help: "Adds a domain to addresses in local mail too",
        ..PLAIN
    },
    FeatureSpec {
        name: "authinfo",
        key: "authinfo",
        arguments: &[MAP],
        map: map("authinfo", "", "authinfo", "authinfo"),
        markers: &["_AUTHINFO_TABLE_="],
        help: "Looks up credentials for outgoing connections in a separate map",
        ..PLAIN
    },
    FeatureSpec {
        name: "badmx",
        key: "badmx",
        arguments: &[optional("addresses", Text, "Regular expression for addresses that cannot be mail servers")],
        markers: &["_BADMX_CHK_"],
        help: "Rejects senders whose domain has unusable MX records",
        ..PLAIN
    },
    FeatureSpec {
        name: "bcc",
        key: "bcc",
        arguments: &[
            optional("map", Map, "Definition of the map of domains, or `access` for entries of the access map"),
            optional("host", Text, "Relay, `[mailer:]host`, for the copies"),
            optional("address", Text, "Recipient of all copies, regardless of the map"),
            optional("canonical", Text, "Definition of a map that rewrites the recipients of copies"),
        ],
        map: map("bcctable", "", "bcctable", "bcctable"),
        markers: &["_ADD_BCC_"],
        help: "Adds a recipient to mail for domains that are listed in a map",
        ..PLAIN
    },
    FeatureSpec {
        name: "bestmx_is_local",
        key: "bestmx_is_local",
        arguments: &[optional("domains", Text, "Domains to check; by default all")],
        markers: &["_BESTMX_IS_LOCAL_={}"],
        help: "Treats domains whose best MX is this host as local",
        ..PLAIN
    },
    FeatureSpec {
        name: "bitdomain",
        key: "bitdomain",
        arguments: &[MAP],
        map: map("bitdomain", "", "bitdomain", "bitdomain"),
        markers: &["_BITDOMAIN_TABLE_="],
        help: "Looks up Internet names of BITNET hosts in a map",
        ..PLAIN
    },
    FeatureSpec {
        name: "blacklist_recipients",
        key: "blacklist_recipients",
        renamed_to: Some("blocklist_recipients"),
        notices: &[says(
            Always,
            "WARNING: FEATURE(blacklist_recipients) is deprecated; use FEATURE(blocklist_recipients.m4).\n",
        )],
        help: "Old name of `blocklist_recipients`",
        ..PLAIN
    },
    FeatureSpec {
        name: "block_bad_helo",
        key: "block_bad_helo",
        markers: &["_BLOCK_BAD_HELO_="],
        help: "Rejects clients whose HELO name is this host's own or invalid",
        ..PLAIN
    },
    FeatureSpec {
        name: "blocklist_recipients",
        key: "blocklist_recipients",
        requires: Some("access_db"),
        markers: &["_BLOCKLIST_RCPT_"],
        notices: &[says(
            Without("_ACCESS_TABLE_"),
            "*** ERROR: FEATURE(blocklist_recipients) requires FEATURE(access_db)\n",
        )],
        help: "Rejects recipients by entries of the access map",
        ..PLAIN
    },
    plain(
        "check_cert_altnames",
        "check_cert_altnames",
        &["_FFR_TLS_ALTNAMES"],
        "Also compares hosts with the subject alternative names of their certificates",
    ),
    FeatureSpec {
        name: "check_other",
        key: "check_other",
        arguments: &[optional("commands", Text, "Regular expression for commands that end the session")],
        help: "Ends sessions that send header fields, or other matching text, instead of commands",
        ..PLAIN
    },
    FeatureSpec {
        name: "compat_check",
        key: "compat_check",
        requires: Some("access_db"),
        notices: &[says(Without("_ACCESS_TABLE_"), "FEATURE(`compat_check') requires FEATURE(`access_db')\n")],
        help: "Looks up pairs of sender and recipient in the access map",
        ..PLAIN
    },
    FeatureSpec {
        name: "conncontrol",
        key: "conncontrol",
        arguments: &[
            optional(
                "when",
                Word(Matching::AnyCase, &[Choice { word: "nodelay", markers: &["_CONN_CONTROL_IMMEDIATE_"] }]),
                NODELAY,
            ),
            optional(
                "then",
                Word(Matching::Exact, &[Choice { word: "terminate", markers: &["_CONN_CONTROL_REPLY=421"] }]),
                TERMINATE,
            ),
        ],
        requires: Some("access_db"),
        markers: &["_CONN_CONTROL_"],
        notices: &[
            says(Without("_ACCESS_TABLE_"), "*** ERROR: FEATURE(`conncontrol') requires FEATURE(`access_db')\n"),
            says(
                WordWithout("nodelay", "_DELAY_CHECKS_"),
                "*** ERROR: FEATURE(`conncontrol', `nodelay') requires FEATURE(`delay_checks')",
            ),
            says(Illegal, "*** ERROR: unknown parameter \"{}\" for FEATURE(`conncontrol')"),
            says(IllegalAt(1), "*** ERROR: FEATURE(`conncontrol'): unknown argument \"{}\"\n"),
        ],
        help: "Limits the number of open connections per client, by entries of the access map",
        ..PLAIN
    },
    FeatureSpec {
        name: "delay_checks",
        key: "delay_checks",
        arguments: &[
            optional(
                "spam",
                Word(
                    Matching::FirstLetterAnyCase,
                    &[
                        Choice { word: "friend", markers: &["_SPAM_FRIEND_", "_SPAM_FH_"] },
                        Choice { word: "hater", markers: &["_SPAM_HATER_", "_SPAM_FH_"] },
                    ],
                ),
                "Whether `Spam:` entries of the access map list recipients without checks or recipients with checks",
            ),
            optional("incompatible", Given, "Any text, to disable the values of sendmail 8.10 for such recipients"),
        ],
        markers: &["_DELAY_CHECKS_"],
        notices: &[says(Illegal, "*** ERROR: illegal argument _ARG_ for FEATURE(delay_checks)\n")],
        help: "Delays the checks of client and sender until the recipient is known",
        ..PLAIN
    },
    FeatureSpec {
        name: "dnsbl",
        key: "dnsbl",
        arguments: &[
            required("server", Domain, "Zone of the list"),
            optional("message", Answer(&["quarantine", "discard"]), "Reply to clients on the list"),
            optional("temporary", Answer(&["t"]), "Reply when the list does not answer; `t` for the default reply"),
        ],
        repeatable: true,
        shares_order: true,
        markers: &["_DNSBL_R_="],
        notices: &[says(Missing, "*** ERROR: missing argument for FEATURE(`dnsbl')")],
        help: "Rejects clients whose address is on a DNS list",
        ..PLAIN
    },
    FeatureSpec {
        name: "domainmap",
        key: "domainmap",
        arguments: &[
            required("domain", Domain, "The domain"),
            required("map", Text, "Definition of the map of its users"),
        ],
        repeatable: true,
        help: "Looks up a domain's users in a separate map",
        ..PLAIN
    },
    FeatureSpec {
        name: "domaintable",
        key: "domaintable",
        arguments: &[MAP],
        map: map("domaintable", "", "domaintable", "domain"),
        markers: &["_DOMAIN_TABLE_="],
        help: "Replaces domains by others from a map",
        ..PLAIN
    },
    FeatureSpec {
        name: "drac",
        key: "drac",
        arguments: &[optional("map", Text, "Definition of the map")],
        markers: &["_DRAC_="],
        help: "Allows clients that have just fetched mail to relay, by a DRAC map",
        ..PLAIN
    },
    FeatureSpec {
        name: "enhdnsbl",
        key: "enhdnsbl",
        arguments: &[
            required("server", Domain, "Zone of the list"),
            optional("message", Answer(&["quarantine", "discard"]), "Reply to clients on the list"),
            optional("temporary", Answer(&["t"]), "Reply when the list does not answer; `t` for the default reply"),
            optional("matches", Patterns, "Answers of the list that count; by default all"),
        ],
        repeatable: true,
        shares_order: true,
        markers: &["_EDNSBL_R_="],
        notices: &[says(Missing, "*** ERROR: missing argument for FEATURE(`enhdnsbl')")],
        help: "Rejects clients whose address is on a DNS list, depending on the answer of the list",
        ..PLAIN
    },
    plain(
        "generics_entire_domain",
        "generics_entire_domain",
        &["_GENERICS_ENTIRE_DOMAIN_"],
        "Applies the generics table to subdomains as well",
    ),
    FeatureSpec {
        name: "genericstable",
        key: "genericstable",
        arguments: &[MAP],
        map: map("generics", "", "genericstable", "generics"),
        markers: &["_GENERICS_TABLE_="],
        help: "Replaces senders' addresses by others from a map",
        ..PLAIN
    },
    FeatureSpec {
        arguments: &[optional("pause", Text, "Milliseconds before the greeting, unless the access map has an entry")],
        markers: &["_GREET_PAUSE_="],
        notices: &[says(
            MissingAndWithout("_ACCESS_TABLE_"),
            "*** ERROR: FEATURE(`greet_pause') requires FEATURE(`access_db')\n",
        )],
        ..plain("greet_pause", "greet_pause", &[], "Delays the greeting and rejects clients that do not wait for it")
    },
    FeatureSpec {
        name: "ldap_routing",
        key: "ldap_routing",
        arguments: &[
            optional("mail_host", Text, "Definition of the map from addresses to mail hosts"),
            optional("routing_address", Text, "Definition of the map from addresses to routing addresses"),
            optional(
                "missing",
                Text,
                "How addresses that are not found are treated: `passthru`, `bounce`, or `sendertoo` for senders as well",
            ),
            optional(
                "detail",
                Word(
                    Matching::Exact,
                    &[
                        Choice { word: "strip", markers: &["_LDAP_ROUTE_DETAIL_=_STRIP_"] },
                        Choice { word: "preserve", markers: &["_LDAP_ROUTE_DETAIL_=_PRESERVE_"] },
                    ],
                ),
                "How `+detail` is treated in addresses that are not found",
            ),
            optional("nodomain", Given, "Any text, to skip the lookup of `@domain`"),
            optional(
                "tempfail",
                Word(
                    Matching::Exact,
                    &[
                        Choice { word: "tempfail", markers: &["_LDAP_ROUTE_MAPTEMP_=_TEMPFAIL_"] },
                        Choice { word: "queue", markers: &["_LDAP_ROUTE_MAPTEMP_=_QUEUE_"] },
                    ],
                ),
                "Whether recipients are rejected temporarily, or their mail queued, while the maps cannot be read",
            ),
        ],
        help: "Looks up mailboxes and their hosts in LDAP",
        ..PLAIN
    },
    plain(
        "limited_masquerade",
        "limited_masquerade",
        &["_LIMITED_MASQUERADE_"],
        "Masquerades only the domains of MASQUERADE_DOMAIN, not all names of this host",
    ),
    FeatureSpec {
        name: "local_lmtp",
        key: "local_lmtp",
        arguments: &[
            optional("path", Path, "Program that delivers local mail by LMTP"),
            optional("args", Text, "Its arguments"),
        ],
        markers: &["_LOCAL_LMTP_"],
        effects: &[
            Define(
                "LOCAL_MAILER_PATH",
                Value::Argument {
                    index: 0,
                    otherwise: &Value::Setting { name: "confEBINDIR", otherwise: "/usr/libexec", then: "/mail.local" },
                },
            ),
            Define("LOCAL_MAILER_FLAGS", Value::Text("PSXmnz9")),
            Define("LOCAL_MAILER_ARGS", Value::Argument { index: 1, otherwise: &Value::Text("mail.local -l") }),
            Define("LOCAL_MAILER_DSN_DIAGNOSTIC_CODE", Value::Text("SMTP")),
        ],
        notices: &[says(With("_MAILER_local_"), "*** FEATURE(local_lmtp) must occur before MAILER(local)\n")],
        help: "Delivers local mail through a program that speaks LMTP",
        ..PLAIN
    },
    FeatureSpec {
        name: "local_no_masquerade",
        key: "local_no_masquerade",
        markers: &["_LOCAL_NO_MASQUERADE_"],
        notices: &[says(
            With("_MAILER_local_"),
            "*** MAILER(`local') must appear after FEATURE(`local_no_masquerade')",
        )],
        help: "Does not masquerade addresses in local mail",
        ..PLAIN
    },
    FeatureSpec {
        name: "local_procmail",
        key: "local_procmail",
        arguments: &[
            optional("path", Path, "Path of procmail"),
            optional("args", Text, "Its arguments"),
            optional("flags", Text, "Flags of the local mailer"),
        ],
        effects: &[
            Define(
                "LOCAL_MAILER_PATH",
                Value::Argument {
                    index: 0,
                    otherwise: &Value::Setting {
                        name: "PROCMAIL_MAILER_PATH",
                        otherwise: "/usr/local/bin/procmail",
                        then: "",
                    },
                },
            ),
            Define("LOCAL_MAILER_ARGS", Value::Argument { index: 1, otherwise: &Value::Text("procmail -a $h -d $u") }),
            Define("LOCAL_MAILER_FLAGS", Value::Argument { index: 2, otherwise: &Value::Text("SPfhn9") }),
            Undefine("_LOCAL_LMTP_"),
            Undefine("LOCAL_MAILER_DSN_DIAGNOSTIC_CODE"),
        ],
        notices: &[says(With("_MAILER_local_"), "*** FEATURE(local_procmail) must occur before MAILER(local)\n")],
        help: "Delivers local mail through procmail",
        ..PLAIN
    },
    FeatureSpec {
        name: "lookupdotdomain",
        key: "lookupdotdomain",
        requires: Some("access_db"),
        markers: &["_LOOKUPDOTDOMAIN_="],
        notices: &[
            says(Without("_ACCESS_TABLE_"), "*** ERROR: FEATURE(`lookupdotdomain') requires FEATURE(`access_db')\n"),
            says(
                With("_RELAY_HOSTS_ONLY_"),
                "*** WARNING: FEATURE(`lookupdotdomain') does not work well with FEATURE(`relay_hosts_only')\n",
            ),
        ],
        help: "Looks up `.domain` in the access map before `domain`",
        ..PLAIN
    },
    plain(
        "loose_relay_check",
        "loose_relay_check",
        &["_LOOSE_RELAY_CHECK_"],
        "Does not check the route of addresses with `%`",
    ),
    FeatureSpec {
        name: "mailertable",
        key: "mailertable",
        arguments: &[MAP],
        map: map("mailertable", "", "mailertable", "mailer"),
        markers: &["_MAILER_TABLE_="],
        help: "Routes domains through mailers and hosts from a map",
        ..PLAIN
    },
    plain(
        "masquerade_entire_domain",
        "masquerade_entire_domain",
        &["_MASQUERADE_ENTIRE_DOMAIN_"],
        "Masquerades all hosts within the domains of MASQUERADE_DOMAIN",
    ),
    plain(
        "masquerade_envelope",
        "masquerade_envelope",
        &["_MASQUERADE_ENVELOPE_"],
        "Masquerades envelope senders as well as headers",
    ),
    FeatureSpec {
        arguments: &[
            optional("host", Text, "Host, or address in brackets, that receives all mail; by default `[localhost]`"),
            optional("port", Text, "`MSA` to submit on port 587 instead of 25"),
        ],
        effects: &[
            Undefine("ALIAS_FILE"),
            Define("confDELIVERY_MODE", Value::Text("i")),
            Define("confUSE_MSP", Value::Text("True")),
            Define("confFORWARD_PATH", Value::Text("")),
            Define("confPRIVACY_FLAGS", Value::Text("goaway,noetrn,restrictqrun")),
            Define("confDONT_PROBE_INTERFACES", Value::Text("True")),
            DefineIfUnset("confRUN_AS_USER", Value::Text("smmsp")),
            // The user alone where a group follows it.
            DefineIfUnset("confTRUSTED_USER", Value::Text("substr(confRUN_AS_USER,0,index(confRUN_AS_USER`:',`:'))")),
        ],
        ..plain("msp", "msp", &[], "Makes this the configuration of the mail submission program")
    },
    FeatureSpec {
        name: "mtamark",
        key: "mtamark",
        arguments: &[
            optional("message", Answer(&[]), "Reply to clients that are not marked as mail servers"),
            optional("temporary", Answer(&["t"]), "Reply when DNS does not answer; `t` for the default reply"),
            optional("record", Domain, "Name of the mark; by default `_perm._smtp._srv`"),
        ],
        shares_order: true,
        markers: &["_MTAMARK_R="],
        help: "Rejects clients that DNS does not mark as mail servers",
        ..PLAIN
    },
    plain("no_default_msa", "no_default_msa", &["_NO_MSA_"], "Leaves out the listener for submission on port 587"),
    FeatureSpec {
        name: "nocanonify",
        key: "nocanonify",
        arguments: &[optional(
            "hosts",
            Word(Matching::AnyCase, &[Choice { word: "canonify_hosts", markers: &["_CANONIFY_HOSTS_"] }]),
            "`canonify_hosts` to look up names without a dot nevertheless",
        )],
        markers: &["_NO_CANONIFY_"],
        notices: &[says(Illegal, "*** ERROR: unknown parameter \"{}\" for FEATURE(`nocanonify')\n")],
        help: "Does not look up the full names of hosts in addresses",
        ..PLAIN
    },
    FeatureSpec {
        name: "nopercenthack",
        key: "nopercenthack",
        arguments: &[required(
            "mode",
            Word(
                Matching::FirstLetter,
                &[
                    Choice { word: "reject", markers: &["_NO_PERCENTHACK_=r"] },
                    Choice { word: "nospecial", markers: &["_NO_PERCENTHACK_=n"] },
                ],
            ),
            "Whether addresses with `%` are rejected, or `%` has no special meaning",
        )],
        notices: &[
            says(
                Missing,
                "*** ERROR: missing argument for FEATURE(nopercenthack):\n\t\tuse `reject' or `nospecial'. See cf/README.\n",
            ),
            says(Illegal, "*** ERROR: illegal argument _ARG_ for FEATURE(nopercenthack)\n"),
        ],
        help: "Does not treat `%` in an address as a route",
        ..PLAIN
    },
    plain("notsticky", "notsticky", &[], "Does nothing; what it did is the default since 8.7"),
    FeatureSpec {
        name: "nouucp",
        key: "nouucp",
        arguments: &[required(
            "mode",
            Word(
                Matching::FirstLetter,
                &[
                    Choice { word: "reject", markers: &["_NO_UUCP_=r"] },
                    Choice { word: "nospecial", markers: &["_NO_UUCP_=n"] },
                ],
            ),
            "Whether addresses with `!` are rejected, or `!` has no special meaning",
        )],
        notices: &[
            says(
                Missing,
                "*** ERROR: missing argument for FEATURE(nouucp):\n\t\tuse `reject' or `nospecial'. See cf/README.\n",
            ),
            says(Illegal, "*** ERROR: illegal argument _ARG_ for FEATURE(nouucp)\n"),
        ],
        help: "Does not treat `!` in an address as a UUCP route",
        ..PLAIN
    },
    FeatureSpec {
        arguments: &[required("host", Text, "Host that receives all mail, and whose name replaces that of this host")],
        effects: &[
            Undefine("ALIAS_FILE"),
            Define("MAIL_HUB", FIRST),
            Define("SMART_HOST", FIRST),
            Define("confFORWARD_PATH", Value::Text("")),
            DefineIfUnset("confFROM_HEADER", Value::Text("<$g>")),
            Define("_DEF_LOCAL_MAILER_FLAGS", Value::Text("lsDFM5q")),
            Define("MASQUERADE_NAME", FIRST),
            Feature("allmasquerade"),
            Feature("masquerade_envelope"),
            Mailer("local"),
            Mailer("smtp"),
        ],
        notices: &[says(Missing, "Feature \"nullclient\" requires argument")],
        ..plain("nullclient", "nullclient", &[], "Sends all mail to one host and delivers none")
    },
    FeatureSpec {
        name: "prefixmod",
        key: "prefixmod",
        arguments: &[
            required("prefix", Text, "Tokens at the start of addresses"),
            required("flags", Text, "Flags for recipients with such addresses"),
        ],
        notices: &[
            says(Missing, "Feature \"prefixmod\" requires argument"),
            says(MissingAt(1), "Feature \"prefixmod\" requires two arguments"),
        ],
        help: "Sets flags for recipients whose address starts with a prefix",
        ..PLAIN
    },
    plain(
        "preserve_local_plus_detail",
        "preserve_local_plus_detail",
        &["_PRESERVE_LOCAL_PLUS_DETAIL_"],
        "Passes `user+detail` to the local mailer unchanged",
    ),
    FeatureSpec {
        name: "preserve_luser_host",
        key: "preserve_luser_host",
        markers: &["_PRESERVE_LUSER_HOST_"],
        notices: &[says(
            Lacking("LUSER_RELAY"),
            "*** LUSER_RELAY should be defined before FEATURE(`preserve_luser_host')\n    ",
        )],
        help: "Passes the host name of unknown users to LUSER_RELAY",
        ..PLAIN
    },
    FeatureSpec {
        name: "promiscuous_relay",
        key: "promiscuous_relay",
        markers: &["_PROMISCUOUS_RELAY_"],
        notices: &[says(
            Always,
            "*** WARNING: FEATURE(`promiscuous_relay') configures your system as open\n\trelay.  Do NOT use it on a \
             server that is connected to the Internet!\n",
        )],
        help: "Allows everybody to relay",
        ..PLAIN
    },
    FeatureSpec {
        name: "queuegroup",
        key: "queuegroup",
        arguments: &[optional("default", Text, "Queue group for recipients without an entry in the access map")],
        requires: Some("access_db"),
        notices: &[says(Without("_ACCESS_TABLE_"), "*** ERROR: FEATURE(`queuegroup') requires FEATURE(`access_db')\n")],
        help: "Looks up queue groups in the access map",
        ..PLAIN
    },
    FeatureSpec {
        name: "ratecontrol",
        key: "ratecontrol",
        arguments: &[
            optional(
                "when",
                Word(Matching::AnyCase, &[Choice { word: "nodelay", markers: &["_RATE_CONTROL_IMMEDIATE_"] }]),
                NODELAY,
            ),
            optional(
                "then",
                Word(Matching::Exact, &[Choice { word: "terminate", markers: &["_RATE_CONTROL_REPLY=421"] }]),
                TERMINATE,
            ),
        ],
        requires: Some("access_db"),
        markers: &["_RATE_CONTROL_"],
        notices: &[
            says(Without("_ACCESS_TABLE_"), "*** ERROR: FEATURE(`ratecontrol') requires FEATURE(`access_db')\n"),
            says(
                WordWithout("nodelay", "_DELAY_CHECKS_"),
                "*** ERROR: FEATURE(`ratecontrol', `nodelay') requires FEATURE(`delay_checks')",
            ),
            says(Illegal, "*** ERROR: unknown parameter \"{}\" for FEATURE(`ratecontrol')"),
            says(IllegalAt(1), "*** ERROR: FEATURE(`ratecontrol'): unknown argument \"{}\"\n"),
        ],
        help: "Limits the connection rate per client, by entries of the access map",
        ..PLAIN
    },
    plain("redirect", "redirect", &[], "Rejects mail for `user@host.REDIRECT` with the new address"),
    plain(
        "relay_based_on_MX",
        "relay_based_on_mx",
        &["_RELAY_MX_SERVED_"],
        "Relays for every domain that lists this host as an MX",
    ),
    plain(
        "relay_entire_domain",
        "relay_entire_domain",
        &["_RELAY_ENTIRE_DOMAIN_"],
        "Allows all hosts in this host's own domain (class m) to relay",
    ),
    plain(
        "relay_hosts_only",
        "relay_hosts_only",
        &["_RELAY_HOSTS_ONLY_"],
        "Treats the names of relay domains as hosts, without subdomains",
    ),
    FeatureSpec {
        name: "relay_local_from",
        key: "relay_local_from",
        markers: &["_RELAY_LOCAL_FROM_"],
        notices: &[says(
            Always,
            "*** WARNING: FEATURE(`relay_local_from') may cause your system to act as open\n\trelay.  Use SMTP AUTH or \
             STARTTLS instead. If you cannot use those,\n\ttry FEATURE(`relay_mail_from').\n",
        )],
        help: "Allows everybody who uses a local sender address to relay",
        ..PLAIN
    },
    FeatureSpec {
        name: "relay_mail_from",
        key: "relay_mail_from",
        arguments: &[optional(
            "domain",
            Word(Matching::Exact, &[Choice { word: "domain", markers: &["_RELAY_DB_FROM_DOMAIN_"] }]),
            "`domain` to look up the sender's domain as well",
        )],
        requires: Some("access_db"),
        markers: &["_RELAY_DB_FROM_"],
        notices: &[
            says(Without("_ACCESS_TABLE_"), "*** ERROR: FEATURE(`relay_mail_from') requires FEATURE(`access_db')\n"),
            says(
                Always,
                "*** WARNING: FEATURE(`relay_mail_from') may cause your system to act as open\n\trelay.  Use SMTP AUTH \
                 or STARTTLS instead.\n",
            ),
        ],
        help: "Allows everybody who uses a sender address with RELAY in the access map to relay",
        ..PLAIN
    },
    plain(
        "require_rdns",
        "require_rdns",
        &["_REQUIRE_RDNS_="],
        "Rejects clients whose address has no confirmed name in DNS",
    ),
    FeatureSpec {
        name: "rhsbl",
        key: "rhsbl",
        arguments: &[
            required("server", Domain, "Zone of the list"),
            optional("message", Answer(&[]), "Reply to senders on the list"),
            optional("temporary", Answer(&["t"]), "Reply when the list does not answer; `t` for the default reply"),
        ],
        repeatable: true,
        shares_order: true,
        markers: &["_RHSBL_R_="],
        help: "Rejects senders whose domain is on a DNS list",
        ..PLAIN
    },
    FeatureSpec {
        name: "smrsh",
        key: "smrsh",
        arguments: &[optional("path", Path, "Path of smrsh")],
        effects: &[
            Define(
                "LOCAL_SHELL_PATH",
                Value::Argument {
                    index: 0,
                    otherwise: &Value::Setting { name: "confEBINDIR", otherwise: "/usr/libexec", then: "/smrsh" },
                },
            ),
            DefineIfUnset("LOCAL_SHELL_ARGS", Value::Text("smrsh -c $u")),
        ],
        notices: &[says(With("_MAILER_local_"), "*** FEATURE(smrsh) must occur before MAILER(local)\n")],
        help: "Runs programs through the restricted shell smrsh",
        ..PLAIN
    },
    plain(
        "stickyhost",
        "stickyhost",
        &["_STICKY_LOCAL_DOMAIN_"],
        "Keeps the host name of local addresses on their way to LOCAL_RELAY or MAIL_HUB",
    ),
    FeatureSpec {
        name: "sts",
        key: "sts",
        arguments: &[
            optional("map", Text, "Definition of the map with the policies"),
            optional(
                "names",
                Word(Matching::Exact, &[Choice { word: "NO_SAN_TST", markers: &[] }]),
                "`NO_SAN_TST` to ignore the subject alternative names of certificates",
            ),
        ],
        markers: &["_MTA_STS_="],
        help: "Honours MTA-STS policies of recipient domains",
        ..PLAIN
    },
    FeatureSpec {
        notices: &[says(Always, "*** ERROR: FEATURE(tls_failures) has been replaced by confTLS_FALLBACK_TO_CLEAR\n")],
        effects: &[Define("confTLS_FALLBACK_TO_CLEAR", Value::Text("true"))],
        ..plain("tls_failures", "tls_failures", &[], "Replaced by confTLS_FALLBACK_TO_CLEAR")
    },
    plain(
        "tls_session_features",
        "tls_session_features",
        &["_TLS_SESSION_FEATURES_"],
        "Looks up TLS options for single hosts in the access map",
    ),
    plain(
        "use_client_ptr",
        "use_client_ptr",
        &["_USE_CLIENT_PTR_"],
        "Checks clients by the PTR record of their address",
    ),
    plain("use_ct_file", "use_ct_file", &["_USE_CT_FILE_="], "Reads trusted users from the file confCT_FILE"),
    plain(
        "use_cw_file",
        "use_cw_file",
        &["USE_CW_FILE="],
        "Reads further names of this host from the file confCW_FILE",
    ),
    FeatureSpec {
        name: "uucpdomain",
        key: "uucpdomain",
        arguments: &[MAP],
        map: map("uudomain", "", "uudomain", "uucpdomain"),
        markers: &["_UUDOMAIN_TABLE_="],
        help: "Looks up Internet names of UUCP hosts in a map",
        ..PLAIN
    },
    plain(
        "virtuser_entire_domain",
        "virtuser_entire_domain",
        &["_VIRTUSER_ENTIRE_DOMAIN_"],
        "Applies the virtual user table to subdomains as well",
    ),
    FeatureSpec {
        name: "virtusertable",
        key: "virtusertable",
        arguments: &[MAP],
        map: map("virtuser", "", "virtusertable", "virtuser"),
        markers: &["_VIRTUSER_TABLE_="],
        help: "Replaces recipients in domains of this host by others from a map",
        ..PLAIN
    },
    plain("vnet", "vnet", &[], "Rewrites addresses of IBM's VNET"),
];
