//! Which thing of the one side is which of the other: first by what names it, then by what it is. Every step takes
//! the time of a sort, however many there are.

use std::collections::BTreeMap;

/// Two lists that are being paired.
#[derive(Debug)]
pub(super) struct Pairing<'a, T> {
    before: &'a [T],
    after: &'a [T],
    gone: Vec<usize>,
    new: Vec<usize>,
    both: Vec<(usize, usize)>,
}

/// What came out of it: indexes into the lists, in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Paired {
    pub(super) both: Vec<(usize, usize)>,
    pub(super) gone: Vec<usize>,
    pub(super) new: Vec<usize>,
}

impl<'a, T> Pairing<'a, T> {
    pub(super) fn of(before: &'a [T], after: &'a [T]) -> Self {
        Self {
            before,
            after,
            gone: (0..before.len()).collect(),
            new: (0..after.len()).collect(),
            both: vec![],
        }
    }

    /// Pairs those with the same key, in order, where several have it.
    pub(super) fn by<K: Ord>(self, key: impl Fn(&'a T) -> Option<K>) -> Self {
        self.pair(key, false)
    }

    /// Pairs those that are the only ones with their key, on both sides.
    pub(super) fn by_only<K: Ord>(self, key: impl Fn(&'a T) -> Option<K>) -> Self {
        self.pair(key, true)
    }

    fn pair<K: Ord>(mut self, key: impl Fn(&'a T) -> Option<K>, only: bool) -> Self {
        if self.gone.is_empty() || self.new.is_empty() {
            return self;
        }
        let mut open: BTreeMap<K, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for index in &self.gone {
            if let Some(key) = key(&self.before[*index]) {
                open.entry(key).or_default().0.push(*index);
            }
        }
        for index in &self.new {
            if let Some(key) = key(&self.after[*index]) {
                open.entry(key).or_default().1.push(*index);
            }
        }
        let mut paired = (
            vec![false; self.before.len()],
            vec![false; self.after.len()],
        );
        for (gone, new) in open.into_values() {
            if only && (gone.len() > 1 || new.len() > 1) {
                continue;
            }
            for (before, after) in gone.into_iter().zip(new) {
                self.both.push((before, after));
                paired.0[before] = true;
                paired.1[after] = true;
            }
        }
        self.gone.retain(|index| !paired.0[*index]);
        self.new.retain(|index| !paired.1[*index]);
        self
    }

    /// The two lists.
    pub(super) const fn lists(&self) -> (&'a [T], &'a [T]) {
        (self.before, self.after)
    }

    /// The pairs so far, in the order of the newer list.
    pub(super) fn pairs(&mut self) -> &[(usize, usize)] {
        self.both.sort_unstable_by_key(|(_, after)| *after);
        &self.both
    }

    pub(super) fn done(mut self) -> Paired {
        self.pairs();
        Paired {
            both: self.both,
            gone: self.gone,
            new: self.new,
        }
    }
}

/// Which members of a sequence stand elsewhere: all but a longest rising part of it.
pub(super) fn displaced(sequence: &[usize]) -> Vec<usize> {
    // `ends[n]`: where the rising part of length n + 1 with the smallest end ends.
    let mut ends: Vec<usize> = vec![];
    let mut previous = vec![None; sequence.len()];
    for (at, value) in sequence.iter().enumerate() {
        let length = ends.partition_point(|end| sequence[*end] < *value);
        previous[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut kept = vec![false; sequence.len()];
    let mut at = ends.last().copied();
    while let Some(place) = at {
        kept[place] = true;
        at = previous[place];
    }
    (0..sequence.len()).filter(|at| !kept[*at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_before_likeness_and_likeness_has_to_be_clear() {
        let before = [("a", 1), ("b", 2), ("c", 3), ("d", 3)];
        let after = [("b", 9), ("x", 1), ("y", 3)];
        let paired = Pairing::of(&before, &after)
            .by(|one| Some(one.0))
            .by_only(|one| Some(one.1))
            .done();
        assert_eq!(
            paired,
            Paired {
                both: vec![(1, 0), (0, 1)],
                gone: vec![2, 3],
                new: vec![2],
            }
        );
    }

    #[test]
    fn as_few_as_possible_have_moved() {
        assert_eq!(displaced(&[0, 1, 2]), [0; 0]);
        assert_eq!(displaced(&[3, 0, 1, 2]), [0]);
        assert_eq!(displaced(&[0, 2, 3, 1]), [3]);
        assert_eq!(displaced(&[]), [0; 0]);
    }
}
