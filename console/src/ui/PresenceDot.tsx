import { Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Presence } from '../api/types';
import classes from './PresenceDot.module.css';

/** A device's presence as dot and word. The word is there for those who do not see colours, too. */
export function PresenceDot({ presence, disabled = false }: { presence: Presence; disabled?: boolean }) {
  const { t } = useTranslation();
  const [first] = useState(presence);
  return (
    <Group gap={8} wrap="nowrap" data-testid="presence" data-presence={presence}>
      <span
        className={classes.dot}
        data-presence={presence}
        data-arrived={presence !== first || undefined}
        aria-hidden="true"
      />
      <Text component="span" size="sm" c={presence === 'offline' ? 'dimmed' : 'inherit'}>
        {t(disabled ? 'devices.disabled' : `presence.${presence}`)}
      </Text>
    </Group>
  );
}
