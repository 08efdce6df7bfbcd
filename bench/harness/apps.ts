import path from 'node:path';
import { OperationalError } from '../../src/base/errors.ts';
import { rivalClassPath } from './maven.ts';
import { output, type RunningProcess, start } from './processes.ts';

export type AppName =
  | 'streams'
  | 'streams-threads'
  | 'streams-restore'
  | 'streams-restart'
  | 'streams-latency'
  | 'latency-client'
  | 'sql'
  | 'sql-server'
  | 'sql-stalls'
  | 'sql-statements'
  | 'codecs'
  | 'millrace-client'
  | 'kafkajs-client'
  | 'platformatic-client'
  | 'tail-fetch'
  | 'produce-latency'
  | 'keyed-load'
  | 'registry-load'
  | 'pull-load';

/** Runs one of `bench/apps` in a process of its own to its end; answers the records per second that it printed. */
export async function runApp(app: AppName, args: readonly (string | number)[]): Promise<number> {
  return reportOf(await runAppText(app, args), 'recordsPerSecond');
}

/** The same; answers all that it printed. */
export function runAppText(app: AppName, args: readonly (string | number)[]): Promise<string> {
  return output(process.execPath, nodeArguments(app, args));
}

/** Starts one of `bench/apps` that runs until it is stopped. */
export function appProcess(app: AppName, args: readonly (string | number)[]): RunningProcess {
  return start(process.execPath, nodeArguments(app, args));
}

function nodeArguments(app: AppName, args: readonly (string | number)[]): string[] {
  const file = path.resolve(import.meta.dirname, '..', 'apps', `${app}.js`);
  // PROFILE=folder leaves CPU profiles of our side there.
  const folder = process.env['PROFILE'];
  const profile = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
  return [...profile, file, ...args.map(String)];
}

type Rival = 'StreamsRival' | 'RestoreRival' | 'RestartRival' | 'LatencyRival' | 'FlinkSqlRival';

/** The same for a class of `bench/rivals`. */
export async function runRival(rival: Rival, args: readonly (string | number)[]): Promise<number> {
  return reportOf(await output('java', javaArguments(rival, args)), 'recordsPerSecond');
}

/** Starts a class of `bench/rivals` that runs until it is stopped. */
export function rivalProcess(
  rival: Rival,
  args: readonly (string | number)[],
  options?: JavaOptions,
): RunningProcess {
  return start('java', javaArguments(rival, args, options));
}

interface JavaOptions {
  /** `large`, where memory is not what is measured, or what the JVM makes it by itself. */
  readonly heap: 'large' | 'default';
}

function javaArguments(
  rival: Rival,
  args: readonly (string | number)[],
  { heap }: JavaOptions = { heap: 'large' },
): string[] {
  const classPath = rivalClassPath(rival === 'FlinkSqlRival' ? 'flink' : 'kafka');
  // Flink reaches into java.base for its serializers.
  const opens = ['java.util', 'java.lang', 'java.net', 'java.time'].flatMap((name) => [
    '--add-opens',
    `java.base/${name}=ALL-UNNAMED`,
  ]);
  return [...(heap === 'large' ? ['-Xmx2g'] : []), ...opens, '-cp', classPath, rival, ...args.map(String)];
}

/** The number that a process has printed under a name, as JSON. */
export function reportOf(
  text: string,
  name: 'recordsPerSecond' | 'requestsPerSecond' | 'p99Ms' | 'waitP99Ms' | 'longestMs',
): number {
  const line = new RegExp(`\\{"${name}":([\\d.]+)\\}`).exec(text);
  if (line !== null) return Number(line[1]);
  throw new OperationalError('FAILED', `a process printed no ${name}: ${text.slice(-2_000)}`, {
    retriable: false,
  });
}
