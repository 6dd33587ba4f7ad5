//! What the environment says is said in the words of a `.mc`; here it is put into those of a `site.toml`.

use crate::{
    catalog::option,
    diagnostic::{Diagnostic, Label},
    source::Span,
};

/// The same diagnostic, for somebody who writes the document that `whole` covers.
pub(super) fn of_toml(mut diagnostic: Diagnostic, whole: Span) -> Diagnostic {
    match diagnostic.code {
        "no_system_type" => {
            let start = Span { end: whole.start, ..whole };
            diagnostic.labels = vec![Label { span: start, text: "no `ostype` in this file".into() }];
            diagnostic.help = Some("write `ostype = \"linux\"`, or the name of your system, at the top".into());
        }
        "empty_system_type" => {
            diagnostic.help =
                Some("write `ostype = \"linux\"`, or the name of your system; only `msp` needs none".into());
        }
        "requires_feature" => {
            diagnostic.message = diagnostic.message.trim_end_matches(" before it").to_owned();
            let needed = diagnostic.message.rsplit('`').nth(1).unwrap_or("access_db").to_owned();
            diagnostic.why = Some(format!("it works on what `{needed}` declares"));
            diagnostic.help = Some(format!("write `{needed} = true` under [feature], or leave this out"));
        }
        "promiscuous_relay" => {
            diagnostic.help = Some("name those who may relay in `relay_domain`, or with RELAY under [access]".into());
        }
        "relay_local_from" | "relay_mail_from" => {
            diagnostic.help = Some("let clients authenticate, or name them in `relay_domain` or under [access]".into());
        }
        "unknown_line" => {
            diagnostic.why =
                Some("these lines are raw sendmail.cf, and sendmail knows none that begins like this".into());
            diagnostic.help =
                Some("begin a comment with `#`; write macros of a .mc as keys of this file, not as lines".into());
        }
        "deprecated_feature" => {
            let now = diagnostic.help.as_deref().and_then(|help| help.split('`').nth(1)?.split('\'').next());
            diagnostic.help = now.map(|name| format!("write `{name}` instead"));
        }
        "obsolete_option" | "wrong_value" => {
            diagnostic.message = in_lower_case(&diagnostic.message);
            diagnostic.help = diagnostic.help.map(|help| in_lower_case(&help));
        }
        _ => {}
    }
    diagnostic
}

/// Names of options as they are in [conf], and the statements that have a key of another name.
fn in_lower_case(text: &str) -> String {
    let text = text.replace("DAEMON_OPTIONS(`…')", "`[[daemon]]`").replace("CLIENT_OPTIONS(`…')", "`[[client]]`");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("conf") {
        let (before, name_on) = rest.split_at(at);
        out.push_str(before);
        let end = name_on.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name_on.len());
        let (name, after) = name_on.split_at(end);
        match option::by_name(name) {
            Some(option) => out.push_str(option.key),
            None if name == "confTO_" => out.push_str("to_"),
            None => out.push_str(name),
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::in_lower_case;

    #[test]
    fn names_of_options_are_those_of_the_conf_table() {
        assert_eq!(in_lower_case("use `confDEF_USER_ID` with `user:group`"), "use `def_user_id` with `user:group`");
        assert_eq!(in_lower_case("write DAEMON_OPTIONS(`…')"), "write `[[daemon]]`");
        assert_eq!(in_lower_case("a configuration conf"), "a configuration conf");
    }
}
