import { Button, Loader, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconClockOff } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDevice } from '../api/devices';
import type { Bind } from '../api/types';
import { en } from '../i18n/en';
import { useNow } from '../ui/useNow';
import classes from './BindOutcome.module.css';

/** What came of a bind id so far, said as it happens. */
export function BindOutcome({ bind, expiresAt }: { bind: Bind | undefined; expiresAt: Date }) {
  const { t } = useTranslation();
  switch (bind?.state) {
    case 'bound':
      return <Bound loginCode={bind.login_code ?? ''} already={bind.reason === 'already_yours'} />;
    case 'refused':
      return (
        <Frame
          kind="refused"
          sign={<IconAlertTriangle size={20} />}
          title={t('bind.refused')}
          text={`${reasonText(t, bind.reason)} ${t('bind.stillGood')}`}
        />
      );
    case 'expired':
      return (
        <Frame
          kind="expired"
          sign={<IconClockOff size={20} />}
          title={t('bind.expired')}
          text={t('bind.expiredHint')}
        />
      );
    default:
      return <Waiting expiresAt={expiresAt} />;
  }
}

function Waiting({ expiresAt }: { expiresAt: Date }) {
  const { t } = useTranslation();
  const now = useNow(10_000);
  const minutes = Math.ceil((expiresAt.getTime() - now.getTime()) / 60_000);
  return (
    <Frame
      kind="waiting"
      sign={<Loader size={20} color="gray" />}
      title={t('bind.waiting')}
      text={minutes > 1 ? t('bind.left', { minutes }) : t('bind.lastMinute')}
    />
  );
}

function Bound({ loginCode, already }: { loginCode: string; already: boolean }) {
  const { t } = useTranslation();
  const device = useDevice(loginCode).data;
  return (
    <Frame
      kind="bound"
      sign={<IconCheck size={20} stroke={2.5} />}
      title={t(already ? 'bind.already' : 'bind.bound', { name: device?.name || loginCode })}
    >
      <Button component={Link} to={`/devices/${encodeURIComponent(loginCode)}`} data-autofocus data-testid="bind-open">
        {t('bind.open')}
      </Button>
    </Frame>
  );
}

interface FrameProps {
  kind: 'waiting' | 'bound' | 'refused' | 'expired';
  sign: ReactNode;
  title: string;
  text?: string;
  children?: ReactNode;
}

function Frame({ kind, sign, title, text, children }: FrameProps) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (kind !== 'waiting') frame.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  }, [kind]);
  return (
    <div
      ref={frame}
      className={classes.frame}
      data-kind={kind}
      role="status"
      data-testid="bind-outcome"
      data-state={kind}
    >
      <span className={classes.sign} aria-hidden="true">
        {sign}
      </span>
      <div className={classes.words}>
        <Text fw={550} size="sm">
          {title}
        </Text>
        {text && (
          <Text size="xs" c={kind === 'refused' ? 'inherit' : 'dimmed'}>
            {text}
          </Text>
        )}
      </div>
      {children}
    </div>
  );
}

type Reason = keyof typeof en.bind.reason;

/** Why the cloud refused, and what helps. */
function reasonText(t: TFunction, reason: string | null | undefined): string {
  if (reason && reason !== 'other' && reason in en.bind.reason) {
    return t(`bind.reason.${reason as Exclude<Reason, 'other'>}`);
  }
  return t('bind.reason.other', { reason: reason ?? '?' });
}
