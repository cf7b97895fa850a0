import { Button, Center, Loader, Stack, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { ApiError } from '../api/apiError';
import {
  openShared,
  type SharedFootage,
  shareExporter,
  type Timeline as Account,
  useSharedFootage,
} from '../api/recordings';
import { Appearance } from '../app/UserMenu';
import { durationText } from '../device/duration';
import { errorText } from '../i18n/errors';
import { dateText, momentText } from '../i18n/formats';
import { Brand } from '../ui/Brand';
import { useTitle } from '../ui/useTitle';
import { ExportProgress } from './ExportProgress';
import { type Piece, spansOf } from './mediaMap';
import { PlaybackBar, playbackKey } from './PlaybackBar';
import { type PaneSource, PlayerPane } from './PlayerPane';
import { footageFrom } from './ranges';
import classes from './SharePage.module.css';
import { type Lane, Timeline, useView } from './Timeline';
import type { PlaybackSession } from './playbackSession';
import { usePlayback } from './usePlayback';
import { exportName, useExport } from './useExport';

/** `/share/<token>`: one piece of footage, for whoever has the link. */
export default function SharePage() {
  const { t } = useTranslation();
  const { token = '' } = useParams();
  const share = useSharedFootage(token);
  useTitle(share.data?.name || t('shared.title'));
  const gone = share.error instanceof ApiError && [403, 404, 410].includes(share.error.status);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Brand />
        <div className={classes.appearance}>
          <Appearance p={0} />
        </div>
      </header>
      {share.data?.playlistUrl !== undefined ? (
        <Shared token={token} share={share.data} playlistUrl={share.data.playlistUrl} />
      ) : (
        <Center mih="50vh">
          {share.isPending ? (
            <Loader color="gray" size="sm" />
          ) : (
            <Text data-testid="share-gone">
              {share.data ? t('shared.deleted') : gone ? t('shared.gone') : errorText(t, share.error)}
            </Text>
          )}
        </Center>
      )}
    </div>
  );
}

const NO_REFS: never[] = [];

interface SharedProps {
  token: string;
  share: SharedFootage;
  playlistUrl: string;
}

function Shared({ token, share, playlistUrl }: SharedProps) {
  const { t, i18n } = useTranslation();
  const { from, to } = share;
  const limits = useMemo(() => ({ from, to }), [from, to]);
  const session = usePlayback(() => from, NO_REFS);
  const [pieces, setPieces] = useState<readonly Piece[]>();
  const source = useMemo<PaneSource>(
    () => ({ open: addresses(token, playlistUrl), limits, onPieces: setPieces }),
    [token, playlistUrl, limits],
  );
  const account = useMemo(() => pieces && accountOf(pieces, limits), [pieces, limits]);
  useFirstFootage(session, account);
  const margin = (to - from) * 0.02;
  const [view, setView] = useView(() => ({ from: from - margin, to: to + margin }));
  const lanes = useMemo<Lane[]>(() => [{ key: 'share', label: '', account, frames: undefined }], [account]);
  const exporter = useMemo(() => shareExporter(token), [token]);
  const name = share.name || t('shared.title');
  const { stage, begin, cancel } = useExport(exporter, exportName(name, from));
  const busy = stage.stage === 'preparing' || stage.stage === 'downloading';
  return (
    // Keys work wherever the focus is within.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      data-testid="share"
      onKeyDown={(event) => {
        if (playbackKey(event, session, undefined)) event.preventDefault();
      }}
    >
      <Stack gap="sm" component="main">
        <div>
          <Title order={1} fz="1.375rem" lts="-0.02em" data-testid="share-title">
            {name}
          </Title>
          <Text size="sm" c="dimmed">
            {momentText(i18n.language, new Date(from))} · {durationText(i18n.language, (to - from) / 1000)}
          </Text>
        </div>
        <div className={classes.player}>
          <PlayerPane session={session} pictureKey="share" name={name} source={source} account={account} />
        </div>
        <PlaybackBar session={session}>
          {!busy && (
            <Button
              size="xs"
              leftSection={<IconDownload size={15} />}
              data-testid="share-download"
              onClick={() => {
                begin(limits);
              }}
            >
              {t('shared.download')}
            </Button>
          )}
        </PlaybackBar>
        <Timeline
          lanes={lanes}
          view={view}
          onView={setView}
          session={session}
          label={t('recordings.timeline')}
          limits={limits}
        />
        <ExportProgress stage={stage} onCancel={cancel} />
        <Text size="sm" c="dimmed">
          {t('shared.until', { until: dateText(i18n.language, new Date(share.expiresAt)) })}
        </Text>
      </Stack>
    </div>
  );
}

/** The address that came with the share, and after it new ones. */
function addresses(token: string, first: string): PaneSource['open'] {
  let given: string | undefined = first;
  return (_, signal) => {
    const url = given;
    given = undefined;
    return url === undefined ? openShared(token, signal) : Promise.resolve(url);
  };
}

/** What somebody was sent may begin before its footage does: the first picture is shown, unless they are elsewhere already. */
function useFirstFootage(session: PlaybackSession, account: Account | undefined): void {
  const done = useRef(false);
  useEffect(() => {
    if (done.current || !account) return;
    done.current = true;
    const first = footageFrom(account.ranges, account.from);
    if (first !== undefined && session.at() < first) session.seek(first);
  }, [session, account]);
}

/** Of footage that somebody was sent, all that is known is the film itself. */
function accountOf(pieces: readonly Piece[], { from, to }: { from: number; to: number }): Account {
  const ranges: Account['ranges'] = [];
  let end = from;
  for (const span of spansOf(pieces)) {
    const begin = Math.max(span.from, from);
    if (begin > end) ranges.push({ from: end, to: begin, gap: 'other' });
    ranges.push({ from: begin, to: Math.min(span.to, to) });
    end = Math.min(span.to, to);
  }
  if (end < to) ranges.push({ from: end, to, gap: 'other' });
  return { from, to, ranges, marks: [], recordedMs: 0, gapMs: {} };
}
