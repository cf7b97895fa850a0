import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n/errors';

/** For changes without a dialog: says how they ended. */
export function useTold(done: string) {
  const { t } = useTranslation();
  return {
    onSuccess: () => {
      notifications.show({ message: done, color: 'gray' });
    },
    onError: (error: unknown) => {
      notifications.show({ message: errorText(t, error), color: 'red' });
    },
  };
}
