//! Masquerading of outgoing addresses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ListFile, is_default, reader::Reader};
use crate::{
    site::{AddDomain, Class},
    source::Spanned,
};

/// Masquerading of outgoing addresses. By default, only senders in headers are rewritten.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Masquerade {
    /// Domain that replaces the name of this host. Default: no masquerading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Further domains that `domain` replaces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Files with further domains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ListFile>,
    /// Domains that are not rewritten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<String>,
    /// Files with domains that are not rewritten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exception_files: Vec<ListFile>,
    /// Users whose addresses are not rewritten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exposed_users: Vec<String>,
    /// Files with users whose addresses are not rewritten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exposed_user_files: Vec<ListFile>,
    /// Also rewrite envelope senders.
    #[serde(skip_serializing_if = "is_default")]
    pub envelope: bool,
    /// Also rewrite subdomains of `domains`.
    #[serde(skip_serializing_if = "is_default")]
    pub subdomains: bool,
    /// Rewrite only `domains`, not the local domains.
    #[serde(skip_serializing_if = "is_default")]
    pub only_listed: bool,
    /// Also rewrite recipients in headers.
    #[serde(skip_serializing_if = "is_default")]
    pub recipients: bool,
    /// Do not rewrite mail to local users.
    #[serde(skip_serializing_if = "is_default")]
    pub not_in_local_mail: bool,
    /// Domain that is appended to addresses without one in local mail. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualify_local_mail: Option<Qualify>,
}

/// The domain to append.
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

/// Members of a class, with macros for this host's name expanded.
pub(super) fn names(reader: &mut Reader<'_>, class: Class) -> Vec<String> {
    reader
        .site
        .classes
        .members(class)
        .iter()
        .filter_map(|name| reader.expand(&format!("class {} ", class.name()), &name.value, Some(name.span)))
        .collect()
}
