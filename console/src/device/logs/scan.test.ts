import { expect, it } from 'vitest';
import { LogText } from './logText';
import { type Found, needlePattern, scan, type Wanted } from './scan';

const LOG = new LogText(
  ['INFO begin', 'ERROR lost the camera', '  at decode', '  at main', 'WARN Camera slow', 'DEBUG camera back'].join(
    '\n',
  ),
);

function found(wanted: Partial<Wanted>, log = LOG): Found {
  const steps = scan(log, { needle: '', onlyMatches: false, level: 'all', ...wanted });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

it('shows everything where nothing is looked for', () => {
  expect(found({})).toEqual({ shown: undefined, matches: [] });
});

it('finds text in whatever case, as it is written', () => {
  expect(found({ needle: 'camera' })).toEqual({ shown: undefined, matches: [1, 4, 5] });
  expect(found({ needle: 'c.mera' }).matches).toEqual([]);
  expect(needlePattern('a(b')?.test('A(B')).toBe(true);
});

it('shows only the finds when asked to', () => {
  expect(found({ needle: 'camera', onlyMatches: true })).toEqual({ shown: [1, 4, 5], matches: [0, 1, 2] });
});

it('shows what is grave, with the traces that belong to it', () => {
  expect(found({ level: 'error' }).shown).toEqual([1, 2, 3]);
  expect(found({ level: 'warning' }).shown).toEqual([1, 2, 3, 4]);
  expect(found({ level: 'warning', needle: 'camera' })).toEqual({ shown: [1, 2, 3, 4], matches: [0, 3] });
});

it('reads long logs in steps', () => {
  const log = new LogText('x\n'.repeat(10_000));
  const steps = scan(log, { needle: 'x', onlyMatches: false, level: 'all' });
  let count = 0;
  while (!steps.next().done) count += 1;
  expect(count).toBe(5);
});
