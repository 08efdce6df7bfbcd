import { OperationalError } from '../../base/errors.ts';

/** A store's bytes, or a record of its changelog, are in a format that is not known here. */
const STATE_FORMAT_UNKNOWN = 'STATE_FORMAT_UNKNOWN';

/** The error of bytes that somebody else has written, or a later version: nothing of them is applied. */
export function unknownFormat(where: string, what: string): OperationalError {
  return new OperationalError(
    STATE_FORMAT_UNKNOWN,
    `${where}: ${what}: another program or a later version wrote it`,
    { retriable: false },
  );
}

/** Checks the version byte that a value of ours begins with. @throws {OperationalError} `STATE_FORMAT_UNKNOWN`. */
export function requireVersion(bytes: Buffer, version: number, where: string): void {
  if (bytes[0] !== version) {
    const found = bytes.length === 0 ? 'no version' : `version ${bytes[0]}`;
    throw unknownFormat(where, `a value has ${found}, not ${version}`);
  }
}

/** Checks that a changelog record's key ends in so many bytes of times. @throws {OperationalError} `STATE_FORMAT_UNKNOWN`. */
export function requireKeySuffix(keyLength: number, bytes: number, where: string): void {
  if (keyLength < bytes)
    throw unknownFormat(where, `a key has ${keyLength} bytes, and not the ${bytes} that each ends in`);
}
