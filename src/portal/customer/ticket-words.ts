import { z } from 'zod';
import { readSubject, readText } from '../../render/ticket-words.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import type { Answer } from '../page.js';
import type { Shell } from '../shell.js';
import { bandNameOf } from './paths-shown.js';

type Report = Answer<'getFaultReport'>;
type Speech = Pick<Shell, 'w' | 'r'>;

const bandText = ({ w, r }: Speech, id: string | null): string =>
  id === null ? w.bands.notMeasured : bandNameOf(r, id);

/** The subject of a report; where nobody wrote it, in the language of whoever reads it. */
export function subjectOf(report: Report, speech: Speech): string {
  const made = readSubject(report);
  if (made === null) return report.subject;
  return `${made.of.replace('>', ' → ')}: ${bandText(speech, made.band)}`;
}

/** The same of its text. */
export function textOf(report: Report, speech: Speech): string {
  const made = readText(report);
  const window = report.evidence?.window;
  if (made === null || window === undefined) return report.text;
  const { faults } = speech.w;
  return faults.filedFrom(faults.evidenceOf[window], bandText(speech, made.band));
}

const figure = z.object({ band: z.string().nullable(), held: z.number(), due: z.number() });
/** What of frozen evidence a page shows; more stands in its file. */
const frozenBand = z.object({
  path: z.string(),
  window: z.string(),
  latency: figure.extend({
    us: z.number().nullable(),
    commitmentUs: z.number().nullable(),
    excessPercent: z.string().nullable(),
  }),
  loss: figure.extend({ ppm: z.number().nullable() }),
});
type FrozenBand = z.output<typeof frozenBand>;

/** The figures that were frozen when a report was filed, of the window that it was filed from, by path. */
export async function frozenOf(api: Api, caller: Caller, report: Report): Promise<readonly FrozenBand[]> {
  if (report.evidence === null) return [];
  const { window } = report.evidence;
  const content = await api.getFaultEvidence(caller, { params: { id: report.id } });
  const read = z.object({ bands: z.array(frozenBand) }).safeParse(content);
  return read.success ? read.data.bands.filter((band) => band.window === window) : [];
}
