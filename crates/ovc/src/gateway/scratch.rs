//! Buffers of a thread: a connection has none of its own while nothing happens.

use std::cell::RefCell;

const READ_LEN: usize = 16 * 1024;
/// Room kept for writing; what a rare big message needed beyond it is given back.
const WRITE_LEN: usize = 64 * 1024;

pub(super) struct Scratch {
    pub(super) read: Box<[u8]>,
    pub(super) write: Vec<u8>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> =
        RefCell::new(Scratch { read: vec![0; READ_LEN].into(), write: Vec::with_capacity(WRITE_LEN) });
}

/// Works with this thread's buffers. `write` is empty at the start. Not to be nested.
pub(super) fn with<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.write.clear();
        scratch.write.shrink_to(WRITE_LEN);
        work(scratch)
    })
}
