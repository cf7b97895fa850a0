import { expect, it } from 'vitest';
import type { JsonSchema } from '../../api/protocol';
import { emptyValue, fieldKind, withField } from './schemaFields';

const ROOT: JsonSchema = {
  type: 'object',
  required: ['channel', 'op'],
  properties: {
    value: { type: ['integer', 'null'] },
    channel: { $ref: '#/$defs/ChannelId', description: 'Which' },
    op: { oneOf: [{ const: 'stop' }, { const: 'pause' }] },
    status: { type: 'string', examples: ['playing'] },
    report: { anyOf: [{ $ref: '#/$defs/Report' }, { type: 'null' }] },
    channls: { type: ['object', 'null'], patternProperties: { '^\\d+$': { $ref: '#/$defs/Report' } } },
    extension: { type: 'object', additionalProperties: true },
    many: { type: 'array', items: { type: 'boolean' } },
    time: { oneOf: [{ type: 'integer' }, { type: 'string' }] },
  },
  $defs: {
    ChannelId: { type: 'integer', minimum: 0, description: 'A number' },
    Report: { type: 'object', required: ['on'], properties: { on: { type: 'boolean' }, more: { type: 'string' } } },
  },
};

const kindOf = (name: string) => fieldKind(ROOT.properties?.[name] ?? {}, ROOT);

it('finds out what to ask for', () => {
  expect(kindOf('channel')).toEqual({ is: 'number', whole: true, min: 0 });
  expect(kindOf('value')).toEqual({ is: 'number', whole: true });
  expect(kindOf('op')).toEqual({ is: 'choice', of: ['stop', 'pause'] });
  expect(kindOf('status')).toEqual({ is: 'text', hints: ['playing'] });
  expect(kindOf('report')).toMatchObject({ is: 'object' });
  expect(kindOf('channls')).toMatchObject({ is: 'map' });
  expect(kindOf('extension')).toEqual({ is: 'json' });
  expect(kindOf('many')).toMatchObject({ is: 'list' });
  expect(kindOf('time')).toEqual({ is: 'json' });
});

it('asks for what is needed first, and begins with no more', () => {
  const all = fieldKind(ROOT, ROOT);
  const names = all.is === 'object' ? all.fields.map(({ name }) => name) : [];
  expect(names.slice(0, 3)).toEqual(['channel', 'op', 'value']);
  expect(emptyValue(ROOT, ROOT)).toEqual({ channel: 0, op: 'stop' });
  expect(emptyValue(ROOT.properties?.['report'] ?? {}, ROOT)).toEqual({ on: false });
});

it('changes and leaves out fields', () => {
  expect(withField({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
  expect(withField(undefined, 'a', 3)).toEqual({ a: 3 });
});
