import { describe, expect, test } from 'vitest';
import { faultServer } from './support/faults.js';

const base = '/tmf-api/troubleTicket/v5';
const ticket = {
  '@type': 'TroubleTicket',
  name: 'slow line',
  description: 'all is slow',
  severity: 'major',
  ticketType: 'Performance Complaint',
  note: [{ text: 'since this morning' }],
};

describe('a trouble ticket', () => {
  test('adds a note once that two changes bring at the same time', async () => {
    const { ask } = await faultServer();
    await ask('bank', 'POST', `${base}/troubleTicket`, ticket);
    const note = [{ id: 'BSS-9', text: 'from both' }];
    const answers = await Promise.all(
      ['bank', 'ann', 'bank'].map((person) =>
        ask(person as 'bank' | 'ann', 'PATCH', `${base}/troubleTicket/F1`, { note }),
      ),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    const { note: notes } = (await ask('bank', 'GET', `${base}/troubleTicket/F1`)).json<{ note: object[] }>();
    expect(notes).toHaveLength(2);
  });

  test('looks for a report of another tenant by as many queries as for one that there is not', async () => {
    const { ask, store } = await faultServer();
    await ask('bank', 'POST', `${base}/troubleTicket`, ticket);
    const counted = async (method: 'GET' | 'PATCH' | 'POST', url: string, payload?: object) => {
      let queries = 0;
      const spies = Object.values(store).flatMap((part: unknown) =>
        typeof part === 'object' && part !== null
          ? Object.entries(part).flatMap(([name, work]) => {
              if (typeof work !== 'function') return [];
              const owner = part as Record<string, unknown>;
              owner[name] = (...given: unknown[]): unknown => {
                queries += 1;
                return Reflect.apply(work as (...all: unknown[]) => unknown, part, given);
              };
              return [() => void (owner[name] = work)];
            })
          : [],
      );
      await ask('shop', method, url, payload);
      for (const restore of spies) restore();
      return queries;
    };
    for (const [method, url, payload] of [
      ['GET', `${base}/troubleTicket/F…`],
      ['PATCH', `${base}/troubleTicket/F…`, { note: [{ text: 'x' }] }],
      ['GET', 'fault-reports/F…'],
      ['GET', 'fault-reports/F…/evidence'],
      ['POST', 'fault-reports/F…/comments', { text: 'x' }],
    ] as const) {
      const another = await counted(method, url.replace('F…', 'F1'), payload);
      expect(another).toBeGreaterThan(0);
      expect([url, await counted(method, url.replace('F…', 'F99'), payload)]).toEqual([url, another]);
    }
  });
});
