import type { Part, PartCause, PathPart } from '../../../core/statement/document.js';
import { nothing, scaled } from '../../../i18n/locale.js';
import { wordFor } from '../../../i18n/report.js';
import {
  type Block,
  heading,
  left,
  type LegendEntry,
  paragraph,
  type Picture,
  right,
  table,
  type TableRow,
  type Tone,
} from '../blocks.js';
import { daysChart } from '../chart/days.js';
import { ink, stepLabel } from '../chart/drawing.js';
import { capBasis, reasonTexts } from '../derivation.js';
import type { Scene } from './month-bar.js';

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

/** What of a statement its amounts are derived from. */
type Derived = Pick<Scene, 'document' | 'locale'>;

/** From the rent to what is paid, step by step. */
export function creditBlocks(scene: Derived): Block[] {
  const { document, locale } = scene;
  const { words } = locale;
  const claims = [...new Set(document.parts.flatMap(({ claim }) => claim?.lastDay ?? []))];
  return [
    heading(words.creditDerivation),
    ...document.parts.flatMap((part) => [
      ...(document.parts.length > 1 ? [heading(words.partOf(locale.span(part.period)), 3)] : []),
      table([left(words.step), left(words.basis), right(words.amount)], rowsOf(part, scene)),
    ]),
    ...claims.map((day) => paragraph(words.claimNotice(locale.day(day)))),
  ];
}

function rowsOf(part: Part, { document, locale }: Derived): TableRow[] {
  const { words, percent } = locale;
  const money = (amount: string): string => locale.amount(amount, document.currency);
  const { credit, tax, siteMonth } = part;
  const whole = part.rent === part.monthlyRent;
  return [
    { cells: [words.monthlyRent, '', money(part.monthlyRent)] },
    { cells: [words.rentOfPeriod, whole ? words.wholeMonth : words.proRata, money(part.rent)] },
    ...(part.base === part.rent ? [] : [{ cells: [words.creditBase, '', money(part.base)] }]),
    ...part.causes.map((cause) => ({
      cells: [
        words.cause(wordFor(words.causeName, cause.cause)),
        basisOf(cause, part, locale),
        money(cause.amount),
      ],
    })),
    ...(part.causes.length > 1 || credit.capped
      ? [{ cells: [words.uncapped, percent(credit.percent), money(credit.uncapped)] }]
      : []),
    ...part.caps.map((cap) => ({
      cells: [
        words.cap(words.per[cap.per], words.over[cap.over]),
        capBasis(cap, document, locale),
        money(cap.cap),
      ],
    })),
    ...(credit.afterCaps === credit.uncapped
      ? []
      : [{ cells: [words.afterCaps, '', money(credit.afterCaps)] }]),
    ...(credit.amount === credit.afterCaps ? [] : [{ cells: [words.minimum, '', money(credit.amount)] }]),
    { cells: [words.creditGross, '', money(credit.amount)], strong: true },
    ...(tax.tax === null || tax.net === null || tax.ratePercent === null
      ? [{ cells: [words.taxWithin, words.taxUnknown, '–'] }]
      : [
          { cells: [words.taxWithin, percent(tax.ratePercent), money(tax.tax)] },
          { cells: [words.net, '', money(tax.net)] },
        ]),
    {
      cells: [
        words.siteMonth,
        words.siteMonthBasis(money(siteMonth.rent), siteMonth.cap === null ? '–' : money(siteMonth.cap)),
        money(siteMonth.credit),
      ],
    },
  ];
}

function basisOf(cause: PartCause, part: Part, locale: Scene['locale']): string {
  const { words, percent } = locale;
  if (cause.reasons.length === 0) return words.noCause;
  const sum = cause.reasons.length > 1 ? ` = ${percent(cause.percent)}` : '';
  return `${reasonTexts(cause, part, locale).join('; ')}${sum}${cause.counted ? '' : ` (${words.notCounted})`}`;
}
