import type { JsonSchema } from '../../api/protocol';

/** What kind of field a schema asks for. */
export type FieldKind =
  | { is: 'object'; fields: Field[] }
  /** Keys of one's own, all with the same kind of value. */
  | { is: 'map'; of: JsonSchema }
  | { is: 'list'; of: JsonSchema }
  | { is: 'choice'; of: string[] }
  | { is: 'text'; hints: string[] }
  | { is: 'number'; min?: number; max?: number; whole: boolean }
  | { is: 'switch' }
  | { is: 'json' };

export interface Field {
  name: string;
  schema: JsonSchema;
  required: boolean;
  description: string | undefined;
}

/** The schema behind references and behind "or null". */
export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace('#/$defs/', '');
  const target = name === undefined ? undefined : root.$defs?.[name];
  if (target) return { ...resolved(target, root), ...(schema.description ? { description: schema.description } : {}) };
  const forms = (schema.anyOf ?? schema.oneOf ?? []).filter(({ type }) => type !== 'null');
  const [only] = forms;
  if (forms.length === 1 && only) {
    return { ...resolved(only, root), ...(schema.description ? { description: schema.description } : {}) };
  }
  return schema;
}

export function fieldKind(unresolved: JsonSchema, root: JsonSchema): FieldKind {
  const schema = resolved(unresolved, root);
  const words = schema.enum ?? schema.oneOf?.map((form) => form.const);
  if (words && words.length > 0 && words.every((word) => typeof word === 'string')) return { is: 'choice', of: words };
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter((type) => type !== 'null');
  switch (types.length === 1 ? types[0] : undefined) {
    case 'object':
      if (schema.properties) return { is: 'object', fields: fieldsOf(schema) };
      return mapOf(schema);
    case 'array':
      return schema.items ? { is: 'list', of: schema.items } : { is: 'json' };
    case 'string':
      return { is: 'text', hints: (schema.examples ?? []).filter((hint) => typeof hint === 'string') };
    case 'integer':
    case 'number':
      return {
        is: 'number',
        whole: types[0] === 'integer',
        ...(schema.minimum === undefined ? {} : { min: schema.minimum }),
        ...(schema.maximum === undefined ? {} : { max: schema.maximum }),
      };
    case 'boolean':
      return { is: 'switch' };
    default:
      return { is: 'json' };
  }
}

function mapOf({ patternProperties, additionalProperties }: JsonSchema): FieldKind {
  const [numbered] = Object.values(patternProperties ?? {});
  if (numbered) return { is: 'map', of: numbered };
  return typeof additionalProperties === 'object' ? { is: 'map', of: additionalProperties } : { is: 'json' };
}

/** Those that are needed first. */
function fieldsOf(schema: JsonSchema): Field[] {
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    schema: field,
    required: required.has(name),
    description: field.description,
  }));
  return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)];
}

/** A value to begin with, where a field or an item is added. */
export function emptyValue(schema: JsonSchema, root: JsonSchema): unknown {
  const kind = fieldKind(schema, root);
  switch (kind.is) {
    case 'object':
      return Object.fromEntries(
        kind.fields.filter(({ required }) => required).map((field) => [field.name, emptyValue(field.schema, root)]),
      );
    case 'map':
      return {};
    case 'list':
      return [];
    case 'choice':
      return kind.of[0] ?? '';
    case 'text':
      return kind.hints[0] ?? '';
    case 'number':
      return kind.min !== undefined && kind.min > 0 ? kind.min : 0;
    case 'switch':
      return false;
    case 'json':
      return {};
  }
}

/** An object with one field changed, or without it. */
export function withField(value: unknown, name: string, field: unknown): Record<string, unknown> {
  const before = isRecord(value) ? value : {};
  if (field !== undefined) return { ...before, [name]: field };
  return Object.fromEntries(Object.entries(before).filter(([key]) => key !== name));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
