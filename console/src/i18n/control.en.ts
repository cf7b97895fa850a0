/** What a person does with a device: its pages, steering, settings and upkeep. */
export const controlEn = {
  tabs: {
    label: 'Pages of this device',
    overview: 'Overview',
    ptz: 'Pan and zoom',
    snapshots: 'Snapshots',
    alarms: 'Alarms',
    config: 'Settings',
    audio: 'Audio',
    firmware: 'Firmware',
    logs: 'Logs',
    commands: 'Commands',
    maintenance: 'Maintenance',
    protocol: 'Protocol',
    noMethod: 'This device does not know the command {{method}}.',
  },
};

export const controlErrorsEn = {
  device_offline: 'The device is offline.',
  device_refused: 'The device refused: {{device}}',
  not_supported: 'This device cannot do that.',
  device_timeout: 'The device did not answer in time.',
  device_busy: 'The device is busy with other commands. Try again in a moment.',
  device_disconnected: 'The device lost its connection before it answered.',
  confirmation_needed: 'The name typed is not the device’s.',
};
