import { useOutletContext } from 'react-router';
import type { Device } from '../api/types';

/** For the tabs of a device's page: the device, kept true by the cloud's events. */
export function useTabDevice(): Device {
  return useOutletContext<Device>();
}
