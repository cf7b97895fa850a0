import { useTranslation } from 'react-i18next';
import { bytesText, dateText } from '../i18n/formats';
import { CopyButton } from '../ui/CopyField';
import classes from './ImageFacts.module.css';
import type { Firmware } from '../api/types';

/** Size, when it came and from whom, and its check sum to be compared with the maker's. */
export function ImageFacts({ image }: { image: Firmware }) {
  const { i18n } = useTranslation();
  const facts = [bytesText(image.bytes), dateText(i18n.language, new Date(image.created_at)), image.created_by];
  return (
    <>
      <div>{facts.filter(Boolean).join(' · ')}</div>
      <div className={classes.sum}>
        <span>SHA-256</span>
        <code className={classes.code} title={image.sha256}>
          {image.sha256}
        </code>
        <CopyButton label="SHA-256" value={image.sha256} />
      </div>
    </>
  );
}
