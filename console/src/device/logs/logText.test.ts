import { expect, it } from 'vitest';
import { levelOf, LogText } from './logText';

it('finds the lines of a text, however they end', () => {
  const log = new LogText('one\r\ntwo\n\nfour');
  expect(log.lines).toBe(4);
  expect([0, 1, 2, 3].map((index) => log.line(index))).toEqual(['one', 'two', '', 'four']);
  expect(new LogText('a\n').lines).toBe(1);
  expect(new LogText('').lines).toBe(0);
});

it('keeps up with texts of many lines', () => {
  const log = new LogText(Array.from({ length: 50_000 }, (_, index) => `line ${index}`).join('\n'));
  expect(log.lines).toBe(50_000);
  expect(log.line(49_999)).toBe('line 49999');
});

it.each([
  ['2026-11-29T10:00:00Z ERROR ovd::agent: lost', 'error'],
  ['2026-11-29T10:00:00Z  WARN ovd: slow', 'warning'],
  ['[Sun Nov 29] [info] started', 'info'],
  ['time=10:00 level=debug msg="x"', 'debug'],
  ['{"level":"error","msg":"x"}', 'error'],
  ['E/Camera: no sensor', 'error'],
  ['11-29 10:00:00.000 W/Wifi(12): weak', 'warning'],
  ['<3>kernel: oops', 'error'],
  ['<30>daemon: up', 'info'],
  ['10:00 (W) battery', 'warning'],
  ['warning: the lens is dirty', 'warning'],
  ['Nov 29 10:00:00 cam kernel: usb 1-1: new device', undefined],
  ['the error was small', undefined],
  ['', undefined],
])('reads how grave a line is: %s', (line, level) => {
  expect(levelOf(line)).toBe(level);
});
