import { hostile } from './house.js';
import type { Person } from './people.js';

const iso = (at: number) => new Date(at).toISOString();

export interface Writers {
  readonly bea: Person;
  readonly nora: Person;
  readonly fiona: Person;
  readonly paul: Person;
}

/**
 * Writes markup and scripts into every field in which people write, and gives back the report that most of it is in. What
 * is entered takes a second each, so that it can be entered again.
 */
export async function enterHostile({ bea, nora, fiona, paul }: Writers): Promise<string> {
  const name = `evil ${hostile.replace(/[/\\]/g, '')}.txt`;
  const attached = await bea.api<{ sha256: string; name: string; bytes: number }>(
    ...(['UPLOAD', `fault-reports/attachments?name=${encodeURIComponent(name)}`, hostile] as const),
  );
  const filed = await bea.api<{ id: string }>('POST', 'fault-reports', {
    subject: hostile,
    text: hostile,
    severity: hostile.slice(0, 50),
    kind: hostile.slice(0, 50),
    attachments: [attached],
    externalIds: [{ id: hostile, owner: hostile, type: hostile }],
  });
  const of = `fault-reports/${filed.id}`;
  await nora.api('POST', `${of}/take`, {});
  await nora.api('POST', `${of}/start`, {});
  await nora.api('POST', `${of}/comments`, { text: hostile, internal: true, attachments: [attached] });
  await nora.api('POST', `${of}/comments`, { text: hostile });
  await bea.api('POST', `${of}/comments`, { text: hostile });
  const now = Date.now();
  await nora.api('POST', 'outages', {
    port: 'SIN',
    from: iso(now - 8_000),
    to: iso(now - 7_000),
    reason: hostile,
    evidence: hostile,
  });
  const exclusion = await nora.api<{ id: string }>('POST', 'exclusions', {
    kind: 'third-party',
    scope: ['pop:SIN'],
    reason: hostile,
    proof: hostile,
    source: hostile,
    from: iso(now - 6_000),
    to: iso(now - 5_000),
  });
  await paul.api('POST', `exclusions/${exclusion.id}/approve`, { reason: hostile });
  await nora.api('POST', 'exclusions', {
    kind: 'emergency-maintenance',
    scope: ['path:HKG>SIN'],
    reason: hostile,
    proof: hostile,
    from: iso(now - 4_000),
    to: iso(now - 3_000),
  });
  await fiona.api('POST', 'persons', { customer: 'bank', name: hostile });
  await nora.api('POST', `${of}/hand-over`, { to: hostile.slice(0, 100), text: hostile });
  return filed.id;
}
