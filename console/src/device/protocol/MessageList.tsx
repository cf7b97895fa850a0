import { Badge, Button } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconHandStop } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { type KeyboardEvent, type UIEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bytesText, clockText, msText } from './formats';
import { type Message, parsed, worst } from './message';
import classes from './MessageList.module.css';
import { isRecord } from './schemaFields';

interface Props {
  messages: readonly Message[];
  selected: number | undefined;
  /** Of narrow screens: two lines each. */
  tall: boolean;
  onSelect: (message: Message) => void;
  empty: string;
}

/** Rows kept ready above and below what is seen. */
const SPARE = 12;
const ROW = 30;
const TALL_ROW = 52;

/** The messages, oldest first. However many there are, only those in sight are drawn. Stays at the end unless scrolled away. */
export function MessageList({ messages, selected, tall, onSelect, empty }: Props) {
  const { t } = useTranslation();
  const row = tall ? TALL_ROW : ROW;
  const frame = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 600 });
  const [following, setFollowing] = useState(true);
  const shown = useRef<readonly Message[]>([]);

  const onScroll = useCallback((event: UIEvent<HTMLDivElement>) => {
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
    setScroll({ top: scrollTop, height: clientHeight });
    setFollowing(scrollHeight - scrollTop - clientHeight < ROW);
  }, []);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      setScroll(({ top }) => ({ top, height: element.clientHeight }));
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);

  // At the end it stays at the end; elsewhere what is seen stays where it is, also when the oldest go.
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const gone = shown.current.findIndex(({ key }) => key === messages[0]?.key);
    shown.current = messages;
    if (following) element.scrollTop = element.scrollHeight;
    else if (gone > 0) element.scrollTop -= gone * row;
  }, [messages, following, row]);

  const from = Math.max(0, Math.floor(scroll.top / row) - SPARE);
  const to = Math.min(messages.length, Math.ceil((scroll.top + scroll.height) / row) + SPARE);

  const select = (at: number): void => {
    const message = messages[Math.max(0, Math.min(messages.length - 1, at))];
    if (!message) return;
    onSelect(message);
    const place = messages.indexOf(message) * row;
    const element = frame.current;
    if (!element) return;
    if (place < element.scrollTop) element.scrollTop = place;
    else if (place + row > element.scrollTop + element.clientHeight) {
      element.scrollTop = place + row - element.clientHeight;
    }
  };
  const at = messages.findIndex(({ key }) => key === selected);
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(scroll.height / row) - 1);
    const targets: Record<string, number> = {
      ArrowDown: at < 0 ? messages.length - 1 : at + 1,
      ArrowUp: at < 0 ? messages.length - 1 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: messages.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    select(target);
  };

  return (
    <div className={classes.holder}>
      <div
        ref={frame}
        className={classes.frame}
        role="listbox"
        tabIndex={0}
        aria-label={t('protocol.messages')}
        aria-activedescendant={at >= 0 ? `message-${String(selected)}` : undefined}
        data-testid="messages"
        data-count={messages.length}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const chosen = (event.target as HTMLElement).closest<HTMLElement>('[data-at]')?.dataset['at'];
          if (chosen !== undefined) select(Number(chosen));
        }}
      >
        {messages.length === 0 && <div className={classes.empty}>{empty}</div>}
        <div style={{ height: messages.length * row }} className={classes.all}>
          <div style={{ transform: `translateY(${String(from * row)}px)` }}>
            {messages.slice(from, to).map((message, nth) => (
              <Row
                key={message.key}
                message={message}
                at={from + nth}
                height={row}
                tall={tall}
                selected={message.key === selected}
              />
            ))}
          </div>
        </div>
      </div>
      {!following && (
        <Button
          size="compact-sm"
          radius="xl"
          className={classes.newest ?? ''}
          leftSection={<IconArrowDown size={15} />}
          onClick={() => {
            if (frame.current) frame.current.scrollTop = frame.current.scrollHeight;
          }}
        >
          {t('protocol.newest')}
        </Button>
      )}
    </div>
  );
}

interface RowProps {
  message: Message;
  at: number;
  height: number;
  tall: boolean;
  selected: boolean;
}

function Row({ message, at, height, tall, selected }: RowProps) {
  const { t } = useTranslation();
  const { kind, direction, seq, latencyMs, bytes, byHand } = message;
  const level = worst(message);
  const mark = kind === 'dropped' || kind === 'gap';
  const facts = {
    time: <time dateTime={message.at}>{clockText(message.at)}</time>,
    way:
      direction === 'up' ? (
        <IconArrowUp size={15} aria-label={t('protocol.up')} />
      ) : (
        <IconArrowDown size={15} aria-label={t('protocol.down')} />
      ),
    name: <span className={classes.name}>{nameOf(t, message)}</span>,
    hand: byHand && <IconHandStop size={14} className={classes.hand} aria-label={t('protocol.byHand')} />,
    verdict: (['error', 'warning'] as const).map((each) => {
      const count = message.verdict.filter((said) => said.level === each).length;
      return (
        count > 0 && (
          <Badge
            key={each}
            size="xs"
            radius="sm"
            variant="light"
            color={each === 'error' ? 'red' : 'yellow'}
            className={classes.badge ?? ''}
          >
            {t(`protocol.level.${each}`, { count })}
          </Badge>
        )
      );
    }),
  };
  return (
    <div
      id={`message-${String(message.key)}`}
      role="option"
      aria-selected={selected}
      data-at={at}
      data-testid="message"
      data-kind={kind}
      data-direction={direction}
      data-method={message.method}
      data-level={level}
      className={tall ? classes.tall : classes.row}
      style={{ height }}
    >
      {mark ? (
        <span className={classes.mark}>{nameOf(t, message)}</span>
      ) : tall ? (
        <>
          <span className={classes.line}>
            <span className={classes.way} data-direction={direction}>
              {facts.way}
            </span>
            {facts.name}
            {facts.hand}
            {facts.verdict}
          </span>
          <span className={classes.small}>
            {facts.time} {t(`protocol.kinds.${kind}`)} {seq !== undefined && `#${String(seq)}`}{' '}
            {latencyMs !== undefined && msText(latencyMs)} {bytesText(bytes)}
          </span>
        </>
      ) : (
        <>
          <span className={classes.time}>{facts.time}</span>
          <span className={classes.way} data-direction={direction}>
            {facts.way}
          </span>
          <span className={classes.kind} data-kind={kind}>
            {t(`protocol.kinds.${kind}`)}
          </span>
          <span className={classes.line}>
            {facts.name}
            {facts.hand}
            {facts.verdict}
          </span>
          <span className={classes.number}>{seq}</span>
          <span className={classes.number}>{latencyMs !== undefined && msText(latencyMs)}</span>
          <span className={classes.number}>{bytesText(bytes)}</span>
        </>
      )}
    </div>
  );
}

/** What stands for a message in a row. */
function nameOf(t: TFunction, { kind, method, text, count }: Message): string {
  switch (kind) {
    case 'dropped':
      return t('protocol.dropped', { count: count ?? 0 });
    case 'gap':
      return t('protocol.gap');
    case 'close':
      return factsOf(text, ['code', 'reason']) || t('protocol.noCode');
    case 'login':
      return factsOf(text, ['refused', 'info', 'hardware_model', 'firmware_model', 'sdk', 'from']);
    case 'malformed':
      return method ?? text.slice(0, 200);
    default:
      return method ?? t('protocol.unknownRequest');
  }
}

/** Values of these keys, those that there are. */
function factsOf(text: string, keys: string[]): string {
  const facts = parsed(text);
  if (!isRecord(facts)) return '';
  const values = keys.map((key) => facts[key]);
  return values.filter((value) => typeof value === 'number' || (typeof value === 'string' && value !== '')).join(' · ');
}
