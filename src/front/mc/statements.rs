//! The macros of a `.mc`, as a dialect of m4.

use std::borrow::Cow;

use super::{record::Record, tree};
use crate::{
    catalog::{
        Support,
        macros::{self as catalog, MacroRole, MacroSpec},
    },
    diagnostic::Diagnostic,
    front::{
        environment::{Environment, uucp_rule},
        macros::{Macros, Words},
    },
    site::Class,
    syntax::mc::{Call, Dialect, Machine, NoDialect, Text},
};

/// Carries out statements against an environment.
#[derive(Debug)]
pub struct Statements<'r> {
    environment: Environment,
    record: Option<&'r mut Record>,
    /// Until the tree is read there are no statements, and the language is plain m4.
    tree_is_read: bool,
}

impl<'r> Statements<'r> {
    /// Statements that take effect in `environment` and, if that is wanted, are recorded.
    /// Before [`Statements::read_tree`] there are none.
    pub(super) fn new(environment: Environment, record: Option<&'r mut Record>) -> Self {
        Self { environment, record, tree_is_read: false }
    }

    /// What `m4/cf.m4` does when it is read: statements exist, names have their defaults, and `#` begins no comments any more.
    pub(super) fn read_tree(&mut self, m4: &mut Machine<'_>) {
        self.tree_is_read = true;
        m4.disable_comments();
        // The tree takes these two away, which stand for something else in its texts.
        for name in ["format", "hpux"] {
            m4.undefine(&NoDialect, name);
        }
        let mut macros = Macros::new(m4);
        self.environment.define_names(&mut macros);
        macros.define("CF_LEVEL", Text::computed("10", self.environment.nowhere()));
        tree::define_names(&mut macros, self.environment.nowhere());
    }

    /// What they have declared.
    pub fn into_environment(self) -> Environment {
        self.environment
    }

    /// Carries out one statement; the m4 text that is read in its place.
    fn carry_out(&mut self, macros: &mut Macros<'_, '_>, spec: &MacroSpec, call: &Call) -> Cow<'static, str> {
        if let Some(record) = &mut self.record {
            record.statement(macros, spec, call);
        }
        let environment = &mut self.environment;
        let empty = Text::empty(call.span);
        let arg = |n: usize| call.arg(n).unwrap_or(&empty);
        let rest = call.args.get(1..).unwrap_or(&[]);
        match spec.role {
            MacroRole::System => environment.ostype(macros, arg(0), call.span),
            MacroRole::Domain => environment.domain(macros, arg(0), call.span),
            MacroRole::Feature => environment.feature(macros, arg(0), rest, call.span),
            MacroRole::Hack => environment.hack(macros, arg(0), rest, call.span),
            MacroRole::Mailer => environment.mailer(macros, arg(0), rest, call.span),
            MacroRole::MailerFlags => environment.modify_mailer_flags(call.str(0), call.str(1)),
            MacroRole::Version => environment.version_id(arg(0)),
            MacroRole::ClassMembers(class) => {
                if let Some(class) = Class::by_name(class) {
                    environment.class_members(macros, class, arg(0), spec.name);
                }
                return REST_OF_LINE.into();
            }
            MacroRole::ClassFile(class) => {
                if let Some(class) = Class::by_name(class) {
                    environment.class_file(macros, class, arg(0), spec.name);
                }
                return REST_OF_LINE.into();
            }
            MacroRole::Setting(_) => environment.masquerade_as(macros, arg(0)),
            MacroRole::Daemon => environment.daemon_options(arg(0)),
            MacroRole::Client => environment.client_options(arg(0)),
            MacroRole::Milter => environment.mail_filter(macros, arg(0), arg(1)),
            MacroRole::InputMilter => environment.input_mail_filter(macros, arg(0), arg(1)),
            MacroRole::QueueGroup => environment.queue_group(macros, arg(0), arg(1)),
            MacroRole::Raw => {
                environment.raw_hook(macros, spec.name, call.span);
                return section(spec.name).into();
            }
            MacroRole::SiteConfig => environment.site_config(macros, Some(arg(0)), arg(1), arg(2), call.span),
            MacroRole::Site => environment.site_names(macros, arg(0), arg(1), call.span),
            MacroRole::UucpSmtp => return uucp_rule(call.str(0), call.str(1)).into(),
        }
        "".into()
    }

    /// `SITECONFIG` whose file is the site's own, and is read after it.
    fn site_config(&mut self, macros: &mut Macros<'_, '_>, spec: &MacroSpec, call: &Call) {
        if let Some(record) = &mut self.record {
            record.statement(macros, spec, call);
        }
        let empty = Text::empty(call.span);
        let arg = |n: usize| call.arg(n).unwrap_or(&empty);
        self.environment.site_config(macros, None, arg(1), arg(2), call.span);
    }

    /// Says so where a statement lacks its arguments, in place of what its missing arguments led to.
    fn without_arguments(&mut self, spec: &MacroSpec, call: &Call) {
        if call.parens || matches!(spec.role, MacroRole::Raw | MacroRole::Version) {
            return;
        }
        let said = &mut self.environment.diagnostics;
        let name = spec.name;
        let diagnostic = if let Some(blank) = call.detached {
            Diagnostic::error("mc_blank_before_parenthesis", format!("{name} is called without arguments"))
                .at(blank, "the blank before this parenthesis")
                .why("m4 requires the parenthesis of a call directly after the name")
                .help(format!("write {name}( without a blank"))
        } else if said.iter().any(|d| d.code == "missing_argument") {
            return;
        } else {
            Diagnostic::warning("missing_argument", format!("{name} is called without arguments"))
                .at(call.span, "a call, also in a remark")
                .why("m4 expands every macro name that it reads, even in a sentence, unless `dnl` precedes it")
                .help(format!("write {name}(…), or begin the line with `dnl`"))
        };
        let references: Vec<String> = said
            .extract_if(.., |d| d.code == "missing_argument")
            .filter_map(|diagnostic| diagnostic.reference)
            .collect();
        said.push(match references.concat() {
            reference if reference.is_empty() => diagnostic,
            reference => diagnostic.reference(reference),
        });
    }
}

/// What class statements leave behind: they take the rest of their line with them. The quotes end the word.
const REST_OF_LINE: &str = "dnl`'";

/// What turns the text after a section's name into that section: m4 text.
fn section(name: &str) -> &'static str {
    match name {
        "LOCAL_SRV_FEATURES" => "define(`_LOCAL_SRV_FEATURES_')divert(9000)SLocal_srv_features",
        "LOCAL_CLT_FEATURES" => "define(`_LOCAL_CLT_FEATURES_')divert(9001)SLocal_clt_features",
        "LOCAL_TRY_TLS" => "define(`_LOCAL_TRY_TLS_')divert(9002)SLocal_try_tls",
        "LOCAL_TLS_RCPT" => "define(`_LOCAL_TLS_RCPT_')divert(9003)SLocal_tls_rcpt",
        "LOCAL_TLS_CLIENT" => "define(`_LOCAL_TLS_CLIENT_')divert(9004)SLocal_tls_client",
        "LOCAL_TLS_SERVER" => "define(`_LOCAL_TLS_SERVER_')divert(9005)SLocal_tls_server",
        "LOCAL_NET_CONFIG" => "define(`_LOCAL_RULES_', `1')divert(1)",
        "LOCAL_RULE_3" => "divert(2)",
        "LOCAL_RULE_0" => "divert(3)",
        "LOCAL_UUCP" => "divert(4)",
        "LOCAL_CONFIG" => "divert(6)",
        "MAILER_DEFINITIONS" => "divert(7)",
        "LOCAL_DNSBL" => "divert(8)",
        "LOCAL_RULE_1" => "divert(9)Ssender=1\n",
        "LOCAL_RULE_2" => "divert(9)Srecipient=2\n",
        _ => "divert(9)\n",
    }
}

impl Dialect for Statements<'_> {
    fn is_macro(&self, name: &str) -> bool {
        self.tree_is_read
            && (Words::has(name) || spec(name).is_some() || matches!(name, "PUSHDIVERT" | "POPDIVERT" | "_MODMF_"))
    }

    fn call(&mut self, m4: &mut Machine<'_>, call: Call) -> Text {
        if Words::has(&call.name) {
            return Words::expand(m4, &call);
        }
        match call.name.as_str() {
            "PUSHDIVERT" => {
                return Text::computed(format!("pushdef(`__D__', divnum)divert({})", call.str(0)), call.span);
            }
            "_MODMF_" => {
                let flags = call.str(0);
                let changed = self.environment.changed_flags(call.str(1), flags);
                return Text::computed(changed, call.span);
            }
            "POPDIVERT" => return Text::computed("divert(__D__)popdef(`__D__')", call.span),
            _ => {}
        }
        let Some(spec) = spec(&call.name) else { return Text::empty(call.span) };
        if let Some(text) = tree::text(m4, spec.role, &call) {
            tree::define_arguments(&mut Macros::new(m4), spec.role, &call);
            if spec.role == MacroRole::Feature {
                self.environment.refuse_after_mailer(&mut Macros::new(m4), call.str(0), call.span);
                self.environment.diagnostics.drain(..).for_each(|diagnostic| m4.report(diagnostic));
            }
            if spec.role == MacroRole::SiteConfig {
                self.site_config(&mut Macros::new(m4), spec, &call);
                self.environment.diagnostics.drain(..).for_each(|diagnostic| m4.report(diagnostic));
            }
            return Text::computed(text, call.span);
        }
        if spec.support == Support::NotYet {
            self.environment.unsupported("macro", spec.name, call.span);
        }
        let yields = self.carry_out(&mut Macros::new(m4), spec, &call);
        if tree::leaves_a_line(spec.role, call.str(0)) {
            m4.end_line(0);
        }
        self.without_arguments(spec, &call);
        for diagnostic in self.environment.diagnostics.drain(..) {
            m4.report(diagnostic);
        }
        if spec.role == MacroRole::Version {
            return Text::computed(format!("#####  {}  #####", call.str(0)), call.span).into_literal();
        }
        Text::computed(yields, call.span)
    }

    /// What a file of the site's own says in the way of sendmail's tree means what it means there.
    fn errprint(&mut self, _m4: &mut Machine<'_>, text: &Text) -> Diagnostic {
        let said = text.as_str().trim();
        let (diagnostic, why) = if said.contains("*** ERROR") {
            let why = "a file that prints this has left out what it was asked for";
            (Diagnostic::error("mc_errprint", format!("the configuration refuses itself: {said}")), why)
        } else {
            let why = "m4 prints it and goes on";
            (Diagnostic::advice("mc_errprint", format!("the configuration says: {said}")), why)
        };
        diagnostic
            .at(text.span(), "printed by this `errprint`")
            .why(why)
            .help("follow the message, or remove the `errprint`")
    }

    fn include(&mut self, m4: &mut Machine<'_>, path: &Text) -> Option<Text> {
        if !tree::is_entry(path.as_str()) {
            return None;
        }
        if !self.tree_is_read {
            self.read_tree(m4);
        }
        // Read for the first time or again, it leaves the output going to where it goes at the start.
        Some(Text::computed("divert(0)", path.span()))
    }
}

/// The catalog's entry of a macro. All names are capitals, which most words are not.
fn spec(name: &str) -> Option<&'static MacroSpec> {
    if name.len() < 4 || !name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') {
        return None;
    }
    catalog::by_name(name)
}
