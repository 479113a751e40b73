/**
 * A text as a cell that a spreadsheet does not run: what begins like a formula has a quote before it, and so does what
 * has quotes before that already.
 */
export const disarmed = (text: string): string => (/^'*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text);

/** What `disarmed` was given. */
export const rearmed = (text: string): string => (/^'+[=+\-@\t\r＝＋－＠]/.test(text) ? text.slice(1) : text);
