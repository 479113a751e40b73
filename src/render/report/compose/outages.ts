import type { Edge, OutagePart } from '../../../core/statement/document.js';
import { heading, left, paragraph, right, table, type Block, type TableRow, type Tone } from '../blocks.js';
import { msOf } from '../iso.js';
import { nothing } from '../locale.js';
import { wordFor } from '../words/words.js';
import type { Scene } from './scene.js';

/** Every outage that touched the lines, with what was said of it since. */
export function outageBlocks(scene: Scene): Block[] {
  const { document, locale } = scene;
  const { words } = locale;
  if (document.outages.length === 0) return [heading(words.outages), paragraph(words.noOutages)];
  return [
    heading(words.outages),
    table(
      [
        ...[left(words.line), left(words.port), left(words.observer), left(words.from), left(words.to)],
        ...[right(words.duration), right(words.edges), left(words.state), left(words.excusedBy)],
      ],
      document.outages.map((outage) => rowOf(outage, scene)),
    ),
    ...(document.outages.some(({ start, end }) => start !== null || end !== null)
      ? [paragraph(words.edgesNote, 'faint')]
      : []),
  ];
}

const tones: Readonly<Record<string, Tone>> = { counted: 'bad', 'partly-excused': 'warn', excused: 'warn' };

function rowOf(outage: OutagePart, scene: Scene): TableRow {
  const { locale } = scene;
  const { words } = locale;
  const { from, to, start, end, origin, state } = outage;
  const edges = [start, end].map((edge) => (edge === null ? nothing : uncertainty(edge, scene)));
  const stateText = wordFor(words.outageState, state);
  return {
    cells: [
      ...[outage.lines.join(', '), outage.port, outage.observer ?? words.byHand],
      ...[locale.short(from), to === null ? words.lasting : locale.short(to)],
      to === null ? nothing : locale.duration(msOf(to) - msOf(from)),
      edges.every((edge) => edge === nothing) ? nothing : edges.join(' / '),
      {
        text:
          origin === 'measured' || !(state in tones) ? stateText : `${stateText}, ${words.origin[origin]}`,
        tone: tones[state] ?? 'faint',
      },
      outage.excusedBy.join(', '),
    ],
    notes: [
      ...outage.corrections.map(({ id, does, by, at, reason }) =>
        words.correction(id, words.correctionDoes[does], by, locale.instant(at), reason),
      ),
      ...outage.inferred.map((each) => words.inferred(locale.duration(msOf(each.to) - msOf(each.from)))),
    ],
  };
}

/** `−0.5 s` early, `+0 s` late: how far the true edge may lie from the one that counts. */
function uncertainty({ at, earliest, latest }: Edge, { locale }: Scene): string {
  const [early, late] = [msOf(at) - msOf(earliest), msOf(latest) - msOf(at)];
  if (early === late) return `±${locale.duration(early)}`;
  if (late === 0) return `−${locale.duration(early)}`;
  if (early === 0) return `+${locale.duration(late)}`;
  return `−${locale.duration(early)} +${locale.duration(late)}`;
}
