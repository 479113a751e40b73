import { readExclusion, type ExclusionInput } from '../../config/ledger/exclusion-input.js';
import type { ExclusionText } from '../../core/ledger/actions.js';
import type { Refusal } from '../../core/ledger/refusal.js';
import { Refused } from './enter.js';
import { expand } from './recurrence.js';

/** What was written, at a place that refusals name → what is entered; windows that come again one by one. */
export function textsOf(
  inputs: readonly { readonly place: string | null; readonly input: ExclusionInput }[],
): ExclusionText[] {
  const refusals: Refusal[] = [];
  const texts = inputs.flatMap(({ place, input }): ExclusionText[] => {
    const at = (found: readonly Refusal[]): void => {
      refusals.push(
        ...found.map((one) => (place === null ? one : { ...one, field: `${place}: ${one.field}` })),
      );
    };
    const reading = readExclusion(input);
    if (!reading.ok) {
      at(reading.refusals);
      return [];
    }
    const { text } = reading;
    const within = text.intervals[0];
    if (text.recurrence === null || !within) return [text];
    const windows = expand(text.recurrence, within);
    if (windows.some((each) => 'field' in each)) {
      at(windows as readonly Refusal[]);
      return [];
    }
    return [{ ...text, intervals: windows as ExclusionText['intervals'] }];
  });
  if (refusals.length > 0) throw new Refused(refusals);
  return texts;
}
