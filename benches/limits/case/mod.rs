//! What is measured.

mod digirunner;
mod growth;

use crate::report::Report;
use crate::settings::Settings;

/// All of it, in order.
pub(crate) const ALL: [fn(&Settings, &mut Report); 3] =
    [digirunner::adds, digirunner::covers, growth::ten_times];
