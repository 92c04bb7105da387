//! What is measured.

mod digirunner;
mod growth;
mod round_trips;

use crate::report::Report;
use crate::settings::Settings;

/// All of it, in order.
pub(crate) const ALL: [fn(&Settings, &mut Report); 4] = [
    digirunner::adds,
    digirunner::covers,
    growth::ten_times,
    round_trips::hundred_clients,
];
