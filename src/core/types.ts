/**
 * The words of the domain, and the types they stand for.
 *
 * PoP        a point of presence: where customers' lines end and where paths start and end.
 * path       a **directed** pair of PoPs, written `SOURCE>DESTINATION` (contract 2.1 (2)).
 * slot       the due instant of a round: a multiple of `every` on the UTC wall clock.
 * round      what was measured on one path for one slot: every size × `packets` echo requests.
 * size       one Type-P of RFC 2330: echo requests of one length (64, 128 and 512 bytes in the contract).
 * late       a reply that came after the loss threshold: lost by contract, counted separately (RFC 6703).
 * not sent   a packet the observer itself could not send: no part of the sample (RFC 6673: not attempted).
 * missing    a slot that was due and has no round of status `ok`. Never loss, never zero.
 * coverage   rounds held / rounds due.
 * watch      the continuous availability check of a port.
 * outage     a confirmed unavailable interval of a port.
 * exclusion  an approved excuse for an interval.
 * plan       a contract's rules as data.
 * statement  one service's month, sealed in revisions.
 *
 * Units are in the names: `Ms` milliseconds, `Us` microseconds, `Ns` nanoseconds, `bytes`.
 */

/** An instant: whole milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

/** A PoP's identifier: letters, digits, `-`, `_` and `.`; it starts with a letter or digit. */
export type PopId = string;

/** A directed pair of PoPs, `SOURCE>DESTINATION`. */
export type PathId = `${PopId}>${PopId}`;
