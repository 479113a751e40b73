/** The words of credit notes and of files for finance's system. Every language has the same keys. */
export const noteEnglish = {
  reason: {
    credit: (month: string, percent: string) => `SLA credit ${month}: availability ${percent}%`,
    adjustment: (month: string, revision: string) => `SLA credit ${month}, revision ${revision}`,
    reversal: (of: string) => `Reversal of ${of}`,
  },
};
