use crate::clock::UnixMs;
use crate::device::CallError;
use parking_lot::Mutex;
use serde_json::value::RawValue;
use std::collections::VecDeque;
use std::task::Waker;
use std::time::Instant;
use tokio::sync::oneshot;

/// How others talk to the task of a device's connection.
pub(super) struct Link {
    /// Which connection of the cloud's life it is.
    number: u64,
    /// Since when the connection is up.
    pub(super) connected_at: UnixMs,
    inbox: Mutex<Inbox>,
}

struct Inbox {
    /// At most `max_queued_calls`; over it the caller is refused.
    commands: VecDeque<Command>,
    /// Goes before all commands.
    close: Option<(u16, &'static str)>,
    waker: Option<Waker>,
    open: bool,
}

pub(super) type Reply = oneshot::Sender<Result<Box<RawValue>, CallError>>;

/// What is wanted of a connection.
pub(super) enum Command {
    /// Send a request.
    Call {
        method: String,
        params: Box<RawValue>,
        deadline: Instant,
        reply: Reply,
    },
    /// Send an event.
    Emit { event: String, params: Box<RawValue> },
    /// Send this text frame as it is: a person typed it.
    ByHand { text: String },
}

impl Link {
    pub(super) fn new(number: u64, connected_at: UnixMs) -> Self {
        let inbox = Inbox {
            commands: VecDeque::new(),
            close: None,
            waker: None,
            open: true,
        };
        Self {
            number,
            connected_at,
            inbox: Mutex::new(inbox),
        }
    }

    /// Which connection it is: no two have the same number.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Queues a command behind at most `max` others.
    pub(super) fn push(&self, command: Command, max: usize) -> Result<(), CallError> {
        let waker = {
            let mut inbox = self.inbox.lock();
            if !inbox.open || inbox.close.is_some() {
                return Err(CallError::Offline);
            }
            if inbox.commands.len() >= max {
                return Err(CallError::QueueFull);
            }
            inbox.commands.push_back(command);
            inbox.waker.take()
        };
        wake(waker);
        Ok(())
    }

    /// Ends the connection. The first reason given stays.
    pub(super) fn close(&self, code: u16, reason: &'static str) {
        let waker = {
            let mut inbox = self.inbox.lock();
            inbox.close.get_or_insert((code, reason));
            inbox.waker.take()
        };
        wake(waker);
    }

    /// For the connection's task: what to close with, if so, else the next command. With neither, the task is woken
    /// when there is one.
    pub(super) fn take(&self, waker: &Waker, want_commands: bool) -> Taken {
        let mut inbox = self.inbox.lock();
        if inbox.open
            && let Some((code, reason)) = inbox.close
        {
            return Taken::Close(code, reason);
        }
        if want_commands && let Some(command) = inbox.commands.pop_front() {
            return Taken::Command(command);
        }
        if inbox.commands.is_empty() && inbox.commands.capacity() > 0 {
            inbox.commands = VecDeque::new();
        }
        if !inbox.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
            inbox.waker = Some(waker.clone());
        }
        Taken::Nothing
    }

    /// The connection takes no more commands. Those left.
    pub(super) fn shut(&self) -> VecDeque<Command> {
        let mut inbox = self.inbox.lock();
        inbox.open = false;
        inbox.waker = None;
        std::mem::take(&mut inbox.commands)
    }
}

pub(super) enum Taken {
    Close(u16, &'static str),
    Command(Command),
    Nothing,
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
