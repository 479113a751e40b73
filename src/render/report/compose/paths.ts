import type { PathPart } from '../../../core/statement/document.js';
import {
  heading,
  left,
  paragraph,
  right,
  table,
  type Block,
  type LegendEntry,
  type Picture,
  type TableRow,
  type Tone,
} from '../blocks.js';
import { daysChart } from '../chart/days.js';
import { ink } from '../chart/drawing.js';
import { stepLabel } from '../chart/scale.js';
import { nothing, scaled } from '../locale.js';
import { wordFor } from '../words/words.js';
import type { Scene } from './scene.js';

/** What the backbone did on the paths that the service is promised. */
export function pathBlocks(scene: Scene, width: number): Block[] {
  const { document, locale } = scene;
  const { words } = locale;
  if (document.paths.length === 0) return [heading(words.paths), paragraph(words.noPaths)];
  return [
    heading(words.paths),
    table(
      [
        ...[left(words.path), right(words.rounds), right(words.coverage), right(words.latencyMs)],
        ...[right(words.committedMs), right(words.excess), left(words.band), right(words.lossPercent)],
        left(words.lossBand),
      ],
      document.paths.map((path) => rowOf(path, scene)),
    ),
    {
      kind: 'drawings',
      drawings: document.paths.flatMap((path) => picturesOf(path, scene, width)),
      legend: legendOf(scene),
    },
  ];
}

/** The better the first band, the plainer it is said. */
const toneOf = (band: string | null, bands: readonly { readonly id: string }[]): Tone =>
  band === null ? 'faint' : band === bands[0]?.id ? 'good' : 'bad';

function rowOf(path: PathPart, { locale }: Scene): TableRow {
  const { words, percent, count, ms, loss } = locale;
  const { raw } = path;
  const leftOut =
    raw.roundsHeld !== path.roundsHeld || raw.latencyUs !== path.latencyUs || raw.lossPpm !== path.lossPpm;
  const band = (id: string | null, bands: readonly { readonly id: string }[]) => ({
    text: id === null ? nothing : wordFor(words.bandName, id),
    tone: toneOf(id, bands),
  });
  return {
    cells: [
      ...[path.path, `${count(path.roundsHeld)} / ${count(path.roundsDue)}`],
      path.coveragePercent === null ? nothing : percent(path.coveragePercent),
      ...[ms(path.latencyUs), path.commitmentUs === null ? nothing : millisecondsOf(path.commitmentUs)],
      path.excessPercent === null ? nothing : signed(percent(path.excessPercent)),
      band(path.latencyBand, path.latencyBands),
      loss(path.lossPpm),
      band(path.lossBand, path.lossBands),
    ],
    notes: leftOut
      ? [words.rawNote(count(raw.roundsHeld), `${ms(raw.latencyUs)} ${words.unit.ms}`, loss(raw.lossPpm))]
      : [],
  };
}

const signed = (percent: string): string =>
  percent.startsWith('-') ? `−${percent.slice(1)}` : /^0(?:\.0+)?%$/.test(percent) ? percent : `+${percent}`;

/** `35000` or `35000.5` microseconds → `35.000`, `35.0005`. */
function millisecondsOf(us: string): string {
  const [whole = '0', fraction = ''] = us.split('.');
  return `${scaled(Number(whole), 3)}${fraction.replace(/0+$/, '')}`;
}

function picturesOf(path: PathPart, { locale: { words } }: Scene, width: number): Picture[] {
  const half = (width - 16) / 2;
  const size = { width: half, height: 104 };
  const title = (what: string): string => `${path.path} · ${what}`;
  // From here on it is for the eye: tenths of a point decide nothing.
  const latency = daysChart({
    ...size,
    fromZero: false,
    title: title(words.latencyByDay),
    days: path.days.map(({ day, latencyUs }) => ({
      day,
      value: latencyUs === null ? null : latencyUs / 1000,
    })),
    thresholds: [
      ...(path.commitmentUs === null
        ? []
        : [
            {
              value: Number(path.commitmentUs) / 1000,
              label: stepLabel(Number(path.commitmentUs) / 1000),
              of: 'commitment' as const,
            },
          ]),
      ...path.latencyBands.flatMap(({ upToUs, upToPercent }) =>
        upToUs === null || upToPercent === null
          ? []
          : [{ value: upToUs / 1000, label: `+${upToPercent}%`, of: 'edge' as const }],
      ),
    ],
  });
  const loss = daysChart({
    ...size,
    fromZero: true,
    title: title(words.lossByDay),
    days: path.days.map(({ day, lossPpm }) => ({ day, value: lossPpm === null ? null : lossPpm / 10_000 })),
    thresholds: path.lossBands.flatMap(({ upToPercent }, index) =>
      upToPercent === null
        ? []
        : [
            {
              value: Number(upToPercent),
              label: `${upToPercent}%`,
              of: index === 0 ? ('commitment' as const) : ('edge' as const),
            },
          ],
    ),
  });
  return [latency, loss].map((drawing) => ({ caption: drawing.title, drawing }));
}

function legendOf({ locale: { words } }: Scene): LegendEntry[] {
  const { legend } = words;
  return [
    { text: legend.measured, color: ink.measured, as: 'line' },
    { text: legend.commitment, color: ink.commitment, as: 'line' },
    { text: legend.bandEdge, color: ink.edge, as: 'dashed' },
    { text: legend.notMeasured, color: ink.blank, as: 'area' },
  ];
}
