import { hasControls } from '../../core/text/control-characters.js';
import { didYouMean } from '../suggest.js';
import { scalar, textual, wrong } from './scalar.js';

/** One line of text for people. */
export const name = (maxLength: number) =>
  textual(`one line of 1 to ${maxLength} characters`, (text) => {
    if (text.trim() === '') return wrong('is empty');
    if (hasControls(text)) return wrong('has control characters');
    return text.length > maxLength ? wrong(`has ${text.length} characters`) : text;
  });

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number) =>
  scalar(`a whole number from ${least} to ${most}`, (input) => {
    if (typeof input !== 'number') return wrong('is not a number');
    if (!Number.isInteger(input)) return wrong('is not a whole number');
    return input < least || input > most ? wrong('is out of range') : input;
  }).meta({ type: 'integer', minimum: least, maximum: most });

export const yesOrNo = () =>
  scalar('true or false', (input) =>
    typeof input === 'boolean' ? input : wrong('is not true or false'),
  ).meta({
    type: 'boolean',
  });

/** One of the words of a list. */
export function oneOf<const T extends string>(words: readonly T[]) {
  return scalar(words.join(', '), (input) => {
    const found = words.find((word) => word === input);
    return found ?? wrong(`is not known${didYouMean(String(input), words)}`);
  }).meta({ enum: [...words] });
}
