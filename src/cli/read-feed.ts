import { readFile } from 'node:fs/promises';
import type { ExclusionFeed } from '../store/ledger-store.js';

const mostBytes = 20 * 2 ** 20;
const timeoutMs = 30_000;

export interface FeedText {
  readonly text: string;
  readonly etag: string | null;
  readonly modified: string | null;
}

/** A calendar by its URL or file name; `unchanged`: the server says that it is what it was before. Rejects with why not. */
export async function readFeed(
  source: string,
  before: Pick<ExclusionFeed, 'etag' | 'modified'>,
): Promise<FeedText | 'unchanged'> {
  if (!/^https?:/i.test(source)) return { text: await readFile(source, 'utf8'), etag: null, modified: null };
  const response = await fetch(source, {
    headers: {
      accept: 'text/calendar, */*;q=0.1',
      ...(before.etag && { 'if-none-match': before.etag }),
      ...(before.modified && { 'if-modified-since': before.modified }),
    },
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status === 304) return 'unchanged';
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new Error(`has more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  return { text, etag: response.headers.get('etag'), modified: response.headers.get('last-modified') };
}
