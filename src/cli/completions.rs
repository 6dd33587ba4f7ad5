//! `relaycc completions`: shell completion scripts.

use clap::{Arg, Args, Command, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Exit};

/// Print a shell completion script
#[derive(Debug, Args)]
#[command(after_help = "\
For bash: relaycc completions bash > /etc/bash_completion.d/relaycc
For zsh:  relaycc completions zsh > /usr/local/share/zsh/site-functions/_relaycc
For fish: relaycc completions fish > /etc/fish/completions/relaycc.fish")]
pub(super) struct Arguments {
    /// Shell that will run the script
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    super::print(script(arguments.shell).as_bytes())
}

/// Generates the script. clap's scripts complete only the first word of a comma-separated list, so lists are added here.
fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "relaycc", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    for list in lists(&Cli::command()) {
        script = match shell {
            Shell::Bash => list.in_bash(&script),
            Shell::Zsh => list.in_zsh(&script),
            Shell::Fish => list.in_fish(&script),
            _ => script,
        };
    }
    script
}

/// An option that takes a comma-separated list of words.
struct List {
    option: String,
    /// Each word with its help text.
    words: Vec<(String, String)>,
}

/// Finds the options of all commands that take a list of fixed words.
fn lists(command: &Command) -> Vec<List> {
    let of_this = command.get_arguments().filter(|arg| arg.get_value_delimiter() == Some(','));
    let list = |arg: &Arg| {
        let words = arg.get_possible_values().into_iter();
        let words = words.map(|value| (value.get_name().to_owned(), value.get_help().map(ToString::to_string)));
        let words = words.map(|(name, help)| (name, help.unwrap_or_default())).collect::<Vec<_>>();
        Some(List { option: arg.get_long()?.to_owned(), words }).filter(|list| !list.words.is_empty())
    };
    of_this.filter_map(list).chain(command.get_subcommands().flat_map(lists)).collect()
}

impl List {
    fn names(&self) -> String {
        self.words.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Keeps the text before the last comma, and adds no blank, as another word may follow.
    fn in_bash(&self, script: &str) -> String {
        let names = self.names();
        let first = format!("COMPREPLY=($(compgen -W \"{names}\" -- \"${{cur}}\"))");
        let last = format!(
            "COMPREPLY=($(compgen -P \"${{cur%\"${{cur##*,}}\"}}\" -W \"{names}\" -- \"${{cur##*,}}\"))\n                    \
             if [[ \"${{BASH_VERSINFO[0]}}\" -ge 4 ]]; then\n                        compopt -o nospace\n                    fi"
        );
        let case = format!("--{})\n                    ", self.option);
        script.replace(&format!("{case}{first}"), &format!("{case}{last}"))
    }

    /// Uses zsh's `_values`, which completes lists and omits words that are already there.
    fn in_zsh(&self, script: &str) -> String {
        let quoted = |text: &str| text.replace('\\', "").replace(['"', '`', '$', '[', ']', ':', '\''], "");
        let words = self.words.iter().map(|(name, help)| format!("\"{name}[{}]\"", quoted(help)));
        let action = format!("_values -s , word {}", words.collect::<Vec<_>>().join(" "));
        let mut out = String::with_capacity(script.len());
        let mut rest = script;
        let option = format!("--{}=[", self.option);
        while let Some((before, after)) = rest.split_once(&option) {
            out.push_str(before);
            out.push_str(&option);
            rest = after;
            if let Some((help, (_, after))) =
                after.split_once(":((").and_then(|(help, after)| Some((help, after.split_once("))'")?)))
                && !help.contains('\n')
            {
                out.push_str(help);
                out.push(':');
                out.push_str(&action);
                out.push('\'');
                rest = after;
            }
        }
        out + rest
    }

    /// Uses fish's `__fish_complete_list`, which completes lists from the output of a command.
    fn in_fish(&self, script: &str) -> String {
        let quoted = |text: &str| text.replace(['\\', '\'', '"', '$', '(', ')'], "");
        let words = self.words.iter().map(|(name, help)| format!("'{name}\\t{}'", quoted(help)));
        let function = format!("__fish_relaycc_list_{}", self.option.replace('-', "_"));
        let body = format!("function {function}\n\tprintf '%b\\n' {}\nend\n\n", words.collect::<Vec<_>>().join(" "));
        let option = format!(" -l {} ", self.option);
        let mut out = body;
        let mut rest = script;
        while let Some((before, after)) = rest.split_once(&option) {
            out.push_str(before);
            out.push_str(&option);
            rest = after;
            if let Some((help, (_, after))) =
                after.split_once("-a \"").and_then(|(help, after)| Some((help, after.split_once('"')?)))
                && !help.contains('\n')
            {
                out.push_str(help);
                out.push_str(&format!("-a \"(__fish_complete_list , {function})\""));
                rest = after;
            }
        }
        out + rest
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        process::{Command, Stdio},
    };

    use super::*;

    /// Output of a shell; `None` where the shell is not installed.
    fn printed(shell: &str, arguments: &[&str], directory: &std::path::Path) -> Option<String> {
        let mut command = Command::new(shell);
        command.args(arguments).current_dir(directory).stdin(Stdio::null()).env("HOME", directory);
        match command.output() {
            Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
            Err(_) => {
                println!("{shell} IS NOT INSTALLED: its completion was not tried");
                None
            }
        }
    }

    #[test]
    fn lists_are_completed_behind_a_comma() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        for (shell, name) in [(Shell::Bash, "bash"), (Shell::Zsh, "_relaycc"), (Shell::Fish, "fish")] {
            fs::write(path.join(name), script(shell)).unwrap();
        }
        let bash = "source ./bash; for word in '' cf,a cf,access,; do COMP_WORDS=(relaycc build --emit \"$word\"); \
                    COMP_CWORD=3; _relaycc relaycc \"$word\" --emit 2> /dev/null; echo \"${COMPREPLY[@]}\"; done";
        let Some(found) = printed("bash", &["-c", bash], path) else { return };
        assert_eq!(
            found,
            "cf access tables db relay\ncf,access\n\
             cf,access,cf cf,access,access cf,access,tables cf,access,db cf,access,relay\n"
        );
        let fish = "source ./fish; complete -C 'relaycc build --emit cf,ac'; complete -C 'relaycc build --emit re'";
        if let Some(found) = printed("fish", &["--no-config", "-c", fish], path) {
            let words = found.lines().map(|line| line.split('\t').next().unwrap()).collect::<Vec<_>>();
            assert_eq!(words, ["cf,access", "relay"]);
        }
        // Tab is pressed in a pseudo-terminal.
        let zsh = r#"zmodload zsh/zpty; zpty z zsh -f -i
            zpty -w z "PS1=; fpath=($PWD \$fpath); autoload -U compinit; compinit -u -D"; sleep 2
            zpty -w -n z $'relaycc build --emit cf,ac\t'; sleep 2
            while zpty -r -t z line; do print -r -- $line; done; zpty -d z"#;
        if let Some(found) = printed("timeout", &["20", "zsh", "-f", "-c", zsh], path).filter(|found| !found.is_empty())
        {
            assert!(found.contains("--emit cf,access"), "{found}");
        }
    }
}
