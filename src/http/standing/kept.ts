import type { ServicesStanding } from '../../engine/standing/keep-standing.js';
import { isoInstant } from '../../render/instant.js';
import { standingJson, withoutAmounts, type StandingJson } from '../../render/standing/json.js';
import { writtenOnce } from '../route/written.js';
import type { Sight } from './sight.js';

interface Answer {
  readonly asOf: string;
  readonly services: readonly object[];
}

/**
 * Each service is put into words once for each time that it was judged, and those who see the same of all of them get
 * the same answer.
 */
export function keptAnswers(): (judged: ServicesStanding, sights: readonly Sight[]) => Answer {
  let of: ServicesStanding | null = null;
  const answers = new Map<string, Answer>();
  const worded = new Map<number, StandingJson>();
  return (judged, sights) => {
    if (of !== judged) {
      answers.clear();
      worded.clear();
    }
    of = judged;
    const jsonOf = (index: number): StandingJson[] => {
      const standing = judged.services[index];
      const known = worded.get(index) ?? (standing && standingJson(standing));
      if (known) worded.set(index, known);
      return known ? [known] : [];
    };
    const seen = sights.flatMap((sight, index) => (sight === 'nothing' ? [] : [{ sight, index }]));
    const key = seen.map(({ sight, index }) => `${index}${sight === 'all' ? '+' : '-'}`).join('');
    const answer =
      answers.get(key) ??
      writtenOnce({
        asOf: isoInstant(judged.at),
        services: seen.flatMap(({ sight, index }): object[] =>
          sight === 'all' ? jsonOf(index) : jsonOf(index).map(withoutAmounts),
        ),
      });
    answers.set(key, answer);
    return answer;
  };
}
