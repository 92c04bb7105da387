//! What a platform says of its tables, for restoring their rows.

/// A platform's description of one of its tables.
#[derive(Clone, Debug, Default)]
pub struct TableInfo {
    /// Its name.
    pub name: &'static str,
    /// The columns of its primary key.
    pub key: Vec<&'static str>,
    /// Columns whose values may be shown. Others are only reported as
    /// different.
    pub shown: Vec<&'static str>,
    /// Columns that the running system itself writes: they do not count as
    /// changes, and keep their current values.
    pub live: Vec<&'static str>,
    /// Whether its rows are id counters. A counter that has advanced is left
    /// alone.
    pub is_counter: bool,
    /// The rows of other tables that it refers to.
    pub references: Vec<Reference>,
    /// Columns with names that the system requires to be unique. The database
    /// does not enforce that.
    pub names: Vec<&'static str>,
    /// Whether an import may delete rows of it, to write those of the file instead.
    pub is_replaced: bool,
    /// Whether it belongs to another part of the product: never written, only
    /// searched for rows that refer to ours, and missing in some targets. Its
    /// key identifies a row for people, and need not be the primary key.
    pub is_external: bool,
}

/// A column that contains another table's key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference {
    /// The column.
    pub column: &'static str,
    /// The table referred to.
    pub table: &'static str,
    /// The column of that table; one of its primary key.
    pub to: &'static str,
    /// Whether the column contains a JSON list of keys, as text.
    pub is_list: bool,
}
