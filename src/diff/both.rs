//! One way to compare lists of things: what is gone, what is new, and what differs of what stayed.

use std::collections::BTreeSet;
use std::fmt::Debug;

use obsctl_model::Origin;

use super::change::{Detail, Touch, What};
use super::pairing::Pairing;
use super::touches::{Found, Wanted};
use super::{Change, Class, Subject};

/// Something that has a name.
pub(super) trait Thing {
    /// How it is called.
    fn subject(&self) -> Subject;

    /// Where it stands.
    fn origin(&self) -> Origin {
        Origin::none()
    }

    /// How much it matters that there is none any more.
    fn gone(&self) -> Class;

    /// How much it matters that it has another name.
    fn renamed(&self) -> Class {
        self.gone()
    }

    /// How much it matters that it is new.
    fn added(&self) -> Class {
        Class::Additive
    }

    /// What is built on it, by its name.
    fn wanted(&self) -> Vec<Wanted> {
        vec![]
    }

    /// What is affected by whatever changes of it.
    fn affected(&self) -> Vec<Touch> {
        vec![]
    }

    /// What it holds, in words.
    fn holds(&self) -> Option<String> {
        None
    }
}

impl<T: Thing> Thing for &T {
    fn subject(&self) -> Subject {
        (*self).subject()
    }

    fn origin(&self) -> Origin {
        (*self).origin()
    }

    fn gone(&self) -> Class {
        (*self).gone()
    }

    fn renamed(&self) -> Class {
        (*self).renamed()
    }

    fn added(&self) -> Class {
        (*self).added()
    }

    fn affected(&self) -> Vec<Touch> {
        (*self).affected()
    }

    fn wanted(&self) -> Vec<Wanted> {
        (*self).wanted()
    }

    fn holds(&self) -> Option<String> {
        (*self).holds()
    }
}

/// A thing as it was and as it is.
#[derive(Debug)]
pub(super) struct Both<'a, T: ?Sized> {
    pub(super) before: &'a T,
    pub(super) after: &'a T,
    /// What differs.
    pub(super) details: Vec<Detail>,
    /// Whom that affects.
    pub(super) wanted: Vec<Wanted>,
}

impl<'a, T: ?Sized> Both<'a, T> {
    pub(super) const fn of(before: &'a T, after: &'a T) -> Self {
        Self {
            before,
            after,
            details: vec![],
            wanted: vec![],
        }
    }

    /// Puts down a property that differs.
    pub(super) fn set(
        &mut self,
        class: Class,
        what: &str,
        get: impl Fn(&'a T) -> Option<String>,
    ) -> bool {
        let (from, to) = (get(self.before), get(self.after));
        let differs = from != to;
        if differs {
            self.details.push(Detail::set(class, what, from, to));
        }
        differs
    }

    /// Puts down what members of a list are gone and new: `gone` is how much it matters that some are. Gives those.
    pub(super) fn members(
        &mut self,
        gone: Class,
        new: Class,
        what: &str,
        get: impl Fn(&'a T) -> Vec<String>,
    ) -> Vec<String> {
        let (from, to) = (get(self.before), get(self.after));
        let less = |from: Vec<String>, other: &[String]| -> Vec<String> {
            let other: BTreeSet<_> = other.iter().collect();
            let rest = from.into_iter().filter(|one| !other.contains(one));
            rest.collect()
        };
        let lost = less(from.clone(), &to);
        let class = if lost.is_empty() { new } else { gone };
        let members = What::Members {
            what: what.to_owned(),
            gone: lost.clone(),
            new: less(to, &from),
        };
        if !matches!(&members, What::Members { gone, new, .. } if gone.is_empty() && new.is_empty())
        {
            self.details.push(Detail::new(class, members));
        }
        lost
    }
}

impl Found {
    /// Compares two lists. Gives the pairs that stayed, for what is inside of them.
    pub(super) fn things<'a, T: Thing>(
        &mut self,
        pairing: Pairing<'a, T>,
        differ: impl FnMut(&mut Both<'a, T>),
    ) -> Vec<(&'a T, &'a T)> {
        let (before, after) = pairing.lists();
        let paired = pairing.done();
        for one in paired.gone.into_iter().map(|index| &before[index]) {
            let details = vec![Detail::new(one.gone(), What::Removed)];
            let mut change = Change::new(one.subject(), details, one.origin(), Origin::none());
            change.touches = one.affected();
            self.add(change, one.wanted());
        }
        for one in paired.new.into_iter().map(|index| &after[index]) {
            let details = vec![Detail::new(one.added(), What::Added(one.holds()))];
            let mut change = Change::new(one.subject(), details, Origin::none(), one.origin());
            change.touches = one.affected();
            self.add(change, vec![]);
        }
        let both = paired.both.into_iter();
        let both: Vec<_> = both.map(|(old, new)| (&before[old], &after[new])).collect();
        self.stayed(&both, differ);
        both
    }

    /// Compares things that are the same on both sides.
    pub(super) fn stayed<'a, T: Thing>(
        &mut self,
        both: &[(&'a T, &'a T)],
        mut differ: impl FnMut(&mut Both<'a, T>),
    ) {
        for (old, new) in both.iter().copied() {
            let mut both = Both::of(old, new);
            let from = old.subject().name;
            if from != new.subject().name {
                let what = What::Renamed { from };
                both.details.push(Detail::new(new.renamed(), what));
                both.wanted = old.wanted();
            }
            differ(&mut both);
            let mut change = Change::new(new.subject(), both.details, old.origin(), new.origin());
            change.touches = new.affected();
            self.add(change, both.wanted);
        }
    }
}

/// A value by the word that the vocabulary has for it.
pub(super) fn word(value: impl Debug) -> Option<String> {
    Some(format!("{value:?}").to_lowercase())
}

/// Whether something is so.
pub(super) fn flag(is: bool) -> Option<String> {
    Some(if is { "yes" } else { "no" }.to_owned())
}

/// A text that may be empty.
pub(super) fn unless_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Something in its written form.
pub(super) fn written(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}
