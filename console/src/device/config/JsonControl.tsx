import { Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ControlProps } from './controls';
import { type Json, isObject } from './document';

/** A value that only the device's maker knows, as the text that is sent. */
export function JsonControl({ id, value, onChange, invalid }: ControlProps) {
  const [text, setText] = useState(() => jsonText(value));
  return (
    <Textarea
      id={id}
      autosize
      minRows={1}
      maxRows={16}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.8125rem' } }}
      error={invalid}
      value={text}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        onChange(parsed(typed));
      }}
    />
  );
}

function jsonText(value: Json): string {
  const deep = isObject(value) ? Object.keys(value).length > 0 : Array.isArray(value) && value.some(isObject);
  return deep ? JSON.stringify(value, null, 2) : JSON.stringify(value);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
