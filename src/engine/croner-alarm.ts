import { Cron } from 'croner';
import type { Alarm } from './ports.js';

/** Rings by croner, which looks at the wall clock again at least every 30 s, so that a stepped clock is followed. */
export const cronerAlarm: Alarm = {
  at: (instant, ring) => {
    let rang = false;
    const once = (): void => {
      if (rang) return;
      rang = true;
      ring();
    };
    const job = new Cron(new Date(instant), once);
    // An instant that has passed already is one that croner would never ring.
    const late = job.nextRun() === null ? setImmediate(once) : null;
    return {
      cancel: () => {
        rang = true;
        job.stop();
        if (late) clearImmediate(late);
      },
    };
  },
};
