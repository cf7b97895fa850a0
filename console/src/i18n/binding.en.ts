/** Binding devices to an organisation and releasing them. */
export const bindingEn = {
  bind: {
    title: 'Bind a device',
    text: 'For a camera that has its own code and password from the maker. Show it the QR code, or type the bind id into it, and it joins your organisation.',
    name: 'Name of the device',
    group: 'Group',
    optional: 'Optional',
    make: 'Make a bind id',
    wifi: 'The camera needs Wi-Fi',
    ssid: 'Wi-Fi name',
    wifiPassword: 'Wi-Fi password',
    wifiHint: 'Put into the QR code only. It does not leave this browser.',
    qr: 'QR code for the camera',
    qrHint: 'Hold the screen before the camera, 15–30 cm away.',
    id: 'Bind id',
    qrText: 'Text of the QR code',
    command: 'Or with the agent',
    waiting: 'Waiting for the device…',
    left: 'Good for {{minutes}} min, once.',
    lastMinute: 'Good for less than a minute.',
    bound: '{{name}} is yours now',
    already: '{{name}} was yours already',
    open: 'Open the device',
    refused: 'The device was refused',
    stillGood: 'While this bind id is good, the device may send it again; or make another.',
    expired: 'The bind id has expired',
    expiredHint: 'No device used it in time. Make another and try again.',
    again: 'Make another',
    another: 'Bind another',
    reason: {
      held_elsewhere:
        'Another organisation holds this device. It must be released there first.',
      too_many_devices:
        'Your organisation has as many devices as it may have. Release some, or ask who runs the platform.',
      other: 'The cloud said: {{reason}}',
    },
  },
  release: {
    action: 'Release',
    title: 'Release {{name}}?',
    text: 'The device leaves your organisation at once: its pictures are no longer seen here. What it told, its group and what people may do with it are forgotten. If it came from the platform, any organisation may bind it; if it was added here, it is removed, and is added anew where it goes.',
    reset: 'Reset it to its factory settings first',
    resetHint: 'Deletes Wi-Fi and other settings on the device and restarts it. It must be online.',
    done: '{{name}} was released',
  },
  private: {
    title: 'Pictures are the organisation’s own',
    text: 'You run the platform, and see that this device is there. Its pictures you see only while an owner of {{name}} lets you in.',
  },
};

export const bindingErrorsEn = {
  device_offline: 'The device is offline.',
  stocked_password: 'This device belongs to the platform’s stock and keeps the password that it came with.',
  device_held: 'An organisation has this device already.',
  device_refused: 'The device did not reset itself, so it was not released.',
  device_timeout: 'The device does not answer.',
  no_tenant: 'Nobody has this device: there is nothing to release.',
  no_such_bind: 'This bind id no longer exists.',
  too_many_binds: 'Too many bind ids are waiting. Let some be used or expire first.',
  too_many_devices: 'The organisation has as many devices as it may have.',
  release_instead: 'This device belongs to the platform’s stock: release it instead.',
};
