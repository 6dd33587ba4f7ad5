//! Local domains and local delivery.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ListFile, Template, is_default, reader::Reader};
use crate::site::Class;

/// Local domains: their mail is not relayed but delivered, or sent to `routes.mail_hub`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct LocalDomains {
    /// Names of this host and local domains, besides `names.host`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Files with further names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ListFile>,
    /// Do not treat the names and addresses of this host's interfaces as local.
    #[serde(skip_serializing_if = "is_default")]
    pub no_interface_names: bool,
    /// Files of aliases: `name: address, …`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Reject `user@host.REDIRECT` with 551 and the new address.
    #[serde(skip_serializing_if = "is_default")]
    pub redirect: bool,
    /// Delivery to local users. Default: there are no local users, and mail for them is rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<LocalDelivery>,
}

/// A program that delivers mail to local users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct LocalDelivery {
    /// Path of the program.
    pub program: String,
    /// Arguments of the program, starting with its name (`argv[0]`).
    pub arguments: Vec<Template>,
    /// The program speaks LMTP (RFC 2033) on standard input and output.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lmtp: bool,
}

impl LocalDomains {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let members = reader.site.classes.members(Class::Local);
        Self {
            domains: members
                .iter()
                .filter_map(|name| reader.expand("local domain ", &name.value, Some(name.span)))
                .collect(),
            files: ListFile::of_class(reader, Class::Local),
            no_interface_names: reader.flag("DontProbeInterfaces").unwrap_or(false),
            aliases: aliases(reader),
            redirect: reader.site.redirect.is_some(),
            delivery: delivery(reader),
        }
    }
}

fn aliases(reader: &mut Reader<'_>) -> Vec<String> {
    let Some((text, span)) = reader.spanned("AliasFile") else { return Vec::new() };
    let mut files = Vec::new();
    for spec in text.split(',').map(str::trim).filter(|spec| !spec.is_empty()) {
        match spec.strip_prefix("hash:").unwrap_or(spec) {
            path if path.starts_with('/') => files.push(path.to_owned()),
            _ => reader.refuse(format!("alias file `{spec}`"), span, "the relay reads aliases from files only"),
        }
    }
    files
}

fn delivery(reader: &mut Reader<'_>) -> Option<LocalDelivery> {
    let name = &reader.site.mailer_names.local;
    let mailer = reader.site.mailers.iter().find(|mailer| mailer.name == *name)?;
    if !mailer.path.starts_with('/') {
        let why = "the relay needs the absolute path of the program for local mail";
        reader.refuse(format!("path `{}` of mailer `{}`", mailer.path, mailer.name), mailer.span, why);
        return None;
    }
    let mut arguments = Vec::new();
    for argument in mailer.argv.split_whitespace() {
        match Template::of_macros(argument, false) {
            Ok(template) => arguments.push(template),
            Err(why) => {
                reader.refuse(format!("argument `{argument}` of mailer `{}`", mailer.name), mailer.span, why);
            }
        }
    }
    Some(LocalDelivery { program: mailer.path.clone(), arguments, lmtp: mailer.flags.contains('z') })
}
