import { messageOf, OperationalError } from '../../../base/errors.ts';
import type { RocksDbSettings } from './rocksdb-settings.ts';

/** The code of errors that say that the files of a database cannot be read. */
export const STATE_STORE_DAMAGED = 'STATE_STORE_DAMAGED';

/** What concerns the process or the machine, not the files: the same files may open another time. */
const ENVIRONMENT_FAILURES =
  /no space left|too many open files|permission denied|read-only file system|cannot allocate|input\/output error|\/LOCK\b(?!: is a directory)|not a directory|file exists/i;
/** RocksDB's own kinds of a status, which one binding puts before its texts, and what the other one makes of them. */
const DAMAGE_TEXT = /^(corruption|not implemented|invalid argument)|no such file|is a directory/i;
const DAMAGE_CODES: ReadonlySet<unknown> = new Set(['LEVEL_CORRUPTION', 'EIO', 'ENOENT', 'ENOSYS', 'EISDIR']);

/** A database that is open, and how its failures are told: whoever owns it hears of damage. */
export interface OpenDatabase<D> {
  readonly database: D;
  readonly error: (message: string, failure: unknown) => OperationalError;
}

/**
 * Waits until a database is open.
 * @throws {OperationalError} `STATE_STORE_DAMAGED`, `STATE_STORE_ERROR`.
 */
export async function openDatabase<D>(
  { path, onDamage }: RocksDbSettings,
  database: D,
  open: (database: D) => Promise<void>,
): Promise<OpenDatabase<D>> {
  try {
    await open(database);
  } catch (error) {
    throw storeError(`cannot open the state store ${path}`, error);
  }
  return {
    database,
    error(message, failure) {
      const error = storeError(message, failure);
      if (error.code === STATE_STORE_DAMAGED) onDamage?.(error);
      return error;
    },
  };
}

/**
 * The error of a state store: `STATE_STORE_DAMAGED` where its files are not what this RocksDB can read (damaged, missing,
 * a folder in the place of one, or compressed by a method that it lacks), `STATE_STORE_ERROR` for all else.
 */
function storeError(message: string, failure: unknown): OperationalError {
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
