import { maxAttachmentBytes, type AttachmentStore } from '../../ledger-store.js';
import type { Connection } from '../database.js';

export function attachmentStore({ read, write }: Connection): AttachmentStore {
  return {
    put: ({ sha256, at, content }) => {
      if (content.byteLength > maxAttachmentBytes) {
        const what = `an attachment of ${content.byteLength} bytes; allowed: at most ${maxAttachmentBytes}`;
        return Promise.reject(new RangeError(what));
      }
      return write(async (query) => {
        await query(
          'INSERT INTO attachment (sha256, at, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
          [sha256, at, content],
        );
      });
    },
    async get(sha256) {
      const [row] = await read<{ content: Uint8Array }>('SELECT content FROM attachment WHERE sha256 = $1', [
        sha256,
      ]);
      return row?.content ?? null;
    },
  };
}
