//! The counts of the buckets on one side of zero, sparse and in ascending order.

use super::kahan::Number;

/// The observations in the bucket with this index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count<N = f64> {
    /// Its place. The exponential bucket 0 has the upper bound 1, the custom bucket 0 the first bound.
    pub index: i32,
    /// The observations in it.
    pub count: N,
}

/// Counts by ascending index, each index once; what is absent is empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Buckets<N = f64>(Vec<Count<N>>);

impl<N> Default for Buckets<N> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl Buckets {
    /// Neighbours from index `offset` on.
    #[must_use]
    pub fn dense(offset: i32, counts: impl IntoIterator<Item = f64>) -> Self {
        let counts = (offset..).zip(counts);
        Self(
            counts
                .map(|(index, count)| Count { index, count })
                .collect(),
        )
    }

    /// The counts by ascending index.
    pub fn counts(&self) -> impl Iterator<Item = f64> {
        self.as_slice().iter().map(|bucket| bucket.count)
    }

    /// Whether both write down the same buckets with the same bits.
    pub(super) fn same_bits(&self, other: &Self) -> bool {
        let pairs = || self.as_slice().iter().zip(other.as_slice());
        self.len() == other.len()
            && pairs().all(|(left, right)| {
                left.index == right.index && left.count.to_bits() == right.count.to_bits()
            })
    }

    /// How many runs of neighbours there are.
    pub(super) fn runs(&self) -> usize {
        let pairs = self.as_slice().windows(2);
        let gaps = pairs.filter(|pair| pair[0].index + 1 != pair[1].index);
        gaps.count() + usize::from(!self.is_empty())
    }
}

impl<N> Buckets<N> {
    /// The buckets that are written down, by ascending index. Some may be empty.
    #[must_use]
    pub fn as_slice(&self) -> &[Count<N>] {
        &self.0
    }

    /// How many buckets are written down.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no bucket is written down.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Count<N>> {
        self.0.iter_mut()
    }

    /// Replaces every count by what `change` makes of the bucket.
    pub(super) fn change(&mut self, change: impl Fn(&Count<N>) -> N) {
        for bucket in &mut self.0 {
            bucket.count = change(bucket);
        }
    }
}

impl<N: Number> Buckets<N> {
    /// The same buckets of another number.
    pub(super) fn convert<M>(&self, convert: impl Fn(N) -> M) -> Buckets<M> {
        let buckets = self.0.iter();
        let buckets = buckets.map(|bucket| Count {
            index: bucket.index,
            count: convert(bucket.count),
        });
        Buckets(buckets.collect())
    }

    /// Writes down the next bucket. Its index has to be the highest.
    pub(super) fn push(&mut self, index: i32, count: N) {
        debug_assert!(self.0.last().is_none_or(|last| last.index < index));
        self.0.push(Count { index, count });
    }

    /// The buckets merged from schema `from` into the lower schema `to`.
    pub(super) fn reduced(&self, from: i32, to: i32) -> Self {
        let mut merged = Self(Vec::with_capacity(self.len()));
        for bucket in &self.0 {
            let index = ((bucket.index - 1) >> (from - to)) + 1;
            match merged.0.last_mut() {
                Some(last) if last.index == index => last.count.absorb(bucket.count),
                _ => merged.push(index, bucket.count),
            }
        }
        merged
    }

    /// Adds the buckets of `others`, which come by ascending index.
    pub(super) fn absorb<'a>(&mut self, others: impl IntoIterator<Item = &'a Count<N>>)
    where
        N: 'a,
    {
        let mut others = others.into_iter().peekable();
        let mut sum = Self(Vec::with_capacity(self.len()));
        for mut bucket in std::mem::take(&mut self.0) {
            while let Some(other) = others.next_if(|other| other.index < bucket.index) {
                sum.0.push(*other);
            }
            if let Some(other) = others.next_if(|other| other.index == bucket.index) {
                bucket.count.absorb(other.count);
            }
            sum.0.push(bucket);
        }
        sum.0.extend(others);
        *self = sum;
    }

    /// Drops empty buckets, except for those in gaps of at most `max_gap` buckets between two that are not
    /// empty: these are written down.
    pub(super) fn compact(&mut self, max_gap: u32) {
        let before = std::mem::take(&mut self.0);
        for bucket in before.into_iter().filter(|bucket| !bucket.count.is_zero()) {
            if let Some(last) = self.0.last().map(|last| last.index)
                && last.abs_diff(bucket.index) - 1 <= max_gap
            {
                for index in last + 1..bucket.index {
                    self.push(index, N::default());
                }
            }
            self.0.push(bucket);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(buckets: &Buckets) -> String {
        let buckets = buckets.as_slice().iter();
        let buckets = buckets.map(|bucket| format!("{}:{}", bucket.index, bucket.count));
        buckets.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lower_resolutions_merge_neighbours() {
        let buckets = Buckets::dense(-3, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]);
        assert_eq!(text(&buckets.reduced(1, 0)), "-1:3 0:12 1:48 2:64");
        assert_eq!(text(&buckets.reduced(3, 0)), "0:15 1:112");
    }

    #[test]
    fn adding_keeps_the_order() {
        let mut buckets = Buckets::dense(2, [1.0, 1.0]);
        buckets.absorb(Buckets::dense(-1, [5.0]).as_slice());
        buckets.absorb(Buckets::dense(3, [2.0, 3.0]).as_slice());
        assert_eq!(text(&buckets), "-1:5 2:1 3:3 4:3");
        assert_eq!(buckets.runs(), 2);
    }

    #[test]
    fn compacting_drops_empty_buckets_and_fills_small_gaps() {
        let sparse = || {
            let mut buckets = Buckets::dense(0, [0.0, 1.0, 0.0, 0.0, 2.0, 0.0]);
            buckets.absorb(Buckets::dense(6, [3.0]).as_slice());
            buckets
        };
        for (max_gap, expected) in [
            (0, "1:1 4:2 6:3"),
            (1, "1:1 4:2 5:0 6:3"),
            (2, "1:1 2:0 3:0 4:2 5:0 6:3"),
        ] {
            let mut buckets = sparse();
            buckets.compact(max_gap);
            assert_eq!(text(&buckets), expected, "{max_gap}");
        }
    }
}
