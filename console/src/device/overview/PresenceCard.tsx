import { SegmentedControl, Text, Title, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePresenceHistory } from '../../api/deviceFacts';
import type { PresenceChange } from '../../api/types';
import { regionalOf } from '../../i18n/formats';
import { Loaded } from '../../ui/Loaded';
import { useNow } from '../../ui/useNow';
import classes from './PresenceCard.module.css';
import { onlineShare, type Span, spansOf } from './presenceSpans';

const LENGTHS_MS = { day: 86_400_000, week: 7 * 86_400_000 } as const;
type Length = keyof typeof LENGTHS_MS;

const FIRST_ROWS = 5;
const MORE_ROWS = 20;

/** When the device was there. */
export function PresenceCard({ loginCode }: { loginCode: string }) {
  const { t } = useTranslation();
  const history = usePresenceHistory(loginCode);
  const [length, setLength] = useState<Length>('day');
  return (
    <section className={classes.frame} aria-label={t('overview.presence')} data-testid="presence-history">
      <div className={classes.head}>
        <Title order={2} fz="0.9375rem">
          {t('overview.presence')}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label={t('overview.span')}
          value={length}
          onChange={(next) => {
            setLength(next);
          }}
          data={(Object.keys(LENGTHS_MS) as Length[]).map((one) => ({ value: one, label: t(`overview.spans.${one}`) }))}
        />
      </div>
      <Loaded query={history}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('overview.noHistory')}
            </Text>
          ) : (
            <>
              <Strip changes={items} length={length} />
              <Changes changes={items} />
            </>
          )
        }
      </Loaded>
    </section>
  );
}

function Strip({ changes, length }: { changes: PresenceChange[]; length: Length }) {
  const { t, i18n } = useTranslation();
  const now = useNow(30_000).getTime();
  const lengthMs = LENGTHS_MS[length];
  const spans = spansOf(changes, now, lengthMs);
  const share = onlineShare(spans);
  const shareText =
    share === undefined ? t('overview.unknownSpan') : t('overview.onlineShare', { percent: percent(share) });
  const moment = new Intl.DateTimeFormat(regionalOf(i18n.language), {
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  const edge = new Intl.DateTimeFormat(
    regionalOf(i18n.language),
    length === 'day' ? { hour: '2-digit', minute: '2-digit' } : { weekday: 'short', day: 'numeric' },
  );
  const title = ({ from, to, presence }: Span): string =>
    t('overview.from', {
      presence: presence === undefined ? t('overview.unknownSpan') : t(`presence.${presence}`),
      from: moment.format(from),
      to: moment.format(to),
    });
  return (
    <div>
      <div role="img" aria-label={shareText} className={classes.strip}>
        {spans.map((span) => (
          <span
            key={span.from}
            className={classes.span}
            data-presence={span.presence ?? 'unknown'}
            title={title(span)}
            style={{ flexGrow: span.to - span.from }}
          />
        ))}
      </div>
      <div className={classes.axis} aria-hidden="true">
        <span>{edge.format(now - lengthMs)}</span>
        <span>{edge.format(now - lengthMs / 2)}</span>
        <span>{t('devices.now')}</span>
      </div>
      <Text size="sm" mt={6}>
        {shareText}
      </Text>
    </div>
  );
}

/** Never "100 %" of a time in which it was away. */
function percent(share: number): number {
  return share === 1 ? 100 : Math.min(99, Math.round(share * 100));
}

function Changes({ changes }: { changes: PresenceChange[] }) {
  const { t, i18n } = useTranslation();
  const [rows, setRows] = useState(FIRST_ROWS);
  const at = new Intl.DateTimeFormat(regionalOf(i18n.language), {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (
    <>
      <ul className={classes.list}>
        {changes.slice(0, rows).map(({ id, at: when, presence, address, reason }) => (
          <li key={id} className={classes.change} data-testid="presence-change">
            <span className={classes.dot} data-presence={presence} aria-hidden="true" />
            <span className={classes.what}>
              {t(
                presence === 'online' ? 'overview.came' : presence === 'sleeping' ? 'overview.slept' : 'overview.went',
              )}
              {(address ?? reason) && (
                <Text component="span" size="xs" c="dimmed" truncate>
                  {address ?? reason}
                </Text>
              )}
            </span>
            <time dateTime={when} className={classes.at}>
              {at.format(new Date(when))}
            </time>
          </li>
        ))}
      </ul>
      {changes.length > rows && (
        <UnstyledButton
          className={classes.more}
          onClick={() => {
            setRows(rows + MORE_ROWS);
          }}
        >
          {t('overview.allPresence')}
        </UnstyledButton>
      )}
    </>
  );
}
