use super::*;
use proptest::prelude::*;

fn nals(stream: &[u8]) -> Vec<&[u8]> {
    split_annexb(stream).collect()
}

#[test]
fn start_codes_of_three_and_four_bytes_and_trailing_zeros() {
    assert_eq!(
        nals(&[0, 0, 0, 1, 7, 8, 0, 0, 1, 9, 0, 0, 0, 0, 0, 1, 5]),
        [&[7, 8][..], &[9], &[5]]
    );
    assert_eq!(nals(&[1, 2, 3]), [&[0u8; 0]; 0], "nothing before the first start code");
    assert_eq!(nals(&[0, 0, 1, 0, 0, 1, 4]), [&[4]], "empty units are left out");
}

#[test]
fn a_length_past_the_end_is_an_error_and_the_end() {
    let found: Vec<_> = units(&[0, 0, 0, 1, 5, 0, 0, 0, 9, 1], 4).collect();
    assert_eq!(found, [Ok(&[5][..]), Err(MediaError::Truncated("NAL unit"))]);
    assert!(length_prefixed_to_annexb(&[0, 0, 0, 2, 1]).is_err());
    assert_eq!(units(&[1], 0).count(), 1, "lengths of no bytes do not loop");
}

#[test]
fn short_lengths_are_widened() {
    let wide = widen_lengths(Bytes::from_static(&[0, 2, 7, 8, 0, 1, 9]), 2).unwrap();
    assert_eq!(wide[..], [0, 0, 0, 2, 7, 8, 0, 0, 0, 1, 9]);
}

proptest! {
    #[test]
    fn both_framings_carry_the_same_units(units in proptest::collection::vec(proptest::collection::vec(1u8..=255, 1..40), 0..8)) {
        let prefixed = length_prefixed(units.iter().map(Vec::as_slice));
        let stream = length_prefixed_to_annexb(&prefixed).unwrap();
        prop_assert_eq!(annexb_to_length_prefixed(&stream), prefixed);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), size in 0usize..=4) {
        let _ = units(&bytes, size).count();
        let _ = nals(&bytes).len();
    }
}
