export interface Wifi {
  ssid: string;
  password: string;
}

/** What cameras read from the QR code, in the form vendors use. Those on a cable are told no Wi-Fi. */
export function bindQrText(bindId: string, wifi: Wifi | undefined): string {
  return JSON.stringify(wifi?.ssid ? { ssid: wifi.ssid, pwd: wifi.password, id: bindId } : { id: bindId });
}

/** What binds a device that runs the agent. */
export function bindCommand(bindId: string): string {
  return `ovd bind ${bindId}`;
}
