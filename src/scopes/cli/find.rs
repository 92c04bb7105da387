//! Finding a scope by what the operator calls it.

use crate::job::{Failure, FailureKind};
use crate::scopes::violation::{no_scope, violated};
use crate::scopes::{Catalogue, Scope};

/// Finds a scope by its name, or as `id:ID`.
pub(super) fn find<'c>(catalogue: &'c Catalogue, word: &str) -> Result<&'c Scope, Failure> {
    if let Some(id) = word.strip_prefix("id:") {
        return catalogue.scope(id).ok_or_else(|| not_found(word));
    }
    match catalogue.named(word) {
        [scope] => Ok(scope),
        [] => Err(match catalogue.scope(word) {
            Some(_) => not_found(word).hint(format!("a scope with this id exists: use id:{word}")),
            None => not_found(word),
        }),
        several => {
            let ids: Vec<String> = several
                .iter()
                .map(|scope| format!("id:{}", scope.id))
                .collect();
            let what = format!("{} scopes have the name '{word}'", several.len());
            Err(Failure::new(FailureKind::Usage, what)
                .hint(format!("select one by its id: {}", ids.join(" "))))
        }
    }
}

fn not_found(word: &str) -> Failure {
    violated(vec![no_scope(word)]).hint("see `gatediff scope list`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_goes_by_its_name_or_by_its_id() {
        let catalogue = Catalogue::sample();
        assert_eq!(&*find(&catalogue, "accounts").unwrap().id, "2000000001");
        assert_eq!(
            &*find(&catalogue, "id:2000000004").unwrap().id,
            "2000000004"
        );
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused_with_the_ids() {
        let failure = find(&Catalogue::sample(), "twice").unwrap_err();
        assert_eq!(failure.kind, FailureKind::Usage);
        assert_eq!(
            failure.hints,
            ["select one by its id: id:2000000004 id:2000000005"]
        );
    }

    #[test]
    fn a_scope_that_there_is_not_is_1298() {
        let catalogue = Catalogue::sample();
        for word in ["nothing", "id:1", "Accounts", ""] {
            let failure = find(&catalogue, word).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Refused);
            assert_eq!(failure.what, "1298 No information found");
        }
        let hints = find(&catalogue, "2000000001").unwrap_err().hints;
        assert!(
            hints.iter().any(|hint| hint.ends_with("id:2000000001")),
            "{hints:?}"
        );
    }
}
