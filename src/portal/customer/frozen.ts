import { z } from 'zod';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import type { Answer } from '../page.js';

type Report = Answer<'getFaultReport'>;
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
