import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { brokerProperties } from '../broker/index.ts';
import {
  processSettings,
  type ProcessSettings,
  readConfigFile,
  TRANSACTION_TIMEOUT_MS,
} from '../src/server/config/index.ts';
import { type OptionRules, withOptionRules } from './option-rules.ts';
import { parseConfigs, port } from './option-values.ts';
import { writeError } from './standard-streams.ts';

/** What `start` and `demo` have in common. */
export interface ProcessOptions {
  readonly data?: string;
  readonly ephemeral?: boolean;
  readonly kafka?: string;
  readonly kafkaPort?: number;
  readonly httpPort?: number;
  readonly host: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly json?: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly logFormat?: 'text' | 'json';
}

const OPTION_RULES: OptionRules = {
  '--data': {
    not: { '--ephemeral': '--ephemeral keeps nothing: leave it out to keep the data in that folder' },
  },
  '--ephemeral': {},
  '--kafka': {},
  '--kafka-port': {
    not: {
      '--kafka': 'with --kafka no broker is started here that could have a port: leave one of them out',
    },
  },
  '--http-port': {},
  '--host': {},
  '--config': {},
  '--set': {},
  '--json': {},
  '--log-level': {},
  '--log-format': {},
};

export function withProcessOptions(command: Command): Command {
  command
    .option('-d, --data <folder>', 'data folder (default: ./millrace-data)')
    .option('--ephemeral', 'keep nothing: a temporary data folder that is removed at the end')
    .option('--kafka <host:port>', 'run SQL on this Kafka cluster instead of a broker in this process')
    .option(
      '--kafka-port <n>',
      'port for Kafka clients (default: 9092, or a free one if that is taken)',
      port,
    )
    .option('--http-port <n>', 'port for SQL (default: 8088, or a free one if that is taken)', port)
    .option('--host <name>', 'address to listen on', '127.0.0.1')
    .option('-c, --config <file>', 'Java properties or TOML, under the property names of Kafka and ksqlDB')
    .option('-s, --set <name=value>', 'one property, repeatable', (v, all: string[]) => [...all, v], [])
    .option('--json', 'print what is where as one JSON object on one line when all is ready')
    .addOption(
      new Option('--log-level <level>', 'what is logged to standard error')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('warn'),
    )
    .addOption(
      new Option(
        '--log-format <format>',
        'how it is logged (default: text on a terminal, else JSON, one object a line)',
      ).choices(['text', 'json']),
    );
  return withOptionRules(command, OPTION_RULES);
}

export function settingsOf(options: Pick<ProcessOptions, 'config' | 'set'>): ProcessSettings {
  return processSettings({
    ...(options.config === undefined
      ? {}
      : { file: { path: options.config, settings: readConfigFile(options.config) } }),
    env: process.env,
    flags: parseConfigs(options.set),
    brokerKeys: brokerProperties,
  });
}

/** What `start` takes in place of the broker's defaults. */
export function startDefaults({
  broker,
}: ProcessSettings): Readonly<Record<string, string>> & { readonly 'log.dirs': string } {
  return {
    'log.dirs': 'millrace-data',
    // A node that stands alone waits for nobody: a group's first member need not linger for others to come.
    ...(broker.has('controller.quorum.voters') ? {} : { 'group.initial.rebalance.delay.ms': '0' }),
  };
}

/**
 * What `start` takes in place of the SQL server's defaults: on brokers of its own queries process in transactions, on those of others
 * as ksqlDB's do.
 */
export function startSqlDefaults(
  { broker }: Pick<ProcessSettings, 'broker'>,
  { isOwn }: { readonly isOwn: boolean },
): Readonly<Record<string, string>> {
  if (!isOwn) return {};
  const timeoutMs = broker.get('transaction.max.timeout.ms')?.value;
  // Brokers that let transactions be open for a shorter time than is usual would refuse all producers.
  const isShort = timeoutMs !== undefined && Number(timeoutMs) < TRANSACTION_TIMEOUT_MS;
  return {
    'ksql.streams.processing.guarantee': 'exactly_once_v2',
    ...(isShort ? { 'ksql.streams.producer.transaction.timeout.ms': timeoutMs } : {}),
  };
}

/**
 * Says which variables of the environment look like a slip of the pen (they may also be meant for somebody else), and
 * which properties of ksqlDB have no effect.
 */
export function warnOfSuspects({ suspects, ignored }: ProcessSettings): void {
  for (const { variable, meant } of suspects) {
    writeError(`millrace: ${variable} sets nothing; did you mean ${meant}?\n`);
  }
  for (const [name, reason] of ignored) writeError(`millrace: ${name} has no effect: ${reason}\n`);
}

/** Where the data goes: what was asked for, else what is configured, else a folder in the current one. */
export function dataFolder(options: ProcessOptions, settings: ProcessSettings): string {
  if (options.ephemeral === true) return mkdtempSync(path.join(tmpdir(), 'millrace-'));
  const configured = settings.broker.get('log.dirs')?.value.split(',')[0];
  return path.resolve(options.data ?? configured ?? startDefaults(settings)['log.dirs']);
}
