import { useTabDevice } from '../../devices/useTabDevice';
import { ProtocolView } from './ProtocolView';

/** A device's Protocol page. */
export function ProtocolTab() {
  const device = useTabDevice();
  return <ProtocolView key={device.login_code} loginCode={device.login_code} />;
}
