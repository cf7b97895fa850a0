import { expect, it } from 'vitest';
import { snapshotFileName } from './snapshot';

it('names a saved picture so that every file system takes it and folders sort by time', () => {
  expect(snapshotFileName('Tor: Süd/1 "neu"?', new Date(2026, 0, 2, 3, 4, 5))).toBe(
    'Tor_ Süd_1 _neu_ 2026-01-02 03-04-05.jpg',
  );
});
