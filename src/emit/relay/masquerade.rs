//! Under which name mail leaves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ListFile, is_default, reader::Reader};
use crate::{
    site::{AddDomain, Class},
    source::Spanned,
};

/// Under which name mail leaves. Senders in headers are rewritten; recipients and envelopes only where it says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Masquerade {
    /// The domain that addresses of this host leave under. Left out: nothing is masqueraded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Further domains whose addresses leave under `domain`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Files of further domains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ListFile>,
    /// Domains that are left as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<String>,
    /// Files of domains that are left as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exception_files: Vec<ListFile>,
    /// Users whose addresses are left as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exposed_users: Vec<String>,
    /// Files of users whose addresses are left as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exposed_user_files: Vec<ListFile>,
    /// Envelope senders are rewritten too.
    #[serde(skip_serializing_if = "is_default")]
    pub envelope: bool,
    /// Subdomains of `domains` are rewritten too.
    #[serde(skip_serializing_if = "is_default")]
    pub subdomains: bool,
    /// Only `domains` are rewritten, not the local domains.
    #[serde(skip_serializing_if = "is_default")]
    pub only_listed: bool,
    /// Recipients in headers are rewritten too.
    #[serde(skip_serializing_if = "is_default")]
    pub recipients: bool,
    /// Mail to local users is left as it is.
    #[serde(skip_serializing_if = "is_default")]
    pub not_in_local_mail: bool,
    /// What is added to addresses without a domain in local mail. Left out: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualify_local_mail: Option<Qualify>,
}

/// Which domain is added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Qualify {
    /// The name of this host.
    Host,
    /// This domain.
    Domain(String),
}

impl Masquerade {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let masquerade = &reader.site.masquerade;
        let domain = masquerade.name.as_ref().filter(|name| !name.value.is_empty());
        Self {
            domain: domain.and_then(|name| reader.expand("MASQUERADE_AS ", &name.value, Some(name.span))),
            domains: names(reader, Class::Masquerade),
            files: ListFile::of_class(reader, Class::Masquerade),
            exceptions: names(reader, Class::MasqueradeException),
            exception_files: ListFile::of_class(reader, Class::MasqueradeException),
            exposed_users: names(reader, Class::Exposed),
            exposed_user_files: ListFile::of_class(reader, Class::Exposed),
            envelope: masquerade.envelope.is_some(),
            subdomains: masquerade.entire_domain.is_some(),
            only_listed: masquerade.limited.is_some(),
            recipients: masquerade.all.is_some(),
            not_in_local_mail: masquerade.local_no_masquerade.is_some(),
            qualify_local_mail: masquerade.always_add_domain.as_ref().map(|Spanned { value, .. }| match value {
                AddDomain::Local => Qualify::Host,
                AddDomain::Named(domain) => Qualify::Domain(domain.clone()),
            }),
        }
    }
}

/// Members of a class, macros for this host's name filled in.
pub(super) fn names(reader: &mut Reader<'_>, class: Class) -> Vec<String> {
    reader
        .site
        .classes
        .members(class)
        .iter()
        .filter_map(|name| reader.expand(&format!("class {} ", class.name()), &name.value, Some(name.span)))
        .collect()
}
