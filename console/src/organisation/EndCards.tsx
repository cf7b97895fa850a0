import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useRemoveMember } from '../api/people';
import { useMe } from '../api/session';
import { useDeleteTenant } from '../api/tenants';
import type { MyTenant } from '../api/types';
import { Card } from '../ui/Card';
import { ConfirmDialog } from '../ui/ConfirmDialog';

export function LeaveCard({ organisation }: { organisation: MyTenant }) {
  const { t } = useTranslation();
  const me = useMe().data?.id ?? 0;
  const leave = useRemoveMember(organisation.id, me);
  return (
    <EndCard
      title={t('settings.leave')}
      text={t('settings.leaveText')}
      question={t('settings.leaveTitle', { name: organisation.name })}
      ending={leave}
    />
  );
}

export function DeleteCard({ organisation }: { organisation: MyTenant }) {
  const { t } = useTranslation();
  const remove = useDeleteTenant(organisation.id);
  return (
    <EndCard
      title={t('settings.delete')}
      text={t('settings.deleteText')}
      question={t('device.deleteTitle', { name: organisation.name })}
      word={organisation.name}
      ending={remove}
    />
  );
}

interface EndProps {
  title: string;
  text: string;
  question: string;
  word?: string;
  ending: {
    isPending: boolean;
    error: unknown;
    reset: () => void;
    mutateAsync: () => Promise<unknown>;
  };
}

function EndCard({ title, text, question, word, ending }: EndProps) {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const close = (): void => {
    setAsking(false);
    ending.reset();
  };
  return (
    <Card title={title} text={text}>
      <Button
        variant="light"
        color="red"
        onClick={() => {
          setAsking(true);
        }}
      >
        {title}
      </Button>
      <ConfirmDialog
        opened={asking}
        title={question}
        text={text}
        action={title}
        {...(word === undefined ? {} : { word })}
        pending={ending.isPending}
        error={ending.error}
        onConfirm={() => {
          // By the promise: this page may be gone before the answer is here.
          ending.mutateAsync().then(
            () => navigate('/devices', { replace: true }),
            () => undefined,
          );
        }}
        onClose={close}
      />
    </Card>
  );
}
