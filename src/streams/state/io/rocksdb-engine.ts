import type { StoreEngine } from '../engine.ts';
import { AsynchronousRocksDbEngine } from './asynchronous-rocksdb-engine.ts';
import { rocksDbBinding } from './rocksdb-binding.ts';
import type { RocksDbSettings } from './rocksdb-settings.ts';
import { SynchronousRocksDbEngine } from './synchronous-rocksdb-engine.ts';

/**
 * Opens a RocksDB database by the binding that serves this machine.
 * @throws {OperationalError} `STATE_STORE_DAMAGED` when its files cannot be read, `STATE_STORE_ERROR` when they cannot be
 *   now, `UNSUPPORTED_PLATFORM` when no binding loads here.
 */
export async function openRocksDb(settings: RocksDbSettings): Promise<StoreEngine> {
  const binding = await rocksDbBinding();
  return binding.kind === 'synchronous'
    ? SynchronousRocksDbEngine.open(binding.module, settings)
    : AsynchronousRocksDbEngine.open(binding.module, settings);
}
