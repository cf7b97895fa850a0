import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { localNowMs } from '../player/serverClock';
import { ApiError } from './apiError';
import { answerOf, serverClock } from './client';
import { keys } from './queries';
import { useChange } from './useChange';

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
}

export interface TimelineMark {
  from: number;
  to: number;
  kind: 'alarm' | 'clip' | 'clock';
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

interface WireTimeline {
  from: string;
  to: string;
  ranges: { from: string; to: string; kind: 'footage' | 'gap'; reason?: string | null }[];
  marks: {
    from: string;
    /** Absent: it goes on. */
    to?: string;
    kind: TimelineMark['kind'];
    id?: number;
    /** Of an alarm, by the protocol's number. */
    type?: number;
    /** Of an alarm: its type's. */
    name?: string;
  }[];
  recorded_ms: number;
  gap_ms: Record<string, number>;
}

/** Asks a route of the API by its path. */
async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const answer = async (): Promise<{ data?: T; error?: unknown; response: Response }> => {
    const response = await fetch(path, {
      method,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      ...(signal ? { signal } : {}),
    });
    if (response.status === 204) return { response };
    const text = await response.text();
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    return response.ok ? { data: value as T, response } : { error: value, response };
  };
  return answerOf(answer());
}

function base({ loginCode, channel }: ChannelRef): string {
  return `/api/v1/devices/${encodeURIComponent(loginCode)}/channels/${channel}/recordings`;
}

/** The cloud's present time: footage is named by it, whatever the clock of this computer says. */
export function cloudNow(): number {
  return serverClock.at(localNowMs());
}

const iso = (ms: number): string => new Date(ms).toISOString();

export function gapReasonOf(reason: string | null | undefined): GapReason {
  return GAP_REASONS.find((known) => known === reason) ?? 'other';
}

export function timelineOf(wire: WireTimeline): Timeline {
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
      ...(kind === 'footage' ? {} : { gap: gapReasonOf(reason) }),
    })),
    marks: wire.marks.map(({ from, to, kind, id, type, name }) => ({
      from: Date.parse(from),
      to: Date.parse(to ?? wire.to),
      kind,
      ...(id === undefined ? {} : { id }),
      ...(type === undefined ? {} : { type }),
      ...(name === undefined ? {} : { name }),
    })),
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
  const query = new URLSearchParams({ from: iso(from), to: iso(end), resolution_ms: String(Math.round(resolutionMs)) });
  return timelineOf(await ask<WireTimeline>('GET', `${base(ref)}/timeline?${query.toString()}`, undefined, signal));
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
      const query = new URLSearchParams({ from, to, time_zone: timeZone });
      const answer = await ask<{ days: { day: string; recorded_ms: number; alarms: number }[] }>(
        'GET',
        `${base(ref)}/days?${query.toString()}`,
        undefined,
        signal,
      );
      return answer.days.map(({ day, recorded_ms, alarms }) => ({ day, recordedMs: recorded_ms, alarms }));
    },
    placeholderData: keepPreviousData,
  });
}

/** Where a time can be played from. The address is brought to this page's own origin, which is all that a page may fetch from. */
export async function openPlaylist(ref: ChannelRef, { from, to }: TimeSpan, signal?: AbortSignal): Promise<string> {
  const { url } = await ask<{ url: string }>('POST', `${base(ref)}/playlist`, { from: iso(from), to: iso(to) }, signal);
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
  const response = await fetch(`${base(ref)}/frame?at=${encodeURIComponent(iso(at))}`, {
    credentials: 'same-origin',
    signal,
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new ApiError(`http_${response.status}`, response.statusText, response.status);
  const taken = Date.parse(response.headers.get('x-frame-time') ?? '');
  return { film: await response.blob(), at: Number.isNaN(taken) ? at : taken };
}

export interface Clip extends TimeSpan {
  id: number;
  name: string;
  /** Until when it is kept; undefined: for ever. */
  until?: number;
  createdBy: string;
}

interface WireClip {
  id: number;
  from: string;
  to: string;
  name: string;
  until?: string | null;
  created_by?: string | null;
}

export function useClips(ref: ChannelRef) {
  return useQuery({
    queryKey: keys.recordings(ref.loginCode, ref.channel, 'clips'),
    queryFn: async ({ signal }): Promise<Clip[]> => {
      const { items } = await ask<{ items: WireClip[] }>('GET', `${base(ref)}/clips`, undefined, signal);
      return items.map(({ id, from, to, name, until, created_by }) => ({
        id,
        from: Date.parse(from),
        to: Date.parse(to),
        name,
        createdBy: created_by ?? '',
        ...(until == null ? {} : { until: Date.parse(until) }),
      }));
    },
  });
}

export function useLockClip(ref: ChannelRef) {
  return useChange(
    ({ from, to, name, until }: TimeSpan & { name: string; until?: string | undefined }) =>
      ask<WireClip>('POST', `${base(ref)}/clips`, { from: iso(from), to: iso(to), name, ...(until ? { until } : {}) }),
    keys.allRecordings(ref.loginCode),
  );
}

export function useUnlockClip(ref: ChannelRef) {
  return useChange(
    (id: number) => ask<undefined>('DELETE', `${base(ref)}/clips/${id}`),
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

interface WireShare {
  id: number;
  from: string;
  to: string;
  name: string;
  url: string;
  expires_at: string;
  created_by?: string | null;
}

function shareOf({ id, from, to, name, url, expires_at, created_by }: WireShare): Share {
  return {
    id,
    from: Date.parse(from),
    to: Date.parse(to),
    name,
    url,
    expiresAt: Date.parse(expires_at),
    createdBy: created_by ?? '',
  };
}

export function useShares(ref: ChannelRef) {
  return useQuery({
    queryKey: keys.recordings(ref.loginCode, ref.channel, 'shares'),
    queryFn: async ({ signal }): Promise<Share[]> =>
      (await ask<{ items: WireShare[] }>('GET', `${base(ref)}/shares`, undefined, signal)).items.map(shareOf),
  });
}

export function useMakeShare(ref: ChannelRef) {
  return useChange(
    async ({ from, to, name, expiresInSeconds }: TimeSpan & { name: string; expiresInSeconds: number }) =>
      shareOf(
        await ask<WireShare>('POST', `${base(ref)}/shares`, {
          from: iso(from),
          to: iso(to),
          name,
          expires_in_seconds: expiresInSeconds,
        }),
      ),
    keys.recordings(ref.loginCode, ref.channel, 'shares'),
  );
}

export function useEndShare(ref: ChannelRef) {
  return useChange(
    (id: number) => ask<undefined>('DELETE', `${base(ref)}/shares/${id}`),
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

interface WireExport {
  id: string;
  state: ExportState['state'];
  progress: number;
  bytes?: number;
  url?: string;
  message?: string;
}

function exportOf({ id, state, progress, bytes, url, message }: WireExport): ExportState {
  return {
    id,
    state,
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
      exportOf(await ask<WireExport>('POST', `${base(ref)}/exports`, { from: iso(from), to: iso(to) }, signal)),
    look: async (id, signal) =>
      exportOf(await ask<WireExport>('GET', `${base(ref)}/exports/${encodeURIComponent(id)}`, undefined, signal)),
  };
}

export function shareExporter(token: string): Exporter {
  const path = `/api/v1/shares/${encodeURIComponent(token)}/export`;
  return {
    begin: async (_, signal) => exportOf(await ask<WireExport>('POST', path, {}, signal)),
    // Asking for it again answers how far it is.
    look: async (_, signal) => exportOf(await ask<WireExport>('POST', path, {}, signal)),
  };
}

export interface SharedFootage extends TimeSpan {
  name: string;
  /** Undefined: the footage is gone. */
  playlistUrl?: string;
  expiresAt: number;
}

export function useSharedFootage(token: string) {
  return useQuery({
    queryKey: ['share', token],
    queryFn: async ({ signal }): Promise<SharedFootage> => {
      const share = await ask<{ name: string; from: string; to: string; playlist_url?: string; expires_at: string }>(
        'GET',
        `/api/v1/shares/${encodeURIComponent(token)}`,
        undefined,
        signal,
      );
      return {
        name: share.name,
        from: Date.parse(share.from),
        to: Date.parse(share.to),
        expiresAt: Date.parse(share.expires_at),
        ...(share.playlist_url === undefined ? {} : { playlistUrl: ownOrigin(share.playlist_url) }),
      };
    },
    staleTime: Infinity,
  });
}

export interface Storage {
  store: string;
  usedBytes: number;
  segments: number;
  freeBytes?: number;
  totalBytes?: number;
  state: 'ok' | 'low' | 'full';
  oldest?: string;
}

export function useStorage(enabled: boolean) {
  return useQuery({
    queryKey: keys.storage,
    queryFn: async ({ signal }): Promise<Storage> => {
      const wire = await ask<{
        store: string;
        used_bytes: number;
        segments: number;
        free_bytes?: number | null;
        total_bytes?: number | null;
        state: Storage['state'];
        oldest?: string | null;
      }>('GET', '/api/v1/recording/storage', undefined, signal);
      return {
        store: wire.store,
        usedBytes: wire.used_bytes,
        segments: wire.segments,
        state: wire.state,
        ...(wire.free_bytes == null ? {} : { freeBytes: wire.free_bytes }),
        ...(wire.total_bytes == null ? {} : { totalBytes: wire.total_bytes }),
        ...(wire.oldest == null ? {} : { oldest: wire.oldest }),
      };
    },
    enabled,
    refetchInterval: 60_000,
  });
}

export type RecordMode = 'off' | 'always' | 'schedule' | 'alarm';
export const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type WeekDay = (typeof WEEK)[number];

export interface ScheduleEntry {
  days: WeekDay[];
  from: string;
  to: string;
}

export interface RecordPlan {
  mode: RecordMode;
  schedule?: ScheduleEntry[] | null;
  time_zone?: string | null;
  prerecord_seconds?: number | null;
  tail_seconds?: number | null;
  keep_days?: number | null;
  keep_bytes?: number | null;
  keep_alarm_days?: number | null;
}

export interface RecordState {
  wanted: boolean;
  cause?: 'always' | 'schedule' | 'alarm' | null;
  recorder?: 'device' | 'cloud' | null;
  since?: string | null;
  last_segment_at?: string | null;
  problem?: { code: string; message: string } | null;
  next_change_at?: string | null;
}

export interface ChannelRecording {
  channel: number;
  plan?: RecordPlan | null;
  state: RecordState;
}

export function useRecording(loginCode: string) {
  return useQuery({
    queryKey: keys.recordingState(loginCode),
    queryFn: async ({ signal }) =>
      (
        await ask<{ items: ChannelRecording[] }>(
          'GET',
          `/api/v1/devices/${encodeURIComponent(loginCode)}/recording`,
          undefined,
          signal,
        )
      ).items,
    refetchInterval: 30_000,
  });
}

export function useSetPlan(loginCode: string) {
  return useChange(
    ({ channel, plan }: { channel: number; plan: RecordPlan }) =>
      ask<ChannelRecording>(
        'PUT',
        `/api/v1/devices/${encodeURIComponent(loginCode)}/channels/${channel}/recording`,
        plan,
      ),
    keys.recordingState(loginCode),
    keys.allRecordings(loginCode),
  );
}
