import { expect, it } from 'vitest';
import { ToastPace } from './toastPace';

it('shows one toast, which later alarms take over and count', () => {
  const pace = new ToastPace();
  expect(pace.next(0, 1)).toEqual({ replaces: false, others: 0 });
  expect(pace.next(100, 1)).toEqual({ replaces: true, others: 1 });
  expect(pace.next(200, 5)).toEqual({ replaces: true, others: 6 });
  pace.ended();
  expect(pace.next(300, 1)).toEqual({ replaces: false, others: 0 });
});

it('leaves who closed it alone for a minute', () => {
  const pace = new ToastPace();
  pace.next(0, 1);
  pace.closed(1000);
  expect(pace.next(2000, 1)).toBeUndefined();
  expect(pace.next(60_999, 1)).toBeUndefined();
  expect(pace.next(61_000, 1)).toEqual({ replaces: false, others: 0 });
});
