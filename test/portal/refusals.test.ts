import type { LightMyRequestResponse } from 'fastify';
import { beforeEach, describe, expect, test } from 'vitest';
import { createBilling } from '../../src/services/credits/billing.js';
import { createTicketBacklog } from '../../src/services/tickets/service.js';
import { createLedgerService } from '../../src/services/ledger/service.js';
import { wordFault } from '../../src/portal/faults-in.js';
import { portalWords } from '../../src/i18n/portal.js';
import { keyFolder } from '../../src/seal/keys.js';
import { dayMs, october } from '../support/ledger.js';
import { tempDir } from '../support/temp-dir.js';
import { twoTenants } from '../support/tenants.js';
import { entrance, type Entrance } from '../http/support/entry.js';
import { signedIn, type Visitor } from '../http/support/portal.js';

const languages = ['en', 'zh-CN', 'zh-TW'] as const;
let server: Entrance;
beforeEach(async () => {
  const tenants = await twoTenants();
  const { store, config, now } = tenants;
  const keys = keyFolder(`${tempDir()}/keys`);
  await keys.make();
  const billing = createBilling({
    store,
    config: () => config,
    now,
    software: 'test',
    signer: () => keys.signer(),
  });
  await billing.statements.close('2026-10');
  const on = { store, config: () => config, now };
  const ticketBacklog = createTicketBacklog({ ...on, ledger: createLedgerService(on) });
  server = entrance(tenants, { billing, faults: { ticketBacklog, now } });
  server.clock.now = october + 40 * dayMs;
});

const chinese = (one: Visitor, url: string, fields: Readonly<Record<string, string>>) =>
  one.post(url, fields, { 'accept-language': 'zh-CN' });
/** What a page says of what is wrong, without what it says to be English. */
const alertOf = ({ body }: LightMyRequestResponse): string =>
  (/<ul class="faults">([\s\S]*?)<\/ul>/.exec(body)?.[1] ?? '')
    .replace(/<span lang="en">[\s\S]*?<\/span>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .trim();

describe('what is wrong with a form is said in the language of the page', () => {
  test('by each form of the NOC, of approvers and of finance', async () => {
    const noc = await signedIn(server, 'noc');
    const approver = await signedIn(server, 'approver');
    const finance = await signedIn(server, 'finance');
    const times = { from: '2026-10-10T02:00', to: '2026-10-10T00:00' };
    const planned = {
      kind: 'planned-maintenance',
      scope: 'pop:SIN',
      reason: 'x',
      notice: '2026-10-01T00:00',
    };
    const at = { from: '2026-10-12T00:00', to: '2026-10-12T02:00' };
    expect((await noc.post('/exclusions', { ...planned, ...at })).statusCode).toBe(303);
    const said = [
      await chinese(noc, '/outages/add', { port: 'XXX', from: 'soon', to: '', reason: '' }),
      await chinese(noc, '/outages/add', { port: 'FRA', ...times, reason: 'x' }),
      await chinese(noc, '/exclusions', { kind: 'none', scope: '', from: '', to: '' }),
      await chinese(noc, '/exclusions', { ...planned, ...at }),
      await chinese(noc, '/exclusions', { ...planned, ...at, notice: '' }),
      await chinese(noc, '/exclusions', { ...planned, ...at, kind: 'force-majeure' }),
      await chinese(approver, '/exclusions/X1/reject', { reason: '' }),
      await chinese(approver, '/exclusions/X1/revoke', { reason: 'x' }),
      await chinese(finance, '/months/2026-10/seal', { service: 'none' }),
      await chinese(finance, '/months/2027-10/close', {}),
      await chinese(finance, '/credits/none/settle', { note: '' }),
    ];
    for (const one of said) {
      const text = alertOf(one);
      expect([one.statusCode, /\p{Script=Han}/u.test(text), text]).toEqual([400, true, text]);
      // Names and ids alone are as they are.
      expect(text, text).not.toMatch(/\b(?:is|are|allowed|missing|the)\b/);
    }
    expect(alertOf(said[0] as LightMyRequestResponse)).toContain('未填写');
    expect(alertOf(said[3] as LightMyRequestResponse)).toContain('与 X1 重叠');
  });

  test('in English the same way', async () => {
    const noc = await signedIn(server, 'noc');
    const answer = await noc.post('/outages/add', { port: 'FRA', from: '', to: '', reason: '' });
    expect(alertOf(answer)).toMatch(/Start is missing/);
  });

  test('and where there are no other words the English stands beside a sentence, and says what it is', () => {
    for (const language of languages) {
      const { text, english } = wordFault(portalWords[language], { parameter: 'reason', detail: 'is odd' });
      expect([text.includes(portalWords[language].refusals.field.reason), english]).toEqual([true, 'is odd']);
    }
    expect(wordFault(portalWords['zh-CN'], { parameter: 'toString', detail: 'x' }).text).toBe(
      'toString：不符合要求：',
    );
  });

  test('while the API says it in English, and no more than before', async () => {
    const token = await server.tokenOf('noc');
    const answer = await server.as(token, {
      method: 'POST',
      url: '/api/v1/outages',
      payload: { port: 'XXX', reason: '' },
      headers: { 'accept-language': 'zh-CN' },
    });
    expect(answer.statusCode).toBe(400);
    const { errors } = answer.json<{ errors: object[] }>();
    for (const one of errors) expect(Object.keys(one)).toEqual(['parameter', 'detail']);
  });
});

test('where an amount comes from is derived in the language of the page', async () => {
  const finance = await signedIn(server, 'finance');
  const url = '/months/2026-10/alpha-service';
  const page = await finance.get(url, { 'accept-language': 'zh-TW' });
  expect(page.body).toContain('<h2>賠付計算過程</h2>');
  expect(page.body).toMatch(/<th scope="row">月租費<\/th>/);
  expect(page.body).toMatch(/<ol class="explain"><li>服務等級方案: /);
  expect(page.body).not.toContain('（英文）');
  expect((await finance.get(url)).body).toContain('<details class="said" open>');
});
