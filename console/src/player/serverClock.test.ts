import { describe, expect, it } from 'vitest';
import { ServerClock } from './serverClock';

/** One answer of a server whose clock is `offsetMs` ahead: its Date header says whole seconds. */
function answer(clock: ServerClock, localMs: number, offsetMs: number, roundTripMs = 4): void {
  const serverMs = localMs + roundTripMs / 2 + offsetMs;
  clock.observe(Math.floor(serverMs / 1000) * 1000, localMs, localMs + roundTripMs);
}

describe('the server clock', () => {
  it('trusts the local clock until the first answer', () => {
    expect(new ServerClock().at(5000)).toBe(5000);
  });

  it('never strays further than it says from the true offset', () => {
    const clock = new ServerClock();
    for (let local = 1_000_000; local < 1_020_000; local += 777) {
      answer(clock, local, -123_456);
      expect(Math.abs(clock.at(local) - (local - 123_456))).toBeLessThanOrEqual(clock.uncertaintyMs);
    }
  });

  it('comes within the round trip after ten probes at the turn of the second', () => {
    const clock = new ServerClock();
    let local = 1_000_123;
    for (let i = 0; i < 10; i += 1) {
      answer(clock, local, 654_321);
      local += clock.untilTurn(local) + 1000;
    }
    expect(Math.abs(clock.at(local) - (local + 654_321))).toBeLessThan(6);
  });

  it('begins anew when a clock was set', () => {
    const clock = new ServerClock();
    answer(clock, 1_000_000, 0);
    answer(clock, 1_001_000, 3_600_000);
    expect(Math.abs(clock.at(1_001_000) - 4_601_000)).toBeLessThan(1010);
  });
});
