import { UnstyledButton } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import classes from './FileDrop.module.css';

interface Props {
  label: string;
  hint: string;
  /** As in `<input type="file" accept>`. */
  accept?: string;
  onFile: (file: File) => void;
  disabled?: boolean;
  testId?: string;
}

/** A file is chosen, or dropped here. */
export function FileDrop({ label, hint, accept, onFile, disabled = false, testId }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  return (
    <>
      <UnstyledButton
        className={classes.zone}
        data-over={over || undefined}
        disabled={disabled}
        onClick={() => field.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => {
          setOver(false);
        }}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          const file = event.dataTransfer.files.item(0);
          if (file && !disabled) onFile(file);
        }}
      >
        <IconUpload size={20} stroke={1.7} aria-hidden="true" />
        <span className={classes.text}>
          <span className={classes.label}>{label}</span>
          <span className={classes.hint}>{hint}</span>
        </span>
      </UnstyledButton>
      <input
        ref={field}
        type="file"
        hidden
        accept={accept}
        data-testid={testId}
        onChange={(event) => {
          const file = event.currentTarget.files?.item(0);
          // The same file may be chosen again.
          event.currentTarget.value = '';
          if (file) onFile(file);
        }}
      />
    </>
  );
}
