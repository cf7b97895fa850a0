import type { ChannelRef } from '../api/recordings';

export const MOST_CHANNELS = 9;

/** The channels that an address names: `c=gate:1&c=gate:2`. Each once, and no more than are shown. */
export function channelsIn(search: URLSearchParams): ChannelRef[] {
  const seen = new Set<string>();
  return search
    .getAll('c')
    .flatMap((text): ChannelRef[] => {
      const cut = text.lastIndexOf(':');
      const channel = Number(text.slice(cut + 1));
      if (cut < 1 || cut === text.length - 1 || !Number.isInteger(channel) || channel < 0 || seen.has(text)) return [];
      seen.add(text);
      return [{ loginCode: text.slice(0, cut), channel }];
    })
    .slice(0, MOST_CHANNELS);
}

/** How many stand side by side. */
export function acrossOf(count: number): 1 | 2 | 3 {
  return count <= 1 ? 1 : count <= 4 ? 2 : 3;
}
