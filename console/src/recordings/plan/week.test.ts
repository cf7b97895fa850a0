import { expect, it } from 'vitest';
import { isOn, minutesOnIn, painted, paintedArea, scheduleOf, shareOn, weekOf } from './week';

it('reads entries, also those that run past midnight', () => {
  const week = weekOf([
    { days: ['mon', 'tue'], from: '08:00', to: '18:00' },
    { days: ['sun'], from: '22:00', to: '06:00' },
    { days: ['sat'], from: '00:00', to: '24:00' },
  ]);
  expect(week[0]).toEqual([
    [0, 360],
    [480, 1080],
  ]);
  expect(week[1]).toEqual([[480, 1080]]);
  expect(week[5]).toEqual([[0, 1440]]);
  expect(week[6]).toEqual([[1320, 1440]]);
});

it('writes days that are alike together, and reads back what it wrote', () => {
  const week = weekOf([{ days: ['mon', 'wed', 'fri'], from: '07:30', to: '12:15' }]);
  expect(scheduleOf(week)).toEqual([{ days: ['mon', 'wed', 'fri'], from: '07:30', to: '12:15' }]);
  const night = weekOf([{ days: ['mon'], from: '23:00', to: '01:00' }]);
  expect(weekOf(scheduleOf(night))).toEqual(night);
});

it('paints and wipes without touching what lies beside', () => {
  let week = weekOf([{ days: ['mon'], from: '08:10', to: '10:20' }]);
  week = painted(week, 0, 540, 570, false);
  expect(week[0]).toEqual([
    [490, 540],
    [570, 620],
  ]);
  week = painted(week, 0, 530, 580, true);
  expect(week[0]).toEqual([[490, 620]]);
  week = paintedArea(week, [0, 1, 2], 600, 660, true);
  expect(week.slice(0, 3)).toEqual([[[490, 660]], [[600, 660]], [[600, 660]]]);
  expect(minutesOnIn(week)).toBe(170 + 120);
});

it('tells what is on', () => {
  const week = weekOf([{ days: ['mon'], from: '08:00', to: '08:15' }]);
  expect([isOn(week, 0, 479), isOn(week, 0, 480), isOn(week, 0, 495), isOn(week, 1, 480)]).toEqual([
    false,
    true,
    false,
    false,
  ]);
  expect(shareOn(week, 0, 480, 510)).toBe(0.5);
});
