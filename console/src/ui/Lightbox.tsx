import { ActionIcon, Modal } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconChevronLeft, IconChevronRight, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './Lightbox.module.css';

interface Props {
  src: string;
  /** What the picture shows, for those who cannot see it. */
  alt: string;
  caption: ReactNode;
  actions?: ReactNode;
  onPrevious?: (() => void) | undefined;
  onNext?: (() => void) | undefined;
  onClose: () => void;
  /** Another dialog stands before it and has the keys. */
  covered?: boolean;
}

/** One picture, as large as the window; the arrow keys lead to its neighbours. */
export function Lightbox({ src, alt, caption, actions, onPrevious, onNext, onClose, covered = false }: Props) {
  const { t } = useTranslation();
  useHotkeys(
    covered
      ? []
      : [
          ['ArrowLeft', () => onPrevious?.()],
          ['ArrowRight', () => onNext?.()],
        ],
  );
  return (
    <Modal.Root opened fullScreen onClose={onClose} closeOnEscape={!covered} transitionProps={{ duration: 120 }}>
      <Modal.Content radius={0} aria-label={alt} data-testid="lightbox">
        <div className={classes.content}>
          <div className={classes.bar}>
            <div className={classes.caption}>{caption}</div>
            <div className={classes.actions}>
              {actions}
              <ActionIcon
                variant="transparent"
                size={40}
                className={classes.button}
                aria-label={t('app.close')}
                onClick={onClose}
              >
                <IconX size={20} />
              </ActionIcon>
            </div>
          </div>
          <div className={classes.stage}>
            <img key={src} src={src} alt={alt} className={classes.picture} />
            {(onPrevious ?? onNext) && (
              <>
                <Step label={t('pictures.newer')} side="start" onClick={onPrevious}>
                  <IconChevronLeft size={26} />
                </Step>
                <Step label={t('pictures.older')} side="end" onClick={onNext}>
                  <IconChevronRight size={26} />
                </Step>
              </>
            )}
          </div>
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}

interface StepProps {
  label: string;
  side: 'start' | 'end';
  onClick: (() => void) | undefined;
  children: ReactNode;
}

function Step({ label, side, onClick, children }: StepProps) {
  return (
    <ActionIcon
      variant="transparent"
      size={48}
      className={classes.step}
      data-side={side}
      aria-label={label}
      disabled={!onClick}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  );
}
