import { Button, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconChecks } from '@tabler/icons-react';
import { type ReactNode, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AlarmFilter, useAcknowledge, useAcknowledgeAll, useAlarms } from '../api/alarms';
import { itemsOf } from '../api/pages';
import { errorText } from '../i18n/errors';
import { around } from '../ui/around';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Loaded } from '../ui/Loaded';
import { Older } from '../ui/Older';
import { NoRows } from '../ui/Rows';
import { AlarmDetail } from './AlarmDetail';
import { AlarmFilters } from './AlarmFilters';
import { AlarmList } from './AlarmList';
import { useAlarmSearch } from './useAlarmFilter';

interface Props {
  /** Whose; undefined: all that one may see. */
  tenant?: number | undefined;
  /** Among whose devices can be chosen. */
  choosable?: number | undefined;
  /** The only device that it is about. */
  device?: string;
  head: (actions: ReactNode) => ReactNode;
}

/** Alarms that can be searched, looked at and acknowledged; new ones appear by themselves. */
export function AlarmsView({ tenant, choosable, device, head }: Props) {
  const { t } = useTranslation();
  const [search, setSearch] = useAlarmSearch();
  const filter: AlarmFilter = {
    ...search.filter,
    ...(device === undefined ? {} : { login_code: device }),
    ...(device !== undefined || tenant === undefined ? {} : { tenant }),
  };
  const alarms = useAlarms(filter);
  const items = alarms.data ? itemsOf(alarms.data) : [];
  const acknowledge = useAcknowledge();
  const { mutate } = acknowledge;
  const onAcknowledge = useCallback(
    (id: number) => {
      mutate(id, {
        onError: (error) => {
          notifications.show({ message: errorText(t, error), color: 'red' });
        },
      });
    },
    [mutate, t],
  );
  const onOpen = useCallback(
    (id: number | undefined) => {
      setSearch({ alarm: id === undefined ? '' : String(id) });
    },
    [setSearch],
  );
  const { newer, older } = around(items, search.open ?? NaN);
  const filtered = Object.keys(search.filter).length > 0;

  return (
    <Stack>
      {head(
        <AcknowledgeAll
          filter={filter}
          filtered={filtered}
          disabled={!items.some(({ acknowledged_at }) => acknowledged_at === undefined)}
        />,
      )}
      <AlarmFilters
        search={search}
        onChange={setSearch}
        tenant={choosable}
        {...(device === undefined ? {} : { device })}
      />
      <Loaded query={alarms}>
        {() =>
          items.length === 0 ? (
            <NoRows>{t(filtered ? 'alarms.noMatch' : 'alarms.empty')}</NoRows>
          ) : (
            <>
              <AlarmList
                alarms={items}
                stale={alarms.isPlaceholderData}
                oneDevice={filter.login_code !== undefined}
                onOpen={onOpen}
                onAcknowledge={onAcknowledge}
              />
              <Older query={alarms} testId="alarms-older" />
            </>
          )
        }
      </Loaded>
      <AlarmDetail id={search.open} newer={newer} older={older} onOpen={onOpen} />
    </Stack>
  );
}

interface AllProps {
  filter: AlarmFilter;
  filtered: boolean;
  disabled: boolean;
}

function AcknowledgeAll({ filter, filtered, disabled }: AllProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const acknowledge = useAcknowledgeAll();
  const close = (): void => {
    setAsking(false);
    acknowledge.reset();
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconChecks size={17} />}
        disabled={disabled}
        data-testid="acknowledge-all"
        onClick={() => {
          setAsking(true);
        }}
      >
        {t('alarms.acknowledgeAll')}
      </Button>
      <ConfirmDialog
        opened={asking}
        harmful={false}
        title={t('alarms.acknowledgeAllTitle')}
        text={t(filtered ? 'alarms.acknowledgeFilteredText' : 'alarms.acknowledgeAllText')}
        action={t('alarms.acknowledgeAll')}
        pending={acknowledge.isPending}
        error={acknowledge.error}
        onConfirm={() => {
          acknowledge.mutate(filter, {
            onSuccess: ({ acknowledged }) => {
              notifications.show({ message: t('alarms.acknowledgedCount', { count: acknowledged }), color: 'gray' });
              close();
            },
          });
        }}
        onClose={close}
      />
    </>
  );
}
