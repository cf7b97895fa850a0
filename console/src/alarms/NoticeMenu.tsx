import { ActionIcon, Menu, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBell, IconBellOff, IconBellRinging, IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { allowBrowserNotices, hasBrowserNotices, type Notice, NOTICES, setNotice, useNotice } from './notice';

const SIGNS = { off: IconBellOff, console: IconBell, browser: IconBellRinging };

/** How this browser tells of new alarms. */
export function NoticeMenu() {
  const { t } = useTranslation();
  const notice = useNotice();
  const Sign = SIGNS[notice];
  const choose = (wanted: Notice): void => {
    if (wanted !== 'browser') {
      setNotice(wanted);
      return;
    }
    void allowBrowserNotices().then((allowed) => {
      if (allowed) setNotice('browser');
      else notifications.show({ message: t('alarms.notice.denied'), color: 'yellow' });
    });
  };
  const impossible = (choice: Notice): boolean => choice === 'browser' && !hasBrowserNotices();
  return (
    <Menu position="bottom-end" width={290}>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t('alarms.notice.title')} data-testid="notice-menu">
          <Sign size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('alarms.notice.title')}</Menu.Label>
        {NOTICES.map((choice) => (
          <Menu.Item
            key={choice}
            role="menuitemradio"
            aria-checked={choice === notice}
            disabled={impossible(choice)}
            rightSection={choice === notice && <IconCheck size={16} aria-hidden="true" />}
            onClick={() => {
              choose(choice);
            }}
            data-testid={`notice-${choice}`}
          >
            {t(`alarms.notice.${choice}`)}
            {impossible(choice) && (
              <Text size="xs" c="dimmed">
                {t('alarms.notice.insecure')}
              </Text>
            )}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
