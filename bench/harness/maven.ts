import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { OperationalError } from '../../src/base/errors.ts';
import { digestOf } from './digest.ts';

/** This folder of the checkout, wherever the compiled bench lies. */
export const benchFolder = path.join(import.meta.dirname.replace(/([/\\])dist([/\\])/, '$1'), '..');
const cacheFolder = path.join(benchFolder, '.cache');

export type RivalName = 'kafka' | 'flink';

/**
 * The Java class path of a rival: its packages come from Maven, its own classes are compiled, each once for what their
 * sources say.
 * @throws {OperationalError} `NO_JAVA` where `mvn` or `javac` is missing or fails.
 */
export function rivalClassPath(rival: RivalName): string {
  const source = path.join(benchFolder, 'rivals', rival);
  const pom = path.join(source, 'pom.xml');
  const files = readdirSync(path.join(source, 'src')).map((file) => path.join(source, 'src', file));
  const lib = madeOnce(path.join(cacheFolder, rival, `lib-${digestOf([pom])}`), (folder) => {
    run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`]);
  });
  const packages = path.join(lib, '*');
  const classes = madeOnce(path.join(cacheFolder, rival, `classes-${digestOf([pom, ...files])}`), (folder) =>
    run('javac', ['-nowarn', '-cp', packages, '-d', folder, ...files]),
  );
  return [classes, packages].join(path.delimiter);
}

/** A folder that is there whole or not at all. */
function madeOnce(folder: string, make: (folder: string) => void): string {
  if (existsSync(folder)) return folder;
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  make(draft);
  renameSync(draft, folder);
  return folder;
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
