import { IconVideo } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { LivePreview } from '../player/LivePreview';
import { onPosters, posterKey, posterOf } from '../player/posters';
import classes from './Thumbnail.module.css';

interface Props {
  loginCode: string;
  channel: number;
  /** Somebody is watching it. */
  live: boolean;
  /** Shows the moving picture. */
  preview: boolean;
}

/** The last picture seen of a channel in this tab, or a dark screen. Decoration: the name beside it says which device it is. */
export function Thumbnail({ loginCode, channel, live, preview }: Props) {
  const picture = useSyncExternalStore(onPosters, () => posterOf(posterKey(loginCode, channel)));
  return (
    <span className={classes.screen} aria-hidden="true">
      {picture ? <img src={picture} alt="" className={classes.picture} /> : <IconVideo size={20} stroke={1.5} />}
      {preview && <LivePreview loginCode={loginCode} channel={channel} />}
      {live && <span className={classes.live} />}
    </span>
  );
}
