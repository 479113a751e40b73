import { allowedExtensions, fileType } from '../../core/fault/file-type.js';
import { lineFault, mostAttachments } from '../../core/fault/text.js';
import type { AttachmentRef } from '../../core/ledger/actions.js';
import { refuse } from '../../core/ledger/refusal.js';
import type { EpochMs } from '../../core/types.js';
import { sha256 } from '../../seal/hash.js';
import { maxAttachmentBytes, type AttachmentStore } from '../../store/ledger-store.js';
import { Refused } from '../ledger/enter.js';

/** Keeps a file of a report. Rejects with `Refused` for one that is too large, or not what its name says. */
export async function attachFile(
  attachments: AttachmentStore,
  name: string,
  content: Uint8Array,
  at: EpochMs,
): Promise<AttachmentRef> {
  if (content.byteLength > maxAttachmentBytes) {
    const what = `${name} has ${content.byteLength} bytes`;
    throw new Refused([
      refuse('attachment', what, `files of at most ${maxAttachmentBytes} bytes`, [
        'file-too-large',
        name,
        maxAttachmentBytes,
      ]),
    ]);
  }
  checkFile(name, content);
  const ref = { sha256: sha256(content), name, bytes: content.byteLength };
  await attachments.put({ sha256: ref.sha256, content, at });
  return ref;
}

/** Files that are named have to be there, and to be what their names say. */
export async function checkFiles(
  attachments: AttachmentStore,
  refs: readonly AttachmentRef[],
): Promise<void> {
  if (refs.length > mostAttachments)
    throw new Refused([
      refuse('attachments', `are ${refs.length}`, `at most ${mostAttachments}`, [
        'too-many',
        refs.length,
        mostAttachments,
      ]),
    ]);
  for (const { sha256: hash, name, bytes } of refs) {
    const content = await attachments.get(hash);
    if (content?.byteLength !== bytes) {
      const what = `has no file ${JSON.stringify(name)} of ${bytes} bytes with the hash ${hash}`;
      throw new Refused([refuse('attachments', what, 'files that were attached before')]);
    }
    checkFile(name, content);
  }
}

function checkFile(name: string, content: Uint8Array): void {
  const bad = lineFault('attachment', name);
  if (bad) throw new Refused([bad]);
  if (/[/\\]/.test(name))
    throw new Refused([refuse('attachment', 'has a folder in its name', 'a name', ['file-name'])]);
  const type = fileType(name, content);
  if ('fault' in type)
    throw new Refused([
      refuse(
        'attachment',
        `${JSON.stringify(name)} ${type.fault}`,
        `files that are what their endings say: ${allowedExtensions}`,
        ['file-type', name, allowedExtensions],
      ),
    ]);
}
