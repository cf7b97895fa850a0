import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf } from './client';
import { deviceLogUrl } from './deviceLogs';

/** The text of a log. It is let go with the page that shows it: it may be large. */
export function useLogText(loginCode: string, id: number) {
  /** Bytes that have come. */
  const [received, setReceived] = useState(0);
  const query = useQuery({
    queryKey: ['log-text', loginCode, id],
    queryFn: async ({ signal }) => {
      const response = await answerOf(fetched(deviceLogUrl(loginCode, id), signal));
      return readAll(response, setReceived);
    },
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
  return { ...query, received };
}

async function fetched(
  url: string,
  signal: AbortSignal,
): Promise<{ data?: Response; error?: unknown; response: Response }> {
  const response = await fetch(url, { signal, credentials: 'same-origin' });
  if (response.ok) return { data: response, response };
  return { error: await response.json().catch(() => undefined), response };
}

async function readAll(response: Response, onReceived: (bytes: number) => void): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let received = 0;
  let told = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(decoder.decode(value, { stream: true }));
    received += value.byteLength;
    // Not at each of thousands of pieces.
    if (received - told > 500_000) {
      told = received;
      onReceived(received);
    }
  }
  parts.push(decoder.decode());
  return parts.join('');
}
