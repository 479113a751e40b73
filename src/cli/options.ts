import { InvalidArgumentError, Option } from 'commander';

/** What every command that needs the configuration takes. */
export interface ConfigOptions {
  readonly config?: string;
}

export const configOption = (): Option =>
  new Option(
    '-c, --config <file>',
    'the configuration (default: $POP_SLA_CONFIG, else ./config/pop-sla.yaml, else the one that came with pop-sla)',
  );

export const jsonOption = (): Option => new Option('--json', 'print JSON');

/** A whole number from 1 on. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('allowed: a whole number from 1 on');
  return Number(text);
}
