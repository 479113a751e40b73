import { text, type Reading } from './input.js';

/** Whether it is a place on this site: `//evil.example` and `/\evil.example` are others. */
export const isPlace = (given: string): boolean => /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(given);

/** Where a browser goes on to: a place on this site only. */
export const place = () =>
  text(
    (given): Reading<string> => (isPlace(given) ? { value: given } : { detail: 'is no place on this site' }),
    { description: 'a place on this site, such as /docs/', maxLength: 500 },
  );
