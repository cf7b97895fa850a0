import { may } from '../api/currentTenant';
import type { MyTenant } from '../api/types';

const PAGES = [
  ['people', 'manage_people'],
  ['groups', 'configure'],
  ['firmware', 'configure'],
  ['keys', 'manage_people'],
  ['audit', 'manage_people'],
  ['settings', undefined],
] as const;

export type OrganisationPage = (typeof PAGES)[number][0];

/** The pages of an organisation that are of use to its member. */
export function pagesOf(organisation: MyTenant): OrganisationPage[] {
  return PAGES.filter(([, needs]) => needs === undefined || may(needs, organisation)).map(([page]) => page);
}
