import { ruleSetOf } from '../../core/statement/document.js';
import type { Evidence } from './contents.js';

/** What a pack says of itself, for whoever opens it. */
export function readmeOf({ statement }: Evidence): string {
  const { id, revision, state, software, asOf } = statement;
  return `Evidence of ${id}, revision ${revision} (${state}), drawn up by pop-sla ${software} from what was known at ${asOf},
and judged by rule set ${ruleSetOf(statement)} of its calculation.

  pop-sla verify FILE.zip [--key PUBLIC-KEY-FILE]

checks this pack on any machine, without a database and a configuration: that no byte of it was changed, the signature,
the chains of the ledger and of the revisions; and it judges the month once more from the rows and compares every figure
with the statement's.

Instants in rows are milliseconds since 1970-01-01T00:00:00Z; intervals begin at "from" and end before "to"; RTTs are
microseconds. *.jsonl files have one JSON object a line.

statement.json    the statement. Its SHA-256 is the hash that is sealed.
revisions.jsonl   every sealed revision up to it: document, hash, key, signature, when and by whom. None for a draft.
earlier.jsonl     sealed statements of the customer's earlier months, where a plan caps credits over a rolling year.
keys.jsonl        the public keys that signed revisions.
terms.json        what was agreed: the customer's services, sites and lines, who sells to it, the plans, latencies that
                  are promised, how is measured and watched. {"$bigint": "…"} is a large number, {"$map": […]} a list of
                  keys and values, {"n", "d"} a fraction, "minor" an amount in the smallest unit of its currency.
rounds.jsonl      every slot of the service's paths (and of those of the customer's other services where a plan pays
                  for their quality): a round with its counts by size, or "missing" with the reason. Only status "ok" is held. lost = sent - received; what was not sent is no part of either.
packets.jsonl     every packet of the rounds of this service's paths, as far as they are still kept, in the order of
                  sending: a number is the RTT of one that was answered in time; null is lost; {"late": RTT}, {"error"},
                  {"notSent"} say what became of the others.
outages.jsonl     what each observer saw of each port: start and end, each with the instants between which the truth lies.
states.jsonl      changes of a port's state, by observer.
spans.jsonl       when each observer was watching.
blind.jsonl       when it ran and could say nothing, of one port or (null) of all.
traces.jsonl      the paths to the ports, hop by hop, as they were when an outage opened or a round turned severe, and in
                  quiet before. They explain, and decide nothing.
watchers.jsonl    who watched which port.
ledger.jsonl      what people entered: exclusions, approvals, corrections; a chain in which each entry has the hash of the
                  one before. Entries that have nothing to do with this customer are given by their hashes only.
attachments/      files that prove entries, named by their SHA-256.
manifest.json     name, length and SHA-256 of every file, as it is and as it lies in the archive.
signature.json    Ed25519 over {"format":"pop-sla-pack-signature/1","manifest":SHA-256 of manifest.json}, with the public
                  key. That the key is the operator's can't be told from the pack: compare its id with a published one.
`;
}
