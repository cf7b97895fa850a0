import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { keys } from './queries';
import { beginSession, endSession, leaveSession } from './sessionState';
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
  endSession(queries);
  expect(queries.getQueryData(keys.me)).toBeNull();
  expect(queries.getQueryData(keys.device('a'))).toBeUndefined();
  expect(queries.getQueryData(keys.sessionEnd)).toBe('lost');
  beginSession(queries, ME);
  expect(queries.getQueryData(keys.sessionEnd)).toBeNull();
});

it('does not tell who logs out that the session was lost, however it learns first that it is over', () => {
  const queries = loggedIn();
  leaveSession(queries);
  // A request still under way, or the feed, is refused before the answer to the logout is here.
  endSession(queries);
  endSession(queries);
  expect(queries.getQueryData(keys.sessionEnd)).toBe('left');
  expect(queries.getQueryData(keys.device('a'))).toBeUndefined();
});

it('has nothing to say to who was never in', () => {
  const queries = new QueryClient();
  endSession(queries);
  expect(queries.getQueryData(keys.sessionEnd)).toBeUndefined();
});
