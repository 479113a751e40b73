import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { faultServer } from './support/faults.js';

const base = '/tmf-api/troubleTicket/v5';

// What TMF621 v5.0.1 names of each resource, with what it requires; what it does not name is no part of an answer.
const extensible = {
  '@type': z.string(),
  '@baseType': z.string().optional(),
  '@schemaLocation': z.url().optional(),
};
const text = z.string().optional();
const time = z.iso.datetime({ offset: true }).optional();
const reference = { ...extensible, id: z.string(), href: text, name: text, '@referredType': text };
const status = z.enum([
  ...['acknowledged', 'rejected', 'pending', 'held', 'inProgress', 'cancelled', 'closed', 'resolved'],
] as const);
const entityRef = z.strictObject(reference);
const partyOrRole = z.strictObject({
  ...reference,
  '@type': z.enum(['PartyRef', 'PartyRoleRef']),
  partyId: text,
  partyName: text,
});
const attachment = z.discriminatedUnion('@type', [
  z.strictObject({ ...reference, '@type': z.literal('AttachmentRef'), description: text, url: text }),
  z.strictObject({
    ...extensible,
    '@type': z.literal('Attachment'),
    id: text,
    href: text,
    name: text,
    description: text,
    url: text,
    content: text,
    size: z.strictObject({ amount: z.number().optional(), units: text }).optional(),
    attachmentType: text,
    mimeType: text,
  }),
]);
const ticketShape = z.strictObject({
  ...extensible,
  '@type': z.literal('TroubleTicket'),
  id: z.string(),
  href: z.string(),
  name: text,
  description: text,
  severity: text,
  ticketType: text,
  attachment: z.array(attachment).optional(),
  channel: z.strictObject(reference).optional(),
  creationDate: time,
  requestedResolutionDate: time,
  expectedResolutionDate: time,
  resolutionDate: time,
  externalIdentifier: z
    .array(z.strictObject({ ...extensible, owner: text, externalIdentifierType: text, id: text }))
    .optional(),
  lastUpdate: time,
  note: z.array(z.strictObject({ ...extensible, id: text, author: text, date: time, text })).optional(),
  priority: text,
  relatedEntity: z
    .array(z.strictObject({ ...extensible, role: text, entity: entityRef.optional() }))
    .optional(),
  relatedParty: z
    .array(z.strictObject({ ...extensible, role: text, partyOrPartyRole: partyOrRole.optional() }))
    .optional(),
  status: status.optional(),
  statusChangeDate: time,
  statusChangeReason: text,
  statusChangeHistory: z
    .array(
      z.strictObject({
        ...extensible,
        status: status.optional(),
        statusChangeDate: time,
        statusChangeReason: text,
      }),
    )
    .optional(),
});
const errorShape = z.looseObject({
  ...extensible,
  '@type': z.literal('Error'),
  code: z.string(),
  reason: z.string(),
  message: text,
  status: text,
});
const hubShape = z.strictObject({ ...extensible, id: text, href: text, callback: z.string(), query: text });
const eventShape = z.strictObject({
  ...extensible,
  correlationId: text,
  domain: text,
  title: text,
  description: text,
  priority: text,
  timeOccurred: time,
  eventId: text,
  eventTime: time,
  eventType: text,
  event: z.strictObject({ troubleTicket: ticketShape }),
});

const create = {
  '@type': 'TroubleTicket',
  name: 'slow line',
  description: 'all is slow',
  severity: 'major',
  ticketType: 'Performance Complaint',
  relatedEntity: [
    { '@type': 'RelatedEntity', role: 'affected', entity: { '@type': 'EntityRef', id: 'HKG>SIN' } },
  ],
  externalIdentifier: [{ '@type': 'ExternalIdentifier', id: 'INC-1', owner: 'BSS' }],
  note: [{ '@type': 'Note', text: 'since this morning' }],
  attachment: [
    { '@type': 'Attachment', name: 'mtr.txt', content: Buffer.from('1 2 3').toString('base64') },
    { '@type': 'AttachmentRef', id: 'A1', name: 'a.txt', url: 'https://files.example/a.txt' },
  ],
};

describe('the shapes of TMF621 v5', () => {
  test('are those of tickets in all their states, of lists, listeners, events and errors', async () => {
    const { ask, store } = await faultServer();
    const hub = await ask('bank', 'POST', `${base}/hub`, {
      '@type': 'Hub',
      callback: 'https://bss.bank.example/',
    });
    hubShape.parse(hub.json());
    ticketShape.parse((await ask('bank', 'POST', `${base}/troubleTicket`, create)).json());
    const patch = (person: 'ann' | 'bank', body: object) =>
      ask(person, 'PATCH', `${base}/troubleTicket/F1`, body).then((answer) =>
        ticketShape.parse(answer.json()),
      );
    await patch('ann', { status: 'acknowledged', note: [{ text: 'we look' }] });
    await patch('ann', { status: 'inProgress' });
    await patch('ann', { status: 'resolved', statusChangeReason: 'a card' });
    await patch('bank', { status: 'pending', statusChangeReason: 'again' });
    ticketShape.parse((await ask('bank', 'GET', `${base}/troubleTicket/F1`)).json());
    z.array(ticketShape).parse((await ask('bank', 'GET', `${base}/troubleTicket`)).json());
    const events = (await store.outbox.list({ limit: 50 })).map(({ body }) =>
      eventShape.parse(JSON.parse(body)),
    );
    expect(new Set(events.map(({ eventType }) => eventType))).toEqual(
      new Set([
        'TroubleTicketCreateEvent',
        'TroubleTicketAttributeValueChangeEvent',
        'TroubleTicketStatusChangeEvent',
        'TroubleTicketResolvedEvent',
      ]),
    );
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
    for (const [status, url] of [
      [404, `${base}/troubleTicket/F99`],
      [400, `${base}/troubleTicket?limit=x`],
    ] as const) {
      const answer = await ask('bank', 'GET', url);
      expect([answer.statusCode, errorShape.parse(answer.json()).status]).toEqual([status, String(status)]);
    }
  });

  test('require what the profile requires of a new ticket', async () => {
    const { ask } = await faultServer();
    for (const key of ['description', 'severity', 'ticketType'] as const) {
      const answer = await ask('bank', 'POST', `${base}/troubleTicket`, { ...create, [key]: undefined });
      expect([key, answer.statusCode]).toEqual([key, 400]);
      errorShape.parse(answer.json());
    }
    const other = await ask('bank', 'POST', `${base}/troubleTicket`, { ...create, '@type': 'Order' });
    expect(other.statusCode).toBe(400);
  });

  test('give back the priority and the date that was asked for, and take new ones', async () => {
    const { ask } = await faultServer();
    const asked = { priority: 'High', requestedResolutionDate: '2026-10-13T08:00:00+08:00' };
    const made = await ask('bank', 'POST', `${base}/troubleTicket`, { ...create, ...asked });
    const given = { priority: 'High', requestedResolutionDate: '2026-10-13T00:00:00Z' };
    expect(ticketShape.parse(made.json())).toMatchObject(given);
    const read = (query = '') => ask('bank', 'GET', `${base}/troubleTicket${query}`);
    expect((await read('/F1')).json()).toMatchObject(given);
    expect((await read('?priority=Low')).json()).toEqual([]);
    expect((await read('?priority=High&requestedResolutionDate.lt=2026-10-14')).json()).toMatchObject([
      { id: 'F1' },
    ]);
    const changed = await ask('bank', 'PATCH', `${base}/troubleTicket/F1`, { priority: 'Low' });
    expect(changed.json()).toMatchObject({ ...given, priority: 'Low' });
    const bare = await ask('bank', 'POST', `${base}/troubleTicket`, create);
    expect(Object.keys(bare.json<object>())).not.toEqual(expect.arrayContaining(['priority']));
    const wrong = { ...create, requestedResolutionDate: 'soon' };
    expect((await ask('bank', 'POST', `${base}/troubleTicket`, wrong)).statusCode).toBe(400);
  });

  test('are taken without @type too, and are never deleted or replaced', async () => {
    const { ask } = await faultServer();
    const made = await ask('bank', 'POST', `${base}/troubleTicket`, { ...create, '@type': undefined });
    expect([made.statusCode, made.json()]).toMatchObject([201, { '@type': 'TroubleTicket' }]);
    for (const [method, url, allow] of [
      ['DELETE', `${base}/troubleTicket/F1`, 'GET, HEAD, PATCH'],
      ['DELETE', `${base}/troubleTicket/F99`, 'GET, HEAD, PATCH'],
      ['DELETE', `${base}/troubleTicket`, 'GET, HEAD, POST'],
    ] as const) {
      const answer = await ask('bank', method, url);
      expect([answer.statusCode, answer.headers['allow']]).toEqual([405, allow]);
      errorShape.parse(answer.json());
    }
    expect((await ask('bank', 'GET', `${base}/troubleTicket/F1`)).statusCode).toBe(200);
  });

  test('are answered in part where fields asks for a part, to a change too', async () => {
    const { ask } = await faultServer();
    const made = await ask('bank', 'POST', `${base}/troubleTicket?fields=status`, create);
    expect([made.statusCode, Object.keys(made.json<object>()).sort()]).toEqual([
      201,
      ['@type', 'href', 'id', 'status'],
    ]);
    const changed = await ask('bank', 'PATCH', `${base}/troubleTicket/F1?fields=name`, { name: 'dark' });
    expect(changed.json()).toMatchObject({ id: 'F1', name: 'dark' });
    expect(changed.json()).not.toHaveProperty('status');
  });

  test('have an event of their own for what is resolved, for who asked for it', async () => {
    const { ask, store } = await faultServer();
    const query = 'eventType=TroubleTicketResolvedEvent';
    await ask('bank', 'POST', `${base}/hub`, { callback: 'https://bss.bank.example/', query });
    await ask('bank', 'POST', `${base}/troubleTicket`, create);
    await ask('ann', 'PATCH', `${base}/troubleTicket/F1`, { status: 'acknowledged' });
    await ask('ann', 'PATCH', `${base}/troubleTicket/F1`, {
      status: 'resolved',
      statusChangeReason: 'a card',
    });
    const sent = (await store.outbox.list({ limit: 9 })).map(({ body }) => JSON.parse(body) as object);
    expect(sent).toMatchObject([
      { '@type': 'TroubleTicketResolvedEvent', event: { troubleTicket: { status: 'resolved' } } },
    ]);
  });
});
