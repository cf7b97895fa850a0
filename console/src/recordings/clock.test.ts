import { expect, it } from 'vitest';
import { PlaybackClock } from './clock';
import { stepTo } from './follow';

it('runs at its speed, and stands while paused or held', () => {
  const clock = new PlaybackClock(1000, 0);
  expect(clock.at(500)).toBe(1000);
  clock.play(500);
  expect(clock.at(1500)).toBe(2000);
  clock.setRate(4, 1500);
  expect(clock.at(2500)).toBe(6000);
  clock.hold('a', 2500);
  clock.hold('b', 2600);
  clock.release('a', 3000);
  expect(clock.at(9000)).toBe(6000);
  clock.release('b', 9000);
  expect(clock.at(9500)).toBe(8000);
  clock.pause(9500);
  expect(clock.at(20_000)).toBe(8000);
  clock.seek(0, 20_000);
  expect(clock.at(30_000)).toBe(0);
});

/** Pictures that follow the clock, each with faults of its own; how far each is off at the end, s. */
function simulated(offsets: number[], skew: number, rate: number, seconds: number): number[] {
  const clock = new PlaybackClock(0, 0);
  clock.setRate(rate, 0);
  clock.play(0);
  const films = offsets.map((offset) => ({ at: offset, speed: rate }));
  const tick = 0.1;
  for (let now = tick; now <= seconds; now += tick) {
    for (const film of films) {
      film.at += film.speed * skew * tick;
      const { seekTo, rate: wanted } = stepTo({
        wanted: clock.at(now * 1000) / 1000,
        current: film.at,
        rate,
        running: true,
        seeking: false,
      });
      // A jump lands a little late.
      if (seekTo !== undefined) film.at = seekTo - 0.12;
      film.speed = wanted ?? 0;
    }
  }
  return films.map(({ at }) => Math.abs(at - clock.at(seconds * 1000) / 1000));
}

it('keeps several pictures within 0.3 s, though they begin late and run unevenly', () => {
  for (const skew of [0.97, 1, 1.02]) {
    for (const off of simulated([-0.8, -0.2, 0, 0.5, 4, -30, 1.2, 0.05, 7], skew, 1, 8)) expect(off).toBeLessThan(0.1);
  }
});

it('keeps in step at any speed', () => {
  for (const rate of [0.5, 2, 4, 8, 16]) {
    for (const off of simulated([-1, 0, 3], 0.99, rate, 10)) expect(off / Math.max(1, rate)).toBeLessThan(0.3);
  }
});

it('stands where it is ahead, and jumps back only where that would take long', () => {
  const running = { rate: 1, running: true, seeking: false, wanted: 5 };
  expect(stepTo({ ...running, current: 5.5 })).toEqual({});
  expect(stepTo({ ...running, current: 5.1 }).rate).toBeLessThan(1);
  expect(stepTo({ ...running, current: 7 }).seekTo).toBe(5);
});

it('shows the very frame while it stands', () => {
  const standing = { rate: 1, running: false, seeking: false };
  expect(stepTo({ ...standing, wanted: 5, current: 5.002 })).toEqual({});
  expect(stepTo({ ...standing, wanted: 5, current: 5.04 })).toEqual({ seekTo: 5 });
  expect(stepTo({ ...standing, wanted: 5, current: 5.04, seeking: true })).toEqual({});
});
