import { maxAttachmentBytes, type AttachmentStore } from '../../ledger-store.js';
import type { Connection } from '../database.js';

export function attachmentStore({ db, read, write }: Connection): AttachmentStore {
  const add = db.prepare(
    `INSERT INTO attachment (sha256, at, content)
     SELECT :sha256, :at, :content WHERE NOT EXISTS (SELECT 1 FROM attachment WHERE sha256 = :sha256)`,
  );
  const content = db.prepare<[string], Buffer>('SELECT content FROM attachment WHERE sha256 = ?').pluck();
  return {
    put: ({ sha256, at, content: bytes }) => {
      if (bytes.byteLength > maxAttachmentBytes) {
        const what = `an attachment of ${bytes.byteLength} bytes; allowed: at most ${maxAttachmentBytes}`;
        return Promise.reject(new RangeError(what));
      }
      return write(() => void add.run({ sha256, at, content: bytes }));
    },
    get: (sha256) => read(() => content.get(sha256) ?? null),
  };
}
