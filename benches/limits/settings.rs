//! The switches of the bench.

const HELP: &str = "\
cargo bench --bench limits -- [--runs N] [--clients N] [--only PART] [--large]
  --runs N      How often everything is measured (3)
  --clients N   Clients of digiRunner, APIs of Tyk, objects of sp-config (10000)
  --only PART   Only rows whose name contains PART
  --large       Also ten times as many clients";

/// What is measured, and how often.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) runs: usize,
    /// Clients, APIs, objects.
    pub(crate) size: usize,
    pub(crate) only: Option<String>,
    pub(crate) is_large: bool,
}

impl Settings {
    /// Reads the command line; none if it only asks for help, or is not understood.
    pub(crate) fn read(mut args: impl Iterator<Item = String>) -> Option<Self> {
        let mut settings = Self {
            runs: 3,
            size: 10_000,
            only: None,
            is_large: false,
        };
        while let Some(arg) = args.next() {
            let read = match arg.as_str() {
                // What cargo says to every bench.
                "--bench" => Some(()),
                "--large" => {
                    settings.is_large = true;
                    Some(())
                }
                "--only" => args.next().map(|part| settings.only = Some(part)),
                "--runs" => number(&mut args).map(|runs| settings.runs = runs),
                "--clients" => number(&mut args).map(|size| settings.size = size),
                _ => None,
            };
            if read.is_none() {
                eprintln!("{HELP}");
                return None;
            }
        }
        Some(settings)
    }
}

fn number(args: &mut impl Iterator<Item = String>) -> Option<usize> {
    args.next()?.parse().ok().filter(|number| *number > 0)
}
