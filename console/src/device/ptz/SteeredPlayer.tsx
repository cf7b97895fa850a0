import { IconArrowsMove, IconMinus, IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConnection } from '../../api/connection';
import type { Channel, Device } from '../../api/types';
import { LivePlayerView } from '../../player/LivePlayerView';
import { Control } from '../../player/PlayerControls';
import { HoldButton } from './HoldButton';
import { PtzPad } from './PtzPad';
import classes from './SteeredPlayer.module.css';
import type { Ptz } from './usePtz';

interface Props {
  device: Device;
  channel: Channel;
  compact: boolean;
  ptz: Ptz;
  /** The camera can be turned, and by this person: without, this is a player as any. */
  steerable: boolean;
  /** Arrows steer whether or not the stick is over the picture. */
  keysAlways?: boolean;
}

/** A live picture with a stick over it that turns its camera. */
export function SteeredPlayer({ device, channel, compact, ptz, steerable, keysAlways = false }: Props) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const { times } = useConnection();
  const name = device.name || device.login_code;
  const number = channel.channel;
  const stick = steerable && shown && !compact;
  const toggle = (): void => {
    if (shown) ptz.end();
    setShown(!shown);
  };
  const button: ReactNode = steerable && !compact && (
    <Control label={t('ptz.steer')} onClick={toggle} pressed={shown} testId="steer">
      <IconArrowsMove size={20} />
    </Control>
  );
  return (
    <LivePlayerView
      loginCode={device.login_code}
      channel={number}
      name={device.channels.length > 1 ? `${name} – ${t('device.channel', { number })}` : name}
      wakeKey={`${device.presence}/${channel.state === 0 ? 'off' : 'on'}/${times}`}
      compact={compact}
      controls={button}
      onKey={(event) => {
        if (!steerable || compact) return false;
        if (event.key.toLowerCase() === 'p' && !event.ctrlKey && !event.metaKey && !event.altKey) {
          toggle();
          event.preventDefault();
          return true;
        }
        return (stick || keysAlways) && ptz.onKeyDown(event);
      }}
    >
      {stick && (
        <div className={classes.overlay}>
          <div className={classes.zoom}>
            <HoldButton ptz={ptz} move="zoomin" label={t('ptz.moves.zoomin')} className={classes.button}>
              <IconPlus size={18} />
            </HoldButton>
            <HoldButton ptz={ptz} move="zoomout" label={t('ptz.moves.zoomout')} className={classes.button}>
              <IconMinus size={18} />
            </HoldButton>
          </div>
          <PtzPad ptz={ptz} />
        </div>
      )}
    </LivePlayerView>
  );
}
