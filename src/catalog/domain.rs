//! Site policies that sendmail provides: arguments of `DOMAIN()`.

use super::effect::{
    Effect::{self, Append, Define, DefineIfUnset, Domain, ExposedUser, Feature, Hack, IfUnset, Marker, Print},
    Value::Text,
};
use super::system::DEBIAN_BUILD;

/// One site policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainSpec {
    /// Its name.
    pub name: &'static str,
    /// Description in one line, without a full stop.
    pub help: &'static str,
    /// Its effects in order.
    pub effects: &'static [Effect],
}

/// The site policy with this name.
pub fn by_name(name: &str) -> Option<&'static DomainSpec> {
    DOMAINS.iter().find(|domain| domain.name == name)
}

const fn policy(name: &'static str, help: &'static str, effects: &'static [Effect]) -> DomainSpec {
    DomainSpec { name, help, effects }
}

/// All site policies, sorted by name.
pub static DOMAINS: &[DomainSpec] = &[
    policy(
        "Berkeley.EDU",
        "Hosts of the University of California at Berkeley",
        &[
            Domain("berkeley-only"),
            Define("BITNET_RELAY", Text("bitnet-relay.Berkeley.EDU")),
            Define("UUCP_RELAY", Text("uucp-relay.Berkeley.EDU")),
            Define("confFORWARD_PATH", Text("$z/.forward.$w:$z/.forward")),
            Define("confCW_FILE", Text("-o /etc/sendmail.cw")),
            Define("confDONT_INIT_GROUPS", Text("True")),
            Feature("redirect"),
            Feature("use_cw_file"),
            Feature("stickyhost"),
        ],
    ),
    policy(
        "CS.Berkeley.EDU",
        "Hosts of Berkeley's Computer Science Division",
        &[
            Domain("Berkeley.EDU"),
            Hack("cssubdomain"),
            Define("confUSERDB_SPEC", Text("/usr/sww/share/lib/users.cs.db,/usr/sww/share/lib/users.eecs.db")),
        ],
    ),
    policy(
        "EECS.Berkeley.EDU",
        "Hosts of Berkeley that send as EECS.Berkeley.EDU",
        &[Domain("Berkeley.EDU"), Define("MASQUERADE_NAME", Text("EECS.Berkeley.EDU"))],
    ),
    policy(
        "S2K.Berkeley.EDU",
        "Hosts of Berkeley's Sequoia 2000 project, which send as postgres.Berkeley.EDU",
        &[Domain("CS.Berkeley.EDU"), Define("MASQUERADE_NAME", Text("postgres.Berkeley.EDU"))],
    ),
    policy(
        "berkeley-only",
        "Rejected outside of Berkeley: the policies of Berkeley are samples",
        &[Print(
            "sample_policy",
            "*** ERROR: You are trying to use the Berkeley sample configuration\tfiles outside of the Computer Science \
             Division at Berkeley.\tThe configuration (.mc) files must be customized to reference\tdomain files \
             appropriate for your environment.",
        )],
    ),
    policy(
        "debian-msp",
        "Debian's mail submission program: its queue, files and time limits",
        &[
            IfUnset("sm_version", DEBIAN_BUILD),
            Marker("DEBIAN_MSP"),
            Define("confCF_VERSION", Text("Submit")),
            Define("MSP_QUEUE_DIR", Text("/var/spool/mqueue-client")),
            Define("STATUS_FILE", Text("/var/lib/sendmail/sm-client.st")),
            Define("confHOST_STATUS_DIRECTORY", Text("")),
            Define("confPID_FILE", Text("/var/run/sendmail/msp/sendmail.pid")),
            Define("confCONTROL_SOCKET_NAME", Text("/var/run/sendmail/msp/smcontrol")),
            Define("confPROCESS_TITLE_PREFIX", Text("MSP")),
            Define("confRRT_IMPLIES_DSN", Text("False")),
            Define("confSAFE_FILE_ENV", Text("/")),
            Define("confSAFE_QUEUE", Text("True")),
            Define("confQUEUE_FILE_MODE", Text("0660")),
            Define("confTEMP_FILE_MODE", Text("0640")),
            Define("confTO_ICONNECT", Text("2s")),
            Define("confTO_MAIL", Text("2m")),
            Define("confTO_DATAINIT", Text("2m")),
            Define("confTO_RSET", Text("1m")),
            Define("confTO_QUIT", Text("2m")),
            Define("confTO_COMMAND", Text("5m")),
            Define("confTO_IDENT", Text("5s")),
            Define("confTO_HOSTSTATUS", Text("0")),
            Feature("no_default_msa"),
            Define("confRUN_AS_USER", Text("smmsp")),
            Define("confTRUSTED_USER", Text("smmsp")),
        ],
    ),
    policy(
        "debian-mta",
        "Debian's mail server: its files, permissions and time limits",
        &[
            IfUnset("sm_version", DEBIAN_BUILD),
            Marker("DEBIAN_MTA"),
            Define("STATUS_FILE", Text("/var/lib/sendmail/sendmail.st")),
            Define("confHOST_STATUS_DIRECTORY", Text("/var/lib/sendmail/host_status")),
            Define("confPID_FILE", Text("/var/run/sendmail/mta/sendmail.pid")),
            Define("confCONTROL_SOCKET_NAME", Text("/var/run/sendmail/mta/smcontrol")),
            Define("confPROCESS_TITLE_PREFIX", Text("MTA")),
            Define("confMAX_DAEMON_CHILDREN", Text("0")),
            Define("confRRT_IMPLIES_DSN", Text("False")),
            Define("confSAFE_FILE_ENV", Text("/")),
            Define("confSAFE_QUEUE", Text("True")),
            Define("confTO_ICONNECT", Text("2m")),
            Define("confTO_MAIL", Text("2m")),
            Define("confTO_DATAINIT", Text("2m")),
            Define("confTO_RSET", Text("1m")),
            Define("confTO_QUIT", Text("2m")),
            Define("confTO_COMMAND", Text("5m")),
            Define("confTO_IDENT", Text("5s")),
            Define("confMAX_HOP", Text("100")),
            Append(
                "confDONT_BLAME_SENDMAIL",
                ",AssumeSafeChown,ForwardFileInGroupWritableDirPath,GroupWritableForwardFileSafe,\
                 GroupWritableIncludeFileSafe,IncludeFileInGroupWritableDirPath,DontWarnForwardFileInUnsafeDirPath,\
                 TrustStickyBit,NonRootSafeAddr,GroupWritableIncludeFile,GroupReadableDefaultAuthInfoFile",
            ),
            Define("confQUEUE_FILE_MODE", Text("0640")),
            Define("confTEMP_FILE_MODE", Text("0640")),
            Define("confPRIVACY_FLAGS", Text("    restrictqrun,restrictexpand")),
            DefineIfUnset("confTRUSTED_USER", Text("smmta")),
            Define("confMAX_RUNNERS_PER_QUEUE", Text("5")),
        ],
    ),
    policy(
        "generic",
        "Forward files with detail, long headers, `redirect`, names from a file, root never masqueraded",
        &[
            Define("confFORWARD_PATH", Text("$z/.forward.$w+$h:$z/.forward+$h:$z/.forward.$w:$z/.forward")),
            Define("confMAX_HEADERS_LENGTH", Text("32768")),
            Feature("redirect"),
            Feature("use_cw_file"),
            ExposedUser("root"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn table_is_in_order_and_every_entry_is_explained() {
        assert!(DOMAINS.is_sorted_by(|a, b| a.name < b.name));
        assert!(DOMAINS.iter().all(|domain| !domain.help.is_empty() && !domain.help.ends_with('.')));
    }

    /// The installed reference has exactly these policies; skipped where there is none.
    #[test]
    fn table_has_every_domain_of_the_reference() {
        let Ok(files) = std::fs::read_dir("/usr/share/sendmail/cf/domain") else { return };
        let installed: BTreeSet<_> = files
            .filter_map(|file| file.unwrap().file_name().into_string().unwrap().strip_suffix(".m4").map(str::to_owned))
            .collect();
        assert_eq!(DOMAINS.iter().map(|d| d.name.to_owned()).collect::<BTreeSet<_>>(), installed);
    }
}
