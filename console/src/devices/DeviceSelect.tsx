import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDevice, useDevices } from '../api/devices';

interface Props extends Omit<SelectProps, 'value' | 'onChange' | 'data'> {
  tenant: number;
  value: string | undefined;
  onChange: (loginCode: string | undefined) => void;
}

/** A choice among the devices of an organisation: the cloud searches, there may be thousands. */
export function DeviceSelect({ tenant, value, onChange, ...select }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text, 200);
  const found = useDevices({ query, presence: undefined, tenant, page: 1, pageSize: 20 }).data?.items ?? [];
  const chosen = useDevice(value ?? '', value !== undefined).data;
  const devices = chosen && !found.some((d) => d.login_code === chosen.login_code) ? [chosen, ...found] : found;
  return (
    <Select
      searchable
      clearable
      nothingFoundMessage={t('devices.noneTitle')}
      maxDropdownHeight={280}
      {...select}
      // Searched by the cloud already.
      filter={({ options }) => options}
      onSearchChange={(typed) => {
        // The field shows the chosen one's name: that is no search.
        setText(typed === (chosen?.name || chosen?.login_code) ? '' : typed);
      }}
      data={devices.map((device) => ({ value: device.login_code, label: device.name || device.login_code }))}
      value={value ?? null}
      onChange={(wanted) => {
        onChange(wanted ?? undefined);
      }}
    />
  );
}
