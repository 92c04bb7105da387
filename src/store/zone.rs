//! The time zone of a target: in it the product's wall clocks are read and written, whatever the
//! zone of the operator's machine.
//!
//! The driver asks for UTC when a session starts, so that the session's own setting says nothing.

use std::fmt;
use std::sync::Mutex;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

/// The time zone of a target, and where it is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    rules: Rules,
    origin: ZoneOrigin,
}

/// How far a zone's clocks are from UTC, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rules {
    /// Those of the time zone database.
    Named(Tz),
    /// As a POSIX name says, such as `<+08>-08`: always the same.
    Fixed(FixedOffset),
}

/// Where a time zone is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ZoneOrigin {
    /// The setting of the database or of the role, the profile, or the server's own setting.
    Setting,
    /// The zone of the server's log, which is commonly the server's own: an ordinary role may not
    /// read its configuration.
    Log,
    /// Nothing names a zone.
    Nowhere,
    /// The target has a zone of this name, which is not known here.
    Unknown(&'static str),
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
        rules: Rules::Named(Tz::UTC),
        origin: ZoneOrigin::Setting,
    };

    /// Returns the zone of a name, as PostgreSQL knows it: a name of the time zone database, without
    /// regard to case, or a POSIX name without daylight saving time.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        let is_named = |zone: &&Tz| zone.name().eq_ignore_ascii_case(name);
        let known = TZ_VARIANTS.iter().find(is_named).copied();
        let rules = match known {
            Some(zone) => Rules::Named(zone),
            None => Rules::Fixed(fixed_offset(name)?),
        };
        let origin = ZoneOrigin::Setting;
        Some(Self { rules, origin })
    }

    /// Returns the zone of a target: the setting of its database or role, else the profile's, else
    /// the server's. One that is not known here gives way to the profile's alone: others are not
    /// the target's.
    pub(super) fn of(settings: &ZoneSettings, profile: Option<Self>) -> Self {
        let named = |name: &str| {
            Self::named(name).unwrap_or_else(|| Self {
                origin: ZoneOrigin::Unknown(kept(name)),
                ..Self::UTC
            })
        };
        let of = |name: &Option<String>| name.as_deref().map(named);
        let log = || {
            let log = Self::named(settings.log.as_deref()?)?;
            let origin = ZoneOrigin::Log;
            Some(Self { origin, ..log })
        };
        let nowhere = Self {
            origin: ZoneOrigin::Nowhere,
            ..Self::UTC
        };
        let is_known = |zone: &Self| !matches!(zone.origin, ZoneOrigin::Unknown(_));
        let database = of(&settings.database);
        let known = database.filter(is_known).or(profile);
        known
            .or(database)
            .or_else(|| of(&settings.server))
            .or_else(log)
            .unwrap_or(nowhere)
    }

    /// Returns what an operator must know before wall clocks are compared in it; `None` if it is
    /// sure.
    pub fn warning(self) -> Option<String> {
        let zone = self.rules;
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
            ZoneOrigin::Unknown(name) => Some(format!(
                "dates are read and written in {zone}: the target's time zone '{name}' is not \
                 supported, neither a name of the time zone database nor a fixed offset such as \
                 <+08>-08; {remedy}"
            )),
        }
    }

    /// Returns what its clock shows at a time.
    pub fn clock(self, time: DateTime<Utc>) -> NaiveDateTime {
        match self.rules {
            Rules::Named(zone) => time.with_timezone(&zone).naive_local(),
            Rules::Fixed(offset) => time.with_timezone(&offset).naive_local(),
        }
    }

    /// Returns when its clock shows a time: the first of two; for one that it skips, the first one
    /// after it.
    pub fn time(self, clock: NaiveDateTime) -> Option<DateTime<Utc>> {
        // The longest gap was a whole day, where an island moved across the date line.
        let quarters = (0..=96)
            .filter_map(|quarters| clock.checked_add_signed(TimeDelta::minutes(15 * quarters)));
        let time = |clock: NaiveDateTime| match self.rules {
            Rules::Named(zone) => {
                let time = zone.from_local_datetime(&clock).earliest()?;
                Some(time.with_timezone(&Utc))
            }
            Rules::Fixed(offset) => {
                let time = offset.from_local_datetime(&clock).earliest()?;
                Some(time.with_timezone(&Utc))
            }
        };
        quarters.map(time).find_map(|time| time)
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(zone) => f.write_str(zone.name()),
            Self::Fixed(offset) => write!(f, "UTC{offset}"),
        }
    }
}

/// Returns the offset of a POSIX name without daylight saving time: letters, or anything in angle
/// brackets, and how far it is to the west, as `<+08>-08`, `CST-8` or `<-0330>3:30`.
fn fixed_offset(name: &str) -> Option<FixedOffset> {
    let offset = match name.strip_prefix('<') {
        Some(rest) => rest.split_once('>')?.1,
        None => {
            let offset = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
            // Abbreviations have three letters or more.
            (name.len() - offset.len() >= 3).then_some(offset)?
        }
    };
    let (sign, digits) = match offset.strip_prefix('-') {
        Some(digits) => (1, digits),
        None => (-1, offset.strip_prefix('+').unwrap_or(offset)),
    };
    let mut parts = digits.split(':').map(|part| {
        let is_number = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| part.parse::<i32>().ok()).flatten()
    });
    let hours = parts.next()??;
    let [minutes, seconds] = [(); 2].map(|()| parts.next().unwrap_or(Some(0)));
    if parts.next().is_some() {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes? * 60 + seconds?))
}

/// Keeps a name for as long as the program runs, once: a target has one.
fn kept(name: &str) -> &'static str {
    static NAMES: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
    let Ok(mut names) = NAMES.lock() else {
        return "";
    };
    if let Some(known) = names.iter().find(|known| **known == name) {
        return known;
    }
    let name: &'static str = Box::leak(name.into());
    names.push(name);
    name
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
        let name = |names, profile| Zone::of(&settings(names), profile).rules.to_string();
        assert_eq!(name(all, profile), "Asia/Taipei");
        let [_, server, log] = all;
        assert_eq!(name([None, server, log], profile), "Asia/Tokyo");
        assert_eq!(name([None, server, log], None), "Europe/Berlin");
        assert_eq!(name([None, None, log], None), "America/Lima");
        assert_eq!(name([None; 3], None), "UTC");
        assert_eq!(name([Some("<+08>-08"), server, log], None), "UTC+08:00");
        // A zone that is not known here gives way to the profile's alone.
        let unknown = Some("EST5EDT,M3.2.0,M11.1.0");
        assert_eq!(name([unknown, server, log], profile), "Asia/Tokyo");
        assert_eq!(name([unknown, server, log], None), "UTC");
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
        let warning = zone([Some("EST5EDT,M3.2.0,M11.1.0"), Some("UTC"), None]).unwrap();
        assert!(
            warning.contains("'EST5EDT,M3.2.0,M11.1.0' is not supported")
                && warning.contains("`time_zone`"),
            "{warning}"
        );
    }

    #[test]
    fn posix_names_without_daylight_saving_time_are_fixed_offsets() {
        for (name, offset) in [
            ("<+08>-08", "+08:00"),
            ("<-0330>3:30", "-03:30"),
            ("<+0545>-5:45", "+05:45"),
            ("CST-8", "+08:00"),
            ("UTC+3", "-03:00"),
            ("ABC1:02:03", "-01:02:03"),
        ] {
            let zone = Zone::named(name).unwrap();
            assert_eq!(zone.rules.to_string(), format!("UTC{offset}"), "{name}");
        }
        for name in [
            "",
            "08",
            "+08",
            "AB3",
            "<+08",
            "<+08>",
            "CST-8CDT",
            "CST-8,M3",
            "CST-",
            "CST-25",
            "CST-8:",
            "CST-1:2:3:4",
            "CST--8",
        ] {
            assert_eq!(Zone::named(name), None, "{name}");
        }
        let noon: NaiveDateTime = "2024-07-01T12:00:00".parse().unwrap();
        let zone = Zone::named("<+08>-08").unwrap();
        let time = zone.time(noon).unwrap();
        assert_eq!(time.to_rfc3339(), "2024-07-01T04:00:00+00:00");
        assert_eq!(zone.clock(time), noon);
    }

    #[test]
    fn clocks_go_there_and_back_in_every_zone() {
        for zone in TZ_VARIANTS {
            let zone = Zone {
                rules: Rules::Named(zone),
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
