import type { Disk } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { showValue } from '../../src/base/show-value.ts';

const VERSION = 0;

/**
 * Kafka's text checkpoints: a version line, a line with the number of entries, then one entry per line. They are
 * replaced whole, so that a crash leaves the old or the new content.
 */
export function encodeCheckpoint(lines: readonly string[]): Buffer {
  return Buffer.from(checkpointHeader(lines.length) + lines.map((line) => `${line}\n`).join(''));
}

/** The two lines that a checkpoint with so many entries begins with. */
export function checkpointHeader(count: number): string {
  return `${VERSION}\n${count}\n`;
}

function decodeCheckpoint(path: string, content: string): readonly string[] {
  const lines = content.split('\n');
  // Every line ends with a new one, the last one, too: a number that was cut off would be another number.
  if (lines.pop() !== '') throw foreign(path, 'it ends within a line');
  const [version, count, ...entries] = lines;
  if (version !== String(VERSION)) {
    throw foreign(path, `its first line is ${showValue(version ?? '')} where version ${VERSION} is expected`);
  }
  if (count !== String(entries.length)) {
    throw foreign(
      path,
      `it has ${entries.length} entries and claims ${count === undefined ? 'nothing' : showValue(count)}`,
    );
  }
  return entries;
}

/** The entries of a checkpoint; none when there is no such file. */
export function readCheckpoint(disk: Disk, path: string): readonly string[] {
  return disk.exists(path) ? decodeCheckpoint(path, disk.readFile(path).toString('utf8')) : [];
}

/** A file in the data folder is not what its name says. */
export function foreign(path: string, why: string): OperationalError {
  return new OperationalError(
    'FOREIGN_DATA',
    `${path} cannot be used: ${why}; restore the file or choose another data folder`,
    { retriable: false },
  );
}

/** Whether an error says so. */
export function isForeign(error: unknown): error is OperationalError {
  return error instanceof OperationalError && error.code === 'FOREIGN_DATA';
}
