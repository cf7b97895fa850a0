//! One elementary stream: packets put together to PES packets.

use super::AAC_ADTS;
use libmpegts::pes::PesHeaderRef;
use libmpegts::ts::TsPacketRef;

/// A larger PES packet is no picture.
const MAX_PES_BYTES: usize = 16 << 20;
/// Only pictures may come without a length, which has 16 bits (ISO/IEC 13818-1, 2.4.3.7): so long a packet is no sound. In
/// a longer one there could be millions of frames at once.
const MAX_SOUND_BYTES: usize = 128 << 10;

/// A whole PES packet: its times as written, and its payload.
pub(super) struct Pes {
    bytes: Vec<u8>,
    header_len: usize,
    /// `None` where the packet has no time of its own.
    pub(super) pts_ticks: Option<u64>,
    /// Decoding time, where it is another.
    pub(super) dts_ticks: Option<u64>,
}

impl Pes {
    fn parse(bytes: Vec<u8>) -> Option<Self> {
        let header = PesHeaderRef::try_from(bytes.as_slice()).ok()?;
        let times = header.pts_dts();
        Some(Self {
            header_len: header.header_len(),
            pts_ticks: times.map(|times| times.pts.value()),
            dts_ticks: times.and_then(|times| times.dts).map(|dts| dts.value()),
            bytes,
        })
    }

    pub(super) fn payload(&self) -> &[u8] {
        self.bytes.get(self.header_len..).unwrap_or_default()
    }
}

/// The PES packet of one PID that is being put together.
#[derive(Debug)]
pub(super) struct Elementary {
    pub(super) pid: u16,
    pub(super) stream_type: u8,
    bytes: Vec<u8>,
    /// The counter of the last packet with a payload.
    counter: Option<u8>,
    /// A packet has begun, and nothing of it is missing so far.
    collecting: bool,
}

impl Elementary {
    pub(super) fn new(pid: u16, stream_type: u8) -> Self {
        Self {
            pid,
            stream_type,
            bytes: Vec::new(),
            counter: None,
            collecting: false,
        }
    }

    /// Adds a packet, and hands on what is complete with it: the one before where this one begins a new, itself where
    /// it reaches the length it told. One that packets are missing of is dropped: half a picture is worse than none.
    pub(super) fn add(&mut self, packet: &TsPacketRef<'_>, complete: &mut dyn FnMut(Pes)) {
        let Some(payload) = packet.payload().filter(|payload| !payload.is_empty()) else {
            return;
        };
        let before = self.counter.replace(packet.cc());
        let repeated = before == Some(packet.cc());
        let follows = before.is_none_or(|before| before.wrapping_add(1) & 0x0F == packet.cc());
        if packet.is_payload_start() {
            // A counter that does not follow says nothing here: a recording may begin to count anew between two.
            if !(repeated && self.collecting && self.bytes.starts_with(payload)) {
                self.end(complete);
                self.collecting = true;
                self.bytes.extend_from_slice(payload);
            }
        } else if self.collecting && !repeated {
            if follows && self.bytes.len() + payload.len() <= self.max_bytes() {
                self.bytes.extend_from_slice(payload);
            } else {
                self.drop_packet();
            }
        }
        if self.told_len().is_some_and(|len| self.bytes.len() >= len) {
            self.end(complete);
        }
    }

    /// Hands on the packet that ends here, unless it ends before the length it told.
    pub(super) fn end(&mut self, complete: &mut dyn FnMut(Pes)) {
        let told_len = self.told_len();
        let mut bytes = std::mem::take(&mut self.bytes);
        let whole = std::mem::take(&mut self.collecting) && told_len.is_none_or(|len| bytes.len() >= len);
        if !whole {
            return;
        }
        if let Some(len) = told_len {
            bytes.truncate(len);
        }
        if let Some(pes) = Pes::parse(bytes) {
            complete(pes);
        }
    }

    /// Whole length of the packet that is being collected, if it tells one.
    fn told_len(&self) -> Option<usize> {
        match self.bytes.get(4..6)? {
            &[high, low] if (high, low) != (0, 0) => Some(6 + usize::from(u16::from_be_bytes([high, low]))),
            _ => None,
        }
    }

    fn max_bytes(&self) -> usize {
        if self.stream_type == AAC_ADTS {
            MAX_SOUND_BYTES
        } else {
            MAX_PES_BYTES
        }
    }

    fn drop_packet(&mut self) {
        self.bytes = Vec::new();
        self.collecting = false;
    }
}
