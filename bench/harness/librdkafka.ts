import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { OperationalError } from '../../src/base/errors.ts';
import { reportOf } from './apps.ts';
import { digestOf } from './digest.ts';
import { benchFolder } from './maven.ts';
import { output } from './processes.ts';

/** Runs `rivals/librdkafka/client.c` to its end; answers the records per second that it printed. */
export async function runLibrdkafka(args: readonly (string | number)[]): Promise<number> {
  return reportOf(await output(compiled(), args.map(String)), 'recordsPerSecond');
}

/** @throws {OperationalError} `NO_LIBRDKAFKA` where it cannot be compiled. */
function compiled(): string {
  const folder = path.join(benchFolder, '.cache', 'librdkafka');
  const source = path.join(benchFolder, 'rivals', 'librdkafka', 'client.c');
  const program = path.join(folder, `client-${digestOf([source])}`);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync('cc', ['-O2', '-Wall', '-o', program, source, '-lrdkafka']);
  if (status === 0) return program;
  throw new OperationalError(
    'NO_LIBRDKAFKA',
    `the rival needs a C compiler and librdkafka (the package librdkafka-dev): ${String(stderr).slice(-500)}`,
    { retriable: false },
  );
}
