import type { OperationalError } from '../../../base/errors.ts';

export interface RocksDbSettings {
  readonly path: string;
  /** Uncompressed blocks kept in memory, for all stores of the thread. */
  readonly blockCacheBytes: number;
  readonly writeBufferBytes: number;
  /** Called with each error that says that the files cannot be read: `STATE_STORE_DAMAGED`. */
  readonly onDamage?: (error: OperationalError) => void;
}

export const BLOCK_BYTES = 4096;
