//! Generated sites, each written in both languages.

use proptest::{collection::vec, option, prelude::*, sample};
use relaycc::source::{MemoryFiles, NoFiles};

use crate::given::compiled;

/// One statement in both languages.
#[derive(Debug, Clone)]
struct Piece {
    /// The table of the `.toml` that it is in; empty for the top.
    table: &'static str,
    toml: String,
    /// When it comes in the `.mc`.
    stage: u8,
    mc: String,
}

fn piece(table: &'static str, toml: String, stage: u8, mc: String) -> Piece {
    Piece { table, toml, stage, mc }
}

/// Words that no language gives a meaning to.
fn word() -> impl Strategy<Value = String> {
    "[x-z][x-z0-9]{0,6}"
}

fn domain() -> impl Strategy<Value = String> {
    prop_oneof![
        vec(word(), 1..4).prop_map(|labels| labels.join(".")),
        Just("example.com".to_owned()),
        Just("192.168.138".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    "[x-z0-9][x-z0-9 .:;-]{0,20}[x-z0-9]"
}

fn list(words: &[String]) -> String {
    format!("[{}]", words.iter().map(|w| format!("\"{w}\"")).collect::<Vec<_>>().join(", "))
}

/// One of the keys, and a value; a piece made of both.
fn one_of<V: std::fmt::Debug + 'static>(
    keys: &'static [(&'static str, &'static str)],
    value: impl Strategy<Value = V> + 'static,
    make: impl Fn(&str, &str, V) -> Piece + 'static,
) -> BoxedStrategy<Vec<Piece>> {
    let value = value.boxed();
    let chosen = sample::subsequence(keys, 0..=keys.len());
    chosen
        .prop_flat_map(move |keys| {
            let count = keys.len();
            (Just(keys), vec(value.clone(), count))
        })
        .prop_map(move |(keys, values)| {
            keys.into_iter().zip(values).map(|((key, name), value)| make(key, name, value)).collect()
        })
        .boxed()
}

fn classes() -> BoxedStrategy<Vec<Piece>> {
    const KEYS: &[(&str, &str)] = &[
        ("local_domain", "LOCAL_DOMAIN"),
        ("relay_domain", "RELAY_DOMAIN"),
        ("masquerade_domain", "MASQUERADE_DOMAIN"),
        ("masquerade_exception", "MASQUERADE_EXCEPTION"),
        ("exposed_user", "EXPOSED_USER"),
        ("local_user", "LOCAL_USER"),
        ("virtuser_domain", "VIRTUSER_DOMAIN"),
        ("canonify_domain", "CANONIFY_DOMAIN"),
        ("trust_auth_mech", "TRUST_AUTH_MECH"),
    ];
    one_of(KEYS, (vec(domain(), 1..4), any::<bool>()), |key, name, (words, as_text)| {
        let value = if as_text { format!("\"{}\"", words.join(" ")) } else { list(&words) };
        piece("", format!("{key} = {value}"), 2, format!("{name}(`{}')dnl", words.join(" ")))
    })
}

fn class_files() -> BoxedStrategy<Vec<Piece>> {
    const KEYS: &[(&str, &str)] = &[
        ("relay_domain_file", "RELAY_DOMAIN_FILE"),
        ("masquerade_domain_file", "MASQUERADE_DOMAIN_FILE"),
        ("exposed_user_file", "EXPOSED_USER_FILE"),
        ("virtuser_domain_file", "VIRTUSER_DOMAIN_FILE"),
    ];
    one_of(KEYS, ("(-o )?", word()), |key, name, (switch, file)| {
        piece("", format!("{key} = \"{switch}/x/{file}\""), 2, format!("{name}(`{switch}/x/{file}')dnl"))
    })
}

fn settings() -> BoxedStrategy<Vec<Piece>> {
    const KEYS: &[(&str, &str)] = &[
        ("smart_host", "SMART_HOST"),
        ("mail_hub", "MAIL_HUB"),
        ("local_relay", "LOCAL_RELAY"),
        ("luser_relay", "LUSER_RELAY"),
        ("alias_file", "ALIAS_FILE"),
        ("local_mailer_path", "LOCAL_MAILER_PATH"),
        ("smtp_mailer_charset", "SMTP_MAILER_CHARSET"),
    ];
    one_of(KEYS, domain(), |key, name, host| {
        piece("", format!("{key} = \"{host}\""), 1, format!("define(`{name}', `{host}')dnl"))
    })
}

fn conf() -> BoxedStrategy<Vec<Piece>> {
    fn set(key: &str, toml: String, mc: &str) -> Piece {
        piece("conf", format!("{key} = {toml}"), 1, format!("define(`conf{}', `{mc}')dnl", key.to_uppercase()))
    }
    let numbers = one_of(
        &[("max_message_size", ""), ("log_level", ""), ("max_rcpts_per_message", ""), ("to_ident", "")],
        0u32..1_000_000,
        |key, _, number| set(key, number.to_string(), &number.to_string()),
    );
    let booleans = one_of(&[("check_aliases", ""), ("try_null_mx_list", "")], any::<bool>(), |key, _, on| {
        set(key, on.to_string(), if on { "True" } else { "False" })
    });
    let durations =
        one_of(&[("to_queuereturn", ""), ("to_mail", ""), ("to_helo", "")], "[1-9][0-9]?[smhd]", |key, _, time| {
            set(key, format!("\"{time}\""), &time)
        });
    let flags = one_of(
        &[("privacy_flags", "")],
        sample::subsequence(&["authwarnings", "novrfy", "noexpn", "goaway"][..], 1..4),
        |key, _, words| {
            let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            set(key, list(&words), &words.join(","))
        },
    );
    let texts = one_of(&[("domain_name", ""), ("cf_version", ""), ("smtp_login_msg", "")], text(), |key, _, text| {
        set(key, format!("'{text}'"), &text)
    });
    let messages = one_of(&[("relay_msg", ""), ("reject_msg", ""), ("rcptrej_msg", "")], text(), |key, _, text| {
        set(key, format!("\"550 {text}\""), &format!("\"550 {text}\""))
    });
    (numbers, booleans, durations, flags, texts, messages)
        .prop_map(|(a, b, c, d, e, f)| [a, b, c, d, e, f].concat())
        .boxed()
}

fn features() -> BoxedStrategy<Vec<Piece>> {
    /// The `.toml` after the key, and the arguments of the `.mc`.
    const FORMS: &[(&str, &[(&str, &str)])] = &[
        ("masquerade_envelope", &[("true", ""), ("false", "-")]),
        ("masquerade_entire_domain", &[("true", "")]),
        ("allmasquerade", &[("true", "")]),
        ("relay_entire_domain", &[("true", "")]),
        ("relay_hosts_only", &[("true", "")]),
        ("accept_unqualified_senders", &[("true", "")]),
        ("loose_relay_check", &[("true", "")]),
        ("redirect", &[("true", "")]),
        ("no_default_msa", &[("true", "")]),
        ("use_cw_file", &[("true", "")]),
        ("nouucp", &[("\"reject\"", ", `reject'"), ("{ mode = \"nospecial\" }", ", `nospecial'")]),
        ("nopercenthack", &[("\"nospecial\"", ", `nospecial'"), ("\"reject\"", ", `reject'")]),
        ("nocanonify", &[("true", ""), ("\"canonify_hosts\"", ", `canonify_hosts'")]),
        ("always_add_domain", &[("true", ""), ("\"x.example\"", ", `x.example'"), ("{}", "")]),
        ("mailertable", &[("true", ""), ("\"hash -o /x/y\"", ", `hash -o /x/y'"), ("\"LDAP\"", ", `LDAP'")]),
        ("virtusertable", &[("{ map = \"btree /x/y\" }", ", `btree /x/y'"), ("true", "")]),
        ("delay_checks", &[("true", ""), ("{ incompatible = true }", ", `', `n'")]),
        (
            "dnsbl",
            &[
                ("\"bl.example\"", ", `bl.example'"),
                ("{ server = \"bl.example\", message = \"550 x y\" }", ", `bl.example', `\"550 x y\"'"),
                ("{ server = \"bl.example\", temporary = \"t\" }", ", `bl.example', `', `t'"),
                ("[{ server = \"bl.example\", message = \"discard\" }]", ", `bl.example', `discard'"),
            ],
        ),
        (
            "enhdnsbl",
            &[
                ("\"el.example\"", ", `el.example'"),
                (
                    "{ server = \"el.example\", matches = [\"127.0.0.2.\", \"127.0.0.3.\"] }",
                    ", `el.example', `', `', `127.0.0.2.', `127.0.0.3.'",
                ),
            ],
        ),
    ];
    vec((0..FORMS.len(), any::<sample::Index>()), 0..10)
        .prop_map(|chosen| {
            let mut pieces: Vec<Piece> = Vec::new();
            for (at, form) in chosen {
                let (name, forms) = FORMS[at];
                if pieces.iter().any(|p| p.toml.starts_with(&format!("{name} "))) {
                    continue;
                }
                let (toml, arguments) = forms[form.index(forms.len())];
                let mc = if arguments == "-" { String::new() } else { format!("FEATURE(`{name}'{arguments})dnl") };
                // DNS lists are in the order in which they are asked.
                let stage = match name {
                    "dnsbl" => 4,
                    "enhdnsbl" => 5,
                    _ => 3,
                };
                pieces.push(piece("feature", format!("{name} = {toml}"), stage, mc));
            }
            pieces
        })
        .boxed()
}

/// The access map, its features and its entries.
fn access() -> BoxedStrategy<Vec<Piece>> {
    const FORMS: &[(&str, &str)] = &[
        ("true", ""),
        ("{ skip = true }", ", `', `skip'"),
        ("{ lookupdotdomain = true, skip = false }", ", `', `lookupdotdomain'"),
        ("\"hash -T<TMPF> -o /x/z\"", ", `hash -T<TMPF> -o /x/z'"),
        ("{ map = \"hash -T<TMPF> /x/z\", relaytofulladdress = true }", ", `hash -T<TMPF> /x/z', `relaytofulladdress'"),
    ];
    let entries = prop::collection::btree_map(
        "(Connect:|From:|To:)?[x-z]{1,5}[.][x-z]{2}",
        "(OK|RELAY|550 [x-z ]{0,9}[x-z])",
        0..5,
    );
    option::of((sample::select(FORMS), any::<bool>(), entries))
        .prop_map(|chosen| {
            let Some(((toml, arguments), recipients, entries)) = chosen else { return Vec::new() };
            let mut pieces =
                vec![piece("feature", format!("access_db = {toml}"), 2, format!("FEATURE(`access_db'{arguments})dnl"))];
            if recipients {
                let mc = "FEATURE(`blocklist_recipients')dnl".to_owned();
                pieces.push(piece("feature", "blocklist_recipients = true".into(), 3, mc));
            }
            let lines: Vec<String> = entries.iter().map(|(key, value)| format!("\"{key}\" = \"{value}\"")).collect();
            let text: Vec<String> = entries.iter().map(|(key, value)| format!("{key}\t{value}\n")).collect();
            pieces.push(piece("access", lines.join("\n"), u8::MAX, text.concat()));
            pieces
        })
        .boxed()
}

fn others() -> BoxedStrategy<Vec<Piece>> {
    let daemon = prop_oneof![
        (word(), 1024u16..).prop_map(|(name, port)| {
            (format!("{{ port = {port}, name = \"{name}\" }}"), format!("Port={port}, Name={name}"))
        }),
        word().prop_map(|name| {
            let toml = format!("{{ name = \"{name}\", modifier = [\"u\", \"f\"], family = \"inet6\" }}");
            (toml, format!("Family=inet6, Name={name}, M=uf"))
        }),
        word().prop_map(|name| (format!("\"Port=smtp,  Name={name}\""), format!("Port=smtp,  Name={name}"))),
    ];
    let daemons = vec(daemon, 0..3).prop_map(|mut all| {
        // No two may listen on the same port.
        all.sort();
        all.dedup_by(|a, b| a.1.contains("Port=smtp") == b.1.contains("Port=smtp"));
        let (toml, mc): (Vec<String>, Vec<String>) =
            all.into_iter().map(|(toml, mc)| (toml, format!("DAEMON_OPTIONS(`{mc}')dnl"))).unzip();
        piece("", format!("daemon = [{}]", toml.join(", ")), 2, mc.join("\n"))
    });
    let flags =
        option::of(sample::select(&[("+S", "+S"), ("-m", "-m"), ("abc", "abc")][..])).prop_map(|flags| match flags {
            Some((toml, mc)) => {
                let mc = format!("MODIFY_MAILER_FLAGS(`LOCAL', `{mc}')dnl");
                piece("", format!("modify_mailer_flags.local = \"{toml}\""), 6, mc)
            }
            None => piece("", String::new(), 6, String::new()),
        });
    let lines = option::of(vec("[DK]x[x-z]{0,8} [x-z$*]{1,8}", 1..3)).prop_map(|lines| match lines {
        Some(lines) => {
            let lines = lines.join("\n");
            piece("", format!("local_config = '''\n{lines}\n'''"), 9, format!("LOCAL_CONFIG\n{lines}"))
        }
        None => piece("", String::new(), 9, String::new()),
    });
    let masquerade = option::of(domain()).prop_map(|name| match name {
        Some(name) => piece("", format!("masquerade_as = \"{name}\""), 2, format!("MASQUERADE_AS(`{name}')dnl")),
        None => piece("", String::new(), 2, String::new()),
    });
    let mailers = any::<bool>().prop_map(|both| {
        if both {
            piece("", "mailer = [\"smtp\", \"local\"]".into(), 7, "MAILER(`local')dnl\nMAILER(`smtp')dnl".into())
        } else {
            piece("", "mailer = \"smtp\"".into(), 7, "MAILER(`smtp')dnl".into())
        }
    });
    let start = sample::select(&["linux", "debian", "freebsd6", "solaris11"][..])
        .prop_map(|system| piece("", format!("ostype = \"{system}\""), 0, format!("OSTYPE(`{system}')dnl")));
    let domain = any::<bool>().prop_map(|generic| {
        if generic {
            piece("", "domain = \"generic\"".into(), 1, "DOMAIN(`generic')dnl".into())
        } else {
            piece("", String::new(), 1, String::new())
        }
    });
    (daemons, flags, lines, masquerade, mailers, start, domain)
        .prop_map(|(a, b, c, d, e, f, g)| vec![a, b, c, d, e, f, g])
        .boxed()
}

fn site() -> impl Strategy<Value = Vec<Piece>> {
    (classes(), class_files(), settings(), conf(), features(), access(), others())
        .prop_map(|(a, b, c, d, e, f, g)| [a, b, c, d, e, f, g].concat())
        .prop_shuffle()
}

fn toml_of(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for table in ["", "feature", "access", "conf"] {
        if !table.is_empty() && pieces.iter().any(|piece| piece.table == table) {
            text.push_str(&format!("[{table}]\n"));
        }
        for piece in pieces.iter().filter(|piece| piece.table == table) {
            text.push_str(&format!("{}\n", piece.toml));
        }
    }
    text
}

fn mc_of(pieces: &[Piece]) -> String {
    let mut pieces: Vec<&Piece> = pieces.iter().filter(|piece| piece.stage < u8::MAX).collect();
    pieces.sort_by_key(|piece| piece.stage);
    // The shared policy comes before what the site says itself.
    let (first, rest): (Vec<&Piece>, Vec<&Piece>) =
        pieces.into_iter().partition(|piece| piece.mc.starts_with("OSTYPE") || piece.mc.starts_with("DOMAIN"));
    first.into_iter().chain(rest).map(|piece| format!("{}\n", piece.mc)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_site_is_the_same_in_both_languages(pieces in site()) {
        let (toml, mc) = (toml_of(&pieces), mc_of(&pieces));
        let text = pieces.iter().find(|piece| piece.table == "access").map(|piece| piece.mc.clone());
        // The text is called as the map's file.
        let beside = |text: String| ["x/access", "x/z"].map(|name| (name.into(), text.clone().into_bytes()));
        let files = MemoryFiles(text.into_iter().flat_map(beside).collect());
        let from_toml = compiled("x/site.toml", &toml, &NoFiles);
        let from_mc = compiled("x/site.mc", &mc, &files);
        let errors = |c: &relaycc::front::Compiled| c.diagnostics.iter().filter(|d| d.is_error()).cloned().collect::<Vec<_>>();
        prop_assert!(from_toml.site.is_some(), "{toml}\n{:?}", errors(&from_toml));
        prop_assert!(from_mc.site.is_some(), "{mc}\n{:?}", errors(&from_mc));
        prop_assert_eq!(from_toml.site, from_mc.site, "{}\n{}", toml, mc);
    }
}
