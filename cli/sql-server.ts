import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { DiagnosticError, messageOf } from '../src/base/errors.ts';
import { nodeEnvironment } from '../src/base/io/node-environment.ts';
import { silentLogger } from '../src/base/logger.ts';
import { Producer } from '../src/client/index.ts';
import {
  checkedBackup,
  commandTopicOf,
  liveGroups,
  restoreCommandTopic,
  setAsideBackups,
} from '../src/server/index.ts';
import { clientOptions, type ConnectionOptions, withConnection } from './connection.ts';
import { withOptionRules } from './option-rules.ts';
import { writeOut } from './standard-streams.ts';
import { withAdmin } from './with-admin.ts';

interface RestoreOptions extends ConnectionOptions {
  readonly serviceId: string;
  readonly skipIncompatible?: boolean;
  readonly skipCut?: boolean;
  readonly backups?: string;
  readonly force?: boolean;
  readonly yes?: boolean;
}

/** `millrace sql-server`: what is done to a SQL service while its servers are stopped. */
export function sqlServerCommand(): Command {
  const server = new Command('sql-server').description('look after a SQL service whose servers are stopped');
  const restore = withConnection(server.command('restore <file>'))
    .description("restore the command topic of a service from a backup, Millrace's or ksqlDB's")
    .option('--service-id <id>', 'ksql.service.id of the service', 'default_')
    .option('--skip-incompatible', 'leave out statements that this release cannot read')
    .option('--skip-cut', 'leave out the last line where it is cut off')
    .option('--backups <folder>', 'ksql.metastore.backup.location: set other backups aside that are there')
    .option('--force', 'restore although queries of the service are running')
    .option('-y, --yes', 'delete the statements that the command topic has now')
    .action((file: string, options: RestoreOptions) => restoreFrom(file, options));
  withOptionRules(restore, {
    '--service-id': {},
    '--skip-incompatible': {},
    '--skip-cut': {},
    '--backups': {},
    '--force': {},
    '--yes': {},
  });
  return server;
}

async function restoreFrom(file: string, options: RestoreOptions): Promise<void> {
  const { commands, skipped } = checkedBackup(contentOf(file), {
    file,
    skipIncompatible: options.skipIncompatible === true,
    skipCut: options.skipCut === true,
  });
  const topic = commandTopicOf(options.serviceId);
  if (options.yes !== true) {
    throw new DiagnosticError({
      message: `${topic} would be deleted, and made anew with the ${commands.length} statements of ${file}`,
      hint: 'stop the servers of the service, and say it with --yes',
    });
  }
  if (options.backups !== undefined) requireFolder(options.backups);
  for (const { line, reason } of skipped) writeOut(`left out line ${line}: ${reason}\n`);
  await withAdmin(options, async (admin) => {
    const { defaultApiTimeoutMs: blockMsMax, ...common } = await clientOptions(options);
    const deliveryTimeoutMs = blockMsMax;
    const producer = new Producer({ ...common, blockMsMax, deliveryTimeoutMs, acks: 'all', lingerMs: 0 });
    try {
      if (options.force !== true) refuseLive(await liveGroups(topic, admin), topic);
      const { timers } = nodeEnvironment;
      const { signal } = new AbortController();
      await restoreCommandTopic(commands, { topic, admin, producer, timers, logger: silentLogger, signal });
    } finally {
      await producer.close();
    }
  });
  tellOfBackups(commands, { topic, location: options.backups });
  writeOut(`restored ${topic} with ${commands.length} statements; start the servers of the service again\n`);
}

/** A server whose command topic is deleted beside it does not know any more what it serves. */
function refuseLive(groups: readonly string[], topic: string): void {
  const [group] = groups;
  if (group === undefined) return;
  const others = groups.length === 1 ? '' : ` and ${groups.length - 1} more`;
  throw new DiagnosticError({
    message: `${topic} is in use: a server is running ${group}${others}`,
    hint:
      'stop the servers of the service; one that has stopped is seen until its session is over, 45 s unless set otherwise; ' +
      '--force restores all the same',
  });
}

/** A server with a backup of other statements than its topic has does not start. */
function tellOfBackups(
  commands: ReturnType<typeof checkedBackup>['commands'],
  { topic, location }: { readonly topic: string; readonly location: string | undefined },
): void {
  if (location === undefined) {
    writeOut(
      'servers with ksql.enable.metastore.backup do not start beside a backup of other statements: --backups sets it aside\n',
    );
    return;
  }
  for (const { from, to } of setAsideBackups(commands, { disk: nodeEnvironment.disk, location, topic }))
    writeOut(`set aside ${from}: it is ${to} now\n`);
}

/** What cannot be set aside is told before anything is deleted. */
function requireFolder(folder: string): void {
  try {
    readdirSync(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new DiagnosticError({
      message: `backups in ${folder} cannot be set aside: ${messageOf(error)}`,
      hint: 'name the folder of ksql.metastore.backup.location with --backups; nothing was changed',
    });
  }
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new DiagnosticError({ message: `${file} cannot be read: ${messageOf(error)}` });
  }
}
