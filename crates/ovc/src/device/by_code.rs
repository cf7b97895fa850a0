use crate::ids::LoginCode;
use parking_lot::RwLock;
use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher as _;

/// A map from login codes in parts with a lock each, so that a walk over all of it never holds up a login for long.
#[derive(Debug)]
pub struct ByCode<V> {
    hasher: RandomState,
    parts: Box<[RwLock<HashMap<LoginCode, V>>]>,
}

const PARTS: usize = 64;

impl<V> Default for ByCode<V> {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            parts: (0..PARTS).map(|_| RwLock::default()).collect(),
        }
    }
}

impl<V> ByCode<V> {
    fn part(&self, code: &str) -> &RwLock<HashMap<LoginCode, V>> {
        let hash = usize::try_from(self.hasher.hash_one(code) % PARTS as u64).unwrap_or(0);
        &self.parts[hash]
    }

    /// The value of this code.
    pub fn get(&self, code: &str) -> Option<V>
    where
        V: Clone,
    {
        self.part(code).read().get(code).cloned()
    }

    /// Works on the value of this code, made if there is none, while nobody else changes its part. `work` is told
    /// whether it was made.
    pub fn update<T>(&self, code: &LoginCode, make: impl FnOnce() -> V, work: impl FnOnce(&V, bool) -> T) -> (V, T)
    where
        V: Clone,
    {
        let mut part = self.part(code.as_str()).write();
        let (value, fresh) = match part.entry(code.clone()) {
            Entry::Occupied(there) => (there.get().clone(), false),
            Entry::Vacant(place) => (place.insert(make()).clone(), true),
        };
        let outcome = work(&value, fresh);
        (value, outcome)
    }

    /// Sets the value of this code.
    pub fn insert(&self, code: LoginCode, value: V) {
        self.part(code.as_str()).write().insert(code.clone(), value);
    }

    /// Takes the value of this code out.
    pub fn remove(&self, code: &str) -> Option<V> {
        self.part(code).write().remove(code)
    }

    /// Takes the value of this code out if it (still) is like that, and does `then` before anybody else changes its
    /// part.
    pub fn remove_if(&self, code: &str, like: impl FnOnce(&V) -> bool, then: impl FnOnce(&V)) -> bool {
        let mut part = self.part(code).write();
        if !part.get(code).is_some_and(like) {
            return false;
        }
        if let Some(value) = part.remove(code) {
            then(&value);
        }
        true
    }

    /// Looks at every value, a part at a time.
    pub fn for_each(&self, mut look: impl FnMut(&LoginCode, &V)) {
        for part in 0..PARTS {
            self.for_each_in(part, &mut look);
        }
    }

    /// Looks at every value of one part, of [`Self::PARTS`].
    pub fn for_each_in(&self, part: usize, mut look: impl FnMut(&LoginCode, &V)) {
        for (code, value) in self.parts[part % PARTS].read().iter() {
            look(code, value);
        }
    }

    /// How many parts there are.
    pub const PARTS: usize = PARTS;

    /// How many there are.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.read().len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
