import { Text, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { memo, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { regionalOf } from '../../i18n/formats';
import { JsonView } from '../../ui/JsonView';
import classes from './CommandTable.module.css';
import { tookText } from './took';
import type { Command } from '../../api/types';

export function CommandTable({ commands, stale }: { commands: Command[]; stale: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={classes.frame} data-stale={stale || undefined}>
      <table className={classes.table} data-testid="commands">
        <thead>
          <tr>
            <th scope="col">{t('commands.method')}</th>
            <th scope="col">{t('audit.at')}</th>
            <th scope="col">{t('audit.actor')}</th>
            <th scope="col">{t('commands.outcome')}</th>
            <th scope="col" className={classes.number}>
              {t('commands.took')}
            </th>
          </tr>
        </thead>
        <tbody>
          {commands.map((command) => (
            <CommandRows key={command.id} command={command} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The command; below it, once opened, all that is known of it. */
const CommandRows = memo(function CommandRows({ command }: { command: Command }) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const detail = useId();
  const at = new Intl.DateTimeFormat(regionalOf(i18n.language), { dateStyle: 'short', timeStyle: 'medium' });
  const { by, method, outcome, error, duration_ms } = command;
  return (
    <>
      <tr data-testid="command" data-method={method} data-outcome={outcome} data-open={open || undefined}>
        <td data-label={t('commands.method')}>
          <UnstyledButton
            className={classes.open}
            aria-expanded={open}
            aria-controls={open ? detail : undefined}
            onClick={() => {
              setOpen(!open);
            }}
          >
            <IconChevronRight size={15} className={classes.chevron} aria-hidden="true" />
            <code className={classes.code}>{method}</code>
          </UnstyledButton>
        </td>
        <td data-label={t('audit.at')} className={classes.at}>
          <time dateTime={command.at}>{at.format(new Date(command.at))}</time>
        </td>
        <td data-label={t('audit.actor')}>
          <span>
            {by.kind === 'cloud' ? t('commands.cloud') : by.name}
            {by.kind === 'key' && (
              <Text component="span" size="xs" c="dimmed">
                {' '}
                {t('commands.key')}
              </Text>
            )}
          </span>
        </td>
        <td data-label={t('commands.outcome')}>
          <span>
            <span className={classes.outcome} data-outcome={outcome}>
              {t(`commands.outcomes.${outcome}`)}
            </span>
            {error && (
              <Text component="span" size="xs" c="dimmed">
                {' '}
                {[error.code, error.msg].filter((part) => part !== undefined).join(' ')}
              </Text>
            )}
          </span>
        </td>
        <td data-label={t('commands.took')} className={classes.number}>
          {duration_ms === undefined ? '–' : tookText(duration_ms)}
        </td>
      </tr>
      {open && (
        <tr id={detail} className={classes.detail} data-testid="command-detail">
          <td colSpan={5}>
            <div className={classes.parts}>
              <JsonView label={t('commands.params')} value={command.params ?? {}} testId="command-params" />
              <Answer command={command} />
            </div>
          </td>
        </tr>
      )}
    </>
  );
});

function Answer({ command: { kind, outcome, error, answer } }: { command: Command }) {
  const { t } = useTranslation();
  // A device that is done and has nothing to say answers with an empty object.
  const said = error ?? answer ?? (outcome === 'ok' ? {} : undefined);
  if (kind === 'request' && said !== undefined) {
    return <JsonView label={t('commands.answer')} value={said} testId="command-answer" />;
  }
  return (
    <Text size="sm" c="dimmed">
      {kind === 'event' ? t('commands.noAnswer') : t(`commands.outcomes.${outcome}`)}
    </Text>
  );
}
