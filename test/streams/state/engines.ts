import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AsynchronousRocksDbEngine } from '../../../src/streams/state/io/asynchronous-rocksdb-engine.ts';
import { loadBinding, type RocksDbBindingKind } from '../../../src/streams/state/io/rocksdb-binding.ts';
import { SynchronousRocksDbEngine } from '../../../src/streams/state/io/synchronous-rocksdb-engine.ts';
import type { StoreEngine } from '../../../src/streams/state/engine.ts';
import { MemoryEngine } from '../../../src/streams/state/memory-engine.ts';

export interface EngineUnderTest {
  readonly engine: StoreEngine;
  readonly close: () => Promise<void>;
}

/** Opens a RocksDB database by one of the two bindings, whichever serves this machine. */
export async function openRocksDbBy(kind: RocksDbBindingKind, folder: string): Promise<StoreEngine> {
  const settings = { path: folder, blockCacheBytes: 1 << 20, writeBufferBytes: 1 << 20 };
  const binding = await loadBinding(kind);
  return binding.kind === 'synchronous'
    ? SynchronousRocksDbEngine.open(binding.module, settings)
    : AsynchronousRocksDbEngine.open(binding.module, settings);
}

/** The bindings that have a binary for this machine. */
export const rocksDbKinds: readonly RocksDbBindingKind[] = (
  await Promise.all(
    (['synchronous', 'asynchronous'] as const).map((kind) =>
      loadBinding(kind).then(
        () => [kind],
        (error: unknown) => {
          console.warn(`not tested: the ${kind} RocksDB binding does not load here: ${String(error)}`);
          return [];
        },
      ),
    ),
  )
).flat();

const rocksDbEngine = (kind: RocksDbBindingKind) => async (): Promise<EngineUnderTest> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-engine-'));
  const engine = await openRocksDbBy(kind, path.join(folder, 'db'));
  const close = async (): Promise<void> => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { engine, close };
};

/** Every engine that stores must behave the same on. */
export const engines: Readonly<Record<string, () => Promise<EngineUnderTest>>> = {
  memory: () => {
    const engine = new MemoryEngine();
    return Promise.resolve({ engine, close: () => engine.close() });
  },
  ...Object.fromEntries(rocksDbKinds.map((kind) => [`${kind} RocksDB`, rocksDbEngine(kind)])),
};
