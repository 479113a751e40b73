/** Even steps from one round number to another that hold everything from `least` to `largest`. */
export function stepsOver(least: number, largest: number): readonly number[] {
  const reach = largest - least;
  if (!(reach > 0)) return [least, least + 1];
  const magnitude = 10 ** Math.floor(Math.log10(reach));
  const step =
    [0.2, 0.25, 0.5, 1, 2, 2.5].map((each) => each * magnitude).find((each) => reach / each <= 5) ??
    5 * magnitude;
  const first = Math.floor(least / step + 1e-9);
  const last = Math.ceil(largest / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** Without what binary fractions leave behind. */
export const stepLabel = (value: number): string => String(Number(value.toPrecision(6)));
