import { useTranslation } from 'react-i18next';
import { useNewRecoveryCodes } from '../api/account';
import { Dialog } from '../ui/Dialog';
import { ProofForm } from './ProofForm';
import { RecoveryCodes } from './RecoveryCodes';

interface Props {
  opened: boolean;
  onClose: () => void;
}

export function NewRecoveryCodesDialog({ opened, onClose }: Props) {
  const { t } = useTranslation();
  const renew = useNewRecoveryCodes();
  const shown = renew.data !== undefined;
  return (
    <Dialog
      opened={opened}
      onClose={onClose}
      onExitTransitionEnd={() => {
        renew.reset();
      }}
      title={t(shown ? 'totp.codesTitle' : 'totp.newCodes')}
      locked={shown}
    >
      {renew.data ? (
        <RecoveryCodes codes={renew.data} onDone={onClose} />
      ) : (
        <ProofForm
          text={t('totp.newCodesText')}
          submit={t('totp.newCodes')}
          pending={renew.isPending}
          error={renew.error}
          onCancel={onClose}
          onProof={(proof) => {
            renew.mutate(proof);
          }}
        />
      )}
    </Dialog>
  );
}
