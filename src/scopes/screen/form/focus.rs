//! What has the focus of a form.

use crate::scopes::Part;

/// The focus of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Focus {
    Name,
    Alias,
    Amount,
    Unit,
    Times,
    Authentications,
    Level,
    Description,
    /// The module of this number in the list of modules.
    Module(usize),
    AddModule,
    Save,
    Cancel,
}

impl Focus {
    /// Returns the part of the scope that is edited there.
    pub(crate) const fn part(self) -> Option<Part> {
        Some(match self {
            Self::Name => Part::Name,
            Self::Alias => Part::Alias,
            Self::Amount | Self::Unit => Part::Duration,
            Self::Times => Part::Times,
            Self::Authentications => Part::Authentications,
            Self::Level => Part::Level,
            Self::Description => Part::Description,
            Self::Module(_) | Self::AddModule => Part::Apis,
            Self::Save | Self::Cancel => return None,
        })
    }

    /// Returns the first focus of a part.
    pub(super) const fn of(part: Part) -> Self {
        match part {
            Part::Name => Self::Name,
            Part::Alias => Self::Alias,
            Part::Duration => Self::Amount,
            Part::Times => Self::Times,
            Part::Authentications => Self::Authentications,
            Part::Level => Self::Level,
            Part::Description => Self::Description,
            Part::Apis => Self::AddModule,
        }
    }
}
