//! The samples that products come with.

/// A platform's sample: a target, and a file to import into it.
#[derive(Debug)]
pub struct DemoData {
    /// The name of the database.
    pub database: &'static str,
    /// Its content.
    pub target: DemoTarget,
    /// The name of the file.
    pub file_name: &'static str,
    /// The file.
    pub file: &'static str,
}

/// How a sample's target is filled.
#[derive(Debug)]
pub enum DemoTarget {
    /// By SQL.
    Sql {
        /// The product's tables.
        schema: &'static str,
        /// Their rows.
        seed: &'static str,
        /// The name of the file that exporting it gives.
        file_name: &'static str,
        /// That file.
        file: &'static str,
    },
    /// By importing a file, as an operator would.
    Import {
        /// The name of the file.
        file_name: &'static str,
        /// The file.
        file: &'static str,
    },
}

impl DemoTarget {
    /// Returns a file that has what the target has, and its name.
    pub const fn file(&self) -> (&'static str, &'static str) {
        match self {
            Self::Sql {
                file_name, file, ..
            }
            | Self::Import { file_name, file } => (file_name, file),
        }
    }
}
