/** C0 and C1 controls, DEL, line and paragraph separators, and the marks that turn the writing direction round. */
const controls =
  '\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069';
const anyControl = new RegExp(`[${controls}]`);
const everyControl = new RegExp(`[${controls}]`, 'g');
/** Line ends (a carriage return only before a line feed) and tabs lay text out and stay. */
const steering = new RegExp(`(?!\\r\\n|[\\n\\t])[${controls}]`, 'g');

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Whether a text has characters that could break a line or steer a terminal: what is one line for people has none. */
export const hasControls = (text: string): boolean => anyControl.test(text);

/**
 * Characters that nobody sees: format characters (zero-width spaces and joiners, writing-direction marks, tags), fillers
 * and variation selectors. They make two names that look the same.
 */
const hidden =
  '\\p{Cf}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\uffa0\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}';
// A class of ranges: none of its characters is combined with the one before it.
// eslint-disable-next-line no-misleading-character-class
const anyHidden = new RegExp(`[${hidden}]`, 'u');
// eslint-disable-next-line no-misleading-character-class -- the same
const everyHidden = new RegExp(`[${hidden}\\p{Cc}\\p{Cs}\\u2028\\u2029]`, 'gu');

/** Whether a text has characters that nobody sees: a name has none. */
export const hasHiddenCharacters = (text: string): boolean => anyHidden.test(text);

/** A name as it is shown and compared: NFKC, without characters that nobody sees, with single spaces. */
export const plainName = (text: string): string =>
  text.normalize('NFKC').replace(everyHidden, '').trim().replace(/\s+/g, ' ');

/** One line of text: control characters as JSON escapes them, `\u001b`. */
export const printableLine = (text: string): string => text.replace(everyControl, escape);

/**
 * Text of several lines that can't steer the terminal it is shown on: control characters other than line ends and tabs
 * as JSON escapes them. JSON text stays JSON of the same value.
 */
export const printableText = (text: string): string => text.replace(steering, escape);
