import { Select, SimpleGrid, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toLocalInput } from '../ui/localTime';
import { OUTCOMES, type WantedAudit } from './useAuditFilter';

interface Props {
  filter: WantedAudit;
  onChange: (change: Record<string, string>) => void;
}

export function AuditFilters({ filter, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="xs">
      {(['actor', 'action', 'target'] as const).map((name) => (
        <TextFilter key={name} name={name} label={t(`audit.${name}`)} value={filter[name] ?? ''} onChange={onChange} />
      ))}
      <Select
        size="xs"
        label={t('audit.outcome')}
        placeholder={t('devices.all')}
        clearable
        data-testid="audit-outcome"
        value={filter.outcome ?? null}
        onChange={(outcome) => {
          onChange({ outcome: outcome ?? '' });
        }}
        data={OUTCOMES.map((value) => ({ value, label: t(`audit.outcomes.${value}`) }))}
      />
      {(['from', 'to'] as const).map((name) => (
        <TextInput
          key={name}
          size="xs"
          type="datetime-local"
          label={t(`audit.${name}`)}
          defaultValue={toLocalInput(filter[name])}
          onChange={(event) => {
            onChange({ [name]: event.currentTarget.value });
          }}
        />
      ))}
    </SimpleGrid>
  );
}

interface TextProps {
  name: string;
  label: string;
  value: string;
  onChange: Props['onChange'];
}

function TextFilter({ name, label, value, onChange }: TextProps) {
  const [text, setText] = useState(value);
  const search = useDebouncedCallback((wanted: string) => {
    onChange({ [name]: wanted });
  }, 300);
  return (
    <TextInput
      size="xs"
      label={label}
      spellCheck={false}
      autoCapitalize="none"
      data-testid={`audit-${name}`}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value.trim());
      }}
    />
  );
}
