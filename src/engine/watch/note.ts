import type { PopId } from '../../core/types.js';
import type { EpochMs } from '../../core/types.js';
import type { PortNews } from '../../core/watch/port.js';
import type { ObservedOutage, PortState } from '../../core/watch/records.js';
import type { BlindReason } from '../../core/watch/outage.js';
import type { EngineEvents, Log } from '../ports.js';
import type { Journal } from './journal.js';

export interface NoteOptions {
  readonly observer: () => PopId;
  readonly journal: Journal;
  readonly events: Pick<EngineEvents, 'portState' | 'outageChanged' | 'unobserved'>;
  readonly log: Log;
}

/** Writes down what happened to a port, and says it. */
export interface Note {
  port(port: PopId, news: readonly PortNews[]): void;
  state(port: PopId, state: PortState, at: EpochMs, reason?: BlindReason): void;
}

export function createNote({ observer, journal, events, log }: NoteOptions): Note {
  const state: Note['state'] = (port, now, at, reason) => {
    journal.state({ observer: observer(), port, at, state: now, reason: reason ?? null });
    events.portState(port, now);
  };

  const outage = (row: ObservedOutage): void => {
    journal.outage(row);
    // It has to be on the disk before anything can happen to this process.
    journal.flush();
    events.outageChanged(row);
    const fields = { port: row.port, from: iso(row.start.at), to: row.end && iso(row.end.at) };
    if (row.voided) {
      state(row.port, 'unobserved', row.voided.at, row.voided.reason);
      log.warn({ ...fields, reason: row.voided.reason }, 'an outage is void: it says nothing of the port');
    } else if (row.end) log.info({ ...fields, ms: row.end.at - row.start.at }, 'an outage has ended');
    else if (row.inferred.length === 0) log.warn(fields, 'an outage has begun');
    else log.warn({ ...fields, inferred: row.inferred.length }, 'an outage goes on after unobserved time');
  };

  const one = (port: PopId, news: PortNews): void => {
    switch (news.kind) {
      case 'standing':
        state(port, news.standing, news.at);
        return;
      case 'outage':
        outage({ observer: observer(), port, ...news.outage });
        return;
      case 'blinded':
        // Other reasons are the observer's, and written once for all of its ports.
        if (news.reason === 'isolated') events.portState(port, 'unobserved');
        if (news.reason !== 'not-sent') return;
        journal.blind({ observer: observer(), port, from: news.from, to: null, reason: news.reason });
        state(port, 'unobserved', news.from, news.reason);
        log.warn({ port }, 'echoes to this port can not be sent');
        return;
      case 'sighted': {
        const { from, to, reason } = news.blind;
        if (reason === 'isolated' && news.standing !== 'unknown') events.portState(port, news.standing);
        if (reason !== 'not-sent') return;
        journal.blind({ observer: observer(), port, from, to, reason });
        events.unobserved(port, to - from, reason);
        if (news.standing !== 'unknown') state(port, news.standing, to);
        log.info({ port, ms: to - from }, 'echoes to this port can be sent again');
      }
    }
  };
  return {
    state,
    port: (port, news) => {
      for (const item of news) one(port, item);
    },
  };
}

const iso = (at: EpochMs): string => new Date(at).toISOString();
