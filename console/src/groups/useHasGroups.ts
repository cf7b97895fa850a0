import { useGroups } from '../api/groups';

/** Whether devices are sorted into groups at all: else nothing needs to speak of them. */
export function useHasGroups(tenant: number | undefined): boolean {
  return (useGroups(tenant).data?.items.length ?? 0) > 0;
}
