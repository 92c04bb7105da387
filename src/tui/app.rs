//! The model: everything that the screen shows, and nothing else.

use std::time::Duration;

use super::action::{self, Act, Context};
use super::effect::EffectId;
use super::exit::Exit;
use super::keys::Key;
use super::layout::{self, Pane, Panes};
use super::subject::Location;
use super::theme::Theme;
use super::widget::List;
use crate::engine::rule::Scope as Ignored;
use crate::job::{Failure, JobRecord, Receipt, Sides, Undone};
use crate::scopes::screen::Scopes;
use crate::scopes::screen::form::{Form, Picker};
use crate::scopes::screen::layout::{Halves, halves};
use crate::scopes::{ClientInfo, Edit, Scope};
use crate::tui::screen::access::list::AccessList;
use crate::tui::screen::dialog::{Dialog, Modal};
use crate::tui::screen::job::Job;
use crate::tui::screen::matrix::MatrixScreen;
use crate::tui::screen::matrix::layout::MatrixLayout;
use crate::tui::screen::open::Chooser;
use crate::tui::screen::open::layout as chooser_layout;
use crate::tui::screen::review::detail::{DetailOptions, DetailRow};
use crate::tui::screen::review::node::Node;
use crate::tui::screen::review::query::Search;
use crate::tui::screen::review::{Review, detail};

/// An action on the model.
pub(crate) type Action = action::Action<App>;

/// The keys of all actions.
pub(crate) type KeyMap = action::KeyMap<App>;

/// A notice to the operator, shown until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) text: String,
    /// Whether it reports a failure.
    pub(crate) refused: bool,
}

/// The model.
#[derive(Debug)]
pub(crate) struct App {
    /// The name of the file before it is read.
    pub(crate) file: String,
    pub(crate) theme: Theme,
    pub(crate) keymap: KeyMap,
    pub(crate) size: (u16, u16),
    /// Scroll by half a window: the terminal is far away.
    pub(crate) slow_link: bool,
    pub(crate) now: Duration,
    pub(crate) review: Option<Review>,
    /// The profile of the target, if one is used.
    pub(crate) profile: Option<String>,
    /// The differences that are ignored until the end of the session.
    pub(crate) ignored: Vec<Ignored>,
    /// Why there is no review.
    pub(crate) failure: Option<Failure>,
    pub(crate) job: Option<Job>,
    pub(crate) modals: Vec<Modal>,
    pub(crate) notice: Option<Notice>,
    /// Whether the last message did nothing but move the cursor.
    pub(crate) only_moved: bool,
    /// The keys pressed so far of a sequence.
    pub(crate) pending: Vec<Key>,
    pub(crate) focus: Pane,
    /// Which of tree and list the detail belongs to.
    pub(crate) lead: Pane,
    pub(crate) zoom: bool,
    pub(crate) options: DetailOptions,
    pub(crate) detail: List<DetailRow>,
    detail_of: Option<DetailKey>,
    pub(crate) search: Search,
    /// The last import of this session.
    pub(crate) receipt: Option<Receipt>,
    /// The last undo of this session.
    pub(crate) undone: Option<Undone>,
    /// What was written in this session, a line each.
    pub(crate) written: Vec<String>,
    /// The target's jobs as they were last read, newest first.
    pub(crate) history: Vec<JobRecord>,
    /// The open list of who can call what.
    pub(crate) access: AccessList,
    /// How to quit once the writing job has ended.
    pub(crate) leaving: Option<Exit>,
    /// The edit that runs.
    pub(crate) edit: Option<Box<Edit>>,
    /// The form in which a scope is made or changed.
    pub(crate) form: Option<Form>,
    next_effect: u64,
    /// The screen of scopes, on top of the review.
    pub(crate) scopes: Option<Scopes>,
    /// The items by targets, if there are several.
    pub(crate) matrix: Option<MatrixScreen>,
    /// The lists to choose a file or a target from, on top of everything.
    pub(crate) chooser: Option<Chooser>,
    /// The file and the target.
    pub(crate) sides: Sides,
    /// Whether a file and a target are open, or at least a target.
    pub(crate) has_session: bool,
    /// Whether they were chosen on the screen.
    pub(crate) was_chosen: bool,
    /// The theme of targets that have none, and the one that the target asks for.
    pub(crate) themes: Themes,
}

/// Which theme is taken for which target.
#[derive(Clone, Debug, Default)]
pub(crate) struct Themes {
    pub(crate) usual: String,
    pub(crate) target: Option<String>,
}

/// What the detail was built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DetailKey {
    node: Node,
    options: DetailOptions,
    width: usize,
    resolved: u64,
    rebuilt: u64,
}

impl App {
    /// Returns the model before anything was read.
    pub(crate) fn new(file: &str, keymap: KeyMap, theme: Theme, size: (u16, u16)) -> Self {
        Self {
            file: file.to_owned(),
            theme,
            keymap,
            size,
            slow_link: false,
            now: Duration::ZERO,
            review: None,
            profile: None,
            ignored: Vec::new(),
            failure: None,
            job: None,
            modals: Vec::new(),
            notice: None,
            only_moved: false,
            pending: Vec::new(),
            focus: Pane::Items,
            lead: Pane::Items,
            zoom: false,
            options: DetailOptions::default(),
            detail: List::default(),
            detail_of: None,
            search: Search::default(),
            receipt: None,
            undone: None,
            written: Vec::new(),
            history: Vec::new(),
            access: AccessList::default(),
            leaving: None,
            edit: None,
            form: None,
            next_effect: 0,
            scopes: None,
            matrix: None,
            chooser: None,
            sides: Sides::default(),
            has_session: true,
            was_chosen: false,
            themes: Themes::default(),
        }
    }

    /// Starts anew with another file or target: nothing of the former one stays but what was
    /// written.
    pub(crate) fn begin_anew(&mut self, file: &str, sides: Sides, theme: Option<String>) {
        let fresh = Self::new(file, self.keymap.clone(), self.theme.clone(), self.size);
        let former = std::mem::replace(self, fresh);
        self.slow_link = former.slow_link;
        self.now = former.now;
        self.written = former.written;
        self.next_effect = former.next_effect;
        self.options = former.options;
        self.themes = former.themes;
        self.sides = sides;
        self.was_chosen = true;
        if theme != self.themes.target {
            // A theme that the operator switched to stays as long as the targets have the same.
            let name = theme.as_ref().unwrap_or(&self.themes.usual);
            self.theme.select(name);
            self.themes.target = theme;
        }
        if file.is_empty() {
            self.begin_with_scopes();
        }
    }

    /// Starts with the scopes of the target, without a file to review.
    pub(crate) fn begin_with_scopes(&mut self) {
        self.scopes = Some(Scopes::default());
    }

    /// Starts with the items by several targets.
    pub(crate) fn begin_with_matrix(&mut self) {
        self.matrix = Some(MatrixScreen::shown());
    }

    /// Returns whether the items by targets are shown, and not a review.
    pub(crate) fn shows_matrix(&self) -> bool {
        self.matrix.as_ref().is_some_and(|matrix| matrix.is_shown)
    }

    /// Returns whether quitting would lose choices, also those for other targets.
    pub(crate) fn has_choices(&self) -> bool {
        let here = self.review.as_ref().is_some_and(Review::has_choices);
        here || self.matrix.as_ref().is_some_and(MatrixScreen::has_choices)
    }

    /// Forgets what the detail was built from: another review is shown.
    pub(crate) const fn forget_detail(&mut self) {
        self.detail_of = None;
    }

    /// Returns the id for the next effect.
    pub(crate) const fn next_id(&mut self) -> EffectId {
        self.next_effect += 1;
        EffectId(self.next_effect)
    }

    /// Returns the current key context.
    pub(crate) fn context(&self) -> Context {
        if self.is_applying() {
            return Context::Applying;
        }
        match self.asked().map(|modal| &modal.dialog) {
            Some(Dialog::Palette) => Context::Palette,
            Some(Dialog::History) => Context::History,
            Some(Dialog::Job(_)) => Context::Job,
            Some(Dialog::ScopeFilter) => Context::ScopeFilter,
            Some(Dialog::Holders(_)) => Context::Holders,
            Some(Dialog::Findings) => Context::Findings,
            Some(Dialog::Access) => Context::Access,
            Some(dialog) if dialog.is_to_read() => Context::Reader,
            Some(_) => Context::Dialog,
            None => self.base_context(),
        }
    }

    /// Returns the dialog that has the keys: those opened before a form are below
    /// it.
    pub(crate) fn asked(&self) -> Option<&Modal> {
        self.modals
            .last()
            .filter(|modal| self.form.is_none() || !modal.is_below)
    }

    /// Returns the dialog that actions apply to: not a list of actions.
    pub(crate) fn dialog(&self) -> Option<&Dialog> {
        let mut dialogs = self.modals.iter().rev().map(|modal| &modal.dialog);
        dialogs.find(|dialog| !matches!(dialog, Dialog::Palette | Dialog::Help))
    }

    /// Returns the key context if no dialog is open.
    fn base_context(&self) -> Context {
        let is_filtering = |picker: &Picker| picker.is_filtering;
        if self
            .chooser
            .as_ref()
            .is_some_and(|chooser| chooser.is_filtering)
        {
            return Context::Filter;
        }
        match &self.form {
            Some(form) if form.picker.as_ref().is_some_and(is_filtering) => Context::Filter,
            None if self.is_searching() => Context::Search,
            None if self.is_comparing_all() => Context::Loading,
            _ => self.screen(),
        }
    }

    /// Returns the key context of the screen below all dialogs.
    pub(crate) fn screen(&self) -> Context {
        match &self.form {
            Some(form) if form.picker.is_some() => Context::Picker,
            Some(_) => Context::Form,
            None if self.chooser.is_some() => Context::Open,
            None if self.scopes.is_some() => Context::Scopes,
            None if self.shows_matrix() => Context::Matrix,
            None if self.review.is_some() => Context::Review,
            None => Context::Loading,
        }
    }

    /// Returns whether the items by targets are shown, and not known yet.
    fn is_comparing_all(&self) -> bool {
        let is_waiting = |matrix: &MatrixScreen| matrix.compared.is_none();
        self.screen() == Context::Matrix && self.matrix.as_ref().is_some_and(is_waiting)
    }

    /// Returns whether the target is marked as production.
    pub(crate) fn is_production(&self) -> bool {
        self.location().is_some_and(|place| place.production)
    }

    /// Returns whether what to search for is being typed.
    fn is_searching(&self) -> bool {
        match &self.scopes {
            _ if self.chooser.is_some() => false,
            Some(scopes) => scopes.prompt.is_some(),
            None => self.search.prompt.is_some(),
        }
    }

    /// Returns where the screen works, once that is known.
    pub(crate) fn location(&self) -> Option<Location> {
        if let Some(scopes) = self
            .scopes
            .as_ref()
            .filter(|scopes| scopes.catalogue().is_some())
        {
            return Some(scopes.place.clone());
        }
        self.review.as_ref().map(|review| review.subject.location())
    }

    /// Returns the key of an action, as displayed.
    pub(crate) fn key(&self, act: Act) -> String {
        let here = self.keymap.key(self.context(), act);
        let below = || self.keymap.key(self.screen(), act);
        here.or_else(below)
            .or_else(|| self.keymap.key(Context::Review, act))
            .unwrap_or_default()
    }

    /// Returns whether an import, a rehearsal, an undo or an edit runs.
    pub(crate) fn is_applying(&self) -> bool {
        self.job.as_ref().is_some_and(|job| job.work.writes())
    }

    /// Returns the job of the ledger that the keys act on.
    pub(crate) fn record(&self) -> Option<&JobRecord> {
        self.modals
            .iter()
            .rev()
            .find_map(|modal| match modal.dialog {
                Dialog::History => self.history.get(modal.selected),
                Dialog::Job(number) => self.history.iter().find(|record| record.job == number),
                _ => None,
            })
    }

    /// Returns the scope whose clients are listed, and the selected client.
    pub(crate) fn held(&self) -> Option<(&Scope, Option<&ClientInfo>)> {
        let catalogue = self.scopes.as_ref()?.catalogue()?;
        let (id, index) = self
            .modals
            .iter()
            .rev()
            .find_map(|modal| match &modal.dialog {
                Dialog::Holders(id) => Some((id, modal.selected)),
                _ => None,
            })?;
        let scope = catalogue.scope(id)?;
        Some((
            scope,
            scope
                .holders
                .get(index)
                .and_then(|index| catalogue.clients().get(*index)),
        ))
    }

    /// Shows a notice until the next key.
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            refused: false,
        });
    }

    /// Shows how to quit.
    pub(crate) fn say_how_to_quit(&mut self) {
        self.say(format!("{} quits", self.key(Act::Back)));
    }

    /// Shows why something cannot be done, until the next key.
    pub(crate) fn refuse(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            refused: true,
        });
    }

    /// Returns the node that the keys act on and the detail shows.
    pub(crate) fn node(&self) -> Option<Node> {
        let review = self.review.as_ref()?;
        match self.lead {
            Pane::Tree => Some(review.tree_node()),
            Pane::Items | Pane::Detail => {
                Some(review.items_node().unwrap_or_else(|| review.tree_node()))
            }
        }
    }

    /// Moves the focus; the detail follows tree and list.
    pub(crate) fn focus_on(&mut self, pane: Pane) {
        self.focus = pane;
        if pane != Pane::Detail {
            self.lead = pane;
        }
    }

    /// Returns the layout at the current size.
    pub(crate) fn panes(&self) -> Panes {
        layout::panes(self.size, self.focus, self.zoom, self.theme.accessible)
    }

    /// Returns the layout of the screen of scopes.
    pub(crate) fn halves(&self) -> Halves {
        let (half, zoom) = self
            .scopes
            .as_ref()
            .map(|scopes| (scopes.half, scopes.zoom))
            .unwrap_or_default();
        halves(self.size, half, zoom, self.theme.accessible)
    }

    /// Updates windows and the detail after a change.
    pub(crate) fn settle(&mut self) {
        let panes = self.panes();
        let jump = self.slow_link;
        let height = |pane| usize::from(panes.inside(pane).height);
        if let Some(review) = &mut self.review {
            review.tree.follow(height(Pane::Tree), jump);
            review.items.follow(height(Pane::Items), jump);
            review.count_fields(height(Pane::Items));
        }
        self.settle_detail(usize::from(panes.inside(Pane::Detail).width));
        self.detail.follow(height(Pane::Detail), jump);
        if let Some(matrix) = &mut self.matrix {
            let targets = matrix.targets().len();
            let layout = MatrixLayout::new(self.size, targets, self.theme.accessible);
            matrix.lines.follow(layout.height, jump);
            matrix.settle(layout.visible);
        }
        let halves = self.halves();
        if let Some(scopes) = &mut self.scopes {
            scopes.settle(&halves, jump);
        }
        let rows = chooser_layout::height(self.size, self.theme.accessible);
        if let Some(chooser) = &mut self.chooser {
            chooser.list.follow(rows, jump);
        }
        for modal in &mut self.modals {
            modal.settle(self.size, &self.theme);
        }
        if let Some(form) = &mut self.form {
            form.settle(self.size, self.theme.accessible, jump, self.theme.glyphs);
        }
    }

    fn settle_detail(&mut self, width: usize) {
        let (Some(node), Some(review)) = (self.node(), self.review.as_ref()) else {
            return;
        };
        let key = DetailKey {
            node,
            options: self.options,
            width,
            resolved: review.resolved,
            rebuilt: review.rebuilt,
        };
        if self.detail_of == Some(key) {
            return;
        }
        let same_node = self.detail_of.is_some_and(|old| old.node == node);
        let rows = detail::build(review, node, self.options, width, self.theme.glyphs);
        self.detail
            .replace(rows, if same_node { self.detail.at() } else { 0 });
        self.detail_of = Some(key);
    }
}
