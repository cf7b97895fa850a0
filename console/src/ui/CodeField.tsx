import { TextInput } from '@mantine/core';
import classes from './CodeField.module.css';
import { focusAtFirst } from './focus';

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** All six digits are there. */
  onComplete?: (code: string) => void;
  focused?: boolean;
  size?: 'sm' | 'md';
}

const DIGITS = 6;

/** The six digits that an authenticator app shows. One field, so that phones offer the code and pasting works. */
export function CodeField({ label, value, onChange, onComplete, focused = false, size = 'sm' }: Props) {
  return (
    <TextInput
      size={size}
      label={label}
      inputMode="numeric"
      autoComplete="one-time-code"
      placeholder="000000"
      classNames={{ input: classes.input }}
      data-testid="totp-code"
      {...(focused ? { ref: focusAtFirst } : {})}
      value={value}
      onChange={(event) => {
        const digits = event.currentTarget.value.replace(/\D/g, '').slice(0, DIGITS);
        onChange(digits);
        if (digits.length < DIGITS || digits === value) return;
        // Where the code turns out wrong, the next one is typed over it.
        event.currentTarget.select();
        onComplete?.(digits);
      }}
    />
  );
}
