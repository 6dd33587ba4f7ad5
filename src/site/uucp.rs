//! UUCP: which hosts are reached through which link.

/// The neighbours on one link, as `SITECONFIG` declares them (cf/README, "USING UUCP MAILERS").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UucpLink {
    /// The class that the neighbours are in: `U` and `Y` for this host's own links, `V`, `W` and `X` for those of another
    /// host.
    pub class: String,
    /// The UUCP name of this host for class `U`, otherwise the `[mailer:]host` that the neighbours are reached through.
    pub host: String,
    /// Names of neighbours: the class, and words separated by blanks.
    pub neighbours: Vec<(String, String)>,
}
