import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.js';

/** SHA-256 in hexadecimal. */
export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** SHA-256 over the one spelling of a value. */
export const digestOf = (value: object): string => sha256(canonicalJson(value));
