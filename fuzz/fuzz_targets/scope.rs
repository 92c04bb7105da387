//! The file that a scope is read from, and what is typed for its numbers.
#![no_main]

use gatediff::scopes::{Catalogue, Draft, ScopeDocument, Unit, parse_amount, parse_times};
use gatediff::scopes::parse_draft;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        for unit in Unit::ALL {
            if let Ok(seconds) = parse_amount(text, unit) {
                assert!(seconds >= 0 && seconds % unit.seconds() == 0);
            }
        }
        assert!(parse_times(text).is_ok() == parse_amount(text, Unit::Second).is_ok());
    }
    match parse_draft(bytes) {
        Ok(draft) => {
            let broken = draft.check(&Catalogue::default(), None).len();
            let described = draft.changes(None).len() + draft.changes(Some(&Draft::default())).len();
            std::hint::black_box((broken, described));
            // What is printed of it is read as the same; but for a level that is
            // none, which becomes that of a new scope.
            let draft =
                Draft { level: if draft.level.is_empty() { "A".to_owned() } else { draft.level }, ..draft };
            let printed = serde_json::to_vec(&ScopeDocument::of_draft(&draft, None)).expect("it is printed");
            assert_eq!(parse_draft(&printed).ok(), Some(draft));
        }
        Err(error) => assert!(!error.message.is_empty()),
    }
});
