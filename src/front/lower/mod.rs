//! The end of the run: what was declared becomes a [`Site`].
//!
//! Definitions are expanded here, fully, as the reference's last step does; options are checked against the kinds that the
//! catalog gives them. Nothing is declared here and nothing is printed.

mod option;
mod policy;

use super::{environment::Environment, macros::Macros};
use crate::{
    catalog::mailer,
    diagnostic::Diagnostic,
    site::{Class, ClassFile, Headers, Listener, Listeners, MailerNames, Setting, Site, UucpLink},
    source::Spanned,
    syntax::mc::Text,
};

/// Turns a closed environment into a site. The diagnostics of the environment may grow.
pub fn lower(environment: &mut Environment, macros: &mut Macros<'_, '_>) -> Site {
    let mut site = Site {
        domains: std::mem::take(&mut environment.domains),
        version_ids: std::mem::take(&mut environment.version_ids),
        blocklists: std::mem::take(&mut environment.blocklists),
        mailers: std::mem::take(&mut environment.mailers),
        user_database: environment.user_database,
        submission: environment.submission.take(),
        uucp: std::mem::take(&mut environment.uucp),
        hacks: std::mem::take(&mut environment.hacks),
        raw: std::mem::take(&mut environment.raw),
        raw_before_mailer: std::mem::take(&mut environment.raw_before_mailer),
        ..Site::default()
    };
    // Their order says nothing.
    site.mailers.sort_by_key(|mailer| mailer::position(&mailer.name));
    for link in &mut site.uucp {
        let UucpLink { class, neighbours, .. } = &mut link.value;
        neighbours.sort_by_key(|(of, _)| of != class);
    }
    site.hacks.sort_by_key(|hack| hack.value.kind);
    site.raw.retain(|_, pieces| !pieces.is_empty());
    let mut table = Table { environment, macros };
    site.milters = table.named_lists(|environment| &mut environment.milters);
    site.queue_groups = table.named_lists(|environment| &mut environment.queue_groups);
    // A file of a site's own tree says it by its name alone, as a submit.cf without a system type does.
    site.system = table.environment.system.take().or_else(|| table.spanned("__OSTYPE__"));
    site.version_suffix = table.setting("confCF_VERSION");
    site.vendor = if table.is_defined("NO_VENDOR") {
        None
    } else {
        Some(table.value("VENDOR_NAME").unwrap_or_else(|| "Berkeley".into()))
    };
    site.domain_name = table.setting("confDOMAIN_NAME");
    site.mailer_name = table.setting("confMAILER_NAME");
    site.settings_directory = table.value("MAIL_SETTINGS_DIR").unwrap_or_default();
    site.classes = classes(&mut table);
    policy::fill(&mut site, &mut table);
    site.listeners = Listeners {
        daemons: table.listeners(|environment| &mut environment.daemons),
        clients: table.listeners(|environment| &mut environment.clients),
        no_default_msa: table.flag("_NO_MSA_").map(|flag| Setting::set((), flag.span)),
        inet6: table.is_defined("_NETINET6_"),
    };
    site.mailer_names = mailer_names(&mut table);
    site.options = option::options(&mut table, &site);
    site.trusted_users = table.setting("confTRUSTED_USERS");
    if let Some(asked) = table.flag("_USE_CT_FILE_") {
        let file = table.value("confCT_FILE").unwrap_or_else(|| format!("{}trusted-users", site.settings_directory));
        site.trusted_users_file = Some(Setting::set(file, asked.span));
    }
    site.headers = Headers {
        from: table.setting_or("confFROM_HEADER", "$?x$x <$g>$|$g$."),
        received: table.received(),
        message_id: table.setting_or("confMESSAGEID_HEADER", "<$t.$i@$j>"),
    };
    site.dequote_options = table.setting("confDEQUOTE_OPTS");
    site.ldap_cluster = table.setting("confLDAP_CLUSTER");
    site.trusts_authentication = table.is_defined("_USE_AUTH_");
    site.has_mail_from_macro = table.is_defined("_FFR_MAIL_MACRO");
    site
}

/// The definitions at the end of the run, in the forms that the IR wants.
struct Table<'a, 'v, 'm> {
    environment: &'a mut Environment,
    macros: &'a mut Macros<'v, 'm>,
}

impl Table<'_, '_, '_> {
    fn is_defined(&mut self, name: &str) -> bool {
        self.macros.exists(name) && self.macros.is_defined(name)
    }

    fn value(&mut self, name: &str) -> Option<String> {
        self.macros.expanded(name).map(|text| text.as_str().to_owned())
    }

    /// A value and where the site set it.
    fn setting(&mut self, name: &str) -> Option<Setting<String>> {
        let text = self.macros.expanded(name)?;
        Some(Setting { value: text.as_str().to_owned(), span: self.environment.written(text.span()) })
    }

    /// The same for what has been read before, without expanding it.
    fn peek(&self, name: &str) -> Option<Setting<String>> {
        let text = self.macros.peek(name)?;
        Some(Setting { value: text.as_str().to_owned(), span: self.environment.written(text.span()) })
    }

    /// A value that the site itself set; `None` for a default.
    fn set(&mut self, name: &str) -> Option<Setting<String>> {
        self.setting(name).filter(|setting| setting.span.is_some())
    }

    fn setting_or(&mut self, name: &str, default: &str) -> Setting<String> {
        self.setting(name).unwrap_or_else(|| Setting::default_of(default.to_owned()))
    }

    /// The `Received:` header. Where the site says nothing of it, it is made of the tree's parts, which a site may define anew.
    fn received(&mut self) -> Setting<String> {
        let whole = self.setting_or("confRECEIVED_HEADER", "confRECEIVED_HEADER");
        let parts = ["_REC_HDR_", "_REC_AUTH_", "_REC_BY_", "_REC_TLS_", "_REC_END_"];
        let own = |table: &Self| parts.iter().find_map(|part| table.peek(part)?.span);
        let Some(span) = own(self).filter(|_| whole.span.is_none()) else { return whole };
        let [header, authenticated, by, tls, end] =
            parts.map(|part| self.value(part).unwrap_or_else(|| part.to_owned()));
        let bits = "$?{auth_ssf} bits=${auth_ssf}$.)";
        Setting::set(format!("{header}\n\t{authenticated}{bits}\n\t{by}\n\t{tls}\n\t{end}"), span)
    }

    fn spanned(&mut self, name: &str) -> Option<Spanned<String>> {
        self.macros.expanded(name).map(|text| text.spanned())
    }

    /// Whether a name is defined, and where.
    fn flag(&mut self, name: &str) -> Option<Spanned<()>> {
        if !self.is_defined(name) {
            return None;
        }
        self.macros.definition(name).map(|text| Spanned::new((), text.span()))
    }

    fn listeners(&mut self, list: impl Fn(&mut Environment) -> &mut Vec<Text>) -> Vec<Spanned<Listener>> {
        let texts = std::mem::take(list(self.environment));
        // Where the value stands as it is, the place is that of the value without its quotes.
        let place = |text: &Text| text.verbatim().unwrap_or(text.span());
        let spanned = |text: &Text| Spanned::new(self.macros.expand(text).as_str().to_owned(), place(text));
        texts.iter().map(spanned).map(|text| text.map(|text| Listener { text })).collect()
    }

    fn named_lists(&mut self, list: impl Fn(&mut Environment) -> &mut Vec<(Text, Text)>) -> Vec<Setting<String>> {
        let pairs = std::mem::take(list(self.environment));
        let mut made = Vec::with_capacity(pairs.len());
        for (name, equates) in &pairs {
            let text = format!("{name}, {}", self.macros.expand(equates));
            made.push(Setting::set(text, name.span().to(equates.span())));
        }
        made
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.environment.report(diagnostic);
    }
}

/// Classes: what the statements filled, and the files that options name.
fn classes(table: &mut Table<'_, '_, '_>) -> crate::site::Classes {
    let mut classes = std::mem::take(&mut table.environment.classes);
    if let Some(asked) = table.flag("USE_CW_FILE") {
        let text = table.value("confCW_FILE").unwrap_or_default();
        classes.files.entry(Class::Local).or_default().insert(0, Setting::set(ClassFile { text }, asked.span));
    }
    if let Some(file) = table.setting("confCR_FILE") {
        let file = Setting { value: ClassFile { text: file.value }, span: file.span };
        classes.files.entry(Class::Relay).or_default().insert(0, file);
    }
    classes
}

fn mailer_names(table: &mut Table<'_, '_, '_>) -> MailerNames {
    let relay = if table.is_defined("_MAILER_smtp_") { "relay" } else { "unknown" };
    let mut name = |option: &str, default: &str| table.value(option).unwrap_or_else(|| default.to_owned());
    MailerNames {
        local: name("confLOCAL_MAILER", "local"),
        smtp: name("confSMTP_MAILER", "esmtp"),
        relay: name("confRELAY_MAILER", relay),
        uucp: name("confUUCP_MAILER", "uucp-old"),
    }
}
