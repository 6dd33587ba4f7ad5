//! The table of mailers.
//!
//! Paths, flags and messages are facts of sendmail 8.17 (cf/README, "MAILERS"); the help is ours.

use super::{
    AgentSpec, FlagsSpec, FromSetting, MailerNotice,
    MailerNoticeWhen::{Unset, Without},
    MailerSpec, RewriteSpec,
};
use crate::catalog::{
    Support,
    effect::{
        Effect::{DefineIfUnset, Marker},
        Value,
    },
};

const fn nothing() -> FromSetting {
    FromSetting { settings: &[], default: "" }
}

const fn fixed(default: &'static str) -> FromSetting {
    FromSetting { settings: &[], default }
}

const fn setting(settings: &'static [&'static str], default: &'static str) -> FromSetting {
    FromSetting { settings, default }
}

const fn rewrite(usual: &'static str) -> RewriteSpec {
    RewriteSpec { usual, unless: None }
}

/// Defaults of agents that run a program.
const AGENT: AgentSpec = AgentSpec {
    name: "",
    path: nothing(),
    flags: FlagsSpec { base: "", base_setting: "", own: "", more: nothing(), modify: "" },
    sender: rewrite("EnvFromL"),
    recipient: rewrite("EnvToL/HdrToL"),
    directory: nothing(),
    eol: nothing(),
    line_limit: nothing(),
    max_size: nothing(),
    max_messages: nothing(),
    max_recipients: nothing(),
    charset: nothing(),
    user: nothing(),
    dsn: "DNS/RFC822",
    dsn_diagnostic: fixed("X-Unix"),
    queue_group: nothing(),
    argv: nothing(),
    argv_end: "",
    needs: None,
};

/// Flags of an agent: `base`, those of the setting, and the changes made under the name `modify`.
const fn flags(base: &'static str, more: FromSetting, modify: &'static str) -> FlagsSpec {
    FlagsSpec { base, base_setting: "", own: "", more, modify }
}

/// A delivery agent for SMTP over TCP/IP: `smtp`, `esmtp`, `smtp8` and `dsmtp`.
const fn smtp(
    name: &'static str,
    own: &'static str,
    modify: &'static str,
    argv: &'static [&'static str],
    queue_group: &'static [&'static str],
) -> AgentSpec {
    AgentSpec {
        name,
        path: fixed("[IPC]"),
        flags: FlagsSpec {
            base: "mDFMuX",
            base_setting: "_DEF_SMTP_MAILER_FLAGS",
            own,
            more: setting(&["SMTP_MAILER_FLAGS"], ""),
            modify,
        },
        sender: rewrite("EnvFromSMTP/HdrFromSMTP"),
        recipient: RewriteSpec { usual: "EnvToSMTP", unless: Some(("_ALL_MASQUERADE_", "EnvToSMTP/HdrFromSMTP")) },
        eol: fixed("\\r\\n"),
        line_limit: setting(&["SMTP_MAILER_LL"], "990"),
        max_size: setting(&["SMTP_MAILER_MAX"], ""),
        max_messages: setting(&["SMTP_MAILER_MAXMSGS"], ""),
        max_recipients: setting(&["SMTP_MAILER_MAXRCPTS"], ""),
        charset: setting(&["SMTP_MAILER_CHARSET"], ""),
        dsn: "DNS/RFC822",
        dsn_diagnostic: fixed("SMTP"),
        queue_group: setting(queue_group, ""),
        argv: setting(argv, "TCP $h"),
        ..AGENT
    }
}

const LOCAL: AgentSpec = AgentSpec {
    name: "local",
    path: setting(&["LOCAL_MAILER_PATH"], "/bin/mail"),
    flags: FlagsSpec {
        base: "lsDFMAw5:/|@q",
        base_setting: "_DEF_LOCAL_MAILER_FLAGS",
        own: "",
        more: setting(&["LOCAL_MAILER_FLAGS"], "Prmn9"),
        modify: "LOCAL",
    },
    sender: RewriteSpec { usual: "EnvFromL/HdrFromL", unless: Some(("_LOCAL_LMTP_", "EnvFromSMTP/HdrFromL")) },
    recipient: rewrite("EnvToL/HdrToL"),
    eol: setting(&["LOCAL_MAILER_EOL"], ""),
    max_size: setting(&["LOCAL_MAILER_MAX"], ""),
    max_messages: setting(&["LOCAL_MAILER_MAXMSGS"], ""),
    max_recipients: setting(&["LOCAL_MAILER_MAXRCPTS"], ""),
    charset: setting(&["LOCAL_MAILER_CHARSET"], ""),
    dsn: "DNS/RFC822",
    dsn_diagnostic: setting(&["LOCAL_MAILER_DSN_DIAGNOSTIC_CODE"], "X-Unix"),
    queue_group: setting(&["LOCAL_MAILER_QGRP"], ""),
    argv: setting(&["LOCAL_MAILER_ARGS"], "mail -d $u"),
    ..AGENT
};

const PROG: AgentSpec = AgentSpec {
    name: "prog",
    path: setting(&["LOCAL_SHELL_PATH"], "/bin/sh"),
    flags: FlagsSpec {
        base: "lsDFMoq",
        base_setting: "_DEF_LOCAL_SHELL_FLAGS",
        own: "",
        more: setting(&["LOCAL_SHELL_FLAGS"], "eu9"),
        modify: "SHELL",
    },
    sender: rewrite("EnvFromL/HdrFromL"),
    recipient: rewrite("EnvToL/HdrToL"),
    directory: setting(&["LOCAL_SHELL_DIR"], "$z:/"),
    max_size: setting(&["LOCAL_MAILER_MAX"], ""),
    dsn: "X-Unix/X-Unix",
    dsn_diagnostic: fixed("X-Unix"),
    queue_group: setting(&["LOCAL_PROG_QGRP"], ""),
    argv: setting(&["LOCAL_SHELL_ARGS"], "sh -c $u"),
    ..AGENT
};

const RELAY: AgentSpec = AgentSpec {
    flags: FlagsSpec {
        base: "mDFMuX",
        base_setting: "_DEF_SMTP_MAILER_FLAGS",
        own: "a8",
        more: setting(&["RELAY_MAILER_FLAGS", "SMTP_MAILER_FLAGS"], ""),
        modify: "RELAY",
    },
    recipient: RewriteSpec { usual: "MasqSMTP", unless: Some(("_ALL_MASQUERADE_", "MasqSMTP/MasqRelay")) },
    line_limit: setting(&["RELAY_MAILER_LL"], "2040"),
    max_size: nothing(),
    max_messages: setting(&["RELAY_MAILER_MAXMSGS"], ""),
    charset: setting(&["RELAY_MAILER_CHARSET"], ""),
    ..smtp("relay", "a8", "RELAY", &["RELAY_MAILER_ARGS"], &["RELAY_MAILER_QGRP"])
};

const CYRUS: AgentSpec = AgentSpec {
    name: "cyrus",
    path: setting(&["CYRUS_MAILER_PATH"], "/usr/sbin/cyrdeliver"),
    flags: flags("lsDFMnPq", setting(&["CYRUS_MAILER_FLAGS"], "Ah5@/:|"), "CYRUS"),
    max_size: setting(&["CYRUS_MAILER_MAX"], ""),
    user: setting(&["CYRUS_MAILER_USER"], "cyrus:mail"),
    queue_group: setting(&["CYRUS_MAILER_QGRP"], ""),
    argv: setting(&["CYRUS_MAILER_ARGS"], "cyrdeliver -e -m $h -- $u"),
    ..AGENT
};

const CYRUS_BULLETIN_BOARD: AgentSpec = AgentSpec {
    name: "cyrusbb",
    flags: flags("lsDFMnP", setting(&["CYRUS_BB_MAILER_FLAGS"], "u"), "CYRUS"),
    argv: setting(&["CYRUS_BB_MAILER_ARGS"], "cyrdeliver -e -m $u"),
    ..CYRUS
};

const CYRUS_LMTP: AgentSpec = AgentSpec {
    name: "cyrusv2",
    path: fixed("[IPC]"),
    flags: FlagsSpec {
        base_setting: "_DEF_CYRUSV2_MAILER_FLAGS",
        ..flags("lsDFMnqXz", setting(&["CYRUSV2_MAILER_FLAGS"], "A@/:|m"), "CYRUSV2")
    },
    sender: rewrite("EnvFromSMTP/HdrFromL"),
    eol: fixed("\\r\\n"),
    max_messages: setting(&["CYRUSV2_MAILER_MAXMSGS"], ""),
    max_recipients: setting(&["CYRUSV2_MAILER_MAXRCPTS"], ""),
    charset: setting(&["CYRUSV2_MAILER_CHARSET"], ""),
    dsn_diagnostic: fixed("SMTP"),
    queue_group: setting(&["CYRUSV2_MAILER_QGRP"], ""),
    argv: setting(&["CYRUSV2_MAILER_ARGS"], "FILE /var/run/cyrus/socket/lmtp"),
    ..AGENT
};

const FAX: AgentSpec = AgentSpec {
    name: "fax",
    path: setting(&["FAX_MAILER_PATH"], "/usr/bin/faxmail"),
    flags: flags("DFMhu", nothing(), ""),
    sender: rewrite("14"),
    recipient: rewrite("24"),
    max_size: setting(&["FAX_MAILER_MAX"], "100000"),
    dsn: "X-Phone/X-FAX",
    queue_group: setting(&["FAX_MAILER_QGRP"], ""),
    argv: setting(&["FAX_MAILER_ARGS"], "faxmail -d $u@$h $f"),
    ..AGENT
};

const MAIL11: AgentSpec = AgentSpec {
    name: "mail11",
    path: setting(&["MAIL11_MAILER_PATH"], "/usr/etc/mail11"),
    flags: flags("", setting(&["MAIL11_MAILER_FLAGS"], "nsFx"), "MAIL11"),
    sender: rewrite("Mail11From"),
    recipient: rewrite("Mail11To"),
    dsn: "DNS/X-DECnet",
    queue_group: setting(&["MAIL11_MAILER_QGRP"], ""),
    argv: setting(&["MAIL11_MAILER_ARGS"], "mail11 $g $x $h $u"),
    ..AGENT
};

const PH: AgentSpec = AgentSpec {
    name: "ph",
    path: setting(&["PH_MAILER_PATH"], "/usr/local/etc/phquery"),
    flags: flags("nrDFM", setting(&["PH_MAILER_FLAGS"], "ehmu"), "PH"),
    queue_group: setting(&["PH_MAILER_QGRP"], ""),
    argv: setting(&["PH_MAILER_ARGS"], "phquery -- $u"),
    ..AGENT
};

const POP: AgentSpec = AgentSpec {
    name: "pop",
    path: setting(&["POP_MAILER_PATH"], "/usr/lib/mh/spop"),
    flags: flags("lsDFMq", setting(&["POP_MAILER_FLAGS"], "Penu"), "POP"),
    queue_group: setting(&["POP_MAILER_QGRP"], ""),
    argv: setting(&["POP_MAILER_ARGS"], "pop $u"),
    ..AGENT
};

const PROCMAIL: AgentSpec = AgentSpec {
    name: "procmail",
    path: setting(&["PROCMAIL_MAILER_PATH", "PROCMAIL_PATH"], "/usr/local/bin/procmail"),
    flags: flags("DFM", setting(&["PROCMAIL_MAILER_FLAGS"], "SPhnu9"), "PROCMAIL"),
    sender: rewrite("EnvFromSMTP/HdrFromSMTP"),
    recipient: rewrite("EnvToSMTP/HdrFromSMTP"),
    max_size: setting(&["PROCMAIL_MAILER_MAX"], ""),
    queue_group: setting(&["PROCMAIL_MAILER_QGRP"], ""),
    argv: setting(&["PROCMAIL_MAILER_ARGS"], "procmail -Y -m $h $f $u"),
    ..AGENT
};

const QPAGE: AgentSpec = AgentSpec {
    name: "qpage",
    path: setting(&["QPAGE_MAILER_PATH"], "/usr/local/bin/qpage"),
    flags: flags("", setting(&["QPAGE_MAILER_FLAGS"], "mDFMs"), "QPAGE"),
    sender: rewrite(""),
    recipient: rewrite(""),
    max_size: setting(&["QPAGE_MAILER_MAX"], "4096"),
    queue_group: setting(&["QPAGE_MAILER_QGRP"], ""),
    argv: setting(&["QPAGE_MAILER_ARGS"], "qpage -l0 -m -P$u"),
    ..AGENT
};

const SSH: AgentSpec = AgentSpec {
    path: setting(&["SSH_MAILER_PATH", "SSH_PATH"], "/usr/bin/ssh"),
    flags: FlagsSpec {
        base_setting: "_DEF_SSH_MAILER_FLAGS",
        ..flags("mDFMuX", setting(&["SSH_MAILER_FLAGS"], ""), "SSH")
    },
    directory: setting(&["SSH_MAILER_DIR"], "SSH_MAILER_DIR"),
    line_limit: fixed("990"),
    max_size: setting(&["SSH_MAILER_MAX"], ""),
    max_messages: setting(&["SSH_MAILER_MAXMSGS"], ""),
    max_recipients: setting(&["SSH_MAILER_MAXRCPTS"], ""),
    charset: setting(&["SSH_MAILER_CHARSET"], ""),
    user: setting(&["SSH_MAILER_USER"], "SSH_MAILER_USER"),
    argv: setting(&["SSH_MAILER_ARGS"], ""),
    ..smtp("ssh", "", "SSH", &[], &["SSH_MAILER_QGRP"])
};

const USENET: AgentSpec = AgentSpec {
    name: "usenet",
    path: setting(&["USENET_MAILER_PATH"], "/usr/lib/news/inews"),
    flags: flags("", setting(&["USENET_MAILER_FLAGS"], "rsDFMmn"), "USENET"),
    recipient: rewrite("EnvToL"),
    max_size: setting(&["USENET_MAILER_MAX"], ""),
    dsn: "X-Usenet/X-Usenet",
    queue_group: setting(&["USENET_MAILER_QGRP"], ""),
    argv: setting(&["USENET_MAILER_ARGS"], "inews -m -h -n"),
    argv_end: " $u",
    ..AGENT
};

const fn uucp(name: &'static str, base: &'static str) -> AgentSpec {
    AgentSpec {
        name,
        path: setting(&["UUCP_MAILER_PATH"], "/usr/bin/uux"),
        flags: flags(base, setting(&["UUCP_MAILER_FLAGS"], ""), "UUCP"),
        sender: rewrite("FromU"),
        recipient: rewrite("EnvToU/HdrToU"),
        max_size: setting(&["UUCP_MAILER_MAX", "UUCP_MAX_SIZE"], "100000"),
        charset: setting(&["UUCP_MAILER_CHARSET"], ""),
        dsn: "X-UUCP/X-UUCP",
        queue_group: setting(&["UUCP_MAILER_QGRP"], ""),
        argv: setting(&["UUCP_MAILER_ARGS"], "uux - -r -a$g -gC $h!rmail ($u)"),
        ..AGENT
    }
}

/// A UUCP agent for hosts that support domains; it requires SMTP, whose rewriting it uses.
const fn domain_uucp(name: &'static str, sender: &'static str) -> AgentSpec {
    AgentSpec {
        sender: rewrite(sender),
        recipient: RewriteSpec { usual: "EnvToSMTP", unless: Some(("_ALL_MASQUERADE_", "EnvToSMTP/HdrFromSMTP")) },
        needs: Some("smtp"),
        ..uucp(name, "mDFMhud")
    }
}

const XAGENT: AgentSpec = AgentSpec {
    name: "xagent",
    path: setting(&["XAGENT_MAILER_PATH"], "/usr/lib/xagent"),
    flags: flags("", setting(&["XAGENT_MAILER_FLAGS"], "DFMueXLn"), ""),
    sender: rewrite("11/31"),
    recipient: rewrite("21/31"),
    max_size: setting(&["XAGENT_MAILER_MAX"], ""),
    argv: setting(&["XAGENT_MAILER_ARGS"], "xagent $h $u"),
    argv_end: ", E=\\n",
    ..AGENT
};

const fn mailer(name: &'static str, agents: &'static [AgentSpec], help: &'static str) -> MailerSpec {
    MailerSpec { name, support: Support::Full, agents, effects: &[], notices: &[], help }
}

/// All mailers, sorted by name.
pub static MAILERS: &[MailerSpec] = &[
    mailer("cyrus", &[CYRUS, CYRUS_BULLETIN_BOARD], "Delivers to Cyrus mailboxes through a program"),
    mailer("cyrusv2", &[CYRUS_LMTP], "Delivers to Cyrus mailboxes by LMTP"),
    mailer("fax", &[FAX], "Sends mail as faxes"),
    mailer("local", &[LOCAL, PROG], "Delivers to local mailboxes and programs"),
    MailerSpec { effects: &[Marker("_USE_DECNET_SYNTAX_")], ..mailer("mail11", &[MAIL11], "Sends mail over DECnet") },
    mailer("phquery", &[PH], "Looks recipients up in a phone book"),
    mailer("pop", &[POP], "Delivers to POP mailboxes"),
    mailer("procmail", &[PROCMAIL], "Filters mail through procmail on its way to other hosts"),
    mailer("qpage", &[QPAGE], "Sends mail to pagers"),
    mailer(
        "smtp",
        &[
            smtp("smtp", "", "SMTP", &["SMTP_MAILER_ARGS"], &["SMTP_MAILER_QGRP"]),
            smtp("esmtp", "a", "ESMTP", &["ESMTP_MAILER_ARGS"], &["ESMTP_MAILER_QGRP"]),
            smtp("smtp8", "8", "SMTP8", &["SMTP8_MAILER_ARGS"], &["SMTP8_MAILER_QGRP"]),
            smtp("dsmtp", "a%", "DSMTP", &["DSMTP_MAILER_ARGS"], &["DSMTP_MAILER_QGRP"]),
            RELAY,
        ],
        "Sends mail to other hosts by SMTP",
    ),
    MailerSpec {
        effects: &[
            DefineIfUnset("SSH_REMOTE_COMMAND", Value::Text("/usr/sbin/sendmail -bs")),
            DefineIfUnset(
                "SSH_MAILER_ARGS",
                Value::Text("ssh -o BatchMode=yes -o EscapeChar=none  -- SSH_MAILER_HOST SSH_REMOTE_COMMAND"),
            ),
            DefineIfUnset("SSH_MAILER_HOST", Value::Text("$h")),
        ],
        notices: &[
            MailerNotice {
                when: Unset("SSH_MAILER_USER"),
                text: "*** SSH_MAILER_USER must be defined before MAILER(`ssh').\n",
            },
            MailerNotice {
                when: Unset("SSH_MAILER_DIR"),
                text: "*** SSH_MAILER_DIR must be defined before MAILER(`ssh').\n",
            },
        ],
        ..mailer("ssh", &[SSH], "Sends mail to other hosts by SMTP over ssh")
    },
    mailer("usenet", &[USENET], "Posts mail as news"),
    MailerSpec {
        notices: &[MailerNotice {
            when: Without("smtp"),
            text: "*** MAILER(`smtp') must appear before MAILER(`uucp')\n    if uucp-dom should be included.",
        }],
        ..mailer(
            "uucp",
            &[
                uucp("uucp", "DFMhuUd"),
                uucp("uucp-old", "DFMhuUd"),
                uucp("suucp", "mDFMhuUd"),
                uucp("uucp-new", "mDFMhuUd"),
                domain_uucp("uucp-dom", "EnvFromUD/HdrFromSMTP"),
                domain_uucp("uucp-uudom", "EnvFromUUD/HdrFromSMTP"),
            ],
            "Sends mail to other hosts by UUCP",
        )
    },
    mailer("xagent", &[XAGENT], "Passes mail to a user agent"),
];
