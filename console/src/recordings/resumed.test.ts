import { expect, it } from 'vitest';
import { fetchWhole } from './resumed';

const FILE = 'abcdefghijklmnopqrstuvwxyz';

/** A server whose connections break after so many bytes each. */
function breaking(lengths: number[], tags: string[] = []): { fetch: typeof fetch; ranges: (string | null)[] } {
  const ranges: (string | null)[] = [];
  let calls = 0;
  const serve = (_: unknown, init?: RequestInit): Promise<Response> => {
    const headers = new Headers(init?.headers);
    const tag = tags[calls] ?? '"1"';
    const length = lengths[calls] ?? Infinity;
    calls += 1;
    ranges.push(headers.get('range'));
    const from = headers.get('if-range') === tag ? Number(/\d+/.exec(headers.get('range') ?? '')?.[0] ?? 0) : 0;
    const part = FILE.slice(from);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(part.slice(0, length)));
      },
      pull(controller) {
        if (length < part.length) controller.error(new TypeError('network'));
        else controller.close();
      },
    });
    return Promise.resolve(
      new Response(body, {
        status: from > 0 ? 206 : 200,
        headers: { etag: tag, 'content-length': String(part.length) },
      }),
    );
  };
  return { fetch: serve, ranges };
}

const parts = { pause: () => Promise.resolve(), onProgress: () => undefined, signal: new AbortController().signal };

it('goes on where the connection broke', async () => {
  const server = breaking([10, 5]);
  const progress: number[] = [];
  const blob = await fetchWhole('/f', {
    ...parts,
    fetch: server.fetch,
    onProgress: ({ received, total }) => {
      progress.push(received);
      expect(total).toBe(26);
    },
  });
  expect(await blob.text()).toBe(FILE);
  expect(server.ranges).toEqual([null, 'bytes=10-', 'bytes=15-']);
  expect(progress).toEqual([10, 15, 26]);
});

it('begins anew where the file is another one now', async () => {
  const server = breaking([10], ['"1"', '"2"']);
  const blob = await fetchWhole('/f', { ...parts, fetch: server.fetch });
  expect(await blob.text()).toBe(FILE);
});

it('gives up on what is refused', async () => {
  let calls = 0;
  const refusing = (): Promise<Response> => {
    calls += 1;
    return Promise.resolve(new Response(null, { status: 403 }));
  };
  await expect(fetchWhole('/f', { ...parts, fetch: refusing })).rejects.toThrow('HTTP 403');
  expect(calls).toBe(1);
});
