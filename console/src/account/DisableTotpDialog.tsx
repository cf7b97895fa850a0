import { Modal } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { useDisableTotp } from '../api/account';
import { ProofForm } from './ProofForm';

interface Props {
  opened: boolean;
  onClose: () => void;
}

export function DisableTotpDialog({ opened, onClose }: Props) {
  const { t } = useTranslation();
  const disable = useDisableTotp();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={() => {
        disable.reset();
      }}
      title={t('totp.disable')}
      closeButtonProps={{ 'aria-label': t('app.close') }}
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
    </Modal>
  );
}
