//! A plan with its file and target, to be printed.

use crate::engine::Plan;
use crate::job::{FileInfo, Review, SavedPlan, TargetPolicy};

/// A plan with its file and target, just made or saved.
#[derive(Clone, Copy)]
pub(crate) struct PlanOutput<'a> {
    pub(crate) file: &'a FileInfo,
    pub(crate) target: &'a str,
    /// What the profiles say about it.
    pub(crate) policy: &'a TargetPolicy,
    pub(crate) plan: &'a Plan,
}

impl<'a> From<&'a Review> for PlanOutput<'a> {
    fn from(review: &'a Review) -> Self {
        Self {
            file: &review.file,
            target: &review.target,
            policy: &review.policy,
            plan: &review.plan,
        }
    }
}

impl<'a> From<&'a SavedPlan> for PlanOutput<'a> {
    fn from(saved: &'a SavedPlan) -> Self {
        Self {
            file: &saved.file,
            target: &saved.target,
            policy: &TargetPolicy::NONE,
            plan: saved.plan(),
        }
    }
}
