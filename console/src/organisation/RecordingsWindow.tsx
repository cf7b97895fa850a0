import { Group, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Grant } from '../api/types';
import { fromLocalInput, toLocalInput } from '../ui/localTime';
import { boundedBy, unbounded } from './standing';

interface Props {
  value: Grant;
  onChange: (grant: Grant) => void;
}

/** Recordings of which time may be seen. */
export function RecordingsWindow({ value, onChange }: Props) {
  const { t } = useTranslation();
  const [limited, setLimited] = useState(!!value.recordings_from || !!value.recordings_to);
  return (
    <>
      <Switch
        size="xs"
        label={t('people.limitRecordings')}
        checked={limited}
        onChange={(event) => {
          setLimited(event.currentTarget.checked);
          if (!event.currentTarget.checked) onChange(unbounded(value));
        }}
      />
      {limited && (
        <Group gap="xs" grow preventGrowOverflow={false}>
          {(['recordings_from', 'recordings_to'] as const).map((bound) => (
            <TextInput
              key={bound}
              type="datetime-local"
              size="xs"
              label={t(bound === 'recordings_from' ? 'audit.from' : 'audit.to')}
              value={toLocalInput(value[bound])}
              onChange={(event) => {
                onChange(boundedBy(value, bound, fromLocalInput(event.currentTarget.value)));
              }}
            />
          ))}
        </Group>
      )}
    </>
  );
}
