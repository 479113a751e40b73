import type { PopId } from '../core/types.js';

/** Streams, buckets and subjects: what agents, hubs and the servers' permissions have to agree on. */
export const rowsStream = 'POPSLA_ROWS';
export const deadStream = 'POPSLA_DEAD';
/** The mesh as the hub's file says it, one key a revision of which is in force. */
export const configBucket = 'popsla-config';
/** What each agent says of itself, a key an agent. */
export const agentsBucket = 'popsla-agents';

export const rowsSubjects = 'popsla.v1.rows.>';
export const deadSubjects = 'popsla.v1.dead.>';

/** Answered by the hubs with their wall clock. */
export const timeSubject = 'popsla.v1.time';

/** A PoP's id as one token of a subject and as a key of a bucket: an id may have dots, and never has a "=". */
export const popToken = (pop: PopId): string => pop.replaceAll('.', '=');
export const popOfToken = (token: string): PopId => token.replaceAll('=', '.');

/** Where an agent's rows of a family go. */
export const rowsSubject = (pop: PopId, family: string): string =>
  `popsla.v1.rows.${popToken(pop)}.${family}`;
