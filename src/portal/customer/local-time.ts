import { Temporal } from 'temporal-polyfill';

/**
 * What a form's field of a local time says (`2026-10-12T08:30`), in a zone, as an instant with its offset; null where it
 * is empty. What is no local time goes on as it is: whoever reads it says what is wrong with it.
 */
export function zonedInput(text: string, zone: string): string | null {
  if (text.trim() === '') return null;
  try {
    const local = Temporal.PlainDateTime.from(text.trim());
    return local.toZonedDateTime(zone).toString({ timeZoneName: 'never', smallestUnit: 'second' });
  } catch {
    return text;
  }
}
