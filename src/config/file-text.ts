import { type ValidationIssue, validationError } from '../core/ledger/errors.js';

/**
 * The text of a file that somebody else's program wrote: UTF-8, or UTF-16 with a byte-order mark, as Excel writes it.
 * Other encodings are refused: which characters they mean could only be guessed.
 */
export function textOfFile(
  bytes: Uint8Array,
):
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly refusals: ValidationIssue[] } {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes('\u0000')) return { ok: true, text };
  } catch {
    // It is said below.
  }
  return {
    ok: false,
    refusals: [
      validationError(
        'file',
        'is not UTF-8',
        'a text in UTF-8 (in Excel: "CSV UTF-8"), or in UTF-16 with its mark',
      ),
    ],
  };
}
