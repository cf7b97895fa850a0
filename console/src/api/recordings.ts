import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { localNowMs } from '../player/serverClock';
import { ApiError } from './apiError';
import { answerOf, client, serverClock } from './client';
import { keys } from './queries';
import type { components } from './schema';
import { useChange } from './useChange';

type Schemas = components['schemas'];

/** Why there is no footage of some time. A cloud that is newer than the console may know more. */
export const GAP_REASONS = [
  'pending',
  'starting',
  'device_offline',
  'channel_offline',
  'no_media',
  'device_refused',
  'not_answering',
  'cloud_down',
  'dropped',
  'failed',
  'refused',
  'disk_full',
  'expired',
  'deleted',
  'unreported',
  'hidden',
  'not_asked',
] as const;
export type GapReason = (typeof GAP_REASONS)[number] | 'other';

/** Of a time, what became of it. Times in ms since the epoch. */
export interface TimelineRange {
  from: number;
  to: number;
  /** Undefined: there is footage. */
  gap?: GapReason;
  /** Of footage: it is around an alarm, and kept as such. */
  alarm?: true;
}

const MARKS = ['alarm', 'clip', 'clock'] as const;

export interface TimelineMark {
  from: number;
  to: number;
  kind: (typeof MARKS)[number];
  id?: number;
  /** Of an alarm, by the protocol's number. */
  type?: number;
  /** Of an alarm: its type's. */
  name?: string;
}

export interface Timeline {
  from: number;
  to: number;
  ranges: TimelineRange[];
  marks: TimelineMark[];
  recordedMs: number;
  gapMs: Partial<Record<GapReason, number>>;
}

export interface TimeSpan {
  from: number;
  to: number;
}

export interface RecordedDay {
  /** "2026-11-29". */
  day: string;
  recordedMs: number;
  alarms: number;
}

/** Of whose footage is spoken. */
export interface ChannelRef {
  loginCode: string;
  channel: number;
}

/** The channel as the API's paths name it. */
function pathOf({ loginCode, channel }: ChannelRef): { login_code: string; channel: number } {
  return { login_code: loginCode, channel };
}

/** The cloud's present time: footage is named by it, whatever the clock of this computer says. */
export function cloudNow(): number {
  return serverClock.at(localNowMs());
}

const iso = (ms: number): string => new Date(ms).toISOString();

export function gapReasonOf(reason: string | null | undefined): GapReason {
  return GAP_REASONS.find((known) => known === reason) ?? 'other';
}

export function timelineOf(wire: Schemas['TimelineAnswer']): Timeline {
  const gapMs: Timeline['gapMs'] = {};
  for (const [reason, ms] of Object.entries(wire.gap_ms)) {
    const known = gapReasonOf(reason);
    gapMs[known] = (gapMs[known] ?? 0) + ms;
  }
  return {
    from: Date.parse(wire.from),
    to: Date.parse(wire.to),
    ranges: wire.ranges.map(({ from, to, kind, reason }) => ({
      from: Date.parse(from),
      to: Date.parse(to),
      ...(kind === 'gap' ? { gap: gapReasonOf(reason) } : kind === 'alarm' ? { alarm: true as const } : {}),
    })),
    marks: wire.marks.flatMap(({ from, to, kind: named, ...more }) => {
      const kind = MARKS.find((known) => known === named);
      return kind ? [{ from: Date.parse(from), to: Date.parse(to ?? wire.to), kind, ...more }] : [];
    }),
    recordedMs: wire.recorded_ms,
    gapMs,
  };
}

/** What became of each moment of a time; what lies ahead is left out. Undefined: all of it lies ahead. */
export async function fetchTimeline(
  ref: ChannelRef,
  { from, to }: TimeSpan,
  resolutionMs: number,
  signal?: AbortSignal,
): Promise<Timeline> {
  const end = Math.min(to, cloudNow());
  if (end <= from) return { from, to: from, ranges: [], marks: [], recordedMs: 0, gapMs: {} };
  const request = client.GET('/api/v1/devices/{login_code}/channels/{channel}/recordings/timeline', {
    params: {
      path: pathOf(ref),
      query: { from: iso(from), to: iso(end), resolution_ms: Math.max(1, Math.round(resolutionMs)) },
    },
    ...(signal ? { signal } : {}),
  });
  return timelineOf(await answerOf(request));
}

/** How often what is going on just now is asked for again. */
const LIVE_REFRESH_MS = 10_000;

export function timelineQuery(ref: ChannelRef, span: TimeSpan & { resolutionMs: number }) {
  return {
    queryKey: keys.recordings(ref.loginCode, ref.channel, 'timeline', span),
    queryFn: ({ signal }: { signal: AbortSignal }) => fetchTimeline(ref, span, span.resolutionMs, signal),
    placeholderData: keepPreviousData,
    refetchInterval: () => (span.to > cloudNow() ? LIVE_REFRESH_MS : false),
  } as const;
}

export function useRecordedDays(ref: ChannelRef, from: string, to: string, timeZone: string) {
  return useQuery({
    queryKey: keys.recordings(ref.loginCode, ref.channel, 'days', { from, to, timeZone }),
    queryFn: async ({ signal }): Promise<RecordedDay[]> => {
      const answer = await answerOf(
        client.GET('/api/v1/devices/{login_code}/channels/{channel}/recordings/days', {
          params: { path: pathOf(ref), query: { from, to, time_zone: timeZone } },
          signal,
        }),
      );
      return answer.days.map(({ day, recorded_ms, alarms }) => ({ day, recordedMs: recorded_ms, alarms }));
    },
    placeholderData: keepPreviousData,
  });
}

/** Where a time can be played from. The address is brought to this page's own origin, which is all that a page may fetch from. */
export async function openPlaylist(ref: ChannelRef, { from, to }: TimeSpan, signal?: AbortSignal): Promise<string> {
  const { url } = await answerOf(
    client.POST('/api/v1/devices/{login_code}/channels/{channel}/recordings/playlist', {
      params: { path: pathOf(ref) },
      body: { from: iso(from), to: iso(to) },
      ...(signal ? { signal } : {}),
    }),
  );
  return ownOrigin(url);
}

export function ownOrigin(url: string): string {
  const parsed = new URL(url, globalThis.location.origin);
  return `${globalThis.location.origin}${parsed.pathname}${parsed.search}`;
}

/** One picture, as a film of one frame. */
export interface Frame {
  film: Blob;
  /** When it was taken. */
  at: number;
}

/** The picture nearest to a time. Undefined: there is no footage of it. */
export async function fetchFrame(ref: ChannelRef, at: number, signal: AbortSignal): Promise<Frame | undefined> {
  const { data, response } = await client.GET('/api/v1/devices/{login_code}/channels/{channel}/recordings/frame', {
    params: { path: pathOf(ref), query: { at: iso(at) } },
    parseAs: 'blob',
    signal,
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new ApiError(`http_${response.status}`, response.statusText, response.status);
  const taken = Date.parse(response.headers.get('x-frame-time') ?? '');
  return { film: data as unknown as Blob, at: Number.isNaN(taken) ? at : taken };
}

export interface Clip extends TimeSpan {
  id: number;
  name: string;
  /** Until when it is kept; undefined: for ever. */
  until?: number;
  createdBy: string;
}

export function useClips(ref: ChannelRef) {
  return useQuery({
    queryKey: keys.recordings(ref.loginCode, ref.channel, 'clips'),
    queryFn: async ({ signal }): Promise<Clip[]> => {
      const { items } = await answerOf(
        client.GET('/api/v1/devices/{login_code}/channels/{channel}/recordings/clips', {
          params: { path: pathOf(ref) },
          signal,
        }),
      );
      return items.map(({ id, from, to, name, until, created_by }) => ({
        id,
        from: Date.parse(from),
        to: Date.parse(to),
        name,
        createdBy: created_by,
        ...(until === undefined ? {} : { until: Date.parse(until) }),
      }));
    },
  });
}

export function useLockClip(ref: ChannelRef) {
  return useChange(
    ({ from, to, name, until }: TimeSpan & { name: string; until?: string | undefined }) =>
      answerOf(
        client.POST('/api/v1/devices/{login_code}/channels/{channel}/recordings/clips', {
          params: { path: pathOf(ref) },
          body: { from: iso(from), to: iso(to), name, ...(until ? { until } : {}) },
        }),
      ),
    keys.allRecordings(ref.loginCode),
  );
}

export function useUnlockClip(ref: ChannelRef) {
  return useChange(
    (id: number) =>
      answerOf(
        client.DELETE('/api/v1/devices/{login_code}/channels/{channel}/recordings/clips/{clip}', {
          params: { path: { ...pathOf(ref), clip: id } },
        }),
      ),
    keys.allRecordings(ref.loginCode),
  );
}

export interface Share extends TimeSpan {
  id: number;
  name: string;
  url: string;
  expiresAt: number;
  createdBy: string;
}

function shareOf({ id, from, to, name, url, expires_at, created_by }: Schemas['RecordingShare']): Share {
  return {
    id,
    from: Date.parse(from),
    to: Date.parse(to),
    name,
    url,
    expiresAt: Date.parse(expires_at),
    createdBy: created_by,
  };
}

export function useShares(ref: ChannelRef) {
  return useQuery({
    queryKey: keys.recordings(ref.loginCode, ref.channel, 'shares'),
    queryFn: async ({ signal }): Promise<Share[]> => {
      const { items } = await answerOf(
        client.GET('/api/v1/devices/{login_code}/channels/{channel}/recordings/shares', {
          params: { path: pathOf(ref) },
          signal,
        }),
      );
      return items.map(shareOf);
    },
  });
}

export function useMakeShare(ref: ChannelRef) {
  return useChange(
    async ({ from, to, name, expiresInSeconds }: TimeSpan & { name: string; expiresInSeconds: number }) =>
      shareOf(
        await answerOf(
          client.POST('/api/v1/devices/{login_code}/channels/{channel}/recordings/shares', {
            params: { path: pathOf(ref) },
            body: { from: iso(from), to: iso(to), name, expires_in_seconds: expiresInSeconds },
          }),
        ),
      ),
    keys.recordings(ref.loginCode, ref.channel, 'shares'),
  );
}

export function useEndShare(ref: ChannelRef) {
  return useChange(
    (id: number) =>
      answerOf(
        client.DELETE('/api/v1/devices/{login_code}/channels/{channel}/recordings/shares/{share}', {
          params: { path: { ...pathOf(ref), share: id } },
        }),
      ),
    keys.recordings(ref.loginCode, ref.channel, 'shares'),
  );
}

export interface ExportState {
  id: string;
  state: 'preparing' | 'ready' | 'failed';
  /** 0 to 1. */
  progress: number;
  bytes?: number;
  url?: string;
  /** Why it failed. */
  message?: string;
}

function exportOf({ id, state, progress, bytes, url, message }: Schemas['ExportAnswer']): ExportState {
  return {
    id,
    state: state === 'ready' || state === 'failed' ? state : 'preparing',
    progress,
    ...(bytes === undefined ? {} : { bytes }),
    ...(url === undefined ? {} : { url: ownOrigin(url) }),
    ...(message === undefined ? {} : { message }),
  };
}

/** How exports are begun and followed: of a channel, or of a share by whoever has its link. */
export interface Exporter {
  begin: (span: TimeSpan, signal: AbortSignal) => Promise<ExportState>;
  look: (id: string, signal: AbortSignal) => Promise<ExportState>;
}

export function channelExporter(ref: ChannelRef): Exporter {
  return {
    begin: async ({ from, to }, signal) =>
      exportOf(
        await answerOf(
          client.POST('/api/v1/devices/{login_code}/channels/{channel}/recordings/exports', {
            params: { path: pathOf(ref) },
            body: { from: iso(from), to: iso(to) },
            signal,
          }),
        ),
      ),
    look: async (id, signal) =>
      exportOf(
        await answerOf(
          client.GET('/api/v1/devices/{login_code}/channels/{channel}/recordings/exports/{export}', {
            params: { path: { ...pathOf(ref), export: id } },
            signal,
          }),
        ),
      ),
  };
}

export function shareExporter(token: string): Exporter {
  const ask = async (signal: AbortSignal): Promise<ExportState> =>
    exportOf(await answerOf(client.POST('/api/v1/shares/{token}/export', { params: { path: { token } }, signal })));
  // Asking for it again answers how far it is.
  return { begin: (_, signal) => ask(signal), look: (_, signal) => ask(signal) };
}

export interface SharedFootage extends TimeSpan {
  name: string;
  /** Undefined: the footage is gone. */
  playlistUrl?: string;
  expiresAt: number;
}

async function fetchShared(token: string, signal: AbortSignal): Promise<SharedFootage> {
  const share = await answerOf(client.GET('/api/v1/shares/{token}', { params: { path: { token } }, signal }));
  return {
    name: share.name,
    from: Date.parse(share.from),
    to: Date.parse(share.to),
    expiresAt: Date.parse(share.expires_at),
    ...(share.playlist_url === undefined ? {} : { playlistUrl: ownOrigin(share.playlist_url) }),
  };
}

export function useSharedFootage(token: string) {
  return useQuery({
    queryKey: ['share', token],
    queryFn: ({ signal }) => fetchShared(token, signal),
    staleTime: Infinity,
  });
}

/** A new address of what a link shows: one does not stay good for as long as the link does. */
export async function openShared(token: string, signal: AbortSignal): Promise<string> {
  const { playlistUrl } = await fetchShared(token, signal);
  if (playlistUrl === undefined) throw new ApiError('no_footage', '', 404);
  return playlistUrl;
}
