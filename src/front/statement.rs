//! What a site says, as statements: what a `site.toml` is read into, and what a `.mc` comes down to once it is expanded.
//!
//! A `site.toml` has no order. Its statements are carried out as a careful `.mc` is laid out: the system type and shared
//! policies first, so that what the site itself says prevails; then definitions, before anything that reads them; then
//! features, each after those that it needs; mailers last.

use crate::{
    catalog::{feature::FeatureSpec, hack::HackSpec},
    site::{Class, RawSection},
    source::{Span, Spanned},
};

/// Text that means what it says, and its place.
type Text = Spanned<String>;

/// One statement. The order of the variants is the order of their effect.
#[derive(Debug, Clone)]
pub(crate) enum Statement {
    /// `VERSIONID`.
    VersionId(Text),
    /// `OSTYPE`.
    System(Text),
    /// `DOMAIN`.
    Domain(Text),
    /// `define`.
    Define(&'static str, Text),
    /// `undefine`.
    Undefine(&'static str, Span),
    /// `MASQUERADE_AS`.
    MasqueradeAs(Text),
    /// `RELAY_DOMAIN` and its like.
    Members { class: Class, word: Text, name: &'static str },
    /// `RELAY_DOMAIN_FILE` and its like.
    File { class: Class, file: Text, name: &'static str },
    /// `DAEMON_OPTIONS`.
    Daemon(Text),
    /// `CLIENT_OPTIONS`.
    Client(Text),
    /// `MAIL_FILTER`.
    MailFilter { name: Text, equates: Text },
    /// `INPUT_MAIL_FILTER`.
    InputMailFilter { name: Text, equates: Text },
    /// `QUEUE_GROUP`.
    QueueGroup { name: Text, equates: Text },
    /// `FEATURE`; where features share an order, those of a lower `order` come first.
    Feature { feature: &'static FeatureSpec, arguments: Vec<Text>, order: i64, span: Span },
    /// A feature that is not wanted, whatever else brings it.
    NoFeature { feature: &'static FeatureSpec, span: Span },
    /// `HACK`.
    Hack { hack: &'static HackSpec, arguments: Vec<Text>, span: Span },
    /// A hack that is not wanted, whatever else brings it.
    NoHack { hack: &'static HackSpec, span: Span },
    /// `MODIFY_MAILER_FLAGS`.
    MailerFlags { mailer: &'static str, change: Text },
    /// `MAILER`.
    Mailer(Text),
    /// `SITECONFIG`, with the `SITE`s that follow it.
    SiteConfig { file: Option<Text>, host: Text, class: Text, sites: Vec<Text>, smart_sites: Vec<Text>, span: Span },
    /// `UUCPSMTP`.
    UucpSmtp { host: Text, domain: Text },
    /// `LOCAL_CONFIG` and its like.
    Raw { section: RawSection, text: Text, name: &'static str },
}

impl Statement {
    /// Where it was written.
    pub(crate) fn span(&self) -> Span {
        match self {
            Statement::VersionId(text)
            | Statement::System(text)
            | Statement::Domain(text)
            | Statement::Define(_, text)
            | Statement::MasqueradeAs(text)
            | Statement::Members { word: text, .. }
            | Statement::File { file: text, .. }
            | Statement::Daemon(text)
            | Statement::Client(text)
            | Statement::MailFilter { name: text, .. }
            | Statement::InputMailFilter { name: text, .. }
            | Statement::QueueGroup { name: text, .. }
            | Statement::MailerFlags { change: text, .. }
            | Statement::Mailer(text)
            | Statement::Raw { text, .. } => text.span,
            Statement::Feature { span, .. }
            | Statement::NoFeature { span, .. }
            | Statement::Hack { span, .. }
            | Statement::NoHack { span, .. }
            | Statement::Undefine(_, span)
            | Statement::SiteConfig { span, .. } => *span,
            Statement::UucpSmtp { host, domain } => host.span.to(domain.span),
        }
    }

    /// When it takes effect: statements of the same rank are carried out as they were read.
    fn rank(&self) -> (u8, u8, i64, &str) {
        match self {
            Statement::VersionId(_) => (0, 0, 0, ""),
            Statement::System(_) => (1, 0, 0, ""),
            Statement::Domain(_) => (2, 0, 0, ""),
            Statement::Define(name, _) | Statement::Undefine(name, _) => (3, 0, 0, name),
            Statement::MasqueradeAs(_) => (4, 0, 0, ""),
            Statement::Members { name, .. } => (5, 0, 0, name),
            Statement::File { name, .. } => (6, 0, 0, name),
            Statement::Daemon(_) => (7, 0, 0, ""),
            Statement::Client(_) => (8, 0, 0, ""),
            Statement::MailFilter { .. } => (9, 0, 0, ""),
            Statement::InputMailFilter { .. } => (10, 0, 0, ""),
            Statement::QueueGroup { .. } => (11, 0, 0, ""),
            // These two declare mailers, after which no feature may stand.
            Statement::Feature { feature, .. } if matches!(feature.name, "msp" | "nullclient") => {
                (14, 1, 0, feature.name)
            }
            Statement::Feature { feature, order, .. } if feature.shares_order => (12, 2, *order, feature.name),
            Statement::Feature { feature, .. } => (12, feature.requires.is_some().into(), 0, feature.name),
            Statement::NoFeature { feature, .. } => (13, 0, 0, feature.name),
            // What only sets things gives way to what the site itself says, as a shared policy does.
            Statement::Hack { hack, .. } if hack.gives_way => (2, 1, 0, hack.name),
            Statement::Hack { hack, .. } if hack.name == "msp_nullclient" => (14, 1, 0, hack.name),
            Statement::Hack { hack, .. } => (13, 1, 0, hack.name),
            Statement::NoHack { hack, .. } => (13, 2, 0, hack.name),
            Statement::MailerFlags { mailer, .. } => (14, 0, 0, mailer),
            Statement::Mailer(name) => (15, u8::from(name.value != "local"), 0, &name.value),
            Statement::SiteConfig { .. } => (16, 0, 0, ""),
            Statement::UucpSmtp { .. } => (17, 0, 0, ""),
            Statement::Raw { section, name, .. } => (18, *section as u8, 0, name),
        }
    }
}

/// Brings statements into the order of their effect.
pub(super) fn sort(statements: &mut [Statement]) {
    statements.sort_by(|a, b| a.rank().cmp(&b.rank()));
}
