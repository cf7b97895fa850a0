import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { keys } from './queries';
import { beginSession, endSession } from './sessionState';
import type { Me } from './types';

const ME: Me = { id: 1, username: 'mai', platform_admin: false, totp: false, recovery_codes_left: 0, tenants: [] };

function loggedIn(): QueryClient {
  const queries = new QueryClient();
  beginSession(queries, ME);
  queries.setQueryData(keys.device('a'), { name: 'Nursery' });
  return queries;
}

it('forgets what it fetched for a person whose session ended, and says so to the next page', () => {
  const queries = loggedIn();
  endSession(queries, 'lost');
  expect(queries.getQueryData(keys.me)).toBeNull();
  expect(queries.getQueryData(keys.device('a'))).toBeUndefined();
  expect(queries.getQueryData(keys.sessionLost)).toBe(true);
  beginSession(queries, ME);
  expect(queries.getQueryData(keys.sessionLost)).toBe(false);
});

it('has nothing to say to those who logged out, or never were in', () => {
  const left = loggedIn();
  endSession(left, 'left');
  // The requests still under way come back refused.
  endSession(left, 'lost');
  expect(left.getQueryData(keys.sessionLost)).toBe(false);
  expect(left.getQueryData(keys.device('a'))).toBeUndefined();

  const stranger = new QueryClient();
  endSession(stranger, 'lost');
  expect(stranger.getQueryData(keys.sessionLost)).toBe(false);
});
