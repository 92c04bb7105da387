//! The model: which side is chosen, from which list, and what the lists hold.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tui_input::Input;

use crate::job::{Entry, Failure, JobRecord, Known, KnownTarget, Listing, Look, Sides};
use crate::tui::effect::EffectId;
use crate::tui::widget::List;

/// The side that is being chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Source,
    Target,
}

/// Which sides are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// First the file, then the target.
    Both,
    /// The file alone; the target stays.
    Source,
    /// The target alone; the file stays.
    Target,
}

/// A list to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    Targets,
    Files,
    Recent,
}

impl Tab {
    /// Returns its title.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Targets => "Targets",
            Self::Files => "Files",
            Self::Recent => "Recent",
        }
    }
}

/// A row of the open list, by its index in what the list is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// The directory above.
    Parent,
    Entry(usize),
    Recent(usize),
    Target(usize),
}

/// What is known of a target's last job.
pub(crate) type LastJob = Result<Option<JobRecord>, Failure>;

/// Choosing two sides.
#[derive(Debug)]
pub(crate) struct Chooser {
    pub(crate) asked: Asked,
    pub(crate) side: Side,
    /// The file, once it is chosen.
    pub(crate) source: Option<String>,
    pub(crate) tab: Tab,
    /// The directory that is listed, or being read.
    pub(crate) directory: PathBuf,
    /// The directory to select, after leaving it.
    came_from: Option<String>,
    pub(crate) listing: Listing,
    /// Why the directory cannot be listed.
    pub(crate) failure: Option<Failure>,
    /// The listing that is awaited.
    pub(crate) reading: Option<EffectId>,
    pub(crate) known: Option<Known>,
    /// The answer about known files and targets that is awaited.
    pub(crate) knowing: Option<EffectId>,
    /// What files are, as far as they were looked at.
    pub(crate) looks: HashMap<PathBuf, Look>,
    /// The looks that are awaited.
    pub(crate) looking: Option<EffectId>,
    /// The last jobs of targets, by their notation, as far as they were read.
    pub(crate) jobs: HashMap<Option<String>, LastJob>,
    /// Those that were asked for.
    pub(crate) asked_jobs: Vec<Option<String>>,
    pub(crate) filter: Input,
    pub(crate) is_filtering: bool,
    /// Whether hidden files are listed.
    pub(crate) hidden: bool,
    pub(crate) list: List<Row>,
}

impl Chooser {
    /// Returns a chooser that starts in a directory.
    pub(crate) fn new(asked: Asked, directory: PathBuf) -> Self {
        let side = match asked {
            Asked::Both | Asked::Source => Side::Source,
            Asked::Target => Side::Target,
        };
        let mut chooser = Self {
            asked,
            side,
            source: None,
            tab: Tab::Files,
            directory,
            came_from: None,
            listing: Listing::default(),
            failure: None,
            reading: None,
            known: None,
            knowing: None,
            looks: HashMap::new(),
            looking: None,
            jobs: HashMap::new(),
            asked_jobs: Vec::new(),
            filter: Input::default(),
            is_filtering: false,
            hidden: false,
            list: List::default(),
        };
        chooser.ask_for(side);
        chooser
    }

    /// Goes on to a side, with the list in which it most likely is.
    pub(crate) fn ask_for(&mut self, side: Side) {
        self.side = side;
        self.turn_to(match side {
            Side::Source => Tab::Files,
            Side::Target => Tab::Targets,
        });
    }

    /// Returns the lists in which the side can be found.
    pub(crate) const fn tabs(&self) -> &'static [Tab] {
        match self.side {
            Side::Source => &[Tab::Files, Tab::Recent],
            Side::Target => &[Tab::Targets, Tab::Files, Tab::Recent],
        }
    }

    /// Opens the list that many steps further on.
    pub(crate) fn step_tab(&mut self, by: usize) {
        let tabs = self.tabs();
        let here = tabs.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        if let Some(tab) = tabs.get((here + by) % tabs.len()) {
            self.turn_to(*tab);
        }
    }

    /// Opens a list, unfiltered.
    pub(crate) fn turn_to(&mut self, tab: Tab) {
        self.tab = tab;
        self.clear_filter();
    }

    /// Goes to a directory; returns its path. The rows wait for the listing.
    pub(crate) fn enter(&mut self, directory: PathBuf) -> PathBuf {
        let is_parent = self.directory.parent() == Some(&*directory);
        let name = self.directory.file_name();
        self.came_from = name
            .filter(|_| is_parent)
            .map(|name| name.to_string_lossy().into_owned());
        self.directory.clone_from(&directory);
        self.listing = Listing::default();
        self.failure = None;
        self.tab = Tab::Files;
        self.clear_filter();
        directory
    }

    /// Takes the listing of the directory.
    pub(crate) fn take(&mut self, listing: Listing) {
        self.directory.clone_from(&listing.directory);
        self.listing = listing;
        self.looks.clear();
        self.looking = None;
        self.narrow();
        let left = self.came_from.take();
        let is_left = |row: &Row| {
            let entry = self.entry(*row);
            entry.is_some_and(|entry| Some(&entry.name) == left.as_ref())
        };
        if let Some(index) = self.list.rows().iter().position(is_left) {
            self.list.go(index);
        }
    }

    /// Takes what else can be chosen.
    pub(crate) fn take_known(&mut self, known: Known) {
        self.known = Some(known);
        self.narrow();
    }

    /// Lists everything again.
    pub(crate) fn clear_filter(&mut self) {
        self.filter = Input::default();
        self.is_filtering = false;
        self.list.go(0);
        self.narrow();
    }

    /// Lists the rows that contain all words of the filter.
    pub(crate) fn narrow(&mut self) {
        let filter = self.filter.value().to_lowercase();
        let words: Vec<&str> = filter.split_whitespace().collect();
        let is_listed = |row: &Row| {
            let name = self.name(*row).to_lowercase();
            words.iter().all(|word| name.contains(word))
        };
        let rows = self.all_rows().into_iter().filter(is_listed).collect();
        let here = self.list.at();
        self.list.replace(rows, here);
    }

    /// Returns the rows of the open list without a filter.
    fn all_rows(&self) -> Vec<Row> {
        match self.tab {
            Tab::Files => {
                let is_shown = |entry: &Entry| self.hidden || !entry.name.starts_with('.');
                let entries = self.listing.entries.iter().enumerate();
                let entries = entries
                    .filter(|(_, entry)| is_shown(entry))
                    .map(|(index, _)| Row::Entry(index));
                let has_parent =
                    self.directory.parent().is_some() && self.filter.value().is_empty();
                let parent = has_parent.then_some(Row::Parent);
                parent.into_iter().chain(entries).collect()
            }
            Tab::Recent => (0..self.recent().len()).map(Row::Recent).collect(),
            Tab::Targets => (0..self.targets().len()).map(Row::Target).collect(),
        }
    }

    /// Returns the text of a row that the filter looks at.
    fn name(&self, row: Row) -> String {
        match row {
            Row::Parent => "..".to_owned(),
            Row::Entry(index) => self
                .listing
                .entries
                .get(index)
                .map(|entry| entry.name.clone())
                .unwrap_or_default(),
            Row::Recent(index) => self.recent().get(index).cloned().unwrap_or_default(),
            Row::Target(index) => self
                .targets()
                .get(index)
                .map(|target| format!("{} {}", target.name, target.place))
                .unwrap_or_default(),
        }
    }

    /// Returns the paths of files that were opened lately.
    pub(crate) fn recent(&self) -> &[String] {
        self.known.as_ref().map_or(&[], |known| &known.recent)
    }

    /// Returns the targets.
    pub(crate) fn targets(&self) -> &[KnownTarget] {
        self.known.as_ref().map_or(&[], |known| &known.targets)
    }

    /// Returns the entry of a row, if it is one.
    pub(crate) fn entry(&self, row: Row) -> Option<&Entry> {
        match row {
            Row::Entry(index) => self.listing.entries.get(index),
            _ => None,
        }
    }

    /// Returns the target of a row, if it is one.
    pub(crate) fn target(&self, row: Row) -> Option<&KnownTarget> {
        match row {
            Row::Target(index) => self.targets().get(index),
            _ => None,
        }
    }

    /// Returns the path of a row; none for a target.
    pub(crate) fn path(&self, row: Row) -> Option<PathBuf> {
        match row {
            Row::Parent => self.directory.parent().map(Path::to_owned),
            Row::Entry(_) => Some(self.directory.join(&self.entry(row)?.name)),
            Row::Recent(index) => self.recent().get(index).map(PathBuf::from),
            Row::Target(_) => None,
        }
    }

    /// Returns the visible files that were not looked at yet.
    pub(crate) fn unseen(&self, height: usize) -> Vec<PathBuf> {
        let window = self.list.window(height);
        let visible = self.list.rows().get(window).unwrap_or_default();
        let is_file = |row: &&Row| match row {
            Row::Entry(_) => self
                .entry(**row)
                .is_some_and(|entry| entry.is_text && !entry.is_directory),
            Row::Recent(_) => true,
            Row::Parent | Row::Target(_) => false,
        };
        let paths = visible
            .iter()
            .filter(is_file)
            .filter_map(|row| self.path(*row));
        paths
            .filter(|path| !self.looks.contains_key(path))
            .collect()
    }

    /// Returns the sides if this target is chosen; `before` are those that are open now.
    pub(crate) fn with_target(&self, target: Option<String>, before: &Sides) -> Sides {
        let source = self.source.as_ref().or(before.source.as_ref());
        Sides {
            source: source.cloned(),
            target,
        }
    }
}
