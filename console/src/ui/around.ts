/**
 * A thing of a list that is newest first, and its neighbours. Those are found where the thing itself is not on the list any more,
 * too: acknowledging an alarm takes it off the list of the unread, and the way goes on from there.
 */
export function around<T extends { id: number }>(items: T[], id: number): { item?: T; newer?: T; older?: T } {
  const item = items.find((other) => other.id === id);
  const newer = items.findLast((other) => other.id > id);
  const older = items.find((other) => other.id < id);
  return { ...(item ? { item } : {}), ...(newer ? { newer } : {}), ...(older ? { older } : {}) };
}
