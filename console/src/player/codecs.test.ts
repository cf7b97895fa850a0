import { describe, expect, it } from 'vitest';
import { codecNamesOf, isHevc } from './codecs';
import { parseLiveMessage } from './messages';

describe('codec names', () => {
  it('says what a MIME type carries', () => {
    expect(codecNamesOf('video/mp4; codecs="avc1.42c01e,mp4a.40.2"')).toEqual({
      video: 'H.264 Baseline',
      audio: 'AAC',
    });
    expect(codecNamesOf('video/mp4; codecs="avc1.640028"')).toEqual({ video: 'H.264 High' });
    expect(codecNamesOf('video/mp4; codecs="hvc1.1.6.L93.B0"')).toEqual({ video: 'H.265 (HEVC)' });
    expect(codecNamesOf('video/mp4')).toEqual({});
  });

  it('recognises HEVC', () => {
    expect(isHevc('video/mp4; codecs="hvc1.1.6.L93.B0, mp4a.40.2"')).toBe(true);
    expect(isHevc('video/mp4; codecs="avc1.640028"')).toBe(false);
  });
});

describe('messages of the live socket', () => {
  it('are read where they are known, and passed over where not', () => {
    expect(parseLiveMessage('{"type":"init","mime":"video/mp4","width":1920,"height":1080,"new":1}')).toEqual({
      type: 'init',
      mime: 'video/mp4',
      width: 1920,
      height: 1080,
    });
    expect(parseLiveMessage('{"type":"waiting"}')).toEqual({ type: 'waiting' });
    for (const text of ['', '[]', 'null', '{"type":"later"}', '{"type":"init"}'])
      expect(parseLiveMessage(text)).toBeUndefined();
  });
});
