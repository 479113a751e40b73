import { describe, expect, test } from 'vitest';
import { faultServer } from './support/faults.js';

const base = '/tmf-api/troubleTicket/v5';
const ticket = {
  '@type': 'TroubleTicket',
  name: 'slow line',
  description: 'all is slow',
  severity: 'major',
  ticketType: 'Performance Complaint',
  relatedEntity: [
    { '@type': 'RelatedEntity', role: 'affected', entity: { id: 'HKG>SIN', '@referredType': 'Resource' } },
  ],
  externalIdentifier: [
    { '@type': 'ExternalIdentifier', id: 'INC-1', owner: 'BSS', externalIdentifierType: 'ticket' },
  ],
  note: [{ text: 'since this morning', author: 'BSS' }],
  // Other systems send what is not understood here.
  priority: 'High',
  requestedResolutionDate: '2026-10-13T00:00:00Z',
  channel: { id: '1', name: 'Self Service' },
};
type Ticket = Record<string, unknown> & { readonly id: string };

describe('TMF621 Trouble Ticket v5', () => {
  test('creates a ticket that is a fault report with its evidence', async () => {
    const { ask } = await faultServer();
    const created = await ask('bank', 'POST', `${base}/troubleTicket`, ticket);
    expect([created.statusCode, created.headers['location']]).toEqual([201, `${base}/troubleTicket/F1`]);
    expect(created.json()).toMatchObject({
      '@type': 'TroubleTicket',
      id: 'F1',
      href: `${base}/troubleTicket/F1`,
      name: 'slow line',
      description: 'all is slow',
      severity: 'major',
      ticketType: 'Performance Complaint',
      status: 'pending',
      creationDate: '2026-10-12T03:32:00Z',
      expectedResolutionDate: '2026-10-12T07:32:00Z',
      statusChangeHistory: [{ '@type': 'StatusChange', status: 'pending' }],
      externalIdentifier: [{ id: 'INC-1', owner: 'BSS', externalIdentifierType: 'ticket' }],
      note: [{ id: 'F1.2', author: 'bank', text: 'since this morning' }],
      relatedParty: [{ role: 'customer', partyOrPartyRole: { id: 'bank', '@referredType': 'Organization' } }],
      attachment: [{ attachmentType: 'evidence', mimeType: 'application/json' }],
    });
    const related = created.json<{ relatedEntity: { role: string; entity: { id: string } }[] }>()
      .relatedEntity;
    expect(related.map(({ role, entity }) => `${role} ${entity.id}`)).toEqual([
      'affectedPath HKG>SIN',
      'incident I1',
    ]);
    expect((await ask('bank', 'GET', 'fault-reports/F1')).json()).toMatchObject({
      channel: 'system',
      evidence: { window: 'round' },
    });
    expect((await ask('shop', 'GET', `${base}/troubleTicket/F1`)).statusCode).toBe(404);
  });

  test('creates all of a ticket or nothing', async () => {
    const { ask, store } = await faultServer();
    const note = [{ text: 'since this morning' }, { text: ' ' }];
    const refused = await ask('bank', 'POST', `${base}/troubleTicket`, { ...ticket, note });
    expect([refused.statusCode, refused.json()]).toMatchObject([
      400,
      { errors: [{ parameter: 'note.1.text' }] },
    ]);
    const list = await ask('ann', 'GET', `${base}/troubleTicket`);
    expect([list.headers['x-total-count'], list.json()]).toEqual(['0', []]);
    expect(await store.outbox.list({ limit: 9 })).toEqual([]);
  });

  test('adds no note that it has, by its own id or by that of the other system', async () => {
    const { ask } = await faultServer();
    const note = [{ id: 'BSS-1', text: 'one' }];
    await ask('bank', 'POST', `${base}/troubleTicket`, { ...ticket, note });
    const texts = async (...notes: { id?: string; text: string }[]) => {
      const answer = await ask('bank', 'PATCH', `${base}/troubleTicket/F1`, { note: notes });
      return answer.json<{ note: { text: string }[] }>().note.map(({ text }) => text);
    };
    expect(await texts({ id: 'BSS-1', text: 'one' }, { id: 'F1.2', text: 'one' })).toEqual(['one']);
    expect(await texts({ id: 'BSS-2', text: 'two' }, { id: 'BSS-2', text: 'two' })).toEqual(['one', 'two']);
    expect(await texts({ id: 'BSS-2', text: 'two' }, { text: 'three' })).toEqual(['one', 'two', 'three']);
  });

  test('and reports of another tenant are answered as those that there are not', async () => {
    const { ask } = await faultServer();
    await ask('bank', 'POST', `${base}/troubleTicket`, ticket);
    const answer = async (method: 'GET' | 'POST' | 'PATCH', url: string, payload?: object) => {
      const { statusCode, body } = await ask('shop', method, url, payload);
      return [statusCode, body.replaceAll(/F(1|99)\b/g, 'F…')];
    };
    for (const [method, url, payload] of [
      ['GET', `${base}/troubleTicket/F…`],
      ['PATCH', `${base}/troubleTicket/F…`, { note: [{ text: 'x' }] }],
      ['GET', 'fault-reports/F…'],
      ['GET', 'fault-reports/F…/evidence'],
      ['POST', 'fault-reports/F…/comments', { text: 'x' }],
      ['POST', 'fault-reports/F…/close', {}],
    ] as const) {
      const another = await answer(method, url.replace('F…', 'F1'), payload);
      expect([url, another[0]]).toEqual([url, 404]);
      expect(await answer(method, url.replace('F…', 'F99'), payload)).toEqual(another);
    }
  });

  test('lists with counts, fields, pages and filters', async () => {
    const { ask } = await faultServer();
    for (let n = 0; n < 4; n += 1) await ask('bank', 'POST', `${base}/troubleTicket`, ticket);
    await ask('shop', 'POST', `${base}/troubleTicket`, ticket);
    await ask('ann', 'PATCH', `${base}/troubleTicket/F2`, { status: 'acknowledged' });
    const list = async (query: string, person: 'bank' | 'ann' = 'bank') => {
      const { headers, statusCode, ...answer } = await ask(person, 'GET', `${base}/troubleTicket?${query}`);
      const tickets = statusCode === 200 ? answer.json<Ticket[]>() : [];
      return { total: headers['x-total-count'], count: headers['x-result-count'], tickets, statusCode };
    };
    expect(await list('offset=1&limit=2&fields=status')).toEqual({
      total: '4',
      count: '2',
      statusCode: 200,
      tickets: ['F3', 'F2'].map((id) => ({
        '@type': 'TroubleTicket',
        id,
        href: `${base}/troubleTicket/${id}`,
        status: id === 'F2' ? 'acknowledged' : 'pending',
      })),
    });
    const ids = async (query: string, person: 'bank' | 'ann' = 'bank') =>
      (await list(query, person)).tickets.map(({ id }) => id);
    expect(await ids('', 'ann')).toEqual(['F5', 'F4', 'F3', 'F2', 'F1']);
    expect(await ids('status=acknowledged,held')).toEqual(['F2']);
    expect(await ids('status=held')).toEqual([]);
    expect(await ids('relatedParty.partyOrPartyRole.id=shop', 'ann')).toEqual(['F5']);
    expect(await ids('relatedParty.partyOrPartyRole.id=shop')).toEqual([]);
    expect(await ids('creationDate.gte=2026-10-13')).toEqual([]);
    for (const bad of ['status=open', 'limit=0', 'offset=-1', 'sort=size', 'creationDate.gte=x'])
      expect((await list(bad)).statusCode).toBe(400);
  });

  test('changes by a merge patch, all of it or nothing', async () => {
    const { ask } = await faultServer();
    await ask('bank', 'POST', `${base}/troubleTicket`, ticket);
    const patch = (person: 'bank' | 'ann', body: object) =>
      ask(person, 'PATCH', `${base}/troubleTicket/F1`, JSON.stringify(body), {
        'content-type': 'application/merge-patch+json',
      });
    const refused = await patch('ann', { severity: 'minor', status: 'resolved', statusChangeReason: 'x' });
    expect([refused.statusCode, refused.json<{ detail: string }>().detail]).toEqual([
      409,
      "id: is filed: F1 can't resolve now; allowed: take, comment, reject, link, change",
    ]);
    expect((await ask('bank', 'GET', `${base}/troubleTicket/F1`)).json()).toMatchObject({
      severity: 'major',
    });
    expect(
      (await patch('ann', { status: 'acknowledged', note: [{ text: 'we look' }] })).json(),
    ).toMatchObject({
      status: 'acknowledged',
      note: [{ id: 'F1.2' }, { text: 'we look', author: 'ann' }],
    });
    expect((await patch('ann', { status: 'inProgress' })).json()).toMatchObject({ status: 'inProgress' });
    expect((await patch('ann', { status: 'resolved', statusChangeReason: 'a card' })).json()).toMatchObject({
      status: 'resolved',
      statusChangeReason: 'a card',
    });
    const done = (await patch('bank', { status: 'closed', severity: 'minor' })).json<Ticket>();
    expect(done).toMatchObject({
      status: 'closed',
      severity: 'minor',
      resolutionDate: '2026-10-12T03:32:00Z',
    });
    // What is said already is said once: the same document again changes nothing.
    expect((await patch('bank', { status: 'closed', note: done['note'] })).json()).toEqual(done);
    // It is withdrawn as long as nobody has taken it: this one is closed.
    expect((await patch('bank', { status: 'cancelled' })).statusCode).toBe(409);
    for (const bad of [{ status: 'held' }, { status: 'open' }, { description: 'other' }, { id: 'F2' }, []])
      expect([bad, (await patch('bank', bad)).statusCode]).toEqual([bad, 400]);
  });

  test('takes files with their content, and refuses what it would have to fetch', async () => {
    const { ask } = await faultServer();
    const attachment = [{ name: 'mtr.txt', content: Buffer.from('1 2 3').toString('base64') }];
    const created = await ask('bank', 'POST', `${base}/troubleTicket`, { ...ticket, attachment });
    expect(created.json()).toMatchObject({
      attachment: [{ attachmentType: 'evidence' }, { name: 'mtr.txt' }],
    });
    for (const bad of [
      [{ name: 'a.txt', url: 'javascript:alert(1)' }],
      [{ name: 'a.txt', url: 'https://me:secret@files.example/a.txt' }],
      [{ name: 'a.txt' }],
      [{ name: 'a.png', content: Buffer.from('<svg/>').toString('base64') }],
    ])
      expect(
        (await ask('bank', 'POST', `${base}/troubleTicket`, { ...ticket, attachment: bad })).statusCode,
      ).toBe(400);
    for (const key of ['description', 'severity', 'ticketType'])
      expect(
        (await ask('bank', 'POST', `${base}/troubleTicket`, { ...ticket, [key]: undefined })).statusCode,
      ).toBe(400);
  });

  test('notes a file that is given by its address, and fetches nothing', async () => {
    const { ask } = await faultServer();
    const attachment = [{ '@type': 'AttachmentRef', name: 'a.txt', url: 'http://169.254.169.254/a.txt' }];
    const created = await ask('bank', 'POST', `${base}/troubleTicket`, { ...ticket, attachment });
    expect(created.json<Ticket>()['attachment']).toContainEqual({ ...attachment[0], id: 'F1.link-1' });
    expect((await ask('ann', 'GET', 'fault-reports/F1')).json()).toMatchObject({
      attachments: [],
      links: [{ name: 'a.txt', url: 'http://169.254.169.254/a.txt' }],
    });
  });

  test('filters by any attribute, by its path, and compares (TMF630)', async () => {
    const { ask, rig } = await faultServer();
    const file = (more: object) => ask('bank', 'POST', `${base}/troubleTicket`, { ...ticket, ...more });
    await file({ name: 'slow, and late', severity: 'minor' });
    rig.now += 86_400_000;
    await file({ name: 'dark', severity: 'critical', externalIdentifier: [{ id: 'INC-2', owner: 'OSS' }] });
    await ask('ann', 'PATCH', `${base}/troubleTicket/F2`, { status: 'acknowledged' });
    const ids = async (query: string) => {
      const answer = await ask('bank', 'GET', `${base}/troubleTicket?${query}`);
      expect([query, answer.statusCode]).toEqual([query, 200]);
      return answer
        .json<Ticket[]>()
        .map(({ id }) => id)
        .join(' ');
    };
    const cases: [string, string][] = [
      ['severity=minor', 'F1'],
      ['severity.eq=minor,critical', 'F2 F1'],
      ['severity=minor&severity=critical', 'F2 F1'],
      ['severity.ne=minor', 'F2'],
      ['status.ne=pending', 'F2'],
      ['name=slow, and late', 'F1'],
      ['externalIdentifier.id=INC-2', 'F2'],
      ['externalIdentifier.owner=OSS&severity=minor', ''],
      ['relatedParty.partyOrPartyRole.id=bank', 'F2 F1'],
      ['creationDate.gt=2026-10-13', 'F2'],
      ['creationDate.lt=2026-10-13', 'F1'],
      ['creationDate>2026-10-13', 'F2'],
      ['creationDate<=2026-10-12T03:32:00Z', 'F1'],
      ['creationDate>=2026-10-12T11:32:00%2B08:00', 'F2 F1'],
      ['name.regex=^d.*k$', 'F2'],
      ['name.regex=LATE', ''],
      ['sort=creationDate', 'F1 F2'],
      ['sort=severity,-creationDate', 'F2 F1'],
      ['sort=-severity', 'F1 F2'],
    ];
    for (const [query, expected] of cases) expect([query, await ids(query)]).toEqual([query, expected]);
    // An expression that takes others for ever takes linear time here.
    expect(await ids('description.regex=(a*)*b|(all|is|slow)%2B$')).toBe('F2 F1');
    for (const [bad, detail] of [
      ['size=1', 'is no attribute to ask by'],
      ['name.regex=(', 'is no regular expression'],
      // It would be a thousand steps for each character of each ticket.
      [`description.regex=${'.{100}'.repeat(10)}x`, 'of at most 500 steps'],
      [Array.from({ length: 21 }, (_, n) => `note.${n}=x`).join('&'), 'has too many filters'],
      ['creationDate.gt=soon', 'is no time'],
      ['status.ne=open', 'has an unknown status'],
      ['name=', 'is not in range'],
    ] as const) {
      const answer = await ask('bank', 'GET', `${base}/troubleTicket?${bad}`);
      expect([answer.statusCode, answer.json()]).toMatchObject([
        400,
        { '@type': 'Error', code: '400', reason: 'Bad Request' },
      ]);
      expect(answer.json<{ message: string }>().message).toContain(detail);
    }
  });

  test('finds a ticket by its owner as by its customer, and pages of it in the same order', async () => {
    const { ask } = await faultServer();
    for (let n = 0; n < 3; n += 1) await ask('bank', 'POST', `${base}/troubleTicket`, ticket);
    await ask('ann', 'PATCH', `${base}/troubleTicket/F2`, { status: 'acknowledged' });
    const found = async (query: string) => {
      const { headers, ...answer } = await ask('ann', 'GET', `${base}/troubleTicket?${query}`);
      return [
        headers['x-total-count'],
        answer
          .json<Ticket[]>()
          .map(({ id }) => id)
          .join(' '),
      ];
    };
    const party = 'relatedParty.partyOrPartyRole.id';
    expect(await found(`${party}=ann`)).toEqual(['1', 'F2']);
    expect(await found(`${party}=bank&offset=1&limit=1`)).toEqual(['3', 'F2']);
    expect(await found('severity=major&offset=1&limit=1')).toEqual(['3', 'F2']);
    expect(await found('status=pending&status.eq=acknowledged')).toEqual(['0', '']);
  });

  test('links the pages of a list', async () => {
    const { ask } = await faultServer();
    for (let n = 0; n < 5; n += 1) await ask('bank', 'POST', `${base}/troubleTicket`, ticket);
    const page = async (query: string) => {
      const { headers } = await ask('bank', 'GET', `${base}/troubleTicket?${query}`);
      return String(headers['link'])
        .split(', ')
        .map((link) => link.replace(`<${base}/troubleTicket?`, '').replace(/>; rel="(.*)"/, ' $1'));
    };
    expect(await page('offset=2&limit=2&severity=major')).toEqual([
      'offset=2&limit=2&severity=major self',
      'offset=0&limit=2&severity=major first',
      'offset=0&limit=2&severity=major prev',
      'offset=4&limit=2&severity=major next',
      'offset=4&limit=2&severity=major last',
    ]);
    expect(await page('severity=minor')).toEqual([
      'severity=minor&offset=0&limit=50 self',
      'severity=minor&offset=0&limit=50 first',
      'severity=minor&offset=0&limit=50 last',
    ]);
  });

  test('changes by a JSON Patch, all of it or nothing', async () => {
    const { ask } = await faultServer();
    await ask('bank', 'POST', `${base}/troubleTicket`, ticket);
    const patch = (...operations: object[]) =>
      ask('ann', 'PATCH', `${base}/troubleTicket/F1`, JSON.stringify(operations), {
        'content-type': 'application/json-patch+json',
      });
    const done = await patch(
      { op: 'test', path: '/status', value: 'pending' },
      { op: 'replace', path: '/status', value: 'acknowledged' },
      { op: 'replace', path: '/severity', value: 'critical' },
      { op: 'add', path: '/note/-', value: { text: 'we look' } },
    );
    expect([done.statusCode, done.json()]).toMatchObject([
      200,
      { status: 'acknowledged', severity: 'critical', note: [{ id: 'F1.2' }, { text: 'we look' }] },
    ]);
    const doubling = Array.from({ length: 60 }, () => ({ op: 'copy', from: '/note', path: '/note/-' }));
    for (const [status, ...operations] of [
      [409, { op: 'test', path: '/severity', value: 'minor' }, { op: 'replace', path: '/name', value: 'x' }],
      [400, { op: 'replace', path: '/name', value: 'x' }, { op: 'replace', path: '/id', value: 'F2' }],
      [400, { op: 'replace', path: '/nothing', value: 'x' }],
      [400, { op: 'remove', path: '/note/0' }],
      [400, { op: 'remove', path: '/name' }],
      [400, { op: 'replace', path: '/note/0/text', value: 'something else' }],
      [400, { op: 'replace', path: '/status', value: 'open' }],
      [400, { op: 'add', path: '/__proto__/polluted', value: true }],
      [400, { op: 'replace', path: 'status', value: 'acknowledged' }],
      [400, { op: 'add', path: '/name/x', value: 'x' }],
      [400, { op: 'add', path: '', value: null }],
      [400, { op: 'sing' }],
      [400, ...doubling],
    ] as const) {
      const refused = await patch(...operations);
      expect([operations[0], refused.statusCode]).toEqual([operations[0], status]);
    }
    expect((await ask('bank', 'GET', `${base}/troubleTicket/F1`)).json()).toMatchObject({
      name: 'slow line',
      severity: 'critical',
    });
  });

  test('takes a note by a JSON Patch, however many the ticket has', async () => {
    const { ask } = await faultServer();
    await ask('bank', 'POST', `${base}/troubleTicket`, ticket);
    const note = Array.from({ length: 200 }, (_, n) => ({ id: `N${n}`, text: String(n) }));
    await ask('ann', 'PATCH', `${base}/troubleTicket/F1`, { note });
    const add = JSON.stringify([{ op: 'add', path: '/note/-', value: { text: 'the last' } }]);
    const { statusCode, ...answer } = await ask('ann', 'PATCH', `${base}/troubleTicket/F1`, add, {
      'content-type': 'application/json-patch+json',
    });
    expect([statusCode, answer.json<{ note: { text: string }[] }>().note.at(-1)?.text]).toEqual([
      200,
      'the last',
    ]);
  });

  test('knows all events of the API by their names', async () => {
    const { ask } = await faultServer();
    const query = 'eventType=TroubleTicketDeleteEvent,TroubleTicketInformationRequiredEvent';
    const made = await ask('bank', 'POST', `${base}/hub`, { callback: 'https://bss.bank.example/', query });
    expect(made.statusCode).toBe(201);
  });

  test('registers listeners, who get what they asked for, and takes them back', async () => {
    const { ask, store } = await faultServer();
    const hub = (query: string | null, callback = 'https://bss.bank.example/tmf') =>
      ask('bank', 'POST', `${base}/hub`, { callback, query });
    const made = await hub('eventType=TroubleTicketStatusChangeEvent');
    expect([made.statusCode, made.json()]).toMatchObject([
      201,
      {
        '@type': 'Hub',
        callback: 'https://bss.bank.example/tmf',
        query: 'eventType=TroubleTicketStatusChangeEvent',
      },
    ]);
    const { id } = made.json<{ id: string }>();
    await ask('bank', 'POST', `${base}/troubleTicket`, ticket);
    await ask('ann', 'PATCH', `${base}/troubleTicket/F1`, { status: 'acknowledged' });
    const sent = await store.outbox.list({ limit: 9 });
    expect(sent.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
      {
        '@type': 'TroubleTicketStatusChangeEvent',
        eventType: 'TroubleTicketStatusChangeEvent',
        event: { troubleTicket: { id: 'F1', status: 'acknowledged' } },
      },
    ]);
    expect((await hub('status=x')).statusCode).toBe(400);
    expect((await hub(null, 'https://10.0.0.1/')).statusCode).toBe(400);
    expect((await hub(null, 'http://bss.bank.example/')).statusCode).toBe(400);
    expect((await ask('shop', 'GET', `${base}/hub/${id}`)).statusCode).toBe(404);
    expect((await ask('shop', 'DELETE', `${base}/hub/${id}`)).statusCode).toBe(404);
    expect((await ask('bank', 'GET', `${base}/hub/${id}`)).json()).toMatchObject({ id });
    expect((await ask('bank', 'DELETE', `${base}/hub/${id}`)).statusCode).toBe(204);
    expect((await ask('bank', 'GET', `${base}/hub/${id}`)).statusCode).toBe(404);
  });
});
