/** Answers that stay the same object until something changes, with their text once somebody asked for it. */
const texts = new WeakMap<object, Buffer | null>();

/**
 * Marks an answer as one that is given again: it is written out and tagged once, and not for everybody who asks. It
 * may not change from now on.
 */
export function cacheSerialized<T extends object>(answer: T): T {
  if (!texts.has(answer)) texts.set(answer, null);
  return answer;
}

/** The JSON of an answer, from before where it is marked. */
export function textOf(answer: unknown): string | Buffer {
  if (typeof answer !== 'object' || answer === null) return JSON.stringify(answer);
  const known = texts.get(answer);
  if (known === undefined) return JSON.stringify(answer);
  if (known !== null) return known;
  const text = Buffer.from(JSON.stringify(answer));
  texts.set(answer, text);
  return text;
}
