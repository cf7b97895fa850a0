import type { Group } from '../api/types';

/** A group with those directly below it. */
export interface GroupNode {
  group: Group;
  /** 0 at the top. */
  depth: number;
  children: GroupNode[];
  /** Devices in it and below it. */
  devices: number;
}

/** The groups as a forest, siblings by name. Whose parent one may not see stands at the top. */
export function forestOf(groups: Group[], language: string): GroupNode[] {
  const known = new Set(groups.map((group) => group.id));
  const byParent = new Map<number | undefined, Group[]>();
  for (const group of groups) {
    const parent = group.parent_id != null && known.has(group.parent_id) ? group.parent_id : undefined;
    byParent.set(parent, [...(byParent.get(parent) ?? []), group]);
  }
  const { compare } = new Intl.Collator(language, { numeric: true });
  const below = (parent: number | undefined, depth: number): GroupNode[] =>
    (byParent.get(parent) ?? [])
      .toSorted((a, b) => compare(a.name, b.name))
      .map((group) => {
        const children = below(group.id, depth + 1);
        const devices = children.reduce((sum, child) => sum + child.devices, group.devices);
        return { group, depth, children, devices };
      });
  return below(undefined, 0);
}

/** All nodes, each before those below it. */
export function flat(forest: GroupNode[]): GroupNode[] {
  return forest.flatMap((node) => [node, ...flat(node.children)]);
}

/** The group and all below it. */
export function subtreeIds(groups: Group[], root: number): Set<number> {
  const node = flat(forestOf(groups, 'en')).find(({ group }) => group.id === root);
  return new Set(node ? flat([node]).map(({ group }) => group.id) : []);
}

/** Where the group is: "Harbour / Hall 2 / Gate". */
export function groupPath(groups: Group[], id: number | null | undefined): string {
  const names: string[] = [];
  let at = groups.find((group) => group.id === id);
  // Bounded, should the cloud ever answer with a circle.
  for (let steps = 0; at && steps < 16; steps += 1) {
    names.unshift(at.name);
    const above = at.parent_id;
    at = above == null ? undefined : groups.find((group) => group.id === above);
  }
  return names.join(' / ');
}
