import {
  ActionIcon,
  Autocomplete,
  Button,
  Fieldset,
  Group,
  JsonInput,
  NumberInput,
  Select,
  Stack,
  Text,
} from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { JsonSchema } from '../../api/protocol';
import { parsed } from './message';
import { emptyValue, type Field, fieldKind, isRecord, withField } from './schemaFields';
import classes from './SchemaForm.module.css';

interface FormProps {
  schema: JsonSchema;
  root: JsonSchema;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** The fields of an object, as its JSON Schema has them. What is out of range can be sent all the same: it may be a test. */
export function SchemaForm({ schema, root, value, onChange }: FormProps) {
  const { t } = useTranslation();
  const kind = fieldKind(schema, root);
  // An object that names no key has none, but for a vendor's own, which can be written as JSON.
  const empty = kind.is === 'object' ? kind.fields.length === 0 : schema.type === 'object';
  if (kind.is !== 'object' && !empty) return <JsonField label="" value={value} onChange={onChange} />;
  if (kind.is !== 'object' || empty) {
    return (
      <Text size="sm" c="dimmed">
        {t('protocol.noParams')}
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      {kind.fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          root={root}
          value={isRecord(value) ? value[field.name] : undefined}
          onChange={(inner) => {
            onChange(withField(value, field.name, inner));
          }}
        />
      ))}
    </Stack>
  );
}

interface FieldProps {
  field: Field;
  root: JsonSchema;
  value: unknown;
  /** Undefined: it is left out. */
  onChange: (value: unknown) => void;
}

function FieldInput({ field, root, value, onChange }: FieldProps) {
  const { t } = useTranslation();
  const { name, schema, required, description } = field;
  const kind = fieldKind(schema, root);
  const common = {
    size: 'xs' as const,
    label: <code>{name}</code>,
    description: description ?? null,
    withAsterisk: required,
    'aria-label': name,
    'data-testid': `field-${name}`,
  };
  switch (kind.is) {
    case 'choice':
      return (
        <Select
          {...common}
          data={kind.of}
          clearable={!required}
          searchable={kind.of.length > 8}
          value={typeof value === 'string' ? value : null}
          onChange={(chosen) => {
            onChange(chosen ?? undefined);
          }}
        />
      );
    case 'switch':
      return (
        <Select
          {...common}
          data={['true', 'false']}
          clearable={!required}
          value={typeof value === 'boolean' ? String(value) : null}
          onChange={(chosen) => {
            onChange(chosen === null ? undefined : chosen === 'true');
          }}
        />
      );
    case 'number': {
      const { min, max, whole } = kind;
      const out = typeof value === 'number' && (value < (min ?? -Infinity) || value > (max ?? Infinity));
      return (
        <NumberInput
          {...common}
          allowDecimal={!whole}
          hideControls
          value={typeof value === 'number' ? value : ''}
          error={out ? t('protocol.outOfRange', { min: min ?? '…', max: max ?? '…' }) : null}
          onChange={(number) => {
            onChange(typeof number === 'number' ? number : undefined);
          }}
        />
      );
    }
    case 'text':
      return (
        <Autocomplete
          {...common}
          data={kind.hints}
          spellCheck={false}
          value={typeof value === 'string' ? value : ''}
          onChange={(text) => {
            onChange(text === '' && !required ? undefined : text);
          }}
        />
      );
    case 'json':
      return <JsonField {...common} value={value} onChange={onChange} />;
    case 'object':
    case 'map':
    case 'list':
      return <Compound field={field} root={root} value={value} onChange={onChange} />;
  }
}

/** An object, a list or a map: a frame that is there or not. */
function Compound({ field, root, value, onChange }: FieldProps) {
  const { t } = useTranslation();
  const { name, schema, required, description } = field;
  const legend = (
    <Group gap={4} wrap="nowrap">
      <code>{name}</code>
      {!required && value !== undefined && (
        <ActionIcon
          size="xs"
          variant="subtle"
          color="gray"
          aria-label={t('protocol.leaveOut', { name })}
          onClick={() => {
            onChange(undefined);
          }}
        >
          <IconX size={13} />
        </ActionIcon>
      )}
    </Group>
  );
  return (
    <Fieldset legend={legend} className={classes.frame ?? ''}>
      {description && (
        <Text size="xs" c="dimmed" mb={6}>
          {description}
        </Text>
      )}
      {value === undefined ? (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconPlus size={13} />}
          onClick={() => {
            onChange(emptyValue(schema, root));
          }}
        >
          {t('protocol.addField', { name })}
        </Button>
      ) : (
        <Inside schema={schema} root={root} value={value} onChange={onChange} name={name} />
      )}
    </Fieldset>
  );
}

function Inside({ schema, root, value, onChange, name }: FormProps & { name: string }) {
  const { t } = useTranslation();
  const kind = fieldKind(schema, root);
  if (kind.is === 'list' && Array.isArray(value)) {
    const items: unknown[] = value;
    return (
      <Stack gap="xs">
        {items.map((item, at) => (
          <FieldInput
            // Items have nothing else to be told apart by.
            key={at}
            field={{ name: `${name}[${String(at)}]`, schema: kind.of, required: false, description: undefined }}
            root={root}
            value={item}
            onChange={(changed) => {
              onChange(changed === undefined ? items.toSpliced(at, 1) : items.with(at, changed));
            }}
          />
        ))}
        <div>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={13} />}
            onClick={() => {
              onChange([...items, emptyValue(kind.of, root)]);
            }}
          >
            {t('protocol.addItem')}
          </Button>
        </div>
      </Stack>
    );
  }
  if (kind.is === 'map' && isRecord(value)) {
    const next = String(Object.keys(value).length);
    return (
      <Stack gap="xs">
        {Object.entries(value).map(([key, item]) => (
          <FieldInput
            key={key}
            field={{ name: key, schema: kind.of, required: false, description: undefined }}
            root={root}
            value={item}
            onChange={(changed) => {
              onChange(withField(value, key, changed));
            }}
          />
        ))}
        <div>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={13} />}
            onClick={() => {
              onChange(withField(value, next, emptyValue(kind.of, root)));
            }}
          >
            {t('protocol.addField', { name: next })}
          </Button>
        </div>
      </Stack>
    );
  }
  return <SchemaForm schema={schema} root={root} value={value} onChange={onChange} />;
}

interface JsonFieldProps {
  label: React.ReactNode;
  value: unknown;
  onChange: (value: unknown) => void;
  description?: string | null;
}

/** What no form is made for. Text that is no JSON is not taken over. */
function JsonField({ value, onChange, ...rest }: JsonFieldProps) {
  const { t } = useTranslation();
  return (
    <JsonInput
      size="xs"
      {...rest}
      autosize
      minRows={2}
      maxRows={12}
      validationError={t('protocol.noJson')}
      defaultValue={value === undefined ? '' : JSON.stringify(value, null, 2)}
      onChange={(text) => {
        const json = text.trim() === '' ? undefined : parsed(text);
        if (json !== undefined || text.trim() === '') onChange(json);
      }}
    />
  );
}
