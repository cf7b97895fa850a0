import type { Device } from '../../api/types';

export interface CardProps {
  device: Device;
  online: boolean;
}

/** What must be typed before something is done that cannot be taken back. */
export function wordOf(device: Device): string {
  return device.name || device.login_code;
}
