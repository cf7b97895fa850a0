import { Alert } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBlocker } from 'react-router';
import { useChangeConfig, useConfig } from '../../api/config';
import type { Device } from '../../api/types';
import { useTabDevice } from '../../devices/useTabDevice';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { Loaded } from '../../ui/Loaded';
import { NoRows } from '../../ui/Rows';
import { ConfigSection, sectionTitle } from './ConfigSection';
import classes from './ConfigTab.module.css';
import { type JsonObject, notTaken, pathText } from './document';
import { type Section, sectionsOf } from './fields';
import { refusalOf } from './refusal';
import { SaveBar } from './SaveBar';
import { type ConfigForm, useConfigForm } from './useConfigForm';

/** The device's own settings, as it tells them. */
export function ConfigTab() {
  const { t } = useTranslation();
  const device = useTabDevice();
  const online = device.presence === 'online';
  const config = useConfig(device.login_code, online);
  if (!online && config.data === undefined) return <NoRows>{t('config.offline')}</NoRows>;
  return (
    <Loaded query={config}>
      {({ config: document }) => document && <Form device={device} document={document} online={online} />}
    </Loaded>
  );
}

function Form({ device, document, online }: { device: Device; document: JsonObject; online: boolean }) {
  const { t } = useTranslation();
  const form = useConfigForm(document);
  const change = useChangeConfig(device.login_code);
  const [problem, setProblem] = useState<string>();
  const [adjusted, setAdjusted] = useState<string[]>([]);
  const save = (): void => {
    const { change: wanted, paths } = form.pending;
    setProblem(undefined);
    setAdjusted([]);
    change.mutate(wanted, {
      onSuccess: ({ config }) => {
        const others = config ? notTaken(config, wanted).map(pathText) : [];
        setAdjusted(others);
        form.reset();
        if (others.length === 0) notifications.show({ message: t('config.saved'), color: 'gray' });
      },
      onError: (error) => {
        const refusal = refusalOf(t, error, paths);
        form.refuse(refusal.fields);
        setProblem(refusal.general);
      },
    });
  };
  return (
    <div className={classes.page}>
      <Guard dirty={form.dirty} />
      {adjusted.length > 0 && (
        <Alert
          color="yellow"
          variant="light"
          withCloseButton
          closeButtonLabel={t('app.close')}
          onClose={() => {
            setAdjusted([]);
          }}
          data-testid="config-adjusted"
        >
          {t('config.adjusted', { fields: adjusted.join(', ') })}
        </Alert>
      )}
      <Sections sections={sectionsOf(form.base)} form={form} />
      {form.dirty && (
        <SaveBar
          form={form}
          saving={change.isPending}
          online={online}
          problem={problem ?? (Object.keys(form.refusals).length > 0 ? t('config.refusedAtField') : undefined)}
          onSave={save}
          onDiscard={() => {
            setProblem(undefined);
            form.reset();
          }}
        />
      )}
    </div>
  );
}

/** One below the other for a camera; a recorder's channels are chosen. */
function Sections({ sections, form }: { sections: Section[]; form: ConfigForm }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(0);
  if (sections.length === 0) return <NoRows>{t('config.empty')}</NoRows>;
  if (sections.length <= 2) {
    return sections.map((section) => (
      <ConfigSection
        key={section.channel ?? ''}
        section={section}
        form={form}
        {...(section.channel === undefined ? { title: t('config.device') } : {})}
      />
    ));
  }
  const section = sections[chosen] ?? sections[0];
  const changedIn = ({ channel }: Section): boolean =>
    [...form.pending.paths.map(pathText), ...form.invalid, ...Object.keys(form.refusals)].some((path) =>
      channel === undefined ? !path.startsWith('channls.') : path.startsWith(`channls.${channel}.`),
    );
  return (
    <div className={classes.split}>
      <nav className={classes.index} aria-label={t('config.sections')}>
        {sections.map((one, index) => (
          <button
            key={one.channel ?? ''}
            type="button"
            className={classes.entry}
            aria-current={one === section ? 'true' : undefined}
            data-changed={changedIn(one) || undefined}
            onClick={() => {
              setChosen(index);
            }}
          >
            {sectionTitle(t, one)}
          </button>
        ))}
      </nav>
      {section && <ConfigSection key={section.channel ?? ''} section={section} form={form} />}
    </div>
  );
}

/** Asks before changes are lost. */
function Guard({ dirty }: { dirty: boolean }) {
  const { t } = useTranslation();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => dirty && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent): void => {
      event.preventDefault();
    };
    globalThis.addEventListener('beforeunload', ask);
    return () => {
      globalThis.removeEventListener('beforeunload', ask);
    };
  }, [dirty]);
  return (
    <ConfirmDialog
      opened={blocker.state === 'blocked'}
      title={t('config.leaveTitle')}
      text={t('config.leaveText')}
      action={t('config.leave')}
      pending={false}
      error={undefined}
      onConfirm={() => blocker.proceed?.()}
      onClose={() => blocker.reset?.()}
    />
  );
}
