//! The owner of new map files: the TrustedUser of a sendmail.cf (op guide section 5.6).

use std::path::Path;

use crate::{cli::input, diagnostic::Diagnostic};

/// File with the numbers of users.
const PASSWD: &str = "/etc/passwd";

/// User id of the TrustedUser of a sendmail.cf; `None` if it has none.
///
/// # Errors
/// The file cannot be read, or `/etc/passwd` has no user of that name.
pub(super) fn user(cf: &Path) -> Result<Option<u32>, Box<Diagnostic>> {
    let read = |path| Ok::<_, Box<Diagnostic>>(String::from_utf8_lossy(&input::bytes(path)?).into_owned());
    let cf_text = read(cf)?;
    let Some(name) = trusted_user(&cf_text) else { return Ok(None) };
    if let Ok(number) = name.parse() {
        return Ok(Some(number));
    }
    number(&read(Path::new(PASSWD))?, name).map(Some).ok_or_else(|| {
        Box::new(
            Diagnostic::error("unknown_user", format!("`{}` names an unknown TrustedUser `{name}`", cf.display()))
                .why(format!("the name is not in {PASSWD}"))
                .help("leave out --cf, so that the map belongs to the caller, or add the user"),
        )
    })
}

/// Value of the last `O TrustedUser=` line.
fn trusted_user(cf: &str) -> Option<&str> {
    let found = cf.lines().rev().find_map(|line| {
        let (option, value) = line.strip_prefix('O')?.split_once('=')?;
        (option.trim() == "TrustedUser").then(|| value.trim())
    });
    found.filter(|name| !name.is_empty())
}

/// User id of a user in the text of a passwd file.
fn number(passwd: &str, name: &str) -> Option<u32> {
    passwd.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')?.split(':').nth(1)?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_names_somebody_counts() {
        assert_eq!(
            trusted_user("#O TrustedUser=root\nO TrustedUser=smmta\nO TrustedUser = mail \nO TrustedUserX=a\n"),
            Some("mail")
        );
        assert_eq!(trusted_user("O TrustedUser=\n"), None);
        assert_eq!(trusted_user(""), None);
    }

    #[test]
    fn a_name_is_looked_up_whole() {
        let passwd = "rooted:x:7:7::/:/bin/sh\nroot:x:0:0:root:/root:/bin/sh\nbroken\nmail:x:eight:8::/:/\n";
        assert_eq!((number(passwd, "root"), number(passwd, "mail"), number(passwd, "nobody")), (Some(0), None, None));
    }
}
