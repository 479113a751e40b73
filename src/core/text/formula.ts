/** A spreadsheet runs what begins like this; quotes before it are part of it, so that each text has a form of its own. */
const formula = /^'*[=+\-@\t\r＝＋－＠]/;

/**
 * A text as a cell that a spreadsheet does not run: what begins like a formula has a quote before it, and so does what
 * has quotes before that already.
 */
export const disarmed = (text: string): string => (formula.test(text) ? `'${text}` : text);

/** What `disarmed` was given. */
export const rearmed = (text: string): string =>
  text.startsWith("'") && formula.test(text) ? text.slice(1) : text;
