import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { sha256 } from './hash.js';

/** Signs for the installation. */
export interface Signer {
  /** The fingerprint of its public key. */
  readonly id: string;
  /** Ed25519 over the UTF-8 of `text`, base64. */
  sign(text: string): string;
}

/** The first 32 hexadecimal digits of the SHA-256 of the public key (SPKI, DER). */
export function fingerprint(publicKey: KeyObject): string {
  return sha256(publicKey.export({ type: 'spki', format: 'der' })).slice(0, 32);
}

/** A new pair as PEM texts. */
export function makePair(): { readonly id: string; readonly privatePem: string; readonly publicPem: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    id: fingerprint(publicKey),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}

/** Null: it is no private Ed25519 key. */
export function signerOf(privatePem: string): Signer | null {
  const key = readKey(() => createPrivateKey(privatePem));
  if (key === null) return null;
  const id = fingerprint(createPublicKey(privatePem));
  return { id, sign: (text) => sign(null, Buffer.from(text), key).toString('base64') };
}

/** Null: it is no public Ed25519 key. */
export function publicKeyOf(publicPem: string): KeyObject | null {
  return readKey(() => createPublicKey(publicPem));
}

export function isSignedBy(text: string, signature: string, key: KeyObject): boolean {
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}

function readKey(read: () => KeyObject): KeyObject | null {
  try {
    const key = read();
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}
