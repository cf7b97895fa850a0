//! G.711 (ITU-T): 8-bit A-law and µ-law to 16-bit linear.

/// One A-law byte as a linear sample.
pub fn alaw(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let mantissa = i16::from(code & 0x0F) << 4;
    let magnitude = match code >> 4 & 7 {
        0 => mantissa + 8,
        exponent => (mantissa + 0x108) << (exponent - 1),
    };
    if code & 0x80 != 0 { magnitude } else { -magnitude }
}

/// One µ-law byte as a linear sample.
pub fn ulaw(byte: u8) -> i16 {
    let code = !byte;
    let magnitude = (((i16::from(code & 0x0F) << 3) + 0x84) << (code >> 4 & 7)) - 0x84;
    if code & 0x80 != 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reaches_the_values_of_the_standards_tables() {
        assert_eq!([alaw(0xD5), alaw(0x55), alaw(0xAA), alaw(0x2A)], [8, -8, 32256, -32256]);
        assert_eq!([ulaw(0xFF), ulaw(0x7F), ulaw(0x80), ulaw(0x00)], [0, 0, 32124, -32124]);
    }

    #[test]
    fn positive_codes_rise() {
        let alaw_rises: Vec<i16> = (0..128u8).map(|code| alaw((code | 0x80) ^ 0x55)).collect();
        let ulaw_rises: Vec<i16> = (0..128u8).map(|code| ulaw(!code)).collect();
        assert!(alaw_rises.is_sorted_by(|a, b| a < b));
        assert!(ulaw_rises.is_sorted_by(|a, b| a < b));
    }
}
