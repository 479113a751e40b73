import type { Edge, OutagePart } from '../../../core/statement/document.js';
import { msOf, noBreak, nothing } from '../../../i18n/locale.js';
import { wordFor } from '../../../i18n/report.js';
import { type Block, heading, left, paragraph, right, table, type TableRow, type Tone } from '../blocks.js';
import type { Scene } from './month-bar.js';

/** Every outage that touched the lines, with what was said of it since; first what of it counts. */
export function outageBlocks(scene: Scene): Block[] {
  const { document, locale } = scene;
  const { words } = locale;
  if (document.outages.length === 0) return [heading(words.outages), paragraph(words.noOutages)];
  return [
    heading(words.outages),
    ...countedBlocks(scene),
    table(
      [
        ...[left(words.line), left(words.port), left(words.observer), left(words.from), left(words.to)],
        ...[right(words.duration), left(words.edges), left(words.state), left(words.excusedBy)],
      ],
      groupOutages(document.outages).map((group) => rowOf(group, scene)),
    ),
    ...(document.outages.some(({ start, end }) => start !== null || end !== null)
      ? [paragraph(words.edgesNote, 'faint')]
      : []),
  ];
}

/** What counts as unavailable, which is less than the outages: excuses are taken away, and of several lines all are down. */
function countedBlocks({ document, locale }: Scene): Block[] {
  const { words } = locale;
  const spans = document.parts.flatMap(({ unavailable }) => unavailable);
  if (spans.length === 0) return [paragraph(words.noneCounts)];
  return [
    table(
      [left(`${words.unavailable}: ${words.from}`), left(words.to), right(words.duration)],
      spans.map(({ from, to }) => ({
        cells: [locale.short(from), locale.short(to), locale.duration(msOf(to) - msOf(from))],
      })),
    ),
  ];
}

const tones: Readonly<Record<string, Tone>> = { counted: 'bad', 'partly-excused': 'warn', excused: 'warn' };

function rowOf(group: OutageGroup, scene: Scene): TableRow {
  const { locale } = scene;
  const { words } = locale;
  const [first] = group;
  const { origin, state } = first;
  const { from, to } = wholeOf(group);
  const stateText = wordFor(words.outageState, state);
  const seenFrom = group.map(({ observer }) => observer ?? words.byHand);
  return {
    cells: [
      ...[first.lines.join(', '), first.port, seenFrom.join(', ')],
      ...[locale.short(from), to === null ? words.lasting : locale.short(to)],
      to === null ? nothing : locale.duration(msOf(to) - msOf(from)),
      group.length === 1 ? uncertaintyOf(first, scene) : words.asSeen,
      {
        text:
          origin === 'measured' || !(state in tones) ? stateText : `${stateText}, ${words.origin[origin]}`,
        tone: tones[state] ?? 'faint',
      },
      first.excusedBy.join(', '),
    ],
    notes: [
      ...(group.length === 1 ? [] : group.map((each) => sighting(each, scene))),
      ...first.corrections.map(({ id, does, by, at, reason }) =>
        words.correction(id, words.correctionDoes[does], by, locale.instant(at), reason),
      ),
      ...group.flatMap(({ inferred }) =>
        inferred.map((each) => words.inferred(locale.duration(msOf(each.to) - msOf(each.from)))),
      ),
    ],
  };
}

/** One observer's own times, where several saw it. */
function sighting(outage: OutageGroup[number], scene: Scene): string {
  const { locale } = scene;
  const { from, to, observer } = outage;
  const until = to === null ? locale.words.lasting : locale.short(to);
  const uncertainty = uncertaintyOf(outage, scene).replace('\n', ' / ');
  return `${observer ?? locale.words.byHand}: ${locale.short(from)} – ${until} (${uncertainty})`;
}

/** Of its beginning and, on another line, of its end. */
function uncertaintyOf({ start, end }: OutageGroup[number], scene: Scene): string {
  if (start === null && end === null) return nothing;
  return [start, end].map((edge) => (edge === null ? nothing : uncertainty(edge, scene))).join('\n');
}

/** `−0.5 s` early, `+0.1 s` late: how far the true edge may lie from the one that counts. */
function uncertainty({ at, earliest, latest }: Edge, { locale }: Scene): string {
  const [early, late] = [msOf(at) - msOf(earliest), msOf(latest) - msOf(at)];
  if (early === late) return `±${locale.duration(early)}`;
  if (late === 0) return `−${locale.duration(early)}`;
  if (early === 0) return `+${locale.duration(late)}`;
  return `−${locale.duration(early)}${noBreak}+${locale.duration(late)}`;
}

/** One failure of a port, as one or more observers saw it at the same time. */
type OutageGroup = readonly [OutagePart, ...OutagePart[]];

/**
 * Rows that are about the same: measured by several observers on the same port, overlapping in time, and of the same
 * standing. What people have said something of stays by itself.
 */
export function groupOutages(outages: readonly OutagePart[]): OutageGroup[] {
  const groups: [OutagePart, ...OutagePart[]][] = [];
  const open = new Map<string, { readonly members: [OutagePart, ...OutagePart[]]; to: number }>();
  for (const outage of [...outages].sort((a, b) => msOf(a.from) - msOf(b.from))) {
    const to = outage.to === null ? Infinity : msOf(outage.to);
    const key = keyOf(outage);
    const before = key === null ? undefined : open.get(key);
    if (before && msOf(outage.from) < before.to) {
      before.members.push(outage);
      before.to = Math.max(before.to, to);
      continue;
    }
    const members: [OutagePart, ...OutagePart[]] = [outage];
    groups.push(members);
    if (key !== null) open.set(key, { members, to });
  }
  return groups;
}

function keyOf({ port, lines, state, excusedBy, origin, corrections }: OutagePart): string | null {
  if (origin !== 'measured' || corrections.length > 0) return null;
  return [port, state, ...lines, '', ...excusedBy].join('\n');
}

/** From when the first to when the last saw it; null while it lasts. */
export function wholeOf(group: OutageGroup): { readonly from: string; readonly to: string | null } {
  const from = group.reduce((first, { from: at }) => (msOf(at) < msOf(first) ? at : first), group[0].from);
  let to = group[0].to;
  for (const { to: end } of group) {
    if (end === null || to === null) to = null;
    else if (msOf(end) > msOf(to)) to = end;
  }
  return { from, to };
}
