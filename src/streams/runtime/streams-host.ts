import type { Environment } from '../../base/environment.ts';
import { Lifecycle } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import { SharedFetches } from '../../client/consumer/shared-fetches.ts';
import { CachePool } from '../state/cache-pool.ts';
import { SharedDecoding } from './shared-decoding.ts';
import { StateDatabase } from './state-database.ts';
import { StateDirectory } from './state-directory.ts';

const MEBIBYTE = 1024 * 1024;
/** What the write-back caches of all applications take together. Each has its own limit (`cacheBytesMax`) within it. */
const CACHE_BYTES_MAX = 64 * MEBIBYTE;
/** Uncompressed blocks that RocksDB keeps in memory, for the stores of all applications. */
const BLOCK_CACHE_BYTES = 32 * MEBIBYTE;
/** RocksDB has two of them as a rule, six when the disk is slow. */
const WRITE_BUFFER_BYTES = 16 * MEBIBYTE;
/** The folder of the database in that of the host. */
const STATE_FOLDER = 'state';

interface StreamsHostOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string | readonly string[];
  /** A folder of this host alone. */
  readonly stateDir: string;
  readonly clientId: string;
  readonly logger: Logger;
  /** Bytes that the write-back caches of all applications take together, 64 MiB. */
  readonly cacheBytesMax?: number | undefined;
  /** Bytes of blocks that RocksDB keeps in memory, 32 MiB. */
  readonly blockCacheBytes?: number | undefined;
}

/**
 * What applications of one process have together: one database, and the memory over it. Each of them, its tenant, is a consumer
 * group and a failure domain of its own: it stops alone, and what one holds up holds up no other. An application without a host
 * has all of it for itself.
 */
export class StreamsHost {
  /** What their consumers read together. */
  readonly fetches: SharedFetches;
  /** What their tasks read the records with. */
  readonly decoding = new SharedDecoding();
  /** See {@link CachePool}. */
  readonly cachePool: CachePool;
  readonly #options: StreamsHostOptions;
  readonly #life: Lifecycle;
  #database: StateDatabase | undefined;

  constructor(options: StreamsHostOptions) {
    this.#options = options;
    const { environment, clientId, logger, cacheBytesMax = CACHE_BYTES_MAX } = options;
    this.fetches = new SharedFetches({ clientId: `${clientId}-shared-consumer` });
    this.#life = new Lifecycle('what applications share', { timers: environment.timers, logger });
    this.#life.add({ name: 'the shared fetches', close: () => this.fetches.close() });
    this.cachePool = new CachePool(cacheBytesMax);
  }

  /** The folder of the process. */
  get stateDir(): string {
    return this.#options.stateDir;
  }

  /**
   * The state of all applications.
   * @throws {OperationalError} `LOCKED` where another process has the folder; `CLOSED`.
   */
  get database(): StateDatabase {
    this.#life.signal.throwIfAborted();
    if (this.#database !== undefined) return this.#database;
    const { environment, stateDir: root, logger, blockCacheBytes = BLOCK_CACHE_BYTES } = this.#options;
    const folders = [STATE_FOLDER];
    const writeBufferBytes = WRITE_BUFFER_BYTES;
    const database = new StateDatabase(environment, {
      root,
      folders,
      blockCacheBytes,
      writeBufferBytes,
      logger,
    });
    this.#life.add({ name: 'the state database', close: () => database.close() });
    this.#database = database;
    return database;
  }

  /** Removes the state of an application that is closed, or of an earlier life of the process. */
  async removeState(applicationId: string): Promise<void> {
    const { database } = this;
    if (!database.exists) return;
    const state = new StateDirectory(database, { applicationId, isOwner: false });
    try {
      await state.open();
      await state.removeAll();
    } finally {
      await state.close();
    }
  }

  /** To be called when all its applications are closed. */
  close(): Promise<void> {
    return this.#life.close();
  }
}
