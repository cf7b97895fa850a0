import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { type Message, readMessage } from './message';
import { type LogView, MessageLog } from './messageLog';
import { type Hello, ProtocolSocket, type Refusal, type SocketState } from './protocolSocket';

export interface Protocol {
  state: SocketState;
  hello: Hello | undefined;
  /** Whether the device is connected, as far as was seen. */
  connected: boolean;
  log: LogView;
  setPaused: (paused: boolean) => void;
  clear: () => void;
  send: (text: string) => Promise<Refusal | undefined>;
  call: (method: string, params: unknown) => Promise<Refusal | undefined>;
  /** What the cloud's next request would be numbered, so far as was seen. */
  nextSeq: number;
}

/** A device's messages, as they pass, while the component is there. */
export function useProtocol(loginCode: string): Protocol {
  const [log] = useState(() => new MessageLog());
  const [state, setState] = useState<SocketState>('connecting');
  const [hello, setHello] = useState<Hello>();
  const [connection, setConnection] = useState({ connected: false, number: 0, nextSeq: 1 });
  const socket = useRef<ProtocolSocket | undefined>(undefined);
  const view = useSyncExternalStore(log.subscribe, log.current);

  useEffect(() => {
    const opened = new ProtocolSocket(loginCode, {
      onState: setState,
      onHello: (said) => {
        setHello(said);
        setConnection((before) => ({ ...before, connected: said.connected }));
        log.addGap();
      },
      onTold: (told) => {
        const message = readMessage(told, log.takeKey());
        if (!message) return;
        log.add(message);
        if (message.kind !== 'dropped' && message.kind !== 'gap') {
          setConnection((before) => after(before, message));
        }
      },
    });
    socket.current = opened;
    return () => {
      socket.current = undefined;
      opened.close();
    };
  }, [loginCode, log]);

  const nobody: Refusal = { code: 'network', message: '' };
  return {
    state,
    hello,
    connected: state === 'open' && connection.connected,
    log: view,
    setPaused: useCallback(
      (paused: boolean) => {
        log.setPaused(paused);
      },
      [log],
    ),
    clear: useCallback(() => {
      log.clear();
    }, [log]),
    send: (text) => socket.current?.send(text) ?? Promise.resolve(nobody),
    call: (method, params) => socket.current?.call(method, params) ?? Promise.resolve(nobody),
    nextSeq: connection.nextSeq,
  };
}

interface Connection {
  connected: boolean;
  number: number;
  nextSeq: number;
}

/** What is known of the device's connection after a message. */
export function after(before: Connection, message: Message): Connection {
  const { kind, connection, direction, seq } = message;
  // Refused logins belong to no connection.
  if (connection === 0 || connection < before.number) return before;
  let { connected, nextSeq } = before;
  if (connection > before.number) {
    connected = true;
    nextSeq = kind === 'login' ? 1 : nextSeq;
  }
  if (kind === 'close') connected = false;
  if (kind === 'request' && direction === 'down' && seq !== undefined) nextSeq = seq + 1;
  if (connected === before.connected && nextSeq === before.nextSeq && connection === before.number) return before;
  return { connected, number: connection, nextSeq };
}
