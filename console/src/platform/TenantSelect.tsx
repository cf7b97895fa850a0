import { Select, type SelectProps } from '@mantine/core';
import { useTenants } from '../api/tenants';

interface Props extends Omit<SelectProps, 'value' | 'onChange' | 'data'> {
  value: number | undefined;
  onChange: (tenant: number | undefined) => void;
}

/** A choice among all organisations of the cloud. */
export function TenantSelect({ value, onChange, ...select }: Props) {
  const tenants = useTenants().data?.items ?? [];
  return (
    <Select
      searchable
      clearable
      maxDropdownHeight={280}
      {...select}
      data={tenants.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={value === undefined ? null : String(value)}
      onChange={(chosen) => {
        onChange(chosen ? Number(chosen) : undefined);
      }}
    />
  );
}
