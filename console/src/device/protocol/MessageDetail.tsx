import { ActionIcon, Anchor, Badge, Group, SegmentedControl, Stack, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconCircleX, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/CopyField';
import { bytesText, clockText, msText } from './formats';
import { jsonLines } from './jsonLines';
import { type Message, parsed, type Verdict } from './message';
import classes from './MessageDetail.module.css';
import { verdictText } from './verdictText';

interface Props {
  message: Message;
  partner: Message | undefined;
  onSelect: (message: Message) => void;
  onClose?: () => void;
}

/** Longest text shown as it is; who wants more, copies it. */
const MAX_RAW = 200_000;

/** One message: what it is, its JSON, and what is said of it, at its place. */
export function MessageDetail({ message, partner, onSelect, onClose }: Props) {
  const { t } = useTranslation();
  const [how, setHow] = useState<'pretty' | 'raw'>('pretty');
  const { kind, method, seq, latencyMs, text, byHand } = message;
  const mark = kind === 'dropped' || kind === 'gap';
  return (
    <Stack gap="sm" className={classes.all ?? ''} data-testid="message-detail">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div className={classes.head}>
          <Text component="h3" fw={600} ff={method ? 'monospace' : 'text'} className={classes.title ?? ''}>
            {method ?? t(`protocol.kinds.${kind}`)}
          </Text>
          <Text size="xs" c="dimmed">
            {t(message.direction === 'up' ? 'protocol.up' : 'protocol.down')} · {t(`protocol.kinds.${kind}`)}
            {seq !== undefined && ` · #${String(seq)}`} · {clockText(message.at)}
            {latencyMs !== undefined && ` · ${msText(latencyMs)}`} · {bytesText(message.bytes)}
          </Text>
        </div>
        <Group gap={2} wrap="nowrap">
          <CopyButton label={t('protocol.message')} value={text} />
          {onClose && (
            <ActionIcon variant="subtle" color="gray" aria-label={t('protocol.close')} onClick={onClose}>
              <IconX size={17} />
            </ActionIcon>
          )}
        </Group>
      </Group>
      <Group gap="xs">
        {byHand && (
          <Tooltip label={t('protocol.byHandHint')}>
            <Badge size="sm" radius="sm" variant="default">
              {t('protocol.byHand')}
            </Badge>
          </Tooltip>
        )}
        {partner && (
          <Anchor
            component="button"
            size="xs"
            onClick={() => {
              onSelect(partner);
            }}
          >
            {t(partner.kind === 'request' ? 'protocol.toRequest' : 'protocol.toAnswer')}
          </Anchor>
        )}
      </Group>
      {!mark && (
        <SegmentedControl
          size="xs"
          className={classes.how ?? ''}
          aria-label={t('protocol.how')}
          value={how}
          onChange={(value) => {
            setHow(value === 'raw' ? 'raw' : 'pretty');
          }}
          data={[
            { value: 'pretty', label: t('protocol.pretty') },
            { value: 'raw', label: t('protocol.raw') },
          ]}
        />
      )}
      {how === 'pretty' ? <Pretty message={message} /> : <pre className={classes.code}>{text.slice(0, MAX_RAW)}</pre>}
    </Stack>
  );
}

function Pretty({ message }: { message: Message }) {
  const { t } = useTranslation();
  const value = parsed(message.text);
  if (value === undefined) {
    return (
      <>
        <Sayings verdict={message.verdict} />
        {message.text !== '' && <pre className={classes.code}>{message.text.slice(0, MAX_RAW)}</pre>}
      </>
    );
  }
  const { lines, cut, rest } = jsonLines(value, message.verdict);
  return (
    <>
      <Sayings verdict={rest} />
      <div className={classes.code} data-testid="pretty-json">
        {lines.map(({ depth, key, value: shown, type, verdict }, at) => (
          // The lines of one message never change.
          <div key={at}>
            <div
              className={classes.line}
              data-level={levelOf(verdict)}
              style={{ paddingInlineStart: `${String(depth)}rem` }}
            >
              <span className={classes.key}>{key}</span>
              <span className={classes.value} data-type={type}>
                {shown}
              </span>
            </div>
            {verdict.map((said, nth) => (
              <div key={nth} className={classes.said} style={{ marginInlineStart: `${String(depth)}rem` }}>
                <Said said={said} />
              </div>
            ))}
          </div>
        ))}
      </div>
      {cut && (
        <Text size="xs" c="dimmed">
          {t('protocol.cut')}
        </Text>
      )}
    </>
  );
}

function levelOf(verdict: readonly Verdict[]): string | undefined {
  return verdict.some(({ level }) => level === 'error') ? 'error' : verdict[0]?.level;
}

function Sayings({ verdict }: { verdict: readonly Verdict[] }) {
  if (verdict.length === 0) return null;
  return (
    <Stack gap={4}>
      {verdict.map((said, at) => (
        <Said key={at} said={said} />
      ))}
    </Stack>
  );
}

function Said({ said: { level, path, text } }: { said: Verdict }) {
  const { t } = useTranslation();
  const Icon = level === 'error' ? IconCircleX : IconAlertTriangle;
  return (
    <div className={classes.verdict} data-level={level} data-testid="verdict" data-path={path}>
      <Icon size={14} aria-label={t(`protocol.level.${level}`, { count: 1 })} />
      <span>
        {path !== undefined && <code className={classes.path}>{path}</code>} {verdictText(t, text)}
      </span>
    </div>
  );
}
