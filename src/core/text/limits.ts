/**
 * The most characters that a text may have, by what it is: in a request, at the command line, in a file of exclusions, a
 * calendar, the configuration and the file of customers. What is stored already is shown however long it is.
 */
export const mostCharacters = {
  /** One of a list of words, a day, a time, a number, a port. */
  word: 50,
  /** An id of the configuration or of the file of customers. */
  identifier: 64,
  /** Who signs in, acts or owns something; a role, a right, a scope. */
  label: 100,
  /** A name, a subject, and the id of something that is stored. */
  name: 200,
  /** An address of e-mail, by RFC 5321. */
  email: 320,
  /** An id that is made of several, or a place in a document. */
  key: 500,
  /** A password, a filter, a notice: one line. */
  line: 1000,
  url: 2000,
  /** The place in a list that an answer gave. */
  cursor: 2000,
  /** Several ids with commas between them. */
  list: 2000,
  /** Why finance did something. */
  reason: 2000,
  /** The path of a file. */
  file: 4096,
  /** What is written in a dispute. */
  dispute: 4000,
  /** Anything longer that people write: reasons of exclusions, texts of tickets; and the most of any text. */
  text: 10_000,
  /** A token that another program has signed. */
  token: 20_000,
} as const;

/** What a text is. */
export type TextKind = keyof typeof mostCharacters;
