import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { addDays, formatInstant, isLocalDate, startOfDay } from '../../core/time/calendar.js';
import { isoInstant } from '../../render/figures.js';
import { pathText } from '../../render/ticket-texts.js';
import { pathHref } from '../customer/paths-shown.js';
import { addPage, type Answer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';
import { shownMs } from './outages.js';

type Day = Answer<'getNetworkDay'>;
type Kind = 'outage' | 'void' | 'maintenance' | 'severe' | 'unobserved' | 'future';

interface Mark {
  readonly kind: Kind;
  /** Of a row that is 1,000 wide. */
  readonly x: number;
  readonly width: number;
  readonly from: string;
  /** Null: it lasts. */
  readonly to: string | null;
  readonly href: string | null;
}

interface Row {
  readonly name: string;
  readonly href: string;
  readonly marks: readonly Mark[];
}

/** What is short has to be seen. */
const leastWidth = 3;
const mostPaths = 40;

/** The rows of a day: its PoPs, and the paths with severe rounds. */
function dayRows(
  day: Day,
  outagesOf: (pop: string) => string,
): { readonly pops: readonly Row[]; readonly paths: readonly Row[] } {
  const [start, end, until] = [Date.parse(day.from), Date.parse(day.to), Date.parse(day.until)];
  const x = (at: number): number => Math.round(((at - start) / (end - start)) * 100_000) / 100;
  const mark = (
    kind: Kind,
    { from, to }: { readonly from: string; readonly to: string },
    href: string | null,
    lasts = false,
  ): Mark => {
    const [left, right] = [x(Date.parse(from)), x(Date.parse(to))];
    const width = Math.max(leastWidth, right - left);
    return { kind, x: Math.min(left, 1000 - width), width, from, to: lasts ? null : to, href };
  };
  const future: Mark[] = until < end ? [mark('future', { from: day.until, to: day.to }, null)] : [];
  const maintained = (windows: Day['pops'][number]['maintenance']): Mark[] =>
    windows.map((one) => mark('maintenance', one, `/exclusions/${one.id}`));
  return {
    pops: day.pops.flatMap(({ pop, outages, maintenance, watched, unobserved }) =>
      watched || outages.length > 0 || maintenance.length > 0
        ? [
            {
              name: pop,
              href: outagesOf(pop),
              marks: [
                ...future,
                ...unobserved.map((one) => mark('unobserved', one, null)),
                ...maintained(maintenance),
                ...outages.map((one) =>
                  mark(
                    one.state === 'void' ? 'void' : 'outage',
                    one,
                    `${outagesOf(pop)}#${one.id}`,
                    one.state === 'ongoing',
                  ),
                ),
              ],
            },
          ]
        : [],
    ),
    paths: day.paths.slice(0, mostPaths).map(({ path, severe, maintenance }) => {
      const href = pathHref(path);
      return {
        name: pathText(path),
        href,
        marks: [...future, ...maintained(maintenance), ...severe.map((one) => mark('severe', one, href))],
      };
    }),
  };
}

/** `/mesh/day`: what happened in a day, a row for each PoP and each path with severe rounds. */
export function dayPage(server: FastifyInstance, portal: PortalOptions): void {
  const { api, now } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/mesh/day',
    access: 'network:read',
    query: z.object({ day: z.string().max(20).optional() }),
    handle: async ({ query, caller, shell }) => {
      const { zone } = shell.f;
      const today = formatInstant(now(), zone).slice(0, 10);
      const chosen =
        query.day !== undefined && isLocalDate(query.day) && query.day <= today ? query.day : today;
      const [from, to] = [startOfDay(chosen, zone), startOfDay(addDays(chosen, 1), zone)];
      const day = await api.getNetworkDay(caller, {
        query: { from: isoInstant(from), to: isoInstant(to) },
      });
      return {
        view: 'mesh-day',
        title: shell.w.noc.day.title,
        scripts: ['htmx.js', 'live.js'],
        page: {
          day: chosen,
          today,
          before: chosen > '1970-01-01' ? addDays(chosen, -1) : null,
          after: chosen < today ? addDays(chosen, 1) : null,
          isToday: chosen === today,
          hours: hoursOf(from, to, shell),
          more: Math.max(0, day.paths.length - mostPaths),
          ...dayRows(day, (pop) => {
            const port = encodeURIComponent(pop);
            // What is older than the last month is listed from that day on.
            const since = from < now() - shownMs ? `&from=${chosen}` : '';
            return `/outages?show=month&port=${port}${since}`;
          }),
        },
      };
    },
  });
}

/** Every third hour as its clock shows it; a day of a change of the clock has one more or less. */
function hoursOf(from: number, to: number, { f }: Shell): { readonly x: number; readonly text: string }[] {
  const hours: { x: number; text: string }[] = [];
  for (let at = from; at < to; at += 3 * 3_600_000)
    hours.push({ x: Math.round(((at - from) / (to - from)) * 1000), text: f.clock(at) });
  return hours;
}
