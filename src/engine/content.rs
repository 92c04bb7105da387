//! Values that are made when somebody first reads them: the fields of most
//! items of a large plan nobody reads.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Serialize, Serializer};

/// A value that is there, or that is made when it is first read.
///
/// Clones share it.
pub struct Content<V>(Arc<Source<V>>);

struct Source<V> {
    value: OnceLock<V>,
    recipe: Option<Recipe<V>>,
}

/// How a value is made.
struct Recipe<V> {
    origin: Origin,
    make: Box<dyn Fn() -> V + Send + Sync>,
}

/// What a value is made of, and how: contents of one origin are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The address of what it is made of, which the content keeps.
    pub owner: usize,
    /// Which part of it.
    pub index: usize,
    /// The address of the rules by which it is made.
    pub rules: usize,
    /// Whether it is compared with the target's.
    pub is_cover: bool,
}

impl<V: Clone + Default> Content<V> {
    /// Returns a content that is made when it is first read; `make` keeps the
    /// owner of its origin.
    pub fn of(origin: Origin, make: impl Fn() -> V + Send + Sync + 'static) -> Self {
        let recipe = Recipe {
            origin,
            make: Box::new(make),
        };
        Self(Arc::new(Source {
            value: OnceLock::new(),
            recipe: Some(recipe),
        }))
    }

    /// Returns whether two contents are known to be equal without reading them.
    pub fn is_same(&self, other: &Self) -> bool {
        let origin = |content: &Self| content.0.recipe.as_ref().map(|recipe| recipe.origin);
        Arc::ptr_eq(&self.0, &other.0) || (origin(self).is_some() && origin(self) == origin(other))
    }

    /// Returns the value, to be read once: one that has to be made is not kept.
    pub fn read(&self) -> Cow<'_, V> {
        match self.0.value.get() {
            Some(value) => Cow::Borrowed(value),
            None => Cow::Owned(made(self.0.recipe.as_ref())),
        }
    }

    /// Returns the value itself.
    pub fn into_value(self) -> V {
        match Arc::try_unwrap(self.0) {
            Ok(source) => {
                let Source { value, recipe } = source;
                value.into_inner().unwrap_or_else(|| made(recipe.as_ref()))
            }
            Err(shared) => Self(shared).read().into_owned(),
        }
    }

    /// Changes the value.
    pub fn edit(&mut self, change: impl FnOnce(&mut V)) {
        let mut value = std::mem::replace(self, V::default().into()).into_value();
        change(&mut value);
        *self = value.into();
    }
}

fn made<V: Default>(recipe: Option<&Recipe<V>>) -> V {
    recipe.map_or_else(V::default, |recipe| (recipe.make)())
}

impl<V> Clone for Content<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V: Default> Deref for Content<V> {
    type Target = V;

    fn deref(&self) -> &V {
        self.0.value.get_or_init(|| made(self.0.recipe.as_ref()))
    }
}

impl<V> From<V> for Content<V> {
    fn from(value: V) -> Self {
        Self(Arc::new(Source {
            value: value.into(),
            recipe: None,
        }))
    }
}

impl<V: Clone + Default + PartialEq> PartialEq for Content<V> {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || **self == **other
    }
}

impl<V: Clone + Default + Eq> Eq for Content<V> {}

impl<V: Default + Serialize> Serialize for Content<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<V: Default + fmt::Debug> fmt::Debug for Content<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_content_is_made_once_and_not_to_find_that_it_is_the_same() {
        let made = Arc::new(AtomicUsize::new(0));
        let content = |index: usize| {
            let origin = Origin {
                owner: 1,
                index,
                rules: 2,
                is_cover: false,
            };
            let made = Arc::clone(&made);
            Content::of(origin, move || {
                made.fetch_add(1, Ordering::Relaxed);
                5
            })
        };
        let [one, same, other] = [0, 0, 1].map(content);
        assert!(one == same && one.is_same(&same) && !one.is_same(&other));
        assert_eq!(made.load(Ordering::Relaxed), 0);
        assert_eq!(one, other, "another one may be equal");
        assert_eq!((&*one, one.clone().into_value()), (&5, 5));
        assert_eq!(made.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_content_that_is_read_once_is_not_kept() {
        let made = Arc::new(AtomicUsize::new(0));
        let origin = Origin {
            owner: 1,
            index: 1,
            rules: 2,
            is_cover: false,
        };
        let times = Arc::clone(&made);
        let content = Content::of(origin, move || times.fetch_add(1, Ordering::Relaxed));
        let reads = [content.read().into_owned(), content.read().into_owned()];
        assert_eq!((reads, content.clone().into_value()), ([0, 1], 2));
        assert_eq!(*content, 3);
        assert_eq!((&*content.read(), content.clone().into_value()), (&3, 3));
    }

    #[test]
    fn an_edit_of_one_changes_no_clone() {
        let one = Content::from(1);
        let mut other = one.clone();
        other.edit(|value| *value = 2);
        assert_eq!((&*one, &*other), (&1, &2));
    }
}
