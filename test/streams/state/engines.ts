import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StoreEngine } from '../../../src/streams/state/engine.ts';
import { RocksDbEngine } from '../../../src/streams/state/io/rocksdb-engine.ts';
import { MemoryEngine } from '../../../src/streams/state/memory-engine.ts';

export interface EngineUnderTest {
  readonly engine: StoreEngine;
  readonly close: () => Promise<void>;
}

/** Every engine that stores must behave the same on. */
export const engines: Readonly<Record<string, () => Promise<EngineUnderTest>>> = {
  memory: () => {
    const engine = new MemoryEngine();
    return Promise.resolve({ engine, close: () => engine.close() });
  },
  rocksdb: async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'millrace-engine-'));
    const engine = await RocksDbEngine.open({
      path: path.join(folder, 'db'),
      blockCacheBytes: 1 << 20,
      writeBufferBytes: 1 << 20,
    });
    const close = async (): Promise<void> => {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    };
    return { engine, close };
  },
};
