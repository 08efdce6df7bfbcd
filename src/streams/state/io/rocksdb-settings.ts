import { messageOf, OperationalError } from '../../../base/errors.ts';

export interface RocksDbSettings {
  readonly path: string;
  /** Uncompressed blocks kept in memory, for all stores of the thread. */
  readonly blockCacheBytes: number;
  readonly writeBufferBytes: number;
  /** Called with each error that says that the files cannot be read: `STATE_STORE_DAMAGED`. */
  readonly onDamage?: (error: OperationalError) => void;
}

/** The code of errors that say that the files of a database cannot be read. */
export const STATE_STORE_DAMAGED = 'STATE_STORE_DAMAGED';
export const BLOCK_BYTES = 4096;

/** Above every key that a store writes: stands for "to the end" where a binding wants an end. */
export const LAST_KEY: Buffer = Buffer.alloc(1 << 16, 0xff);

export function keyToBytes(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}

export function keyToText(key: Buffer): string {
  return key.toString('latin1');
}

/** What concerns the process or the machine, not the files: the same files may open another time. */
const ENVIRONMENT_FAILURES =
  /no space left|too many open files|permission denied|read-only file system|cannot allocate|input\/output error|\/LOCK\b|not a directory|file exists/i;
/** RocksDB's own kinds of a status, which one binding puts before its texts, and what the other one makes of them. */
const DAMAGE_TEXT = /^(corruption|not implemented|invalid argument)|no such file/i;
const DAMAGE_CODES: ReadonlySet<unknown> = new Set(['LEVEL_CORRUPTION', 'EIO', 'ENOENT', 'ENOSYS']);

/** Makes the errors of one open database, and tells its owner when they say that it is damaged. */
export function storeErrors(
  onDamage: RocksDbSettings['onDamage'],
): (message: string, failure: unknown) => OperationalError {
  return (message, failure) => {
    const error = storeError(message, failure);
    if (error.code === STATE_STORE_DAMAGED) onDamage?.(error);
    return error;
  };
}

/**
 * The error of a state store: `STATE_STORE_DAMAGED` where its files are not what this RocksDB can read (damaged, missing,
 * or compressed by a method that it lacks), `STATE_STORE_ERROR` for all else.
 */
export function storeError(message: string, failure: unknown): OperationalError {
  const cause = rootOf(failure);
  const text = messageOf(cause);
  const damaged =
    !ENVIRONMENT_FAILURES.test(text) &&
    (DAMAGE_TEXT.test(text) ||
      (cause instanceof Error && DAMAGE_CODES.has((cause as { code?: unknown }).code)));
  return new OperationalError(damaged ? STATE_STORE_DAMAGED : 'STATE_STORE_ERROR', `${message}: ${text}`, {
    retriable: false,
    cause,
  });
}

function rootOf(failure: unknown): unknown {
  // A batch of reads fails with what happened to each, null where nothing did.
  if (failure instanceof AggregateError) return failure.errors.find((each) => each !== null) ?? failure;
  return failure instanceof Error && failure.cause !== undefined ? failure.cause : failure;
}
