//! Datasets of any size: what stands in a target, and a file that is imported into it. The same seed
//! gives the same bytes.

pub(crate) mod digirunner;
pub(crate) mod sp_config;
pub(crate) mod tyk;

use fastrand::Rng;

/// What becomes of an object of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Only the file has it.
    Add,
    /// The target has another edition of it.
    Changed,
    /// The target has it as it is.
    Unchanged,
    /// It cannot be written.
    Blocked,
}

/// How many of a thousand objects are of each class; the others are new.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shares {
    pub(crate) changed: u32,
    pub(crate) unchanged: u32,
    pub(crate) blocked: u32,
}

impl Shares {
    /// Everything is new.
    pub(crate) const NEW: Self = Self {
        changed: 0,
        unchanged: 0,
        blocked: 0,
    };
    /// Everything differs.
    pub(crate) const CHANGED: Self = Self {
        changed: 1000,
        ..Self::NEW
    };
    /// Something of everything.
    pub(crate) const MIXED: Self = Self {
        changed: 300,
        unchanged: 400,
        blocked: 50,
    };
}

/// A dataset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dataset {
    /// The number of clients, APIs or objects.
    pub(crate) size: usize,
    pub(crate) seed: u64,
    pub(crate) shares: Shares,
}

/// Which file of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edition {
    /// What is imported first, to fill the target.
    Before,
    /// What is measured.
    After,
}

impl Dataset {
    pub(crate) const fn new(size: usize, shares: Shares) -> Self {
        Self {
            size,
            seed: 14,
            shares,
        }
    }

    /// Returns the class of an object.
    pub(crate) fn class(&self, index: usize) -> Class {
        let Shares {
            changed,
            unchanged,
            blocked,
        } = self.shares;
        let drawn = Rng::with_seed(self.seed ^ (index as u64) << 20).u32(0..1000);
        match drawn {
            _ if drawn < changed => Class::Changed,
            _ if drawn < changed + unchanged => Class::Unchanged,
            _ if drawn < changed + unchanged + blocked => Class::Blocked,
            _ => Class::Add,
        }
    }

    /// Returns the objects of an edition: the target has none of the new ones.
    fn objects(&self, edition: Edition) -> impl Iterator<Item = Object> {
        let dataset = *self;
        (0..dataset.size).filter_map(move |index| {
            let class = dataset.class(index);
            (edition == Edition::After || class != Class::Add).then(|| Object {
                index,
                class,
                edition,
                random: Rng::with_seed(dataset.seed.wrapping_add(index as u64)),
            })
        })
    }
}

/// One object of an edition.
struct Object {
    index: usize,
    class: Class,
    edition: Edition,
    /// The same in both editions.
    random: Rng,
}

impl Object {
    /// Returns whether the file has another text of it than the target.
    fn is_changed(&self) -> bool {
        self.class == Class::Changed && self.edition == Edition::After
    }

    /// Returns a word that differs where the object does.
    fn word(&self) -> &'static str {
        if self.is_changed() { "after" } else { "before" }
    }

    /// Returns what cannot be guessed or compressed, as secrets cannot.
    fn token(&mut self, length: usize) -> String {
        (0..length).map(|_| self.random.alphanumeric()).collect()
    }
}
