//! Addresses under which players get footage: what they are for, and a token that says that we made them. Players send no
//! cookies, so the address is the right; whoever checks one asks anew whether who got it may still watch.

use super::spans::Span;
use crate::account::tokens::{Holder, Purpose, TokenError, Tokens};
use crate::clock::UnixMs;
use crate::ids::RecordStreamId;
use std::fmt;
use std::str::FromStr;

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket {
    /// Of what.
    pub base: Base,
    /// Of which time.
    pub span: Span,
}

/// Whose footage, and by whose right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// That of a stream, by the right of who holds the ticket.
    Stream(RecordStreamId),
    /// What a link shows, by the right of who made the link.
    Share(i64),
}

/// Not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a ticket")]
pub struct BadTicket;

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Span { from, to } = self.span;
        match self.base {
            Base::Stream(id) => write!(f, "r{id}.{from}.{to}"),
            Base::Share(id) => write!(f, "s{id}.{from}.{to}"),
        }
    }
}

impl FromStr for Ticket {
    type Err = BadTicket;

    fn from_str(text: &str) -> Result<Self, BadTicket> {
        let mut parts = text.split('.');
        let (Some(base), Some(from), Some(to), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(BadTicket);
        };
        let number = |text: &str| text.parse::<i64>().map_err(|_| BadTicket);
        let base = match base.split_at_checked(1) {
            Some(("r", id)) => Base::Stream(RecordStreamId(number(id)?)),
            Some(("s", id)) => Base::Share(number(id)?),
            _ => return Err(BadTicket),
        };
        let span = Span::new(number(from)?, number(to)?);
        let ticket = Self { base, span };
        // What is written in two ways would be signed as one and read as another.
        if ticket.to_string() == text {
            Ok(ticket)
        } else {
            Err(BadTicket)
        }
    }
}

impl Ticket {
    /// As it stands in an address, good until a time. A ticket of a stream is somebody's.
    pub fn sign(&self, tokens: &Tokens, purpose: Purpose, holder: Option<Holder>, until: UnixMs) -> String {
        let subject = self.to_string();
        let token = match holder {
            Some(holder) => tokens.mint_for(holder, purpose, &subject, until),
            None => tokens.mint(purpose, &subject, until),
        };
        format!("{subject}.{token}")
    }

    /// Reads what [`Self::sign`] wrote; whose it is, if it is of a stream.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn read(
        tokens: &Tokens,
        purpose: Purpose,
        text: &str,
        now: UnixMs,
    ) -> Result<(Self, Option<Holder>), TokenError> {
        let (subject, token) = text.rsplit_once('.').ok_or(TokenError::Invalid)?;
        let ticket: Self = subject.parse().map_err(|_| TokenError::Invalid)?;
        let holder = match ticket.base {
            Base::Stream(_) => Some(tokens.verify_holder(purpose, subject, token, now)?),
            Base::Share(_) => {
                tokens.verify(purpose, subject, token, now)?;
                None
            }
        };
        Ok((ticket, holder))
    }
}

/// The link itself: its number and a token. It says nothing of what it shows: that stands in the database.
pub fn sign_share(tokens: &Tokens, share: i64, until: UnixMs) -> String {
    let token = tokens.mint(Purpose::Share, &share.to_string(), until);
    format!("{share}.{token}")
}

/// Which link this is.
///
/// # Errors
/// See [`TokenError`].
pub fn read_share(tokens: &Tokens, text: &str, now: UnixMs) -> Result<i64, TokenError> {
    let (subject, token) = text.split_once('.').ok_or(TokenError::Invalid)?;
    let share: i64 = subject.parse().map_err(|_| TokenError::Invalid)?;
    tokens.verify(Purpose::Share, &share.to_string(), token, now)?;
    Ok(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Principal;
    use crate::ids::UserId;

    const NOW: UnixMs = UnixMs(1_790_000_000_000);
    const LATER: UnixMs = UnixMs(1_790_000_060_000);

    #[test]
    fn a_ticket_is_good_for_what_it_says_only() {
        let tokens = Tokens::new(&[7; 32]);
        let holder = Holder {
            principal: Principal::User(UserId(7)),
            session: None,
        };
        let ticket = Ticket {
            base: Base::Stream(RecordStreamId(12)),
            span: Span::new(-5, 1_790_000_000_000),
        };
        let text = ticket.sign(&tokens, Purpose::Footage, Some(holder), LATER);
        let read = |text: &str, purpose, now| Ticket::read(&tokens, purpose, text, now);
        assert_eq!(read(&text, Purpose::Footage, NOW), Ok((ticket, Some(holder))));
        assert_eq!(read(&text, Purpose::Export, NOW), Err(TokenError::Invalid));
        assert_eq!(read(&text, Purpose::Footage, LATER), Err(TokenError::Expired));
        for (part, other) in [
            ("r12.", "r13."),
            ("r12.", "s12."),
            (".-5.", ".-6."),
            ("r12.", "r012."),
            ("r12.", "r+12."),
        ] {
            let changed = text.replacen(part, other, 1);
            assert_eq!(
                read(&changed, Purpose::Footage, NOW),
                Err(TokenError::Invalid),
                "{changed}"
            );
        }
        let shared = Ticket {
            base: Base::Share(3),
            ..ticket
        };
        let text = shared.sign(&tokens, Purpose::Footage, None, LATER);
        assert_eq!(read(&text, Purpose::Footage, NOW), Ok((shared, None)));
        // Somebody's token is none for a link.
        let text = shared.sign(&tokens, Purpose::Footage, Some(holder), LATER);
        assert_eq!(read(&text, Purpose::Footage, NOW), Err(TokenError::Invalid));
        for bad in ["", ".", "r.1.2.x", "r1.2", "x1.2.3.tok", "é1.2.3.tok"] {
            assert_eq!(read(bad, Purpose::Footage, NOW), Err(TokenError::Invalid), "{bad}");
        }
    }

    #[test]
    fn a_link_is_good_until_it_is_over() {
        let tokens = Tokens::new(&[7; 32]);
        let text = sign_share(&tokens, 9, LATER);
        assert_eq!(read_share(&tokens, &text, NOW), Ok(9));
        assert_eq!(read_share(&tokens, &text, LATER), Err(TokenError::Expired));
        assert_eq!(
            read_share(&tokens, &text.replacen('9', "8", 1), NOW),
            Err(TokenError::Invalid)
        );
    }
}
