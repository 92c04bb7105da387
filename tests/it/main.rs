//! The tests that need more than one room, or PostgreSQL. One binary, so that they share one
//! private server.

#[cfg(test)]
mod access;
#[cfg(test)]
mod against;
#[cfg(test)]
mod battery;
#[cfg(test)]
mod both_ways;
#[cfg(test)]
mod broken;
#[cfg(test)]
mod cancel;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod counters;
#[cfg(test)]
mod cut;
#[cfg(test)]
mod cut_messages;
#[cfg(test)]
mod deadlines;
#[cfg(test)]
mod decision;
#[cfg(test)]
mod digirunner;
#[cfg(test)]
mod digirunner_apply;
#[cfg(test)]
mod digirunner_columns;
#[cfg(test)]
mod digirunner_jobs;
#[cfg(test)]
mod digirunner_limits;
#[cfg(test)]
mod digirunner_round;
#[cfg(test)]
mod digirunner_stale;
#[cfg(test)]
mod digirunner_statements;
#[cfg(test)]
mod encryption;
#[cfg(test)]
mod export;
#[cfg(test)]
mod external;
#[cfg(test)]
mod faults;
#[cfg(test)]
#[cfg(feature = "fetch-postgres")]
mod fetch;
#[cfg(test)]
mod fourth;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod history;
#[cfg(test)]
mod http;
#[cfg(test)]
mod http_service;
#[cfg(test)]
mod http_sp_config;
#[cfg(test)]
mod http_tyk;
#[cfg(test)]
mod inputs;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod open;
#[cfg(test)]
mod phantoms;
#[cfg(test)]
mod platforms;
#[cfg(test)]
mod pooler;
#[cfg(test)]
mod queued;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod rehearse;
#[cfg(test)]
mod review;
#[cfg(test)]
mod review_platforms;
mod round_trips;
#[cfg(test)]
mod row_security;
#[cfg(test)]
mod saved;
#[cfg(test)]
mod scope_check;
#[cfg(test)]
mod scope_cli;
#[cfg(test)]
mod scope_edit;
#[cfg(test)]
mod scope_races;
#[cfg(test)]
mod scope_rows;
#[cfg(test)]
mod scope_screen;
#[cfg(test)]
mod scope_seed;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod serve_fleet;
#[cfg(test)]
mod server_changes;
#[cfg(test)]
mod sp_config;
#[cfg(test)]
mod sp_config_needs;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
#[cfg(test)]
mod target;
#[cfg(test)]
mod targets;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod texts;
#[cfg(test)]
mod time_zone;
#[cfg(test)]
mod twice;
#[cfg(test)]
mod tyk;
#[cfg(test)]
mod tyk_needs;
#[cfg(test)]
mod tyk_order;
#[cfg(test)]
mod undo;
#[cfg(test)]
mod undo_catalog;
#[cfg(test)]
mod undo_documents;
#[cfg(test)]
mod values;
#[cfg(test)]
mod walk;
