import { Agent, request } from 'node:http';

/**
 * Asks so often a second, evenly, whoever is still waiting: many people who know nothing of each other. Milliseconds
 * from when each was due to the end of its answer, sorted; a failure counts as endless.
 */
export async function paced({ url, headers, rate, seconds }) {
  const agent = new Agent({ keepAlive: true });
  const total = Math.round(rate * seconds);
  const begun = performance.now();
  const waits = await Promise.all(
    Array.from({ length: total }, async (_, n) => {
      const due = begun + (n * 1000) / rate;
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      return answered(url, { headers, agent }).then(
        () => performance.now() - due,
        () => Infinity,
      );
    }),
  );
  agent.destroy();
  return waits.sort((a, b) => a - b);
}

function answered(url, options) {
  return new Promise((resolve, reject) => {
    request(url, options, (answer) => {
      answer.resume();
      answer.once('end', resolve);
      answer.once('error', reject);
    })
      .once('error', reject)
      .end();
  });
}

/** The p-th hundredth of sorted values (RFC 5481: the smallest that so many are not above). */
export const percentile = (sorted, p) => sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? NaN;
