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
    },
    /// By importing a file, as an operator would.
    Import {
        /// The name of the file.
        file_name: &'static str,
        /// The file.
        file: &'static str,
    },
}
