use super::*;
use bytes::Bytes;

fn chunk(byte: u8) -> Bytes {
    Bytes::from(vec![byte; 10])
}

fn headers(name: &'static str) -> Headers {
    Headers {
        first: Bytes::from(format!("first {name}")),
        again: Bytes::from(format!("again {name}")),
    }
}

/// A ring with a stretch of media: a keyframe chunk `K`, then others, per group of pictures.
fn ring(groups: &[&[u8]]) -> Ring {
    let mut ring = Ring::new(1000);
    ring.begin_stretch(headers("a"));
    for group in groups {
        for (at, &byte) in group.iter().enumerate() {
            ring.push(chunk(byte), at == 0);
        }
    }
    ring
}

fn collect(ring: &Ring, cursor: &mut Cursor) -> (Vec<String>, bool) {
    let mut out = Vec::new();
    let Collected { skips, .. } = ring.collect(cursor, &mut out, 64);
    let name = |chunk: &Bytes| match chunk.len() {
        10 => char::from(chunk[0]).to_string(),
        _ => String::from_utf8_lossy(chunk).into_owned(),
    };
    (out.iter().map(name).collect(), skips)
}

#[test]
fn a_viewer_joins_at_the_newest_keyframe_and_follows() {
    let mut ring = ring(&[b"Kab", b"Lcd"]);
    let mut cursor = Cursor::START;
    assert_eq!(
        collect(&ring, &mut cursor),
        (vec!["first a".into(), "L".into(), "c".into(), "d".into()], false)
    );
    assert!(cursor.is_at(ring.end()));
    ring.push(chunk(b'e'), false);
    assert_eq!(collect(&ring, &mut cursor), (vec!["e".into()], false));
}

#[test]
fn a_viewer_before_the_first_keyframe_gets_nothing_until_it_comes() {
    let mut ring = Ring::new(1000);
    let mut cursor = Cursor::START;
    assert_eq!(collect(&ring, &mut cursor).0, Vec::<String>::new());
    ring.begin_stretch(headers("a"));
    ring.push(chunk(b'x'), false);
    assert_eq!(collect(&ring, &mut cursor).0, Vec::<String>::new());
    ring.push(chunk(b'K'), true);
    assert_eq!(collect(&ring, &mut cursor).0, ["first a", "K"]);
}

#[test]
fn the_present_and_the_previous_group_are_kept() {
    let ring = ring(&[b"Kab", b"Lcd", b"Mef"]);
    let mut kept = Vec::new();
    ring.since(ring.first, 64, &mut kept);
    assert_eq!(kept.iter().map(|chunk| chunk[0]).collect::<Vec<_>>(), b"LcdMef");
}

#[test]
fn a_viewer_that_fell_off_skips_to_a_keyframe_without_new_headers() {
    let mut ring = ring(&[b"Kab"]);
    let mut cursor = Cursor::START;
    collect(&ring, &mut cursor);
    for group in [b"Lcd", b"Mef", b"Ngh"] {
        for (at, &byte) in group.iter().enumerate() {
            ring.push(chunk(byte), at == 0);
        }
    }
    assert_eq!(
        collect(&ring, &mut cursor),
        (vec!["N".into(), "g".into(), "h".into()], true)
    );
}

#[test]
fn a_viewer_that_fell_off_across_other_headers_gets_them() {
    let mut ring = ring(&[b"Kab"]);
    let mut cursor = Cursor::START;
    collect(&ring, &mut cursor);
    ring.end_stretch();
    ring.begin_stretch(headers("b"));
    for byte in [b'L', b'M', b'N'] {
        ring.push(chunk(byte), true);
    }
    assert_eq!(collect(&ring, &mut cursor), (vec!["again b".into(), "N".into()], true));
}

#[test]
fn a_viewer_that_keeps_up_gets_new_headers_in_their_place() {
    let mut ring = ring(&[b"Kab"]);
    let mut cursor = Cursor::START;
    collect(&ring, &mut cursor);
    ring.end_stretch();
    ring.push(Bytes::from_static(b"waiting"), false);
    assert_eq!(collect(&ring, &mut cursor), (vec!["waiting".into()], false));
    ring.begin_stretch(headers("b"));
    ring.push(chunk(b'L'), true);
    assert_eq!(collect(&ring, &mut cursor), (vec!["again b".into(), "L".into()], false));
}

#[test]
fn nobody_joins_between_two_stretches() {
    let mut ring = ring(&[b"Kab"]);
    ring.end_stretch();
    assert_eq!(collect(&ring, &mut { Cursor::START }).0, Vec::<String>::new());
}

#[test]
fn a_group_larger_than_the_ring_is_cut_and_joined_at_the_next_keyframe() {
    let mut ring = Ring::new(55);
    ring.begin_stretch(headers("a"));
    ring.push(chunk(b'K'), true);
    for byte in b'a'..=b'z' {
        ring.push(chunk(byte), false);
    }
    assert!(ring.bytes <= 55);
    let mut cursor = Cursor::START;
    assert_eq!(collect(&ring, &mut cursor).0, Vec::<String>::new());
    ring.push(chunk(b'L'), true);
    assert_eq!(collect(&ring, &mut cursor).0, ["first a", "L"]);
}

#[test]
fn what_was_collected_and_not_sent_is_collected_again() {
    let ring = ring(&[b"Kabc"]);
    let mut cursor = Cursor::START;
    collect(&ring, &mut cursor);
    cursor.back(2);
    assert_eq!(collect(&ring, &mut cursor).0, ["b", "c"]);
}
