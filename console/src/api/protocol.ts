import { useQuery } from '@tanstack/react-query';
import { answerOf, client } from './client';
import type { components } from './schema';

/** A part of a JSON Schema, so far as the protocol's own use it. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  /** Of keys that are numbers. */
  patternProperties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  examples?: unknown[];
  pattern?: string;
  maxLength?: number;
}

type Schemas = components['schemas'];

/** A method of the protocol, its schemas read as such. */
export type ProtocolMethod = Omit<Schemas['ProtocolMethod'], 'params_schema' | 'answer_schema'> & {
  params_schema: JsonSchema;
  answer_schema: JsonSchema;
};

/** The protocol's table of methods: the same as long as the cloud runs. */
export function useProtocolMethods() {
  return useQuery({
    queryKey: ['protocol', 'methods'],
    queryFn: ({ signal }) => answerOf(client.GET('/api/v1/protocol/methods', { signal })),
    select: ({ items }) => items as ProtocolMethod[],
    staleTime: Infinity,
  });
}
