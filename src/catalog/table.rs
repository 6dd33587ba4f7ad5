//! Tables: texts with keys and values that sendmail looks up in map files.
//!
//! There is one entry per table whose entries a site may contain. The name of its map and its default file are given by the
//! feature that declares it ([`TableSpec::feature`]).

use super::feature::{self, FeatureSpec};

/// The tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableKind {
    /// Access control (cf/README, "ANTI-SPAM CONFIGURATION CONTROL").
    Access,
    /// Credentials for outgoing connections (cf/README, "SMTP AUTHENTICATION").
    Authinfo,
    /// Copies of mail for whole domains.
    Bcc,
    /// Internet names of BITNET hosts.
    Bitdomain,
    /// Domains that stand for others.
    Domaintable,
    /// External addresses of senders.
    Genericstable,
    /// Routes for domains.
    Mailertable,
    /// Internet names of UUCP hosts.
    Uucpdomain,
    /// Recipients for addresses in virtual domains.
    Virtusertable,
}

/// Description of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSpec {
    /// The table.
    pub kind: TableKind,
    /// Its key in site.toml.
    pub key: &'static str,
    /// The key that names a file with its entries.
    pub file_key: &'static str,
    /// The feature that declares its map.
    pub feature: &'static str,
    /// Name for users, with its article.
    pub title: &'static str,
    /// Description of its keys, to complete "a key is …".
    pub keys: &'static str,
    /// Description of its values, to complete "a value is …".
    pub values: &'static str,
    /// A valid entry.
    pub example: (&'static str, &'static str),
    /// Whether only the owner may read its files.
    pub is_secret: bool,
    /// Description in one line, without a full stop.
    pub help: &'static str,
}

impl TableSpec {
    /// The feature that declares its map.
    pub fn feature(&self) -> Option<&'static FeatureSpec> {
        feature::by_name(self.feature)
    }

    /// Default name of its file.
    pub fn file(&self) -> &'static str {
        self.feature().and_then(|feature| feature.map).map_or(self.key, |map| map.file)
    }
}

impl TableKind {
    /// Its description.
    pub fn spec(self) -> &'static TableSpec {
        let [access, authinfo, bcc, bitdomain, domaintable, genericstable, mailertable, uucpdomain, virtusertable] =
            &TABLES;
        match self {
            TableKind::Access => access,
            TableKind::Authinfo => authinfo,
            TableKind::Bcc => bcc,
            TableKind::Bitdomain => bitdomain,
            TableKind::Domaintable => domaintable,
            TableKind::Genericstable => genericstable,
            TableKind::Mailertable => mailertable,
            TableKind::Uucpdomain => uucpdomain,
            TableKind::Virtusertable => virtusertable,
        }
    }
}

/// All tables, sorted by key.
pub const TABLES: [TableSpec; 9] = [
    TableSpec {
        kind: TableKind::Access,
        key: "access",
        file_key: "access_file",
        feature: "access_db",
        title: "the access map",
        keys: "an address, a domain or a network, with or without a tag",
        values: "an action: `OK`, `RELAY`, `REJECT`, `DISCARD`, or a code with text such as `550 …`",
        example: ("example.com", "REJECT"),
        is_secret: false,
        help: "Entries of the access map: keys and actions",
    },
    TableSpec {
        kind: TableKind::Authinfo,
        key: "authinfo",
        file_key: "authinfo_file",
        feature: "authinfo",
        title: "the authinfo table",
        keys: "`AuthInfo:` and the name of a server, or nothing for all other servers",
        values: "the credentials: `\"U:user\" \"P:password\"`",
        example: ("AuthInfo:smart.example.com", "\\\"U:relay\\\" \\\"P:secret\\\""),
        is_secret: true,
        help: "Credentials for outgoing connections, by server",
    },
    TableSpec {
        kind: TableKind::Bcc,
        key: "bcc",
        file_key: "bcc_file",
        feature: "bcc",
        title: "the bcc table",
        keys: "a domain, or `.` and a domain for all hosts in it",
        values: "the address that receives a copy",
        example: ("example.com", "archive@example.com"),
        is_secret: false,
        help: "Recipients of copies of mail, by recipient domain",
    },
    TableSpec {
        kind: TableKind::Bitdomain,
        key: "bitdomain",
        file_key: "bitdomain_file",
        feature: "bitdomain",
        title: "the bitdomain table",
        keys: "the name of a BITNET host",
        values: "its Internet name",
        example: ("hostvm", "vm.example.edu"),
        is_secret: false,
        help: "Internet names of BITNET hosts",
    },
    TableSpec {
        kind: TableKind::Domaintable,
        key: "domaintable",
        file_key: "domaintable_file",
        feature: "domaintable",
        title: "the domaintable",
        keys: "a domain",
        values: "the full name of the domain that it stands for",
        example: ("old.example.com", "example.com"),
        is_secret: false,
        help: "Domains that stand for others, in addresses of every kind",
    },
    TableSpec {
        kind: TableKind::Genericstable,
        key: "genericstable",
        file_key: "genericstable_file",
        feature: "genericstable",
        title: "the genericstable",
        keys: "a user, an address, or `@` and a domain",
        values: "the address that replaces it",
        example: ("joe", "joe.user@example.com"),
        is_secret: false,
        help: "External addresses of senders",
    },
    TableSpec {
        kind: TableKind::Mailertable,
        key: "mailertable",
        file_key: "mailertable_file",
        feature: "mailertable",
        title: "the mailertable",
        keys: "a domain, `.` and a domain for all names below it, or `.` for everything else",
        values: "`mailer:host`, or `error:D.S.N:code text`",
        example: ("example.com", "smtp:mail.example.com"),
        is_secret: false,
        help: "Routes for domains: mailer and host",
    },
    TableSpec {
        kind: TableKind::Uucpdomain,
        key: "uucpdomain",
        file_key: "uucpdomain_file",
        feature: "uucpdomain",
        title: "the uucpdomain table",
        keys: "the name of a UUCP host",
        values: "its Internet name",
        example: ("hub", "hub.example.com"),
        is_secret: false,
        help: "Internet names of UUCP hosts",
    },
    TableSpec {
        kind: TableKind::Virtusertable,
        key: "virtusertable",
        file_key: "virtusertable_file",
        feature: "virtusertable",
        title: "the virtusertable",
        keys: "an address, or `@` and a domain",
        values: "the address that receives the mail, or `error:D.S.N:code text`",
        example: ("info@example.com", "joe"),
        is_secret: false,
        help: "Recipients of mail for addresses in virtual domains",
    },
];

/// The table with this key in site.toml.
pub fn by_key(key: &str) -> Option<&'static TableSpec> {
    TABLES.iter().find(|table| table.key == key)
}

/// The table whose file of entries has this key in site.toml: `mailertable_file`.
pub fn by_file_key(key: &str) -> Option<&'static TableSpec> {
    TABLES.iter().find(|table| table.file_key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_in_order_and_each_has_a_feature_with_a_map() {
        assert!(TABLES.is_sorted_by(|a, b| a.key < b.key));
        for table in &TABLES {
            assert_eq!(table.kind.spec(), table);
            assert_eq!(table.file_key, format!("{}_file", table.key));
            assert!(table.feature().and_then(|feature| feature.map).is_some(), "{}", table.key);
            assert!(!table.help.is_empty() && !table.help.ends_with('.'), "{}", table.key);
        }
        assert_eq!(TableKind::Uucpdomain.spec().file(), "uudomain");
        assert_eq!(by_file_key("access_file").map(|table| table.kind), Some(TableKind::Access));
    }
}
