//! Contents are made when they are read, and are what they were compared as.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::draw::{Draw, Side as DrawSide, environment};
use super::{compared, file, target};
use crate::cases::config;
use crate::engine::{Effect, marked};
use crate::platform::digirunner::compare;
use crate::platform::digirunner::compared::{Place, stored, wanted};
use crate::platform::digirunner::index::Identity;
use crate::platform::digirunner::item;

proptest! {
    #![proptest_config(config(32))]

    #[test]
    fn what_is_made_later_is_what_was_compared(
        (from, to) in (vec(any::<u16>(), 0..1200), vec(any::<u16>(), 0..1200)),
    ) {
        let compared = compared(
            file(&environment(&mut Draw::new(&from), DrawSide::File)),
            target(&environment(&mut Draw::new(&to), DrawSide::Target)),
        );
        let (plan, sides) = (Arc::new(compare::plan(&compared)), compared.sides());
        let repeated = sides.file.repeated();
        for entry in plan.entries() {
            let id = &entry.item.id;
            let identity = Identity::of(&id.kind);
            let position = entry.item.path.rsplit('/').next().unwrap();
            let place = Place::new(identity, position.parse().unwrap());
            let first = repeated.get(&(identity.table, &*id.key)).map(|known| known.first);
            if first.is_some_and(|first| first != place.index) {
                let row = sides.file.tables.row(identity.table, place.index).unwrap();
                prop_assert_eq!(&*entry.item.value, &item::record(&sides.file, identity.table, row));
                prop_assert!(entry.base.is_none() && !entry.verdict.reasons.is_empty(), "{}", id);
                continue;
            }
            // A client that changes completes its scopes.
            let values = [false, true].map(|completes| {
                wanted(&sides, Place { completes, ..place }).unwrap()
            });
            let base = stored(&sides, id);
            let values = values.map(|value| match &base {
                Some(base) => marked(base, value),
                None => value,
            });
            let read = entry.item.value.read().into_owned();
            prop_assert!(values.contains(&read), "{}", id);
            prop_assert_eq!(&read, &*entry.item.value);
            prop_assert_eq!(entry.base.as_ref().map(|base| base.value.read().into_owned()), base.clone());
            let effect = base.map_or_else(Effect::default, |base| Effect::of(&base, &read));
            prop_assert_eq!(&entry.effect, &effect, "{}", id);
        }
    }
}
