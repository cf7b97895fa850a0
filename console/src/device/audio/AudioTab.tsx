import { Alert, SegmentedControl, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { may, useMyTenants } from '../../api/currentTenant';
import { useAudio, usePlaySound, useSounds } from '../../api/sounds';
import type { Device } from '../../api/types';
import { useTabDevice } from '../../devices/useTabDevice';
import { Failure } from '../../ui/Failure';
import { PageHead } from '../../ui/PageHead';
import { NoRows } from '../../ui/Rows';
import { numbersOf } from '../ChannelFilter';
import { NowPlaying } from './NowPlaying';
import { PlayUrl } from './PlayUrl';
import { SoundList } from './SoundList';

/** Sounds from the loudspeaker of a device. */
export default function AudioTab() {
  const { t } = useTranslation();
  const device = useTabDevice();
  const numbers = numbersOf(device);
  const [chosen, setChosen] = useState<number>();
  const channel = chosen ?? numbers[0];
  return (
    <Stack maw="56rem">
      <PageHead title={t('tabs.audio')} text={t('sounds.text')}>
        <ChannelChoice numbers={numbers} value={channel} onChange={setChosen} />
      </PageHead>
      {device.presence !== 'online' && (
        <Alert variant="light" color="gray">
          {t('error.device_offline')}
        </Alert>
      )}
      {channel === undefined ? (
        <NoRows>{t('device.neverSeenText')}</NoRows>
      ) : (
        <Loudspeaker key={channel} device={device} channel={channel} />
      )}
    </Stack>
  );
}

function Loudspeaker({ device, channel }: { device: Device; channel: number }) {
  const { t } = useTranslation();
  const online = device.presence === 'online';
  const tenant = useMyTenants().find(({ id }) => id === device.tenant?.id);
  const sounds = useSounds(tenant?.id).data?.items ?? [];
  const audio = useAudio(device.login_code, channel, online);
  const play = usePlaySound(device.login_code, channel);
  return (
    <>
      <NowPlaying loginCode={device.login_code} channel={channel} audio={audio} sounds={sounds} online={online} />
      <Failure error={play.error} testId="play-failure" />
      {tenant && (
        <SoundList
          tenant={tenant.id}
          mayChange={may('configure', tenant)}
          playing={audio.data?.status === 'stopped' ? undefined : audio.data?.sound}
          pending={play.isPending && 'sound' in play.variables ? play.variables.sound : undefined}
          onPlay={
            online
              ? (sound) => {
                  play.mutate({ sound });
                }
              : undefined
          }
        />
      )}
      <PlayUrl
        disabled={!online}
        pending={play.isPending && 'url' in play.variables}
        onPlay={(url) => {
          play.mutate({ url });
        }}
      />
      {!tenant && <NoRows>{t('sounds.strangers')}</NoRows>}
    </>
  );
}

interface ChannelProps {
  numbers: number[];
  value: number | undefined;
  onChange: (channel: number) => void;
}

function ChannelChoice({ numbers, value, onChange }: ChannelProps) {
  const { t } = useTranslation();
  if (numbers.length < 2) return null;
  const data = numbers.map((number) => ({ value: String(number), label: t('device.channel', { number }) }));
  const choose = (wanted: string | null): void => {
    if (wanted !== null) onChange(Number(wanted));
  };
  return numbers.length <= 4 ? (
    <SegmentedControl aria-label={t('device.channels')} value={String(value)} onChange={choose} data={data} />
  ) : (
    <Select
      aria-label={t('device.channels')}
      allowDeselect={false}
      value={String(value)}
      onChange={choose}
      data={data}
      w={160}
    />
  );
}
