//! The `relaycc` binary: everything is in the library.

fn main() -> std::process::ExitCode {
    relaycc::cli::main()
}
