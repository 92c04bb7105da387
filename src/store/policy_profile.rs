//! The profiles that set a policy, and which of them apply to a target.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::cluster::{Cluster, MetClusters};
use super::connection::{Target, resolve};
use super::known_policy::{KnownPolicy, Profile};
use super::target_policy::{MatchedBy, TargetPolicy};

/// A profile that sets a policy.
#[derive(Clone, Debug)]
pub struct PolicyProfile {
    /// Its name.
    pub name: String,
    /// Whether its target is production.
    pub production: bool,
    /// Whether its target is read-only.
    pub read_only: bool,
    /// Whether it is used now: then it applies to the target whatever its address is.
    pub is_used: bool,
    /// The databases that its address can mean, none if it has no address; or why it cannot be
    /// read.
    pub named: Result<Vec<Target>, String>,
}

impl TargetPolicy {
    /// Returns the policy of a target of which only the text of [`Target::display`] is
    /// known. Nothing is resolved.
    #[must_use]
    pub fn of_text(target: &str, profiles: &[PolicyProfile]) -> Self {
        let mut policy = Self::NONE;
        for profile in profiles {
            let ends_as = |named: &Target| {
                target
                    .strip_suffix(&*named.place())
                    .is_some_and(|user| user.ends_with('@'))
            };
            let by = match &profile.named {
                Ok(named) => named.iter().any(ends_as).then_some(MatchedBy::Address),
                Err(why) => Some(MatchedBy::Unreadable(why.clone())),
            };
            policy.add(&profile.name, [profile.production, profile.read_only], by);
        }
        policy
    }
}

impl KnownPolicy {
    /// Compares a target with those of profiles; asks the resolver where names have to be compared.
    async fn new(
        target: &Target,
        profiles: Vec<PolicyProfile>,
        directory: Option<PathBuf>,
    ) -> Self {
        let mut here = target.location();
        let mut named: Vec<_> = profiles
            .iter()
            .map(|profile| {
                let targets = profile.named.as_deref().unwrap_or_default();
                targets
                    .iter()
                    .map(|named| (named.place(), named.location()))
                    .collect::<Vec<_>>()
            })
            .collect();
        let mut asked: Vec<_> = named
            .iter_mut()
            .flatten()
            .map(|(_, there)| there)
            .filter(|there| here.may_be(there))
            .collect();
        if !asked.is_empty() {
            asked.push(&mut here);
            resolve(asked).await;
        }
        let compared = profiles.into_iter().zip(named).map(|(profile, named)| {
            let matching: Vec<String> = named
                .iter()
                .filter(|(_, there)| here.is_same(there))
                .map(|(place, _)| place.clone())
                .collect();
            let by = match profile.named {
                _ if profile.is_used => Some(MatchedBy::Use),
                Err(why) => Some(MatchedBy::Unreadable(why)),
                Ok(_) if !matching.is_empty() => Some(MatchedBy::Address),
                Ok(_) => None,
            };
            Profile {
                name: profile.name,
                production: profile.production,
                read_only: profile.read_only,
                places: named.into_iter().map(|(place, _)| place).collect(),
                matching,
                by,
            }
        });
        let new = Self {
            profiles: compared.collect(),
            directory,
            known: Mutex::default(),
        };
        new.add(|profile| profile.by.clone());
        new
    }
}

impl Target {
    /// Applies profiles to the target. `directory` contains the file of known clusters.
    ///
    /// Host names are resolved, for two seconds at most, where a profile's address differs from
    /// the target's in nothing else. Other threads may still be waiting for the resolver then.
    #[must_use]
    pub async fn with_profiles(
        self,
        profiles: Vec<PolicyProfile>,
        directory: Option<PathBuf>,
    ) -> Self {
        if profiles.is_empty() {
            return self;
        }
        let known_policy = KnownPolicy::new(&self, profiles, directory).await;
        self.with_markings(known_policy)
    }

    /// Returns the policy of the target, as far as known: by its address and, once
    /// connected, by its cluster.
    #[must_use]
    pub fn policy(&self) -> TargetPolicy {
        self.known_policy()
            .map(|known_policy| known_policy.known().policy.clone())
            .unwrap_or_default()
    }

    /// Says whether its policy is final.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.known_policy()
            .is_none_or(|known_policy| known_policy.known().is_met)
    }

    /// Says whether its cluster matters: whether any profile sets a policy.
    #[must_use]
    pub fn has_policy_profiles(&self) -> bool {
        self.known_policy().is_some()
    }

    /// Returns the path of the file of known clusters.
    #[must_use]
    pub fn clusters_directory(&self) -> Option<&Path> {
        self.known_policy()?.directory.as_deref()
    }

    /// Records the cluster of the target; returns the clusters to save, if there is a new one.
    /// What is known already is kept.
    pub fn meet(&self, cluster: Option<&Cluster>, met: &MetClusters) -> Option<MetClusters> {
        let known_policy = self.known_policy()?;
        known_policy.add(|profile| {
            let is_met = |place: &String| cluster.is_some_and(|cluster| met.has(place, cluster));
            profile
                .places
                .iter()
                .any(is_met)
                .then_some(MatchedBy::Cluster)
        });
        known_policy.known().is_met = true;

        let cluster = cluster?;
        let matching = known_policy
            .profiles
            .iter()
            .flat_map(|profile| &profile.matching);
        let new: Vec<&String> = matching.filter(|place| !met.has(place, cluster)).collect();
        let mut all = met.clone();
        for place in &new {
            if !all.has(place, cluster) {
                all.add(place, cluster);
            }
        }
        (!new.is_empty()).then_some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        Target::resolve(Some(url), |_| None).unwrap()
    }

    fn profile(name: &str, urls: &[&str]) -> PolicyProfile {
        PolicyProfile {
            name: name.to_owned(),
            production: true,
            read_only: false,
            is_used: false,
            named: Ok(urls.iter().map(|url| target(url)).collect()),
        }
    }

    async fn production(url: &str, profiles: Vec<PolicyProfile>) -> Option<MatchedBy> {
        target(url)
            .with_profiles(profiles, None)
            .await
            .policy()
            .production
            .map(|mark| mark.by)
    }

    fn cluster(number: u32) -> Cluster {
        Cluster {
            system_identifier: number.to_string(),
            database: "gate".to_owned(),
        }
    }

    const LIVE: &str = "postgres://app:secret@db.invalid/gate";

    #[tokio::test]
    async fn a_database_that_a_production_profile_names_is_production() {
        let live = || vec![profile("live", &[LIVE])];
        for same in [
            "postgres://other@DB.invalid./gate",
            "postgres://db.invalid:5432/gate",
        ] {
            assert_eq!(
                production(same, live()).await,
                Some(MatchedBy::Address),
                "{same}"
            );
        }
        for other in [
            "postgres://db.invalid:5433/gate",
            "postgres://db.invalid/test",
            "postgres://x.invalid/gate",
        ] {
            assert_eq!(production(other, live()).await, None, "{other}");
        }
    }

    #[test]
    fn the_text_of_a_target_is_known_by_its_end() {
        let profiles = [profile("live", &[LIVE])];
        let is_production =
            |text: &str| TargetPolicy::of_text(text, &profiles).production.is_some();
        assert!(is_production("a@b@db.invalid:5432/gate"));
        for other in [
            "a@mydb.invalid:5432/gate",
            "a@db.invalid:5432/gate2",
            "db.invalid:5432/gate",
            "",
        ] {
            assert!(!is_production(other), "{other}");
        }
    }

    #[tokio::test]
    async fn a_profile_that_is_used_marks_whatever_it_is_used_on() {
        let used = PolicyProfile {
            is_used: true,
            ..profile("live", &[])
        };
        assert_eq!(
            production("postgres://x.invalid/test", vec![used]).await,
            Some(MatchedBy::Use)
        );
        assert_eq!(
            production("postgres://x.invalid/test", vec![profile("live", &[])]).await,
            None
        );
    }

    #[tokio::test]
    async fn a_profile_whose_address_cannot_be_read_may_name_any_database() {
        let broken = PolicyProfile {
            named: Err("no service".to_owned()),
            ..profile("live", &[])
        };
        let by = production("postgres://x.invalid/test", vec![broken]).await;
        assert_eq!(by, Some(MatchedBy::Unreadable("no service".to_owned())));
    }

    #[tokio::test]
    async fn a_mark_is_of_its_own_sort_only() {
        let audit = PolicyProfile {
            production: false,
            read_only: true,
            ..profile("audit", &[LIVE])
        };
        let policy = target(LIVE).with_profiles(vec![audit], None).await.policy();
        assert_eq!(policy.production, None);
        assert_eq!(
            policy.read_only.unwrap().to_string(),
            "profile 'audit' names this database"
        );
    }

    #[tokio::test]
    async fn a_cluster_that_was_met_behind_the_profiles_address_is_known_at_any_other() {
        let live = || vec![profile("live", &[LIVE])];
        let direct = target(LIVE).with_profiles(live(), None).await;
        let met = direct
            .meet(Some(&cluster(7)), &MetClusters::default())
            .unwrap();
        assert_eq!(
            direct.meet(Some(&cluster(7)), &met),
            None,
            "it is kept already"
        );
        assert!(!serde_json::to_string(&met).unwrap().contains("secret"));

        let tunnel = target("postgres://localhost:6543/other")
            .with_profiles(live(), None)
            .await;
        assert_eq!(
            (tunnel.policy(), tunnel.is_met()),
            (TargetPolicy::NONE, false)
        );
        assert_eq!(
            tunnel.meet(Some(&cluster(7)), &met),
            None,
            "its address is no profile's"
        );
        assert_eq!(tunnel.policy().production.unwrap().by, MatchedBy::Cluster);
        assert!(tunnel.is_met());
        tunnel.meet(None, &met);
        assert!(
            tunnel.policy().production.is_some(),
            "what is marked stays so"
        );
    }

    #[tokio::test]
    async fn neither_another_cluster_nor_another_database_nor_an_unknown_one_is_marked() {
        let live = || vec![profile("live", &[LIVE])];
        let met = target(LIVE)
            .with_profiles(live(), None)
            .await
            .meet(Some(&cluster(7)), &MetClusters::default());
        let met = met.unwrap();
        let other = Cluster {
            database: "test".to_owned(),
            ..cluster(7)
        };
        for found in [Some(&cluster(8)), Some(&other), None] {
            let tunnel = target("postgres://localhost:6543/gate")
                .with_profiles(live(), None)
                .await;
            tunnel.meet(found, &met);
            assert_eq!(tunnel.policy(), TargetPolicy::NONE, "{found:?}");
        }
        let renamed = vec![profile("live", &["postgres://new.invalid/gate"])];
        let tunnel = target("postgres://localhost:6543/gate")
            .with_profiles(renamed, None)
            .await;
        tunnel.meet(Some(&cluster(7)), &met);
        assert_eq!(
            tunnel.policy(),
            TargetPolicy::NONE,
            "the profile names another place now"
        );
    }

    #[tokio::test]
    async fn only_so_many_clusters_are_kept_of_one_address() {
        let direct = target(LIVE)
            .with_profiles(vec![profile("live", &[LIVE])], None)
            .await;
        let mut met = MetClusters::default();
        for number in 0..40 {
            met = direct.meet(Some(&cluster(number)), &met).unwrap();
        }
        assert_eq!(met.clusters.len(), MetClusters::MAX_OF_A_PLACE);
        assert!(met.has(&target(LIVE).place(), &cluster(39)));
    }
}
