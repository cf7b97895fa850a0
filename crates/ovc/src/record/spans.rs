//! Spans of time and what can be done with lists of them.

/// A span of time in milliseconds since 1970, its end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Begin.
    pub from: i64,
    /// End.
    pub to: i64,
}

impl Span {
    /// From here to there.
    pub const fn new(from: i64, to: i64) -> Self {
        Self { from, to }
    }

    /// How long, in milliseconds; nothing if it ends before it begins.
    pub const fn len(self) -> i64 {
        let len = self.to.saturating_sub(self.from);
        if len < 0 { 0 } else { len }
    }

    /// Whether there is nothing in it.
    pub const fn is_empty(self) -> bool {
        self.to <= self.from
    }

    /// What is in both.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }

    /// Whether all of `other` is in it.
    pub const fn contains(self, other: Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }
}

/// In order, each moment once, neighbours as one.
pub fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| !span.is_empty());
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => merged.push(span),
        }
    }
    merged
}

/// In order, those that are no further apart than `gap_ms` as one with what lies between them.
pub fn bridged(spans: impl IntoIterator<Item = Span>, gap_ms: i64) -> Vec<Span> {
    let reach = spans
        .into_iter()
        .map(|span| Span::new(span.from, span.to.saturating_add(gap_ms)));
    let mut bridged = merged(reach.collect());
    for span in &mut bridged {
        span.to -= gap_ms;
    }
    bridged
}

/// What is in both lists. Both are in order; the second one's may overlap.
pub fn common(one: &[Span], other: &[Span]) -> Vec<Span> {
    let other = tidy(other);
    let mut common = Vec::new();
    let (mut a, mut b) = (0, 0);
    while let (Some(x), Some(y)) = (one.get(a), other.get(b)) {
        let both = x.within(*y);
        if !both.is_empty() {
            common.push(both);
        }
        if x.to < y.to { a += 1 } else { b += 1 }
    }
    common
}

/// What is in the first list and not in the second. Both are in order; the second one's may overlap.
pub fn without(one: &[Span], other: &[Span]) -> Vec<Span> {
    let other = tidy(other);
    let mut left = Vec::with_capacity(one.len());
    let mut at = 0;
    for span in one {
        let mut from = span.from;
        while other.get(at).is_some_and(|next| next.to <= from) {
            at += 1;
        }
        let mut next = at;
        while let Some(hole) = other.get(next).filter(|hole| hole.from < span.to) {
            if hole.from > from {
                left.push(Span::new(from, hole.from));
            }
            from = from.max(hole.to);
            next += 1;
        }
        if from < span.to {
            left.push(Span::new(from, span.to));
        }
    }
    left
}

/// Mostly it is so already.
fn tidy(spans: &[Span]) -> std::borrow::Cow<'_, [Span]> {
    let is_tidy = spans.iter().all(|span| !span.is_empty()) && spans.windows(2).all(|pair| pair[0].to <= pair[1].from);
    if is_tidy {
        spans.into()
    } else {
        merged(spans.to_vec()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some_spans() -> impl Strategy<Value = Vec<Span>> {
        let one = (0i64..200, 0i64..40).prop_map(|(from, len)| Span::new(from, from + len));
        proptest::collection::vec(one, 0..12)
    }

    fn has(spans: &[Span], at: i64) -> bool {
        spans.iter().any(|span| span.from <= at && at < span.to)
    }

    proptest! {
        #[test]
        fn lists_are_sets_of_moments(one in some_spans(), other in some_spans()) {
            let one = merged(one);
            let mut ordered = other.clone();
            ordered.sort_unstable();
            let (both, left) = (common(&one, &ordered), without(&one, &ordered));
            for list in [&one, &both, &left] {
                prop_assert!(list.iter().all(|span| !span.is_empty()));
                prop_assert!(list.windows(2).all(|pair| pair[0].to <= pair[1].from));
            }
            for at in 0..240 {
                prop_assert_eq!(has(&both, at), has(&one, at) && has(&other, at));
                prop_assert_eq!(has(&left, at), has(&one, at) && !has(&other, at));
            }
        }
    }
}
