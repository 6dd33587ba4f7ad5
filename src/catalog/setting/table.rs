//! The table of settings.

use super::{
    DefaultValue::{InSettings, Text, Unset},
    OptionKind,
    Reader::{Core, Feature, Mailer},
    SettingKind::{Marker, Value},
    SettingSpec,
};

/// Texts that the reference defines for `confRECEIVED_HEADER` from the start: name and m4 text.
pub static PRELUDE: &[(&str, &str)] = &[
    ("_REC_AUTH_", "$.$?{auth_type}(authenticated"),
    ("_REC_FULL_AUTH_", "$.$?{auth_type}(user=${auth_authen} $?{auth_author}author=${auth_author} $.mech=${auth_type}"),
    ("_REC_HDR_", "$?sfrom $s $.$?_($?s$|from $.$_)"),
    ("_REC_END_", "for $u; $|;\n\t$.$b"),
    ("_REC_TLS_", "(version=${tls_version} cipher=${cipher} bits=${cipher_bits} verify=${verify})$.$?u"),
    ("_REC_BY_", "$.by $j ($v/$Z)$?r with $r$. id $i$?{tls_version}"),
];

/// Writes the table: name, key, reader, kind, whether `ifdef` finds it from the start, default; help.
macro_rules! settings {
    (@predefined predefined) => { true };
    (@predefined undefined) => { false };
    ($($name:literal $key:literal $reader:expr, $kind:expr, $predefined:ident $default:expr; $help:literal;)*) => {
        &[$(SettingSpec {
            name: $name,
            key: $key,
            reader: $reader,
            kind: $kind,
            default: $default,
            predefined: settings!(@predefined $predefined),
            help: $help,
        }),*]
    };
}

/// All settings: those of all sites, then those of each mailer.
pub static SETTINGS: &[SettingSpec] = settings! {
    "MAIL_SETTINGS_DIR" "mail_settings_dir" Core, Value(OptionKind::Path), predefined Text("/etc/mail/");
        "Directory of maps and class files, with a slash at its end";
    "DATABASE_MAP_TYPE" "database_map_type" Core, Value(OptionKind::Text), predefined Text("hash");
        "Default map class";
    "ALIAS_FILE" "alias_file" Core, Value(OptionKind::Text), predefined InSettings { before: "", name: "aliases" };
        "Files of aliases, separated by commas";
    "HELP_FILE" "help_file" Core, Value(OptionKind::Path), undefined InSettings { before: "", name: "helpfile" };
        "File with the replies to HELP";
    "QUEUE_DIR" "queue_dir" Core, Value(OptionKind::Path), undefined Text("/var/spool/mqueue");
        "Directory of the queue; an asterisk at its end for several";
    "MSP_QUEUE_DIR" "msp_queue_dir" Feature("msp"), Value(OptionKind::Path), undefined Text("/var/spool/clientmqueue");
        "Directory of the mail submission program's queue";
    "STATUS_FILE" "status_file" Core, Value(OptionKind::Path), undefined Unset;
        "File of statistics";
    "VENDOR_NAME" "vendor_name" Core, Value(OptionKind::Text), undefined Text("Berkeley");
        "Vendor in the `V` line";
    "NO_VENDOR" "no_vendor" Core, Marker, undefined Unset;
        "Leaves the vendor out of the `V` line";
    "_USE_DECNET_SYNTAX_" "use_decnet_syntax" Core, Marker, undefined Unset;
        "`node::user` is an address, as it is with DECNET_RELAY";
    "NO_NETINET6" "no_netinet6" Core, Marker, undefined Unset;
        "Leaves out support for IPv6 addresses";
    "DEBIAN_DEBUG" "debian_debug" Core, Marker, undefined Unset;
        "Logs the queries of the hack `debian_auth`, through a map `log` of the site";
    "_STRICT_RFC821_" "strict_rfc821" Core, Marker, undefined Unset;
        "Rejects addresses with a dot at the start or before the `@`";
    "_REQUIRE_QUAL_RCPT_" "require_qual_rcpt" Core, Marker, undefined Unset;
        "Requires recipients with a domain on listeners with the modifier `r`";
    "_NO_VIRTUSER_RECURSION_" "no_virtuser_recursion" Core, Marker, undefined Unset;
        "Does not look up the results of the virtual user table again";
    "_FFR_REJECT_IP_IN_CHECK_RCPT_" "ffr_reject_ip_in_check_rcpt" Core, Marker, undefined Unset;
        "Prevents rejected client addresses from relaying by their names";
    "SMART_HOST" "smart_host" Core, Value(OptionKind::Text), undefined Unset;
        "Relay, `[mailer:]host`, for all mail that is not local";
    "LOCAL_RELAY" "local_relay" Core, Value(OptionKind::Text), undefined Unset;
        "Relay, `[mailer:]host`, for names without a domain";
    "MAIL_HUB" "mail_hub" Core, Value(OptionKind::Text), undefined Unset;
        "Relay, `[mailer:]host`, for all local mail";
    "LUSER_RELAY" "luser_relay" Core, Value(OptionKind::Text), undefined Unset;
        "Relay, `[mailer:]host`, for unknown local users";
    "UUCP_RELAY" "uucp_relay" Core, Value(OptionKind::Text), undefined Unset;
        "Relay, `[mailer:]host`, for UUCP addresses";
    "BITNET_RELAY" "bitnet_relay" Core, Value(OptionKind::Text), undefined Unset;
        "Relay, `[mailer:]host`, for addresses in .BITNET";
    "DECNET_RELAY" "decnet_relay" Core, Value(OptionKind::Text), undefined Unset;
        "Relay, `[mailer:]host`, for addresses in .DECNET";
    "FAX_RELAY" "fax_relay" Core, Value(OptionKind::Text), undefined Unset;
        "Relay, `[mailer:]host`, for addresses in .FAX";
    "MASQUERADE_NAME" "masquerade_name" Core, Value(OptionKind::Text), undefined Unset;
        "Domain that mail appears to come from: what MASQUERADE_AS sets";
    "USE_CW_FILE" "use_cw_file" Core, Marker, undefined Unset;
        "Reads this host's further names from confCW_FILE: what `use_cw_file` sets";
    "TLS_PERM_ERR" "tls_perm_err" Core, Marker, undefined Unset;
        "Makes failures of required TLS permanent errors";
    "_CERT_REGEX_ISSUER_" "cert_regex_issuer" Core, Value(OptionKind::Text), undefined Unset;
        "Options and regular expression for the looked-up part of a certificate's issuer";
    "_CERT_REGEX_SUBJECT_" "cert_regex_subject" Core, Value(OptionKind::Text), undefined Unset;
        "Options and regular expression for the looked-up part of a certificate's subject";
    "DNSBL_MAP" "dnsbl_map" Feature("dnsbl"), Value(OptionKind::Text), undefined Text("dns -R A");
        "Map class, with its options, for DNS lists";
    "DNSBL_MAP_OPT" "dnsbl_map_opt" Feature("dnsbl"), Value(OptionKind::Text), undefined Unset;
        "Further options of the map for DNS lists";
    "EDNSBL_TO" "ednsbl_to" Feature("enhdnsbl"), Value(OptionKind::Integer), undefined Text("5");
        "Seconds to wait for an answer of an enhanced DNS list";
    "MTAMARK_TO" "mtamark_to" Feature("mtamark"), Value(OptionKind::Integer), undefined Text("5");
        "Seconds to wait for an answer about MTA marks";
    "DOMAINMAP_NO_REGEX" "domainmap_no_regex" Feature("domainmap"), Marker, undefined Unset;
        "Lets `domainmap` work without regular expressions";
    "LOCAL_MAILER_PATH" "local_mailer_path" Mailer("local"), Value(OptionKind::Path), undefined Text("/bin/mail");
        "Program that delivers local mail";
    "LOCAL_MAILER_FLAGS" "local_mailer_flags" Mailer("local"), Value(OptionKind::Text), undefined Text("Prmn9");
        "Flags of the local mailer, besides `lsDFMAw5:/|@q`";
    "LOCAL_MAILER_ARGS" "local_mailer_args" Mailer("local"), Value(OptionKind::Text), undefined Text("mail -d $u");
        "Arguments of the program that delivers local mail";
    "LOCAL_MAILER_MAX" "local_mailer_max" Mailer("local"), Value(OptionKind::Integer), undefined Unset;
        "Maximum message size for the local mailer and for programs, in bytes";
    "LOCAL_MAILER_MAXMSGS" "local_mailer_maxmsgs" Mailer("local"), Value(OptionKind::Integer), undefined Unset;
        "Messages in one connection of the local mailer";
    "LOCAL_MAILER_MAXRCPTS" "local_mailer_maxrcpts" Mailer("local"), Value(OptionKind::Integer), undefined Unset;
        "Recipients in one envelope of the local mailer";
    "LOCAL_MAILER_CHARSET" "local_mailer_charset" Mailer("local"), Value(OptionKind::Text), undefined Unset;
        "Character set of 8-bit mail that comes from local senders";
    "LOCAL_MAILER_EOL" "local_mailer_eol" Mailer("local"), Value(OptionKind::Text), undefined Unset;
        "End of line for the local mailer";
    "LOCAL_MAILER_DSN_DIAGNOSTIC_CODE" "local_mailer_dsn_diagnostic_code" Mailer("local"), Value(OptionKind::Text), undefined Text("X-Unix");
        "Type of diagnostic codes of the local mailer";
    "LOCAL_MAILER_QGRP" "local_mailer_qgrp" Mailer("local"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the local mailer";
    "LOCAL_SHELL_PATH" "local_shell_path" Mailer("local"), Value(OptionKind::Path), undefined Text("/bin/sh");
        "Shell that programs are run with";
    "LOCAL_SHELL_FLAGS" "local_shell_flags" Mailer("local"), Value(OptionKind::Text), undefined Text("eu9");
        "Flags of the program mailer, besides `lsDFMoq`";
    "LOCAL_SHELL_ARGS" "local_shell_args" Mailer("local"), Value(OptionKind::Text), undefined Text("sh -c $u");
        "Arguments of the shell that programs are run with";
    "LOCAL_SHELL_DIR" "local_shell_dir" Mailer("local"), Value(OptionKind::Text), undefined Text("$z:/");
        "Directories that programs are run in, the first that exists";
    "LOCAL_PROG_QGRP" "local_prog_qgrp" Mailer("local"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the program mailer";
    "SMTP_MAILER_FLAGS" "smtp_mailer_flags" Mailer("smtp"), Value(OptionKind::Text), undefined Unset;
        "Flags of the SMTP mailers, besides `mDFMuX` and their own";
    "SMTP_MAILER_MAX" "smtp_mailer_max" Mailer("smtp"), Value(OptionKind::Integer), undefined Unset;
        "Maximum message size for the SMTP mailers, in bytes";
    "SMTP_MAILER_MAXMSGS" "smtp_mailer_maxmsgs" Mailer("smtp"), Value(OptionKind::Integer), undefined Unset;
        "Messages in one connection of the SMTP mailers";
    "SMTP_MAILER_MAXRCPTS" "smtp_mailer_maxrcpts" Mailer("smtp"), Value(OptionKind::Integer), undefined Unset;
        "Recipients in one envelope of the SMTP mailers";
    "SMTP_MAILER_ARGS" "smtp_mailer_args" Mailer("smtp"), Value(OptionKind::Text), undefined Text("TCP $h");
        "Arguments of the smtp mailer; a port may follow the host";
    "SMTP_MAILER_CHARSET" "smtp_mailer_charset" Mailer("smtp"), Value(OptionKind::Text), undefined Unset;
        "Character set of 8-bit mail that comes in by SMTP";
    "SMTP_MAILER_LL" "smtp_mailer_ll" Mailer("smtp"), Value(OptionKind::Integer), undefined Text("990");
        "Maximum line length of the SMTP mailers";
    "SMTP_MAILER_QGRP" "smtp_mailer_qgrp" Mailer("smtp"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the smtp mailer";
    "ESMTP_MAILER_ARGS" "esmtp_mailer_args" Mailer("smtp"), Value(OptionKind::Text), undefined Text("TCP $h");
        "Arguments of the esmtp mailer";
    "ESMTP_MAILER_QGRP" "esmtp_mailer_qgrp" Mailer("smtp"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the esmtp mailer";
    "SMTP8_MAILER_ARGS" "smtp8_mailer_args" Mailer("smtp"), Value(OptionKind::Text), undefined Text("TCP $h");
        "Arguments of the smtp8 mailer";
    "SMTP8_MAILER_QGRP" "smtp8_mailer_qgrp" Mailer("smtp"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the smtp8 mailer";
    "DSMTP_MAILER_ARGS" "dsmtp_mailer_args" Mailer("smtp"), Value(OptionKind::Text), undefined Text("TCP $h");
        "Arguments of the dsmtp mailer";
    "DSMTP_MAILER_QGRP" "dsmtp_mailer_qgrp" Mailer("smtp"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the dsmtp mailer";
    "RELAY_MAILER_FLAGS" "relay_mailer_flags" Mailer("smtp"), Value(OptionKind::Text), undefined Unset;
        "Flags of the relay mailer, besides `mDFMuXa8`; SMTP_MAILER_FLAGS where not set";
    "RELAY_MAILER_ARGS" "relay_mailer_args" Mailer("smtp"), Value(OptionKind::Text), undefined Text("TCP $h");
        "Arguments of the relay mailer";
    "RELAY_MAILER_MAXMSGS" "relay_mailer_maxmsgs" Mailer("smtp"), Value(OptionKind::Integer), undefined Unset;
        "Messages in one connection of the relay mailer";
    "RELAY_MAILER_CHARSET" "relay_mailer_charset" Mailer("smtp"), Value(OptionKind::Text), undefined Unset;
        "Character set of 8-bit mail that comes from relays";
    "RELAY_MAILER_LL" "relay_mailer_ll" Mailer("smtp"), Value(OptionKind::Integer), undefined Text("2040");
        "Maximum line length of the relay mailer";
    "RELAY_MAILER_QGRP" "relay_mailer_qgrp" Mailer("smtp"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the relay mailer";
    "PROCMAIL_PATH" "procmail_path" Mailer("procmail"), Value(OptionKind::Path), undefined Unset;
        "Path of procmail, where PROCMAIL_MAILER_PATH is not set";
    "PROCMAIL_MAILER_PATH" "procmail_mailer_path" Mailer("procmail"), Value(OptionKind::Path), undefined Text("/usr/local/bin/procmail");
        "Path of procmail; `local_procmail` reads it too";
    "PROCMAIL_MAILER_FLAGS" "procmail_mailer_flags" Mailer("procmail"), Value(OptionKind::Text), undefined Text("SPhnu9");
        "Flags of the procmail mailer, besides `DFM`";
    "PROCMAIL_MAILER_ARGS" "procmail_mailer_args" Mailer("procmail"), Value(OptionKind::Text), undefined Text("procmail -Y -m $h $f $u");
        "Arguments of the procmail mailer";
    "PROCMAIL_MAILER_MAX" "procmail_mailer_max" Mailer("procmail"), Value(OptionKind::Integer), undefined Unset;
        "Maximum message size for the procmail mailer, in bytes";
    "PROCMAIL_MAILER_QGRP" "procmail_mailer_qgrp" Mailer("procmail"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the procmail mailer";
    "UUCP_MAILER_PATH" "uucp_mailer_path" Mailer("uucp"), Value(OptionKind::Path), undefined Text("/usr/bin/uux");
        "Program that sends UUCP mail";
    "UUCP_MAILER_FLAGS" "uucp_mailer_flags" Mailer("uucp"), Value(OptionKind::Text), undefined Unset;
        "Flags of the UUCP mailers, besides their own";
    "UUCP_MAILER_ARGS" "uucp_mailer_args" Mailer("uucp"), Value(OptionKind::Text), undefined Text("uux - -r -a$g -gC $h!rmail ($u)");
        "Arguments of the program that sends UUCP mail";
    "UUCP_MAILER_MAX" "uucp_mailer_max" Mailer("uucp"), Value(OptionKind::Integer), undefined Text("100000");
        "Maximum message size for the UUCP mailers, in bytes";
    "UUCP_MAX_SIZE" "uucp_max_size" Mailer("uucp"), Value(OptionKind::Integer), undefined Unset;
        "Old name of UUCP_MAILER_MAX";
    "UUCP_MAILER_CHARSET" "uucp_mailer_charset" Mailer("uucp"), Value(OptionKind::Text), undefined Unset;
        "Character set of 8-bit mail that comes by UUCP";
    "UUCP_MAILER_QGRP" "uucp_mailer_qgrp" Mailer("uucp"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the UUCP mailers";
    "USENET_MAILER_PATH" "usenet_mailer_path" Mailer("usenet"), Value(OptionKind::Path), undefined Text("/usr/lib/news/inews");
        "Program that posts news";
    "USENET_MAILER_FLAGS" "usenet_mailer_flags" Mailer("usenet"), Value(OptionKind::Text), undefined Text("rsDFMmn");
        "Flags of the usenet mailer";
    "USENET_MAILER_ARGS" "usenet_mailer_args" Mailer("usenet"), Value(OptionKind::Text), undefined Text("inews -m -h -n");
        "Arguments of the program that posts news";
    "USENET_MAILER_MAX" "usenet_mailer_max" Mailer("usenet"), Value(OptionKind::Integer), undefined Unset;
        "Maximum message size for the usenet mailer, in bytes";
    "USENET_MAILER_QGRP" "usenet_mailer_qgrp" Mailer("usenet"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the usenet mailer";
    "FAX_MAILER_PATH" "fax_mailer_path" Mailer("fax"), Value(OptionKind::Path), undefined Text("/usr/bin/faxmail");
        "Program that sends faxes";
    "FAX_MAILER_ARGS" "fax_mailer_args" Mailer("fax"), Value(OptionKind::Text), undefined Text("faxmail -d $u@$h $f");
        "Arguments of the program that sends faxes";
    "FAX_MAILER_MAX" "fax_mailer_max" Mailer("fax"), Value(OptionKind::Integer), undefined Text("100000");
        "Maximum message size for the fax mailer, in bytes";
    "FAX_MAILER_QGRP" "fax_mailer_qgrp" Mailer("fax"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the fax mailer";
    "POP_MAILER_PATH" "pop_mailer_path" Mailer("pop"), Value(OptionKind::Path), undefined Text("/usr/lib/mh/spop");
        "Program that fills POP mailboxes";
    "POP_MAILER_FLAGS" "pop_mailer_flags" Mailer("pop"), Value(OptionKind::Text), undefined Text("Penu");
        "Flags of the pop mailer, besides `lsDFMq`";
    "POP_MAILER_ARGS" "pop_mailer_args" Mailer("pop"), Value(OptionKind::Text), undefined Text("pop $u");
        "Arguments of the program that fills POP mailboxes";
    "POP_MAILER_QGRP" "pop_mailer_qgrp" Mailer("pop"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the pop mailer";
    "MAIL11_MAILER_PATH" "mail11_mailer_path" Mailer("mail11"), Value(OptionKind::Path), undefined Text("/usr/etc/mail11");
        "Program that sends DECnet mail";
    "MAIL11_MAILER_FLAGS" "mail11_mailer_flags" Mailer("mail11"), Value(OptionKind::Text), undefined Text("nsFx");
        "Flags of the mail11 mailer";
    "MAIL11_MAILER_ARGS" "mail11_mailer_args" Mailer("mail11"), Value(OptionKind::Text), undefined Text("mail11 $g $x $h $u");
        "Arguments of the program that sends DECnet mail";
    "MAIL11_MAILER_QGRP" "mail11_mailer_qgrp" Mailer("mail11"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the mail11 mailer";
    "PH_MAILER_PATH" "ph_mailer_path" Mailer("phquery"), Value(OptionKind::Path), undefined Text("/usr/local/etc/phquery");
        "Program that looks names up in a phone book";
    "PH_MAILER_FLAGS" "ph_mailer_flags" Mailer("phquery"), Value(OptionKind::Text), undefined Text("ehmu");
        "Flags of the ph mailer, besides `nrDFM`";
    "PH_MAILER_ARGS" "ph_mailer_args" Mailer("phquery"), Value(OptionKind::Text), undefined Text("phquery -- $u");
        "Arguments of the program that looks names up in a phone book";
    "PH_MAILER_QGRP" "ph_mailer_qgrp" Mailer("phquery"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the ph mailer";
    "CYRUS_MAILER_PATH" "cyrus_mailer_path" Mailer("cyrus"), Value(OptionKind::Path), undefined Text("/usr/sbin/cyrdeliver");
        "Program that delivers to Cyrus mailboxes";
    "CYRUS_MAILER_FLAGS" "cyrus_mailer_flags" Mailer("cyrus"), Value(OptionKind::Text), undefined Text("Ah5@/:|");
        "Flags of the cyrus mailer, besides `lsDFMnPq`";
    "CYRUS_MAILER_ARGS" "cyrus_mailer_args" Mailer("cyrus"), Value(OptionKind::Text), undefined Text("cyrdeliver -e -m $h -- $u");
        "Arguments of the program that delivers to Cyrus mailboxes";
    "CYRUS_MAILER_MAX" "cyrus_mailer_max" Mailer("cyrus"), Value(OptionKind::Integer), undefined Unset;
        "Maximum message size for the cyrus mailer, in bytes";
    "CYRUS_MAILER_USER" "cyrus_mailer_user" Mailer("cyrus"), Value(OptionKind::Text), undefined Text("cyrus:mail");
        "User and group that deliver to Cyrus mailboxes";
    "CYRUS_MAILER_QGRP" "cyrus_mailer_qgrp" Mailer("cyrus"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the cyrus mailer";
    "CYRUS_BB_MAILER_FLAGS" "cyrus_bb_mailer_flags" Mailer("cyrus"), Value(OptionKind::Text), undefined Text("u");
        "Flags of the cyrusbb mailer, besides `lsDFMnP`";
    "CYRUS_BB_MAILER_ARGS" "cyrus_bb_mailer_args" Mailer("cyrus"), Value(OptionKind::Text), undefined Text("cyrdeliver -e -m $u");
        "Arguments of the program that delivers to Cyrus bulletin boards";
    "CYRUSV2_MAILER_FLAGS" "cyrusv2_mailer_flags" Mailer("cyrusv2"), Value(OptionKind::Text), undefined Text("A@/:|m");
        "Flags of the cyrusv2 mailer, besides `lsDFMnqXz`";
    "CYRUSV2_MAILER_ARGS" "cyrusv2_mailer_args" Mailer("cyrusv2"), Value(OptionKind::Text), undefined Text("FILE /var/run/cyrus/socket/lmtp");
        "Socket or host that the cyrusv2 mailer connects to";
    "CYRUSV2_MAILER_MAXMSGS" "cyrusv2_mailer_maxmsgs" Mailer("cyrusv2"), Value(OptionKind::Integer), undefined Unset;
        "Messages in one connection of the cyrusv2 mailer";
    "CYRUSV2_MAILER_MAXRCPTS" "cyrusv2_mailer_maxrcpts" Mailer("cyrusv2"), Value(OptionKind::Integer), undefined Unset;
        "Recipients in one envelope of the cyrusv2 mailer";
    "CYRUSV2_MAILER_CHARSET" "cyrusv2_mailer_charset" Mailer("cyrusv2"), Value(OptionKind::Text), undefined Unset;
        "Character set of 8-bit mail that comes from Cyrus";
    "CYRUSV2_MAILER_QGRP" "cyrusv2_mailer_qgrp" Mailer("cyrusv2"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the cyrusv2 mailer";
    "QPAGE_MAILER_PATH" "qpage_mailer_path" Mailer("qpage"), Value(OptionKind::Path), undefined Text("/usr/local/bin/qpage");
        "Program that sends pages";
    "QPAGE_MAILER_FLAGS" "qpage_mailer_flags" Mailer("qpage"), Value(OptionKind::Text), undefined Text("mDFMs");
        "Flags of the qpage mailer";
    "QPAGE_MAILER_ARGS" "qpage_mailer_args" Mailer("qpage"), Value(OptionKind::Text), undefined Text("qpage -l0 -m -P$u");
        "Arguments of the program that sends pages";
    "QPAGE_MAILER_MAX" "qpage_mailer_max" Mailer("qpage"), Value(OptionKind::Integer), undefined Text("4096");
        "Maximum message size for the qpage mailer, in bytes";
    "QPAGE_MAILER_QGRP" "qpage_mailer_qgrp" Mailer("qpage"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the qpage mailer";
    "SSH_PATH" "ssh_path" Mailer("ssh"), Value(OptionKind::Path), undefined Unset;
        "Path of ssh, where SSH_MAILER_PATH is not set";
    "SSH_MAILER_PATH" "ssh_mailer_path" Mailer("ssh"), Value(OptionKind::Path), undefined Text("/usr/bin/ssh");
        "Path of ssh";
    "SSH_MAILER_FLAGS" "ssh_mailer_flags" Mailer("ssh"), Value(OptionKind::Text), undefined Unset;
        "Flags of the ssh mailer, besides `mDFMuX`";
    "SSH_MAILER_ARGS" "ssh_mailer_args" Mailer("ssh"), Value(OptionKind::Text), undefined Unset;
        "Arguments of ssh; made of SSH_MAILER_HOST and SSH_REMOTE_COMMAND where not set";
    "SSH_MAILER_HOST" "ssh_mailer_host" Mailer("ssh"), Value(OptionKind::Text), undefined Text("$h");
        "Host that ssh connects to";
    "SSH_MAILER_USER" "ssh_mailer_user" Mailer("ssh"), Value(OptionKind::Text), undefined Unset;
        "User that runs ssh";
    "SSH_MAILER_DIR" "ssh_mailer_dir" Mailer("ssh"), Value(OptionKind::Path), undefined Unset;
        "Directory that ssh is run in";
    "SSH_MAILER_MAX" "ssh_mailer_max" Mailer("ssh"), Value(OptionKind::Integer), undefined Unset;
        "Maximum message size for the ssh mailer, in bytes";
    "SSH_MAILER_MAXMSGS" "ssh_mailer_maxmsgs" Mailer("ssh"), Value(OptionKind::Integer), undefined Unset;
        "Messages in one connection of the ssh mailer";
    "SSH_MAILER_MAXRCPTS" "ssh_mailer_maxrcpts" Mailer("ssh"), Value(OptionKind::Integer), undefined Unset;
        "Recipients in one envelope of the ssh mailer";
    "SSH_MAILER_CHARSET" "ssh_mailer_charset" Mailer("ssh"), Value(OptionKind::Text), undefined Unset;
        "Character set of 8-bit mail that comes by ssh";
    "SSH_MAILER_QGRP" "ssh_mailer_qgrp" Mailer("ssh"), Value(OptionKind::Text), undefined Unset;
        "Queue group of the ssh mailer";
    "SSH_REMOTE_COMMAND" "ssh_remote_command" Mailer("ssh"), Value(OptionKind::Text), undefined Text("/usr/sbin/sendmail -bs");
        "Command that ssh runs on the other host";
    "XAGENT_MAILER_PATH" "xagent_mailer_path" Mailer("xagent"), Value(OptionKind::Path), undefined Text("/usr/lib/xagent");
        "Program that passes mail to a user agent";
    "XAGENT_MAILER_FLAGS" "xagent_mailer_flags" Mailer("xagent"), Value(OptionKind::Text), undefined Text("DFMueXLn");
        "Flags of the xagent mailer";
    "XAGENT_MAILER_ARGS" "xagent_mailer_args" Mailer("xagent"), Value(OptionKind::Text), undefined Text("xagent $h $u");
        "Arguments of the program that passes mail to a user agent";
    "XAGENT_MAILER_MAX" "xagent_mailer_max" Mailer("xagent"), Value(OptionKind::Integer), undefined Unset;
        "Maximum message size for the xagent mailer, in bytes";
};
