import { IconVideo } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { onPosters, posterKey, posterOf } from '../player/posters';
import classes from './Thumbnail.module.css';

/** The last picture seen of a channel in this tab, or a dark screen. Decoration: the name beside it says which device it is. */
export function Thumbnail({ loginCode, channel, live }: { loginCode: string; channel: number; live: boolean }) {
  const picture = useSyncExternalStore(onPosters, () => posterOf(posterKey(loginCode, channel)));
  return (
    <span className={classes.screen} aria-hidden="true">
      {picture ? <img src={picture} alt="" className={classes.picture} /> : <IconVideo size={20} stroke={1.5} />}
      {live && <span className={classes.live} />}
    </span>
  );
}
