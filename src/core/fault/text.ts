import { refuse, type Refusal } from '../ledger/refusal.js';

export const subjectLength = 200;
export const textLength = 10_000;
export const mostAttachments = 10;

// eslint-disable-next-line no-control-regex -- texts reach logs, terminals and pages
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
// eslint-disable-next-line no-control-regex -- the same, with tab and line ends
const anyControl = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** What is wrong with a text of several lines; null: nothing. It is kept as it is, whatever it would do on a page. */
export function textFault(field: string, text: string): Refusal | null {
  const allowed = `text of 1 to ${textLength} characters`;
  if (text.trim() === '') return refuse(field, 'is missing', allowed, ['missing']);
  if (text.length > textLength)
    return refuse(field, `has ${text.length} characters`, allowed, ['too-long', text.length, textLength]);
  if (controls.test(text.replace(/\r\n/g, '\n')) || loneSurrogate.test(text)) {
    return refuse(field, 'has characters that are no text', `${allowed}, without control characters`, [
      'no-text',
    ]);
  }
  return null;
}

/** The same of one line. */
export function lineFault(field: string, text: string, most = subjectLength): Refusal | null {
  const allowed = `one line of 1 to ${most} characters`;
  if (text.trim() === '') return refuse(field, 'is missing', allowed, ['missing']);
  if (text.length > most)
    return refuse(field, `has ${text.length} characters`, allowed, ['too-long', text.length, most]);
  if (anyControl.test(text) || loneSurrogate.test(text)) {
    return refuse(field, 'has characters that are no text', `${allowed}, without control characters`, [
      'no-text',
    ]);
  }
  return null;
}
