import {
  Alert,
  Anchor,
  Button,
  Group,
  JsonInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
} from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ProtocolMethod, useProtocolMethods } from '../../api/protocol';
import { ApiError } from '../../api/apiError';
import { errorText } from '../../i18n/errors';
import { Loaded } from '../../ui/Loaded';
import { BROKEN, type Broken, brokenFrame, EXPECTED } from './broken';
import { parsed } from './message';
import classes from './ProtocolView.module.css';
import { SchemaForm } from './SchemaForm';
import type { Refusal } from './protocolSocket';
import type { Protocol } from './useProtocol';

/** Something to send to the device: a method by a form, or a text as it is. */
export function Compose({ protocol }: { protocol: Protocol }) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<'method' | 'raw'>('method');
  const [raw, setRaw] = useState('');
  const methods = useProtocolMethods();
  return (
    <Stack gap="sm" data-testid="compose">
      <SegmentedControl
        size="xs"
        className={classes.mode ?? ''}
        aria-label={t('protocol.sendWhat')}
        value={mode}
        onChange={(value) => {
          setMode(value === 'raw' ? 'raw' : 'method');
        }}
        data={[
          { value: 'method', label: t('protocol.aMethod') },
          { value: 'raw', label: t('protocol.rawText') },
        ]}
      />
      {mode === 'raw' ? (
        <RawForm protocol={protocol} text={raw} onText={setRaw} />
      ) : (
        <Loaded query={methods}>
          {(all) => (
            <MethodForm
              protocol={protocol}
              methods={all}
              onRaw={(text) => {
                setRaw(text);
                setMode('raw');
              }}
            />
          )}
        </Loaded>
      )}
    </Stack>
  );
}

interface MethodFormProps {
  protocol: Protocol;
  methods: ProtocolMethod[];
  onRaw: (text: string) => void;
}

function MethodForm({ protocol, methods, onRaw }: MethodFormProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('DevInfo');
  const [how, setHow] = useState<'form' | 'json'>('form');
  const [params, setParams] = useState<unknown>({});
  const [text, setText] = useState('{}');
  const method = methods.find((one) => one.name === name);
  const group = (title: string, fits: (one: ProtocolMethod) => boolean) => ({
    group: title,
    items: methods.filter(fits).map((one) => one.name),
  });
  const choose = (chosen: string): void => {
    const example = methods.find((one) => one.name === chosen)?.example_params ?? {};
    setName(chosen);
    setParams(example);
    setText(JSON.stringify(example, null, 2));
  };
  const typed = how === 'json' ? parsed(text) : params;
  return (
    <Stack gap="sm">
      <Select
        size="xs"
        label={t('protocol.method')}
        data-testid="compose-method"
        searchable
        allowDeselect={false}
        maxDropdownHeight={320}
        selectFirstOptionOnChange
        // What is typed replaces what stands there.
        onFocus={(event) => {
          event.currentTarget.select();
        }}
        data={[
          group(t('protocol.groups.requests'), (one) => one.direction === 'down' && one.kind === 'rpc'),
          group(t('protocol.groups.events'), (one) => one.direction === 'down' && one.kind === 'event'),
          group(t('protocol.groups.up'), (one) => one.direction === 'up'),
        ]}
        value={name}
        onChange={(chosen) => {
          if (chosen !== null) choose(chosen);
        }}
      />
      {method && (
        <Text size="xs" c="dimmed">
          {plain(method.doc)}
          {method.edition === 'later' && ` ${t('protocol.later')}`}
          {method.direction === 'up' && ` ${t('protocol.wrongWay')}`}
        </Text>
      )}
      <SegmentedControl
        size="xs"
        className={classes.mode ?? ''}
        aria-label={t('protocol.params')}
        value={how}
        onChange={(value) => {
          if (value === 'json') setText(JSON.stringify(params, null, 2));
          else setParams(parsed(text) ?? params);
          setHow(value === 'json' ? 'json' : 'form');
        }}
        data={[
          { value: 'form', label: t('protocol.form') },
          { value: 'json', label: t('protocol.json') },
        ]}
      />
      {how === 'json' ? (
        <JsonInput
          size="xs"
          aria-label={t('protocol.params')}
          data-testid="compose-json"
          autosize
          minRows={4}
          maxRows={20}
          validationError={t('protocol.noJson')}
          value={text}
          onChange={setText}
        />
      ) : (
        method && (
          <SchemaForm
            key={name}
            schema={method.params_schema}
            root={method.params_schema}
            value={params}
            onChange={setParams}
          />
        )
      )}
      <Sender
        label={t('protocol.send')}
        disabled={!protocol.connected || typed === undefined}
        send={() => protocol.call(name, typed)}
      >
        <Anchor
          component="button"
          size="xs"
          onClick={() => {
            const head = method?.kind === 'event' ? { event: name } : { req: name };
            const seq = method?.kind === 'event' ? {} : { seq: protocol.nextSeq };
            onRaw(JSON.stringify({ ...head, params: typed ?? {}, ...seq }, null, 2));
          }}
        >
          {t('protocol.asRaw')}
        </Anchor>
      </Sender>
    </Stack>
  );
}

function RawForm({ protocol, text, onText }: { protocol: Protocol; text: string; onText: (text: string) => void }) {
  const { t } = useTranslation();
  const [broken, setBroken] = useState<Broken | null>(null);
  return (
    <Stack gap="sm">
      <Text size="xs" c="dimmed">
        {t('protocol.rawHint')}
      </Text>
      <Select
        size="xs"
        label={t('protocol.brokenLabel')}
        placeholder={t('protocol.brokenPlaceholder')}
        data-testid="broken"
        clearable
        data={BROKEN.map((one) => ({ value: one, label: t(`protocol.broken.${one}`) }))}
        value={broken}
        description={broken ? t(`protocol.expected.${EXPECTED[broken]}`) : null}
        onChange={(value) => {
          const chosen = BROKEN.find((one) => one === value) ?? null;
          setBroken(chosen);
          if (chosen) onText(brokenFrame(chosen, protocol.nextSeq, protocol.hello?.maxMessage ?? 1 << 20));
        }}
      />
      <Textarea
        size="xs"
        label={t('protocol.rawText')}
        data-testid="raw-text"
        spellCheck={false}
        autosize
        minRows={5}
        maxRows={20}
        classNames={{ input: classes.mono ?? '' }}
        value={text}
        onChange={(event) => {
          onText(event.currentTarget.value);
        }}
      />
      <Sender
        label={t('protocol.sendRaw')}
        disabled={!protocol.connected || text === ''}
        send={() => protocol.send(text)}
      />
    </Stack>
  );
}

interface SenderProps {
  label: string;
  disabled: boolean;
  send: () => Promise<Refusal | undefined>;
  children?: React.ReactNode;
}

/** The button, and what came of it. What the device answers is among the messages. */
function Sender({ label, disabled, send, children }: SenderProps) {
  const { t } = useTranslation();
  const [pending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  return (
    <>
      <Group justify="space-between">
        <Button
          size="xs"
          leftSection={<IconSend size={15} />}
          data-testid="send"
          disabled={disabled}
          loading={pending}
          onClick={() => {
            setPending(true);
            setRefusal(undefined);
            void send().then((outcome) => {
              setPending(false);
              setRefusal(outcome);
            });
          }}
        >
          {label}
        </Button>
        {children}
      </Group>
      {refusal && (
        <Alert color="red" variant="light" role="alert" p="xs">
          {errorText(t, new ApiError(refusal.code, refusal.message, 0))}
        </Alert>
      )}
    </>
  );
}

/** The protocol's own words without the marks of its reference. */
function plain(doc: string): string {
  return doc
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .replaceAll('\n', ' ')
    .trim();
}
