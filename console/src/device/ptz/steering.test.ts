import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type PtzCommand, type Sent, Steering } from './steering';

/** A connection whose answers the test gives. */
function slowCloud() {
  const sent: string[] = [];
  const parting: string[] = [];
  let answer: ((sent: Sent) => void) | undefined;
  const name = ({ op, value }: PtzCommand): string => (value === undefined ? op : `${op} ${value}`);
  const steering = new Steering({
    send: (command) => {
      if (answer) throw new Error('two at a time');
      sent.push(name(command));
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
    sendParting: (command) => parting.push(name(command)),
  });
  const settle = async (how: Sent = 'ok'): Promise<void> => {
    const resolve = answer;
    answer = undefined;
    resolve?.(how);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { steering, sent, parting, settle };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it('sends press and release in order, the release only after the press was taken', async () => {
  const { steering, sent, settle } = slowCloud();
  steering.move('left', 50);
  steering.stop();
  expect(sent).toEqual(['left 50']);
  await settle();
  expect(sent).toEqual(['left 50', 'stop']);
});

it('sends the same movement once, and another when direction or speed changes', async () => {
  const { steering, sent, settle } = slowCloud();
  steering.move('left', 50);
  steering.move('left', 50);
  await settle();
  steering.move('left', 100);
  await settle();
  steering.move('upleft', 100);
  await settle();
  expect(sent).toEqual(['left 50', 'left 100', 'upleft 100']);
});

it('keeps only the latest wish while one is under way, and never drops a stop before it', async () => {
  const { steering, sent, settle } = slowCloud();
  steering.move('left', 50);
  for (const speed of [60, 70, 80]) steering.move('left', speed);
  steering.stop();
  steering.move('right', 10);
  steering.move('right', 20);
  steering.stop();
  steering.stop();
  for (let i = 0; i < 6; i += 1) await settle();
  expect(sent).toEqual(['left 50', 'stop', 'right 20', 'stop']);
});

it('a tap while the connection is slow still moves and still stops', async () => {
  const { steering, sent, settle } = slowCloud();
  steering.move('left', 50);
  steering.stop();
  await settle();
  steering.move('up', 50);
  steering.stop();
  await settle();
  await settle();
  await settle();
  expect(sent).toEqual(['left 50', 'stop', 'up 50', 'stop']);
});

it('says a stop again until it is taken, and lets nothing overtake it', async () => {
  const { steering, sent, settle } = slowCloud();
  steering.move('left', 50);
  await settle();
  steering.stop();
  await settle('unsure');
  await vi.advanceTimersByTimeAsync(100);
  await settle('unsure');
  await vi.advanceTimersByTimeAsync(200);
  await settle('unsure');
  // The person steers on: tried at once, not after the pause.
  steering.move('right', 50);
  await vi.advanceTimersByTimeAsync(0);
  await settle();
  await settle();
  expect(sent).toEqual(['left 50', 'stop', 'stop', 'stop', 'stop', 'right 50']);
});

it('stops what may have arrived although the cloud did not say so, and once more for what may arrive late', async () => {
  const { steering, sent, settle } = slowCloud();
  steering.move('left', 50);
  await settle('unsure');
  steering.stop();
  await settle();
  expect(sent).toEqual(['left 50', 'stop']);
  await vi.advanceTimersByTimeAsync(1000);
  await settle();
  expect(sent).toEqual(['left 50', 'stop', 'stop']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(3);
});

it('gives a stop up where it is refused', async () => {
  const { steering, sent, settle } = slowCloud();
  steering.move('left', 50);
  await settle('refused');
  steering.stop();
  await settle('refused');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual(['left 50', 'stop']);
});

it('sends steps and presets as often as asked, in their place', async () => {
  const { steering, sent, settle } = slowCloud();
  steering.move('left', 50);
  steering.stop();
  steering.once({ op: 'up_step', value: 5 });
  steering.once({ op: 'up_step', value: 5 });
  steering.move('right', 9);
  for (let i = 0; i < 5; i += 1) await settle();
  expect(sent).toEqual(['left 50', 'stop', 'up_step 5', 'up_step 5', 'right 9']);
});

it('stops at once when the page goes, without waiting for an answer', async () => {
  const { steering, sent, parting, settle } = slowCloud();
  steering.move('left', 50);
  steering.part();
  expect(parting).toEqual(['stop']);
  await settle();
  expect(sent).toEqual(['left 50']);
  const still = slowCloud();
  still.steering.part();
  expect(still.parting).toEqual([]);
});
