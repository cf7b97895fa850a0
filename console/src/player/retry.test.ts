import { describe, expect, it } from 'vitest';
import { Backoff } from './retry';

describe('trying again', () => {
  it('begins quickly, then takes its time, and begins anew after a picture', () => {
    const backoff = new Backoff(() => 0.5);
    const delays = Array.from({ length: 8 }, () => backoff.next('connection_lost'));
    expect(delays).toEqual([400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
    backoff.reset();
    expect(backoff.next('no_media')).toBe(400);
  });

  it('looks only now and then for a device that is away', () => {
    const backoff = new Backoff(() => 0.5);
    expect([backoff.next('device_offline'), backoff.next('channel_offline')]).toEqual([15_000, 15_000]);
  });

  it('does not try what cannot work', () => {
    const backoff = new Backoff();
    for (const code of ['access_ended', 'not_supported', 'codec_unsupported', 'no_such_channel'])
      expect(backoff.next(code)).toBeUndefined();
  });

  it('spreads players over time', () => {
    expect(new Backoff(() => 0).next('network')).toBe(300);
    expect(new Backoff(() => 0.999).next('network')).toBe(500);
  });
});
