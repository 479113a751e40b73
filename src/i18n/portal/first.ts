const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The first page of each role: how everything stands, in a sentence, and the way to the reason of a figure. */
export const firstEnglish = {
  first: {
    why: 'Why',
    whyOf: (what: string) => `Why: ${what}`,
    verdict: {
      sentence: (parts: readonly string[]) => `${capitalized(parts.join('; '))}.`,
      paths: (within: number, all: number) => `${within} of ${all} paths within commitment`,
      unmeasured: (paths: number) => (paths === 1 ? '1 path not measured' : `${paths} paths not measured`),
      window: { round: 'latest round', 'last-24h': 'last 24 h' },
      worse: (path: string, band: string, window: string) => `${path} ${band} (${window})`,
      worseSince: (path: string, band: string, since: string) => `${path} ${band} since ${since}`,
      more: (more: number) => `${more} more worse than normal`,
      down: (port: string, since: string) => `port ${port} down since ${since}`,
      missed: (services: string, count: number) =>
        count === 1
          ? `availability commitment not met for ${services}`
          : `availability commitment not met for ${count} services (${services})`,
      notShown: (services: string, count: number) =>
        count === 1
          ? `too little observed to show the availability of ${services}`
          : `too little observed to show the availability of ${count} services (${services})`,
      noCredit: 'no credit so far this month',
      credit: (amounts: readonly string[]) => `credit so far this month: ${amounts.join(' + ')}`,
    },
    reason: {
      share: (percent: string, base: string) => `${percent} of ${base}`,
      availability: (amount: string, share: string, availability: string, committed: string, down: string) =>
        `Credit ${amount} (${share}): availability was ${availability}, below the committed ${committed}, with ${down} unavailable.`,
      causes: (amount: string, share: string) => `Credit ${amount} (${share}): the causes are listed below.`,
      met: (availability: string, committed: string) =>
        `No credit: availability ${availability} meets the committed ${committed}.`,
      noStep: (availability: string, committed: string) =>
        `No credit: availability ${availability} is below the committed ${committed}, and no credit step applies.`,
      notShown: (availability: string, committed: string) =>
        `No credit: no outage that was observed brings availability (${availability}) below the committed ${committed}. Too much of the period was unobserved to show that it was met.`,
    },
    used: (used: string, left: string) => `${used} used, ${left} left`,
    untilStep: (credit: string, below: string) => `then ${credit} credit (below ${below})`,
    ofCommitted: (ms: string) => `of ${ms} ms committed`,
    upTo: (percent: string) => `normal up to ${percent}`,
    latestRound: (band: string) => `latest round: ${band}`,
    /** Of a month that goes on: met unless more outages follow. */
    onCourse: 'On course',
    creditOf: (month: string) => `${month}:`,
    notClosed: 'no statement yet',
    outages: 'Outages this month',
    noOutages: 'No outages this month',
  },
};
