import type { Config } from '../config/config.js';
import type { Assembler } from '../core/statement/assemble.js';
import { statementId, type SealedStatement, type StatementDocument } from '../core/statement/document.js';
import type { EpochMs } from '../core/types.js';
import { collectEvidence } from '../engine/evidence/collect.js';
import { membersOf } from '../engine/evidence/members.js';
import { recomputedDifferences } from '../engine/evidence/verify.js';
import { drawMonth } from '../engine/statement/draw.js';
import { keyFolder } from '../seal/key-folder.js';
import { makePack, type PackKey } from '../seal/pack/pack.js';
import { writeWhole } from '../seal/whole-file.js';
import type { Store } from '../store/store.js';
import { readStore } from './read-store.js';

export interface EvidenceOptions {
  readonly config: Config;
  readonly service: string;
  /** `2026-10`. */
  readonly month: string;
  /** Absolute. */
  readonly file: string;
  readonly now: EpochMs;
  readonly software: string;
}

export interface EvidenceMade {
  readonly bytes: number;
  readonly revision: number;
  readonly state: 'draft' | 'sealed';
  /** Null: there is no key, and it is not signed. */
  readonly signedBy: string | null;
  readonly rounds: number;
  readonly packets: number;
}

/** There is no such statement, or its rows give another one by now; the message says what to do. */
export class EvidenceRefused extends Error {
  override readonly name = 'EvidenceRefused';
}

/** Writes the pack of one service's month, whole or not at all. Rejects with `EvidenceRefused`, `StoreFault` or `KeyFault`. */
export async function makeEvidence(options: EvidenceOptions): Promise<EvidenceMade> {
  const { config, service, month, file, now, software } = options;
  const key = await packKey(config);
  const store = await readStore(config);
  try {
    const revisions = await revisionsOf(store, statementId(month, service));
    const statement =
      revisions.at(-1)?.document ??
      draftOf(await drawMonth({ store, config, now, software }, month), service, month);
    const keys = (await keyFolder(config.keys.folder).list()).map(({ id, pem }) => ({ id, pem }));
    const evidence = await collectEvidence({ store, config, statement, revisions, keys });
    // A pack that does not say what the statement says is of no use to anybody.
    const [different] = await recomputedDifferences(evidence, software);
    if (different) {
      throw new EvidenceRefused(
        `${statement.id}, revision ${statement.revision}, is not what its rows give by now: ${different.field} is ` +
          `${different.stated} in it, and ${different.recomputed} from them; make another revision: pop-sla statements revise`,
      );
    }
    const pack = makePack(membersOf(evidence), key);
    await writeWhole(file, pack);
    return {
      ...{ bytes: pack.length, revision: statement.revision, state: statement.state },
      signedBy: key?.signer.id ?? null,
      ...{ rounds: evidence.rounds.length, packets: evidence.packets.length },
    };
  } finally {
    await store.close();
  }
}

/** The sealed ones, the first first. */
async function revisionsOf(
  { statements }: Pick<Store, 'statements'>,
  id: string,
): Promise<SealedStatement[]> {
  const last = await statements.sealed(id);
  const revisions: SealedStatement[] = [];
  for (let revision = 1; revision <= (last?.document.revision ?? 0); revision += 1) {
    const sealed = await statements.sealed(id, revision);
    if (sealed) revisions.push(sealed);
  }
  return revisions;
}

function draftOf(drawn: Assembler, service: string, month: string): StatementDocument {
  if (!drawn.services.includes(service)) throw unknownService(service, month, drawn.services);
  return drawn.draft(service);
}

function unknownService(service: string, month: string, services: readonly string[]): EvidenceRefused {
  const known = services.slice(0, 12).join(', ') || 'nothing: no service has a day in it';
  const more = services.length > 12 ? `, … (${services.length} in all)` : '';
  return new EvidenceRefused(`no service '${service}' has a day in ${month}; allowed: ${known}${more}`);
}

/** Null: no key was ever made. */
async function packKey({ keys }: Config): Promise<PackKey | null> {
  const folder = keyFolder(keys.folder);
  const current = (await folder.list()).find((key) => key.current);
  return current ? { signer: await folder.signer(), publicPem: current.pem } : null;
}
