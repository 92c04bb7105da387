//! How long a scope is valid, and how often: in seconds with the product's
//! four units, and as a number.

use std::fmt;

use super::part::Part;
use super::violation::violation;
use crate::engine::Violation;

/// The maximum duration: `allow_days` is 32 bits wide, and the product's own
/// multiplication overflows beyond it.
pub const MAX_SECONDS: i64 = 2_147_483_647;

/// A unit of time, as in the product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// `s`
    #[default]
    Second,
    /// `m`
    Minute,
    /// `H`
    Hour,
    /// `d`
    Day,
}

impl Unit {
    /// All of them, from the smallest.
    pub const ALL: [Self; 4] = [Self::Second, Self::Minute, Self::Hour, Self::Day];

    /// Returns the unit of the product's letter, ignoring case.
    pub fn parse(letter: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|unit| unit.letter().eq_ignore_ascii_case(letter))
    }

    /// Returns the product's letter.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "m",
            Self::Hour => "H",
            Self::Day => "d",
        }
    }

    /// Returns the product's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// Returns an amount of it, such as `25 hours`.
    pub fn count(self, amount: i64) -> String {
        let plural = if amount == 1 { "" } else { "s" };
        format!("{amount} {}{plural}", self.word())
    }

    /// Returns how many seconds it has.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }
}

/// A number of seconds in its largest whole unit, as on the product's page but
/// for the plural: 86400 is `1 day`, 90000 is `25 hours (Approximately 1 day)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The amount.
    pub amount: i64,
    /// The largest unit that gives a whole number.
    pub unit: Unit,
    /// An approximation in a larger unit.
    pub about: Option<(i64, Unit)>,
}

impl Span {
    /// Returns the span of a number of seconds. A negative one, which the
    /// product's overflow leaves behind, is unchanged.
    pub fn new(seconds: i64) -> Self {
        let whole = |unit: &Unit| seconds > 0 && seconds % unit.seconds() == 0;
        let unit = Unit::ALL.into_iter().rfind(whole).unwrap_or_default();
        let about = Unit::ALL
            .into_iter()
            .rfind(|larger| *larger > unit && seconds >= larger.seconds());
        Self {
            amount: seconds / unit.seconds(),
            unit,
            about: about.map(|larger| (seconds / larger.seconds(), larger)),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.unit.count(self.amount))?;
        match self.about {
            Some((amount, unit)) => write!(f, " (Approximately {})", unit.count(amount)),
            None => Ok(()),
        }
    }
}

/// Parses a duration in a unit; returns seconds.
///
/// # Errors
///
/// 1350 if it is empty, 1352 if it is not a number, 1355 below zero, 1356 above
/// [`MAX_SECONDS`].
pub fn parse_amount(text: &str, unit: Unit) -> Result<i64, Violation> {
    let max = MAX_SECONDS / unit.seconds();
    number(text, max, Part::Duration)
        .map(|amount| amount * unit.seconds())
        .map_err(|violation| match violation.code {
            1356 => violation.hint(format!(
                "the maximum is {max} {}s; 0 means no limit",
                unit.word()
            )),
            _ => violation,
        })
}

/// Parses a duration with its unit, such as `30d`, `12H` or `0`; without a unit
/// it is in seconds. Returns seconds.
///
/// # Errors
///
/// As [`parse_amount`].
pub fn parse_duration(text: &str) -> Result<i64, Violation> {
    let text = text.trim();
    let amount = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let letters = text.strip_prefix(amount).unwrap_or_default();
    let unit = if letters.is_empty() {
        Some(Unit::default())
    } else {
        Unit::parse(letters)
    };
    unit.map_or_else(
        || {
            let label = Part::Duration.label();
            let units = "write a number followed by s, m, H or d, such as 30d; 0 means no limit";
            Err(violation(1352, &[label])
                .of(Part::Duration.word())
                .hint(units))
        },
        |unit| parse_amount(amount, unit),
    )
}

/// Parses a number of allowed access times.
///
/// # Errors
///
/// As [`parse_amount`].
pub fn parse_times(text: &str) -> Result<i64, Violation> {
    number(text, i64::from(i32::MAX), Part::Times)
}

fn number(text: &str, max: i64, part: Part) -> Result<i64, Violation> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let label = part.label();
    let violation = match text {
        "" => violation(1350, &[label]).hint("type 0 for no limit"),
        _ if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            violation(1352, &[label]).hint("only whole numbers are accepted; 0 means no limit")
        }
        _ => match text.parse::<i64>() {
            Ok(number) if (0..=max).contains(&number) => return Ok(number),
            Ok(number) if number < 0 => below(label, text),
            Err(_) if text.starts_with('-') => below(label, text),
            _ => violation(1356, &[label, &max.to_string(), &format!("[{text}]")])
                .hint(format!("at most {max}; 0 means no limit")),
        },
    };
    Err(violation.of(part.word()))
}

/// Returns the violation of a number below zero.
pub(super) fn below(label: &str, text: &str) -> Violation {
    violation(1355, &[label, "0", &format!("[{text}]")]).hint("0 means no limit")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(seconds: i64) -> String {
        Span::new(seconds).to_string()
    }

    #[test]
    fn a_duration_is_reported_in_its_largest_whole_unit() {
        assert_eq!(describe(0), "0 seconds");
        assert_eq!(describe(59), "59 seconds");
        assert_eq!(describe(60), "1 minute");
        assert_eq!(describe(7_200), "2 hours");
        assert_eq!(describe(86_400), "1 day");
    }

    #[test]
    fn what_is_no_whole_number_of_a_larger_unit_gets_a_rough_hint() {
        assert_eq!(describe(90_000), "25 hours (Approximately 1 day)");
        assert_eq!(describe(3_661), "3661 seconds (Approximately 1 hour)");
        assert_eq!(describe(90), "90 seconds (Approximately 1 minute)");
    }

    #[test]
    fn what_an_overflow_left_behind_is_reported_as_it_is() {
        assert_eq!(describe(-86_400), "-86400 seconds");
    }

    #[test]
    fn a_unit_turns_an_amount_into_seconds() {
        assert_eq!(parse_amount("3", Unit::Second), Ok(3));
        assert_eq!(parse_amount("3", Unit::Minute), Ok(180));
        assert_eq!(parse_amount("3", Unit::Hour), Ok(10_800));
        assert_eq!(parse_amount("3", Unit::Day), Ok(259_200));
        assert_eq!(Unit::parse("h"), Some(Unit::Hour));
        assert_eq!(Unit::parse("M"), Some(Unit::Minute));
        assert_eq!(Unit::parse("w"), None);
    }

    #[test]
    fn a_duration_is_typed_with_its_unit() {
        assert_eq!(parse_duration("30d"), Ok(2_592_000));
        assert_eq!(parse_duration(" 2 h "), Ok(7_200));
        assert_eq!(parse_duration("90"), Ok(90));
        assert_eq!(parse_duration("0"), Ok(0));
        let code = |text: &str| parse_duration(text).unwrap_err().code;
        assert_eq!(code("3w"), 1352);
        assert_eq!(code("3dd"), 1352);
        assert_eq!(code("1d2h"), 1352);
        assert_eq!(code(""), 1350);
        assert_eq!(code("d"), 1350);
        assert_eq!(code("-1d"), 1355);
        assert_eq!(code("24856d"), 1356);
    }

    #[test]
    fn nought_is_without_limit_and_nothing_is_required() {
        assert_eq!(parse_amount(" 0 ", Unit::Day), Ok(0));
        assert_eq!(parse_amount("", Unit::Day).unwrap_err().code, 1350);
        assert_eq!(parse_times("").unwrap_err().code, 1350);
    }

    #[test]
    fn only_what_32_bits_hold_is_a_duration() {
        assert_eq!(parse_amount("24855", Unit::Day), Ok(2_147_472_000));
        assert_eq!(parse_amount("24856", Unit::Day).unwrap_err().code, 1356);
        assert_eq!(parse_amount("2147483647", Unit::Second), Ok(MAX_SECONDS));
        assert_eq!(
            parse_amount("99999999999999999999", Unit::Second)
                .unwrap_err()
                .code,
            1356
        );
    }

    #[test]
    fn a_number_below_nought_or_no_number_is_refused() {
        assert_eq!(parse_times("-1").unwrap_err().code, 1355);
        assert_eq!(parse_times("-99999999999999999999").unwrap_err().code, 1355);
        assert_eq!(parse_times("1.5").unwrap_err().code, 1352);
        assert_eq!(parse_times("-").unwrap_err().code, 1352);
        assert_eq!(parse_times("٣").unwrap_err().code, 1352);
    }
}
