//! Queue groups, precedences, trusted users and headers: `Q`, `P`, `T` and `H` lines.

use super::Document;
use crate::site::{Setting, Site};

/// `Q` lines.
pub fn queue_groups(cf: &mut Document, site: &Site) {
    for group in &site.queue_groups {
        cf.line_from(format!("Q{}", group.value), group.span);
    }
}

/// Values of the words in a `Precedence:` header.
pub fn precedences(cf: &mut Document) {
    for (word, value) in [("first-class", 0), ("special-delivery", 100), ("list", -30), ("bulk", -60), ("junk", -100)] {
        cf.line(format!("P{word}={value}"));
    }
}

/// Users who may set another sender.
pub fn trusted_users(cf: &mut Document, site: &Site) {
    if let Some(file) = &site.trusted_users_file {
        cf.line_from(format!("Ft{}", file.value), file.span);
    }
    cf.line("Troot");
    cf.line("Tdaemon");
    if site.nouucp.is_none() {
        cf.line("Tuucp");
    }
    if let Some(users) = &site.trusted_users {
        cf.line_from(format!("T{}", users.value), users.span);
    }
}

/// Headers that sendmail adds, each for mailers with the flag between question marks.
pub fn headers(cf: &mut Document, site: &Site) {
    let headers = &site.headers;
    let mut add = |field: &str, text: &Setting<String>| cf.line_from(format!("H{field}: {}", text.value), text.span);
    add("?P?Return-Path", &Setting::default_of("<$g>".into()));
    add("Received", &headers.received);
    add("?D?Resent-Date", &Setting::default_of("$a".into()));
    add("?D?Date", &Setting::default_of("$a".into()));
    add("?F?Resent-From", &headers.from);
    add("?F?From", &headers.from);
    add("?x?Full-Name", &Setting::default_of("$x".into()));
    add("?M?Resent-Message-Id", &headers.message_id);
    add("?M?Message-Id", &headers.message_id);
    if let Some(trap) = site.hack("spamtrap") {
        add("To", &Setting::set("$>CheckTo".to_owned(), trap.span));
    }
}
