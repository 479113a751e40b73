import { Command } from 'commander';
import { readConfig } from '../config-file.js';
import type { Context } from '../context.js';
import { configOption, jsonOption, type ConfigOptions } from '../options.js';
import { printJson } from '../ledger/with-ledger.js';

type Options = ConfigOptions & { readonly json?: true };

export function keysCommand(context: Context): Command {
  const command = new Command('keys')
    .summary('make, show or rotate the key that signs statements')
    .description(
      'The Ed25519 key of this installation. It lies in the folder that `keys.folder` names, readable by its owner ' +
        'only. Public keys of before are kept: what they signed stays verifiable.',
    );
  const open = async (options: Options) => {
    const { openKeys } = await context.app();
    return openKeys(await readConfig(options, context));
  };
  const made = (id: string, options: Options): void => {
    if (options.json) printJson({ id }, context);
    else context.stdout.write(`${id} signs from now on\n`);
  };
  command
    .command('make')
    .description('make the first key')
    .addOption(jsonOption())
    .addOption(configOption())
    .action(async (options: Options) => {
      made(await (await open(options)).make(), options);
    });
  command
    .command('show')
    .description('print the public keys, and which of them signs')
    .addOption(jsonOption())
    .addOption(configOption())
    .action(async (options: Options) => {
      const keys = await (await open(options)).list();
      if (options.json) printJson({ keys }, context);
      else if (keys.length === 0) context.stdout.write('No keys: pop-sla keys make\n');
      else
        for (const { id, pem, current } of keys)
          context.stdout.write(`${id}${current ? '  signs' : ''}\n${pem}`);
    });
  command
    .command('rotate')
    .description('make another key that signs from now on; the private part of the one before is deleted')
    .addOption(jsonOption())
    .addOption(configOption())
    .action(async (options: Options) => {
      made(await (await open(options)).rotate(), options);
    });
  return command;
}
