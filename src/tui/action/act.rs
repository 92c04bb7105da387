//! The name of an action in the code: to show its key elsewhere.

/// What an action is, whatever its context: two actions with different contexts
/// can be the same act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Act {
    Down,
    Up,
    Top,
    Bottom,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    In,
    Out,
    Enter,
    NextPane,
    PreviousPane,
    TreePane,
    ItemsPane,
    DetailPane,
    Zoom,
    Choose,
    Cover,
    CoverAll,
    ConfirmMissing,
    NextChange,
    PreviousChange,
    NextBlocked,
    Search,
    NextHit,
    PreviousHit,
    Filter,
    Unchanged,
    SideBySide,
    Explain,
    Ignore,
    Copy,
    Again,
    Import,
    Backup,
    Rehearse,
    SavePlan,
    Export,
    History,
    OpenJob,
    Undo,
    SaveBackup,
    Theme,
    Palette,
    Help,
    NextFocus,
    PreviousFocus,
    Press,
    Back,
    Escape,
    Interrupt,
    Suspend,
    Redraw,
    NextField,
    PreviousField,
    OpenField,
    NextValue,
    PreviousValue,
    RemoveModule,
    SaveForm,
    CancelForm,
    Pick,
    PickAll,
    FilterRows,
    ApplyPicker,
    CancelPicker,
    Scopes,
    CreateScope,
    EditScope,
    DeleteScope,
    Holders,
    GiveScope,
    TakeScope,
    CheckScopes,
    OpenFinding,
    Repair,
    NextSort,
    Reverse,
    Toggle,
    Access,
    SwitchGrouping,
    OpenSource,
    OpenTarget,
    ChooseSide,
    ParentDirectory,
    NextList,
    PreviousList,
    FilterFiles,
    TypePath,
    WholeDirectory,
    Hidden,
    OnlyInTarget,
    Matrix,
    ReviewTarget,
    NextTarget,
    PreviousTarget,
    Differences,
}

impl Act {
    /// Returns whether it moves the cursor and does nothing else.
    pub(crate) const fn only_moves(self) -> bool {
        matches!(
            self,
            Self::Down
                | Self::Up
                | Self::Top
                | Self::Bottom
                | Self::HalfDown
                | Self::HalfUp
                | Self::PageDown
                | Self::PageUp
                | Self::NextChange
                | Self::PreviousChange
                | Self::NextBlocked
                | Self::NextHit
                | Self::PreviousHit
        )
    }
}
