import type { Fault } from '../problem.js';
import { ends } from './check-days.js';
import { overlap, type Draft } from './draft.js';

/** Nobody buys from themselves, nor from two at once, and no chain of sellers comes back to where it began. */
export function checkResale(draft: Draft): Fault[] {
  const links = draft.resale ?? [];
  return links.flatMap((link, index): Fault[] => {
    if (link === undefined) return [];
    const at = ['resale', index];
    const faults = ends([...at, 'to'], link.from, link.to, '"from"');
    const { seller, buyer } = link;
    if (seller === undefined || buyer === undefined) return faults;
    if (seller === buyer) {
      return [...faults, { at: [...at, 'buyer'], what: 'is the seller itself', allowed: 'another customer' }];
    }
    const second = links.findIndex(
      (other, place) => place < index && other?.buyer === buyer && overlap(other, link),
    );
    if (second >= 0) {
      const what = `has a seller at the same time, in resale[${second}]`;
      faults.push({ at: [...at, 'buyer'], what, allowed: 'one seller at a time' });
    }
    if (comesBack(links.slice(0, index + 1), index)) {
      faults.push({ at, what: 'makes a loop of sellers', allowed: 'distributor → reseller → end customer' });
    }
    return faults;
  });
}

/** Whether the seller of the last link buys, over links of the same days, from its buyer. */
function comesBack(links: readonly NonNullable<Draft['resale']>[number][], last: number): boolean {
  const link = links[last];
  const visited = new Set<string>();
  const climb = (buyer: string | undefined): boolean => {
    if (buyer === undefined || visited.has(buyer)) return false;
    if (buyer === link?.buyer) return true;
    visited.add(buyer);
    return links.some(
      (each) =>
        each !== undefined &&
        each !== link &&
        each.buyer === buyer &&
        link !== undefined &&
        overlap(each, link) &&
        climb(each.seller),
    );
  };
  return climb(link?.seller);
}
