//! Tables: texts of keys and values that sendmail looks up once they are map files.
//!
//! One entry per table whose entries a site may hold. What a table's map is called, and where its file is by default, says
//! the feature that declares it ([`TableSpec::feature`]).

use super::feature::{self, FeatureSpec};

/// A table, by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableKind {
    /// Who is refused, accepted or relayed (cf/README, "ANTI-SPAM CONFIGURATION CONTROL").
    Access,
    /// How this host authenticates to others (cf/README, "SMTP AUTHENTICATION").
    Authinfo,
    /// Copies of mail for whole domains.
    Bcc,
    /// Internet names of BITNET hosts.
    Bitdomain,
    /// Domains that stand for others.
    Domaintable,
    /// What senders are called outside.
    Genericstable,
    /// Domains whose mail takes a way of its own.
    Mailertable,
    /// Internet names of UUCP hosts.
    Uucpdomain,
    /// Addresses of virtual domains, and who gets their mail.
    Virtusertable,
}

/// One table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSpec {
    /// Which it is.
    pub kind: TableKind,
    /// Its key in site.toml.
    pub key: &'static str,
    /// The key that names a file with its entries.
    pub file_key: &'static str,
    /// The feature that declares its map.
    pub feature: &'static str,
    /// What people call it, with its article.
    pub title: &'static str,
    /// What one of its keys is, to complete "a key is …".
    pub keys: &'static str,
    /// What one of its values is, to complete "a value is …".
    pub values: &'static str,
    /// An entry that is right.
    pub example: (&'static str, &'static str),
    /// Whether only the owner of its files may read them.
    pub is_secret: bool,
    /// One line for people, without a full stop.
    pub help: &'static str,
}

impl TableSpec {
    /// The feature that declares its map.
    pub fn feature(&self) -> Option<&'static FeatureSpec> {
        feature::by_name(self.feature)
    }

    /// The name of its file, unless the site names another.
    pub fn file(&self) -> &'static str {
        self.feature().and_then(|feature| feature.map).map_or(self.key, |map| map.file)
    }
}

impl TableKind {
    /// What is known of it.
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

/// Every table, in the order of the keys.
pub const TABLES: [TableSpec; 9] = [
    TableSpec {
        kind: TableKind::Access,
        key: "access",
        file_key: "access_file",
        feature: "access_db",
        title: "the access map",
        keys: "an address, a domain or a network, with or without a tag",
        values: "what is done: `OK`, `RELAY`, `REJECT`, `DISCARD`, or a code and text as `550 …`",
        example: ("example.com", "REJECT"),
        is_secret: false,
        help: "Entries of the access map: what is looked up, and what is done",
    },
    TableSpec {
        kind: TableKind::Authinfo,
        key: "authinfo",
        file_key: "authinfo_file",
        feature: "authinfo",
        title: "the authinfo table",
        keys: "`AuthInfo:` and a host that this one connects to, or nothing for all others",
        values: "what this host authenticates with: `\"U:user\" \"P:password\"`",
        example: ("AuthInfo:smart.example.com", "\\\"U:relay\\\" \\\"P:secret\\\""),
        is_secret: true,
        help: "What this host authenticates with, by the host that it connects to",
    },
    TableSpec {
        kind: TableKind::Bcc,
        key: "bcc",
        file_key: "bcc_file",
        feature: "bcc",
        title: "the bcc table",
        keys: "a domain, or `.` and a domain for all hosts in it",
        values: "the address that gets a copy",
        example: ("example.com", "archive@example.com"),
        is_secret: false,
        help: "Who gets copies of mail, by the domain that it is for",
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
        values: "the whole name of the domain that it stands for",
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
        values: "the address that is written instead",
        example: ("joe", "joe.user@example.com"),
        is_secret: false,
        help: "What senders are called outside",
    },
    TableSpec {
        kind: TableKind::Mailertable,
        key: "mailertable",
        file_key: "mailertable_file",
        feature: "mailertable",
        title: "the mailertable",
        keys: "a domain, `.` and a domain for all names below it, or `.` for all that is left",
        values: "`mailer:host`, or `error:D.S.N:code text`",
        example: ("example.com", "smtp:mail.example.com"),
        is_secret: false,
        help: "Domains whose mail takes a way of its own: mailer and host",
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
        values: "the address that gets the mail, or `error:D.S.N:code text`",
        example: ("info@example.com", "joe"),
        is_secret: false,
        help: "Who gets mail for addresses of virtual domains",
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
