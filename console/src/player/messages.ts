/** The text messages of the live socket. Binary messages between them are the media itself. */
export type LiveMessage =
  /** An initialisation segment follows. Sent at the beginning, and again when the device's stream changed or came back. */
  | { type: 'init'; mime: string; width?: number; height?: number }
  /** The device stopped sending; the cloud waits for it to return. */
  | { type: 'waiting' };

/** Unknown messages answer undefined: a newer cloud may say more than this player knows. */
export function parseLiveMessage(text: string): LiveMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  if (value.type === 'waiting') return { type: 'waiting' };
  if (value.type !== 'init' || !('mime' in value) || typeof value.mime !== 'string') return undefined;
  const message: LiveMessage = { type: 'init', mime: value.mime };
  if ('width' in value && typeof value.width === 'number') message.width = value.width;
  if ('height' in value && typeof value.height === 'number') message.height = value.height;
  return message;
}
