//! The README shows what the commands print.

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, process::Command};

    /// A command of the README with what it shows of the output.
    struct Shown {
        command: String,
        output: Vec<String>,
    }

    /// The commands in the console blocks that name files of this repository.
    fn shown() -> Vec<Shown> {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
        let blocks = text.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        let mut all: Vec<Shown> = Vec::new();
        for block in blocks {
            for line in block.lines() {
                match (line.strip_prefix("$ "), all.last_mut()) {
                    (Some(command), _) => all.push(Shown { command: command.to_owned(), output: Vec::new() }),
                    (None, Some(last)) => last.output.push(line.to_owned()),
                    (None, None) => {}
                }
            }
        }
        all.retain(|shown| shown.command.starts_with("relaycc ") && shown.command.contains("fixtures/"));
        all
    }

    #[test]
    fn commands_print_what_it_shows() {
        let all = shown();
        assert!(all.len() >= 4, "{} commands", all.len());
        for Shown { command, output } in all {
            let words = command.strip_prefix("relaycc ").unwrap().split(" | ").next().unwrap();
            let words = words.split_whitespace().scan(String::new(), |open, word| {
                // Words in single quotes hold blanks.
                Some(match (open.is_empty(), word.starts_with('\''), word.ends_with('\'')) {
                    (true, true, false) => {
                        *open = word.trim_start_matches('\'').to_owned();
                        None
                    }
                    (false, _, true) => Some(format!("{} {}", std::mem::take(open), word.trim_end_matches('\''))),
                    (false, ..) => {
                        *open = format!("{open} {word}");
                        None
                    }
                    _ => Some(word.trim_matches('\'').to_owned()),
                })
            });
            let run = Command::new(env!("CARGO_BIN_EXE_relaycc"))
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .args(words.flatten())
                .output()
                .unwrap();
            let printed = String::from_utf8(run.stdout).unwrap();
            let lines = printed.lines().collect::<Vec<_>>();
            let shown = output.iter().filter(|line| *line != "…").map(String::as_str).collect::<Vec<_>>();
            let at = lines.windows(shown.len().max(1)).any(|part| part == shown);
            assert!(at, "{command}\n{printed}");
        }
    }
}
