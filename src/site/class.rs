//! Classes: the sets of names that policy is written in.

use std::collections::BTreeMap;

use super::Setting;
use crate::source::Spanned;

/// A class that a documented macro fills (cf/README, "MASQUERADING AND RELAYING").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// `$=w`: names of this host, `LOCAL_DOMAIN`.
    Local,
    /// `$=R`: who may relay, `RELAY_DOMAIN`.
    Relay,
    /// `$=E`: users never masqueraded, `EXPOSED_USER`.
    Exposed,
    /// `$=L`: users always delivered here, `LOCAL_USER`.
    LocalUser,
    /// `$=M`: domains masqueraded, `MASQUERADE_DOMAIN`.
    Masquerade,
    /// `$=N`: domains not masqueraded, `MASQUERADE_EXCEPTION`.
    MasqueradeException,
    /// `$={Canonify}`: domains canonified in spite of `nocanonify`, `CANONIFY_DOMAIN`.
    Canonify,
    /// `$=G`: domains of the generics table, `GENERICS_DOMAIN`.
    Generics,
    /// `$={VirtHost}`: domains of the virtual user table, `VIRTUSER_DOMAIN`.
    VirtualHost,
    /// `$={LDAPRoute}`: domains of LDAP routing, `LDAPROUTE_DOMAIN`.
    LdapRoute,
    /// `$={LDAPRouteEquiv}`: hosts that count as the masquerade name there, `LDAPROUTE_EQUIVALENT`.
    LdapRouteEquivalent,
    /// `$={TrustAuthMech}`: mechanisms that allow relaying, `TRUST_AUTH_MECH`.
    TrustAuthMech,
}

impl Class {
    /// Every class, in the order that they are written.
    pub const ALL: [Class; 12] = [
        Class::Local,
        Class::Relay,
        Class::Exposed,
        Class::LocalUser,
        Class::Masquerade,
        Class::MasqueradeException,
        Class::Canonify,
        Class::Generics,
        Class::VirtualHost,
        Class::LdapRoute,
        Class::LdapRouteEquivalent,
        Class::TrustAuthMech,
    ];

    /// The class of this name in sendmail.cf, without braces.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// Its name in sendmail.cf, without braces.
    pub fn name(self) -> &'static str {
        match self {
            Class::Local => "w",
            Class::Relay => "R",
            Class::Exposed => "E",
            Class::LocalUser => "L",
            Class::Masquerade => "M",
            Class::MasqueradeException => "N",
            Class::Canonify => "Canonify",
            Class::Generics => "G",
            Class::VirtualHost => "VirtHost",
            Class::LdapRoute => "LDAPRoute",
            Class::LdapRouteEquivalent => "LDAPRouteEquiv",
            Class::TrustAuthMech => "TrustAuthMech",
        }
    }
}

/// A file that members of a class are read from when sendmail starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassFile {
    /// What follows the class name in the `F` line: switches, path, `scanf` pattern (op guide section 5.3).
    pub text: String,
}

impl ClassFile {
    /// Whether the file may be missing (`-o`).
    pub fn is_optional(&self) -> bool {
        self.text.split_whitespace().next() == Some("-o")
    }

    /// The path; what stands after the switches and before the pattern.
    pub fn path(&self) -> &str {
        let text = self.text.trim_start();
        let text = text.strip_prefix("-o").map_or(text, str::trim_start);
        text.split_whitespace().next().unwrap_or("")
    }
}

/// Members and files of all classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Classes {
    /// Members named in the configuration itself, in order.
    pub members: BTreeMap<Class, Vec<Spanned<String>>>,
    /// Files that further members come from.
    pub files: BTreeMap<Class, Vec<Setting<ClassFile>>>,
}

impl Classes {
    /// Members of one class that the configuration itself names.
    pub fn members(&self, class: Class) -> &[Spanned<String>] {
        self.members.get(&class).map_or(&[], Vec::as_slice)
    }

    /// Files of one class.
    pub fn files(&self, class: Class) -> &[Setting<ClassFile>] {
        self.files.get(&class).map_or(&[], Vec::as_slice)
    }

    /// Whether anything at all is said of the class.
    pub fn is_used(&self, class: Class) -> bool {
        !self.members(class).is_empty() || !self.files(class).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::ClassFile;

    #[test]
    fn file_switches_and_patterns_are_not_the_path() {
        let file = ClassFile { text: "-o /etc/mail/relay-domains %[^\\#]".into() };
        assert!(file.is_optional());
        assert_eq!(file.path(), "/etc/mail/relay-domains");
        assert!(!ClassFile { text: "/etc/mail/x".into() }.is_optional());
    }
}
