//! The start of the program, and nothing else: hands the command line to `rexian::cli`.

fn main() -> std::process::ExitCode {
    rexian::cli::run(std::env::args_os(), std::env::var_os("REXIAN_LANG"))
}
