import path from 'node:path';
import { OperationalError } from '../../src/base/errors.ts';
import { rivalClassPath } from './maven.ts';
import { output } from './processes.ts';

export type AppName = 'streams' | 'sql' | 'millrace-client' | 'kafkajs-client' | 'platformatic-client';

/** Runs one of `bench/apps` in a process of its own to its end; answers the records per second that it printed. */
export async function runApp(app: AppName, args: readonly (string | number)[]): Promise<number> {
  const file = path.resolve(import.meta.dirname, '..', 'apps', `${app}.js`);
  // PROFILE=folder leaves CPU profiles of our side there.
  const folder = process.env['PROFILE'];
  const profile = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
  return rateOf(app, await output(process.execPath, [...profile, file, ...args.map(String)]));
}

/** The same for a class of `bench/rivals`. */
export async function runRival(
  rival: 'StreamsRival' | 'FlinkSqlRival',
  args: readonly (string | number)[],
): Promise<number> {
  const classPath = rivalClassPath(rival === 'FlinkSqlRival' ? 'flink' : 'kafka');
  // Flink reaches into java.base for its serializers.
  const opens = ['java.util', 'java.lang', 'java.net', 'java.time'].flatMap((name) => [
    '--add-opens',
    `java.base/${name}=ALL-UNNAMED`,
  ]);
  const jvm = ['-Xmx2g', ...opens, '-cp', classPath, rival];
  return rateOf(rival, await output('java', [...jvm, ...args.map(String)]));
}

function rateOf(name: string, text: string): number {
  const line = /\{"recordsPerSecond":(\d+)\}/.exec(text);
  if (line !== null) return Number(line[1]);
  throw new OperationalError('FAILED', `${name} printed no result: ${text.slice(-2_000)}`, {
    retriable: false,
  });
}
