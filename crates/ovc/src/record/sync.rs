//! Whether what is uploaded is MPEG-TS at all: its head is looked at as it passes by.

/// Length of a packet, and what each begins with (ISO/IEC 13818-1 section 2.4.3).
const PACKET: u64 = 188;
const SYNC: u8 = 0x47;
/// Packets that are looked at.
const LOOKED_AT: u64 = 8;

/// It is something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no MPEG-TS: packets of 188 bytes, the first byte of each 0x47")]
pub struct NotTs;

/// Looks at what passes by.
#[derive(Debug, Default)]
pub struct SyncCheck {
    seen: u64,
}

impl SyncCheck {
    /// So many bytes are looked at; what comes after them does not matter.
    pub const LOOKS_AT: u64 = PACKET * LOOKED_AT;

    /// The next bytes.
    ///
    /// # Errors
    /// [`NotTs`].
    pub fn look(&mut self, piece: &[u8]) -> Result<(), NotTs> {
        let end = self.seen.saturating_add(piece.len() as u64);
        let mut at = self.seen.next_multiple_of(PACKET);
        while at < end.min(PACKET * LOOKED_AT) {
            let offset = usize::try_from(at - self.seen).map_err(|_| NotTs)?;
            if piece.get(offset) != Some(&SYNC) {
                return Err(NotTs);
            }
            at += PACKET;
        }
        self.seen = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], step: usize) -> Result<(), NotTs> {
        let mut check = SyncCheck::default();
        bytes.chunks(step).try_for_each(|piece| check.look(piece))
    }

    #[test]
    fn packets_are_told_from_anything_else() {
        let mut good = vec![0; 188 * 20];
        for packet in good.chunks_mut(188) {
            packet[0] = SYNC;
        }
        for step in [1, 7, 188, 189, 4000] {
            assert_eq!(check(&good, step), Ok(()), "{step}");
            assert_eq!(check(b"", step), Ok(()), "{step}");
            assert_eq!(check(&good[..100], step), Ok(()), "{step}");
            assert_eq!(check(b"\x89PNG", step), Err(NotTs), "{step}");
            assert_eq!(check(&good[1..], step), Err(NotTs), "{step}");
            let mut bad = good.clone();
            bad[188 * 7] = 0;
            assert_eq!(check(&bad, step), Err(NotTs), "{step}");
            bad[188 * 7] = SYNC;
            bad[188 * 8] = 0;
            assert_eq!(check(&bad, step), Ok(()), "{step}: only the head");
        }
    }
}
