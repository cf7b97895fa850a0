import type { TFunction } from 'i18next';
import type { Channel } from '../api/types';

const NAMES = { 0: 'offline', 1: 'online', 2: 'live', 3: 'faulty', 4: 'disabled' } as const;

export type ChannelStateName = (typeof NAMES)[keyof typeof NAMES] | 'unknown';

/** The channel's state by DAP's numbers. Devices may send others: they are shown as numbers. */
export function channelStateOf(channel: Channel): ChannelStateName {
  return channel.state in NAMES ? NAMES[channel.state as keyof typeof NAMES] : 'unknown';
}

export function channelStateText(t: TFunction, channel: Channel): string {
  return t(`device.channelStates.${channelStateOf(channel)}`, { state: channel.state });
}

/** The channel gives a picture, or would. */
export function isUsable(channel: Channel): boolean {
  return channel.state === 1 || channel.state === 2;
}
