//! Macros have the same values at each command of the dialogue as in a running daemon.

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use relaycc::{
        dialogue::{Command, Question, simulate_smtp},
        emit::cf,
        explain::Assumed,
        front::{self, Input, Syntax},
        rewrite::{Host, Services, Session, load},
        source::{NoFiles, Sources},
    };

    const SITE: &str = "\
OSTYPE(`linux')
FEATURE(`no_default_msa')
DAEMON_OPTIONS(`Port=2525, Name=MTA')
LOCAL_DOMAIN(`arkum.ch')
MAILER(`local')
MAILER(`smtp')
";

    /// Cells of a line of the table, without backticks.
    fn cells(line: &str) -> Vec<String> {
        let cells = line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_owned());
        cells.collect()
    }

    #[test]
    fn macros_hold_what_they_held_in_a_daemon() {
        let input = Input { name: "site.mc", bytes: SITE.as_bytes(), syntax: Syntax::Mc };
        let site = front::compile(&input, &NoFiles).site.unwrap();
        let mut sources = Sources::default();
        let source = sources.add("sendmail.cf", cf::emit(&site).into_text());
        let addresses = vec!["127.0.0.1".parse().unwrap(), "192.0.2.1".parse().unwrap()];
        let host = Host { name: "relay.example.com".into(), addresses };
        let program = load(&sources, source, &host, &NoFiles).program;
        let client = Question {
            name: Some("known.example.net".into()),
            helo: Some("client.test".into()),
            ..Question::of("203.0.113.5".parse().unwrap())
        };
        let sender = Question { sender: Some("ann@example.net".into()), ..client.clone() };
        let local = Question { recipient: Some("root@arkum.ch".into()), ..sender.clone() };
        let bounce = Question { sender: Some(String::new()), ..client.clone() };
        let table =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dialogue/macros.md")).unwrap();
        let mut compared = 0;
        for (title, question, command) in [
            ("MAIL", &sender, Command::Mail),
            ("RCPT (1st)", &local, Command::Rcpt),
            ("MAIL <>", &bounce, Command::Mail),
        ] {
            let mut session = Session::new(&program, Services { files: &NoFiles, resolver: &Assumed });
            let dialogue = simulate_smtp(&mut session, question);
            assert_eq!(dialogue.steps.last().map(|step| step.command), Some(command), "{dialogue:?}");
            let head = cells(table.lines().find(|line| line.starts_with("| macro")).unwrap());
            let column = head.iter().position(|cell| cell == title).unwrap();
            for line in table.lines().filter(|line| line.starts_with("| $")) {
                let cells = cells(line);
                let name = cells[0].trim_start_matches('$').trim_matches(['{', '}']);
                let (expected, is_client_s) = (&cells[column], ["dsn_envid", "msg_size"].contains(&name));
                // By now, `$h` and the address type are those of the delivery.
                if is_client_s || command == Command::Rcpt && ["h", "u", "addr_type"].contains(&name) {
                    continue;
                }
                let found = session.macro_value(name.as_bytes()).unwrap_or_default();
                let found = String::from_utf8_lossy(&found);
                let same = match expected.as_str() {
                    "N" | "PORT" | "QUEUE-ID" => !found.is_empty(),
                    expected => found == expected,
                };
                assert!(same, "{title}: {name} is {found:?}, not {expected:?}");
                compared += 1;
            }
        }
        assert!(compared > 90, "{compared}");
    }
}
