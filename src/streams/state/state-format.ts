import { mustStop } from '../../base/assert.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { SerdeError } from '../serdes.ts';
import type { ValueCodec } from './state-map.ts';

/** A store's bytes, or a record of its changelog, are in a format that is not known here. */
const STATE_FORMAT_UNKNOWN = 'STATE_FORMAT_UNKNOWN';

/** Letters of a key that are told. */
const KEY_TOLD_MAX = 80;

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

/** Checks the length of a value that its serde makes equally long always. @throws {OperationalError} `STATE_FORMAT_UNKNOWN`. */
export function requireValueBytes(valueLength: number, bytes: number, where: string): void {
  if (valueLength !== bytes)
    throw unknownFormat(where, `a value has ${valueLength} bytes, and not the ${bytes} that each has`);
}

/** Rows of a store as bytes. */
export interface CodedRows<V> {
  readonly codec: ValueCodec<V>;
  /** What names the store where a row cannot be read. */
  readonly changelogTopic: string;
}

/** Reads rows, by their keys. What cannot be read is a SerdeError that names the row. */
export function rowReader<V>({ codec, changelogTopic }: CodedRows<V>): (key: string, bytes: Buffer) => V {
  return (key, bytes) => {
    try {
      return codec.decode(bytes);
    } catch (error) {
      throw unreadableRow(error, { changelogTopic, key });
    }
  };
}

/** The error of a row that its serde cannot read, which names it; of another kind, the error itself. */
function unreadableRow(
  error: unknown,
  { changelogTopic, key }: { readonly changelogTopic: string; readonly key: string },
): unknown {
  if (mustStop(error) || error instanceof OperationalError) return error;
  const told = JSON.stringify(Buffer.from(key, 'latin1').toString().slice(0, KEY_TOLD_MAX));
  return new SerdeError(`the row ${told} of ${changelogTopic} cannot be read: ${messageOf(error)}`, {
    cause: error,
  });
}

/**
 * The error of a record of a changelog that a store cannot take, with where the record is: of a foreign format where its serde
 * cannot read it either. What else went wrong is that.
 */
export function unrestorable(
  error: unknown,
  {
    topic,
    partition,
    offset,
  }: { readonly topic: string; readonly partition: number; readonly offset: number },
): unknown {
  const isForeign = error instanceof OperationalError && error.code === STATE_FORMAT_UNKNOWN;
  if (mustStop(error) || (error instanceof OperationalError && !isForeign)) return error;
  const what = isForeign ? error.message : `${messageOf(error)}: another program or a later version wrote it`;
  return new OperationalError(
    STATE_FORMAT_UNKNOWN,
    `the record at offset ${offset} of ${topic}, partition ${partition}, cannot be restored: ${what}`,
    { retriable: false, cause: error },
  );
}
