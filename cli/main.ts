#!/usr/bin/env node
import { Command } from 'commander';
import { explain } from './output.ts';
import { version } from './version.ts';

/**
 * The `millrace` command. Each subcommand lives in a file of its own and is loaded when it is called, so that a small
 * command does not pay for the SQL engine.
 */
const program = new Command('millrace')
  .description('A streaming platform: a broker that speaks the Kafka protocol, stream processing, and SQL.')
  .version(version())
  .showHelpAfterError('(millrace --help lists the commands)')
  .enablePositionalOptions();

const commands = [
  async () => (await import('./start.ts')).startCommand(),
  async () => (await import('./demo.ts')).demoCommand(),
  async () => (await import('./sql.ts')).sqlCommand(),
  async () => (await import('./topic.ts')).topicCommand(),
  async () => (await import('./produce.ts')).produceCommand(),
  async () => (await import('./consume.ts')).consumeCommand(),
  async () => (await import('./group.ts')).groupCommand(),
  async () => (await import('./test.ts')).testCommand(),
] as const;
const NAMES = ['start', 'demo', 'sql', 'topic', 'produce', 'consume', 'group', 'test'] as const;

const wanted = NAMES.indexOf(process.argv[2] as (typeof NAMES)[number]);
const loaders = wanted === -1 ? commands : commands.slice(wanted, wanted + 1);
for (const load of loaders) program.addCommand(await load());

try {
  await program.parseAsync();
} catch (error) {
  console.error(`millrace: ${explain(error)}`);
  process.exitCode = 1;
}
