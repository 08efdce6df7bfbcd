import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OperationalError } from '../../src/base/errors.ts';

/** This folder of the checkout, wherever the compiled bench lies. */
export const benchFolder = path.join(import.meta.dirname.replace(/([/\\])dist([/\\])/, '$1'), '..');
const cacheFolder = path.join(benchFolder, '.cache');

export type RivalName = 'kafka' | 'flink';

/**
 * The Java class path of a rival: its packages come from Maven, its own classes are compiled, both once.
 * @throws {OperationalError} `NO_JAVA` where `mvn` or `javac` is missing or fails.
 */
export function rivalClassPath(rival: RivalName): string {
  const source = path.join(benchFolder, 'rivals', rival);
  const home = path.join(cacheFolder, rival);
  const lib = path.join(home, 'lib');
  const classes = path.join(home, 'classes');
  const classPath = [classes, path.join(lib, '*')].join(path.delimiter);
  if (existsSync(path.join(home, '.done'))) return classPath;
  mkdirSync(classes, { recursive: true });
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${lib}`];
  run('mvn', ['-q', '-B', '-f', path.join(source, 'pom.xml'), ...goal]);
  const files = readdirSync(path.join(source, 'src')).map((file) => path.join(source, 'src', file));
  run('javac', ['-nowarn', '-cp', path.join(lib, '*'), '-d', classes, ...files]);
  writeFileSync(path.join(home, '.done'), '');
  return classPath;
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  throw new OperationalError(
    'NO_JAVA',
    `the rival needs Java 17 and Maven: ${command} ${error === undefined ? `ended with ${status}` : 'was not found'}`,
    {
      retriable: false,
      cause: error,
    },
  );
}

/** Whether the rivals can be had at all: Java to run them, Maven to fetch them. */
export function hasJava(): boolean {
  return ['java', 'javac', 'mvn'].every((command) => spawnSync(command, ['-version']).status === 0);
}
