import { readFileSync } from 'node:fs';
import { messageOf, OperationalError } from '../../src/base/errors.ts';

/** The text of a script. @throws {OperationalError} when it cannot be read, or is not UTF-8. */
export function readScript(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const isFolder = error instanceof Error && 'code' in error && error.code === 'EISDIR';
    throw cannotRead(file, isFolder ? 'it is a folder' : messageOf(error), error);
  }
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') throw cannotRead(file, 'it is UTF-16: save it as UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw cannotRead(file, 'it is not UTF-8: save it as UTF-8', error);
  }
}

function cannotRead(file: string, why: string, cause?: unknown): OperationalError {
  return new OperationalError('NOT_FOUND', `cannot read ${file}: ${why}`, { retriable: false, cause });
}
