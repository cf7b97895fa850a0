import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { useDisableTotp } from '../api/account';
import { Dialog } from '../ui/Dialog';
import { ProofForm } from './ProofForm';

interface Props {
  opened: boolean;
  onClose: () => void;
}

export function DisableTotpDialog({ opened, onClose }: Props) {
  const { t } = useTranslation();
  const disable = useDisableTotp();
  return (
    <Dialog
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={() => {
        disable.reset();
      }}
      title={t('totp.disable')}
    >
      <ProofForm
        text={t('totp.disableText')}
        submit={t('totp.disable')}
        danger
        pending={disable.isPending}
        error={disable.error}
        onCancel={onClose}
        onProof={(proof) => {
          disable.mutate(proof, {
            onSuccess: () => {
              notifications.show({ message: t('totp.disabled'), color: 'gray' });
              onClose();
            },
          });
        }}
      />
    </Dialog>
  );
}
