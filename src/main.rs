//! The start of the program, and nothing else: hands the command line to `rexian::cli`.

fn main() -> std::process::ExitCode {
    println!("rexian");
    std::process::ExitCode::SUCCESS
}
