import { Button, Collapse, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import classes from './SaveBar.module.css';
import type { ConfigForm } from './useConfigForm';

interface Props {
  form: ConfigForm;
  saving: boolean;
  online: boolean;
  /** What the device said against all of it. */
  problem: string | undefined;
  onSave: () => void;
  onDiscard: () => void;
}

/** What is changed but not sent, and what can be done about it. */
export function SaveBar({ form, saving, online, problem, onSave, onDiscard }: Props) {
  const { t } = useTranslation();
  const [seen, { toggle }] = useDisclosure();
  const { pending, invalid } = form;
  const count = pending.paths.length;
  const blocked = invalid.size > 0 || pending.removed.length > 0;
  return (
    <div className={classes.bar} role="region" aria-label={t('config.pending')} data-testid="config-bar">
      {problem && (
        <Text size="sm" c="red" role="alert" mb={8} data-testid="config-refused">
          {problem}
        </Text>
      )}
      <Collapse expanded={seen && count > 0}>
        <pre className={classes.json} data-testid="config-change">
          {JSON.stringify(pending.change, null, 2)}
        </pre>
      </Collapse>
      <Group justify="space-between" gap="sm">
        <Group gap="xs">
          <Text size="sm" fw={550} role="status">
            {blocked ? t('config.blocked') : online ? t('config.changes', { number: count }) : t('config.away')}
          </Text>
          {count > 0 && (
            <Button size="compact-sm" variant="subtle" color="gray" aria-expanded={seen} onClick={toggle}>
              {t(seen ? 'config.hideChange' : 'config.showChange')}
            </Button>
          )}
        </Group>
        <Group gap="xs" className={classes.buttons}>
          <Button variant="default" disabled={saving} onClick={onDiscard} data-testid="config-discard">
            {t('config.discard')}
          </Button>
          <Button
            loading={saving}
            disabled={blocked || count === 0 || !online}
            onClick={onSave}
            data-testid="config-save"
          >
            {t('device.save')}
          </Button>
        </Group>
      </Group>
    </div>
  );
}
