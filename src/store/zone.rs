//! The time zone of a target: in it the product's wall clocks are read and written, whatever the
//! zone of the operator's machine.
//!
//! The driver asks for UTC when a session starts, so that the session's own setting says nothing.

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

/// The time zone of a target, and where it is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    zone: Tz,
    origin: ZoneOrigin,
}

/// Where a time zone is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ZoneOrigin {
    /// The setting of the database or of the role, the profile, or the server's own setting.
    Setting,
    /// The zone of the server's log, which is commonly the server's own: an ordinary role may not
    /// read its configuration.
    Log,
    /// Nothing names a zone that is known here.
    Nowhere,
}

/// What a session says of the zone of its target.
#[derive(Debug, Default)]
pub(super) struct ZoneSettings {
    /// The setting of the database or of the role.
    pub(super) database: Option<String>,
    /// The server's own, if the role may read it.
    pub(super) server: Option<String>,
    /// That of the server's log.
    pub(super) log: Option<String>,
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self {
        zone: Tz::UTC,
        origin: ZoneOrigin::Setting,
    };

    /// Returns the zone of a name, as PostgreSQL knows it: without regard to case.
    pub fn named(name: &str) -> Option<Self> {
        let is_named = |zone: &&Tz| zone.name().eq_ignore_ascii_case(name.trim());
        let zone = *TZ_VARIANTS.iter().find(is_named)?;
        let origin = ZoneOrigin::Setting;
        Some(Self { zone, origin })
    }

    /// Returns the zone of a target: the setting of its database or role, else the profile's, else
    /// the server's.
    pub(super) fn of(settings: &ZoneSettings, profile: Option<Self>) -> Self {
        let named = |name: &Option<String>| Self::named(name.as_deref()?);
        let log = || {
            let log = named(&settings.log)?;
            let origin = ZoneOrigin::Log;
            Some(Self { origin, ..log })
        };
        let nowhere = Self {
            origin: ZoneOrigin::Nowhere,
            ..Self::UTC
        };
        named(&settings.database)
            .or(profile)
            .or_else(|| named(&settings.server))
            .or_else(log)
            .unwrap_or(nowhere)
    }

    /// Returns what an operator must know before wall clocks are compared in it; `None` if it is
    /// sure.
    pub fn warning(self) -> Option<String> {
        let zone = self.zone.name();
        let remedy = "set `time_zone` in the profile, or the database's TimeZone";
        match self.origin {
            ZoneOrigin::Setting => None,
            ZoneOrigin::Log => Some(format!(
                "dates are read and written in the time zone {zone}, that of the server's log \
                 (log_timezone): the role may not read the server's own; {remedy}"
            )),
            ZoneOrigin::Nowhere => Some(format!(
                "dates are read and written in {zone}: the target's time zone is unknown; {remedy}"
            )),
        }
    }

    /// Returns what its clock shows at a time.
    pub fn clock(self, time: DateTime<Utc>) -> NaiveDateTime {
        time.with_timezone(&self.zone).naive_local()
    }

    /// Returns when its clock shows a time: the first of two; for one that it skips, the first one
    /// after it.
    pub fn time(self, clock: NaiveDateTime) -> Option<DateTime<Utc>> {
        // The longest gap was a whole day, where an island moved across the date line.
        let quarters = (0..=96)
            .filter_map(|quarters| clock.checked_add_signed(TimeDelta::minutes(15 * quarters)));
        let mut times = quarters.map(|clock| self.zone.from_local_datetime(&clock).earliest());
        let time = times.find_map(|time| time);
        time.map(|time| time.with_timezone(&Utc))
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(names: [Option<&str>; 3]) -> ZoneSettings {
        let [database, server, log] = names.map(|name| name.map(str::to_owned));
        ZoneSettings {
            database,
            server,
            log,
        }
    }

    #[test]
    fn the_databases_setting_comes_first_then_the_profiles_then_the_servers() {
        let all = [
            Some("Asia/Taipei"),
            Some("Europe/Berlin"),
            Some("America/Lima"),
        ];
        let profile = Zone::named("Asia/Tokyo");
        let name = |names, profile| Zone::of(&settings(names), profile).zone.name();
        assert_eq!(name(all, profile), "Asia/Taipei");
        let [_, server, log] = all;
        assert_eq!(name([None, server, log], profile), "Asia/Tokyo");
        assert_eq!(name([None, server, log], None), "Europe/Berlin");
        assert_eq!(name([None, None, log], None), "America/Lima");
        assert_eq!(name([None; 3], None), "UTC");
        // A zone that is not known here is as none.
        assert_eq!(name([Some("<+08>-08"), server, log], None), "Europe/Berlin");
        assert_eq!(name([Some("asia/taipei"), None, None], None), "Asia/Taipei");
    }

    #[test]
    fn a_zone_that_is_not_sure_says_so_and_how_to_set_it() {
        let zone = |names| Zone::of(&settings(names), None).warning();
        assert_eq!(zone([None, Some("UTC"), None]), None);
        for names in [[None, None, Some("Asia/Taipei")], [None; 3]] {
            let warning = zone(names).unwrap();
            assert!(warning.contains("`time_zone`"), "{warning}");
        }
    }

    #[test]
    fn clocks_go_there_and_back_in_every_zone() {
        for zone in TZ_VARIANTS {
            let zone = Zone {
                zone,
                origin: ZoneOrigin::Setting,
            };
            for day in ["2018-11-04", "2024-02-29", "2024-03-31", "2024-10-27"] {
                for clock in ["00:00:00", "02:30:00", "23:59:59"] {
                    let clock: NaiveDateTime = format!("{day}T{clock}").parse().unwrap();
                    let back = zone.clock(zone.time(clock).unwrap());
                    assert_eq!(back.date(), clock.date(), "{zone:?} {clock}");
                }
            }
        }
        // A day that did not exist.
        let apia = Zone::named("Pacific/Apia").unwrap();
        let gone = "2011-12-30T12:00:00".parse().unwrap();
        assert!(apia.clock(apia.time(gone).unwrap()) > gone);
    }
}
