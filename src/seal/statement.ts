import type { KeyObject } from 'node:crypto';
import type { SealedStatement, StatementDocument } from '../core/statement/document.js';
import { canonicalJson, digestOf } from './canonical.js';
import { isSignedBy, type Signer } from './keys.js';

/** Hashes and signs a document. What is signed is its hash together with who sealed it and when. */
export function sealDocument(
  document: StatementDocument,
  signer: Signer,
  seal: { readonly at: string; readonly by: string },
): SealedStatement {
  const open = { hash: digestOf(document), key: signer.id, sealedAt: seal.at, sealedBy: seal.by };
  return { document, ...open, signature: signer.sign(sealText(open)) };
}

/** What the signature is over. */
function sealText({
  hash,
  key,
  sealedAt,
  sealedBy,
}: Pick<SealedStatement, 'hash' | 'key' | 'sealedAt' | 'sealedBy'>): string {
  return canonicalJson({ format: 'pop-sla-seal/1', hash, key, sealedAt, sealedBy });
}

/** Why a sealed statement is not what was sealed; null: it is. `keyOf`: the public key of an id, where it is known. */
export function sealFault(sealed: SealedStatement, keyOf: (id: string) => KeyObject | null): string | null {
  const { document, hash, key, signature } = sealed;
  const name = `${document.id}, revision ${document.revision}`;
  if (digestOf(document) !== hash) return `${name} was changed: its hash is not that of its text`;
  const publicKey = keyOf(key);
  if (publicKey === null) return `${name} is signed by the key ${key}, which is not known here`;
  return isSignedBy(sealText(sealed), signature, publicKey)
    ? null
    : `${name} has a signature that is not its own`;
}
