/** The installation's keys can't be used; the message says what is wrong and what mends it. */
export class KeyFault extends Error {
  override readonly name = 'KeyFault';
}
