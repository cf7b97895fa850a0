import { Select, type SelectProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useGroups } from '../api/groups';
import { flat, forestOf, groupPath } from './tree';

interface Props extends Omit<SelectProps, 'value' | 'onChange' | 'data'> {
  tenant: number;
  value: number | undefined;
  onChange: (group: number | undefined) => void;
  /** Groups that cannot be chosen. */
  except?: ReadonlySet<number>;
}

/** A choice among the groups of an organisation, found by any part of where they are. */
export function GroupSelect({ tenant, value, onChange, except, ...select }: Props) {
  const { t, i18n } = useTranslation();
  const groups = useGroups(tenant).data?.items ?? [];
  return (
    <Select
      searchable
      clearable
      nothingFoundMessage={t('groups.none')}
      maxDropdownHeight={280}
      {...select}
      data={flat(forestOf(groups, i18n.language))
        .filter(({ group }) => !except?.has(group.id))
        .map(({ group }) => ({ value: String(group.id), label: groupPath(groups, group.id) }))}
      value={value === undefined ? null : String(value)}
      onChange={(chosen) => {
        onChange(chosen ? Number(chosen) : undefined);
      }}
    />
  );
}
