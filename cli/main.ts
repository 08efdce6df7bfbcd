#!/usr/bin/env node
import { Command } from 'commander';
import { commands } from './commands.ts';
import { namingOpenFiles } from './open-files.ts';
import { explain } from './explain.ts';
import { version } from './version.ts';
import { endWithReader, writeError } from './standard-streams.ts';

/**
 * The `millrace` command. Each subcommand lives in a file of its own and is loaded when it is called, so that a small
 * command does not pay for the SQL engine.
 */
const program = new Command('millrace')
  .description('A streaming platform: a broker that speaks the Kafka protocol, stream processing, and SQL.')
  .version(version())
  .showHelpAfterError('(millrace --help lists the commands)')
  .enablePositionalOptions();

const wanted = Object.entries(commands).filter(([name]) => name === process.argv[2]);
const loaders = wanted.length > 0 ? wanted : Object.entries(commands);

endWithReader();
try {
  for (const [, load] of loaders) program.addCommand(await load());
  await program.parseAsync();
} catch (error) {
  writeError(`millrace: ${explain(namingOpenFiles(error))}\n`);
  process.exitCode = 1;
}
