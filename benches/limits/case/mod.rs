//! What is measured.

mod digirunner;
mod documents;
mod growth;
mod instructions;
mod round_trips;
mod screen;
mod serve;

use crate::report::Report;
use crate::settings::Settings;

/// All of it, in order.
pub(crate) const ALL: [fn(&Settings, &mut Report); 8] = [
    digirunner::adds,
    digirunner::covers,
    growth::ten_times,
    round_trips::hundred_clients,
    screen::many_clients,
    documents::all,
    serve::one_api,
    instructions::counted,
];
