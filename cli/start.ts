import { rmSync } from 'node:fs';
import { Command } from 'commander';
import { nodeEnvironment } from '../src/base/io/node-environment.ts';
import { Lifecycle } from '../src/base/lifecycle.ts';
import type { Logger } from '../src/base/logger.ts';
import { refuseClusterFolder } from './cluster/layout.ts';
import { clusterSize, startCluster } from './cluster/supervisor.ts';
import { commandName } from './command-name.ts';
import { type OptionRules, withOptionRules } from './option-rules.ts';
import { startPlatform, type Platform } from './platform.ts';
import { openLog } from './process-log.ts';
import {
  dataFolder,
  type ProcessOptions,
  settingsOf,
  warnOfSuspects,
  withProcessOptions,
} from './process-options.ts';
import { refuseVainSettings } from './setting-rules.ts';
import { stopRequest } from './stop-request.ts';
import { writeError, writeOut } from './standard-streams.ts';

interface StartOptions extends ProcessOptions {
  readonly sql: boolean;
  readonly cluster?: number;
}

const OPTION_RULES: OptionRules = {
  '--no-sql': {
    not: {
      '--kafka': 'with --kafka no broker is started here, so nothing would run: leave one of them out',
      '--http-port': 'the port is that of SQL: leave one of them out',
    },
  },
  '--cluster': {
    not: {
      '--kafka':
        '--cluster starts brokers of its own, --kafka uses those of another cluster: leave one of them out',
    },
  },
};

const WAITING_SAID_AFTER_MS = 2_000;

/** `millrace start`: broker and SQL server in one process, until Ctrl-C. */
export function startCommand(): Command {
  const command = withProcessOptions(new Command('start'))
    .description('start the broker and the SQL server')
    .option('--no-sql', 'the broker alone')
    .option('--cluster <n>', 'so many brokers, each a process, on this machine', clusterSize)
    .action(async (options: StartOptions) => {
      const stop = stopRequest();
      const settings = settingsOf(options);
      refuseVainSettings(options, settings);
      warnOfSuspects(settings);
      const data = dataFolder(options, settings);
      const logger = await openLog(options, undefined);
      const { sql, cluster: size } = options;
      const { timers } = nodeEnvironment;
      const life = new Lifecycle('the process', { timers, logger, onCloseFailure: 'throw' });
      if (options.ephemeral === true) life.add({ name: 'the data folder', close: () => removeFolder(data) });
      let waiting: NodeJS.Timeout | undefined;
      try {
        const { signal } = stop;
        if (size === undefined) refuseClusterFolder(data);
        const cluster =
          size === undefined
            ? undefined
            : await startCluster({ ...options, size, data, settings, signal, logger });
        if (cluster !== undefined) life.add({ name: 'the cluster', close: () => cluster.close() });
        const kafka = cluster === undefined ? {} : { kafka: cluster.bootstrap, isOwnCluster: true };
        if (options.kafka !== undefined) waiting = sayThatItWaits(options.kafka, logger);
        const platform =
          cluster !== undefined && !sql
            ? undefined
            : await startPlatform({ ...options, ...kafka, settings, data, sql, signal, logger });
        clearTimeout(waiting);
        if (platform !== undefined) life.add({ name: 'the platform', close: () => platform.close() });
        const notes = platform?.notes ?? [];
        announce({ ...platform?.facts, ...cluster?.facts, data }, { ...options, notes });
        await Promise.race([stop.stopped, ...(cluster === undefined ? [] : [cluster.failed])]);
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      } finally {
        clearTimeout(waiting);
        if (stop.signal.aborted && options.json !== true) writeError('\nstopping ...\n');
        await life.close();
      }
      // Client libraries may hold timers; everything that had to be saved is.
      process.exit(0);
    });
  return withOptionRules(command, OPTION_RULES);
}

function removeFolder(data: string): void {
  rmSync(data, { recursive: true, force: true });
}

/** A cluster that does not answer is waited for, which nobody should have to guess. */
function sayThatItWaits(kafka: string, logger: Logger): NodeJS.Timeout {
  return setTimeout(
    () => logger.warn(`waiting for the Kafka cluster at ${kafka} ...`),
    WAITING_SAID_AFTER_MS,
  );
}

/** What is where. */
export type Facts = Partial<Platform['facts']> & {
  readonly data: string;
  /** The file that the log goes to, where that is not standard error. */
  readonly log?: string | undefined;
  readonly brokers?: readonly string[];
};

/** Says where everything is and what to try; or the same as one JSON object on one line. */
export function announce(
  facts: Facts,
  options: {
    readonly json?: boolean;
    readonly ephemeral?: boolean;
    readonly notes: readonly string[];
    /** What the user presses to end it: Ctrl-C where nothing is said. */
    readonly stopKey?: string;
  },
): void {
  if (options.json === true) {
    writeOut(`${JSON.stringify(facts)}\n`);
    return;
  }
  const kafka = facts.kafka ?? facts.brokers?.join(',') ?? '';
  const lines = [
    ...options.notes,
    'Millrace is running.',
    '',
    `  Kafka   ${kafka}`,
    ...(facts.http === undefined ? [] : [`  SQL     ${facts.http}`]),
    ...(facts.registry === undefined ? [] : [`  schemas ${facts.registry}`]),
    `  data    ${facts.data}${options.ephemeral === true ? ' (removed at the end)' : ''}`,
    ...(facts.log === undefined ? [] : [`  log     ${facts.log}`]),
    '',
    'Try, in another terminal:',
    '',
    ...(facts.http === undefined
      ? [`  ${commandName()} topic list -b ${kafka}`]
      : [`  ${commandName()} sql ${facts.http}`]),
    `  echo hello | ${commandName()} produce greetings -b ${kafka}`,
    `  ${commandName()} consume greetings --from-beginning -b ${kafka}`,
    '',
    `${options.stopKey ?? 'Ctrl-C'} stops it.`,
  ];
  writeOut(`${lines.join('\n')}\n`);
}
