import {
  type FieldChecks,
  nonEmptyText,
  objectOf,
  optional,
  refuseUnknown,
  wholeNumber,
  withMethods,
} from '../../base/argument-checks.ts';
import type { Environment } from '../../base/environment.ts';
import { nodeEnvironment } from '../../base/io/node-environment.ts';
import { Lifecycle } from '../../base/lifecycle.ts';
import { SharedIntervals } from '../../base/shared-intervals.ts';
import { type Logger, silentLogger } from '../../base/logger.ts';
import { Admin } from '../../client/admin/admin.ts';
import { SharedConnections } from '../../client/cluster/shared-connections.ts';
import { SharedFetches } from '../../client/consumer/shared-fetches.ts';
import { parseAddresses } from '../../client/config/settings.ts';
import { SharedProducers } from '../../client/producer/shared-producers.ts';
import type { KafkaAdmin } from '../../client/types.ts';
import { CachePool } from '../state/cache-pool.ts';
import { SharedDecoding } from './shared-decoding.ts';
import { type HostedApplication, HostedApplications } from './hosted-applications.ts';
import { checkClose, checkServers, type StreamsCloseOptions } from './streams-app-options.ts';
import { HOST_STATE_FOLDER } from './host-state.ts';
import { TopicAccess } from './topic-access.ts';
import { TransactionPace } from './transaction-pace.ts';
import { StateDatabase } from './state-database.ts';
import { StateDirectory } from './state-directory.ts';

const MEBIBYTE = 1024 * 1024;
/** What the write-back caches of all applications take together. Each has its own limit (`cacheBytesMax`) within it. */
export const HOST_CACHE_BYTES_MAX = 64 * MEBIBYTE;
/** Uncompressed blocks that RocksDB keeps in memory, for the stores of all applications. */
export const HOST_BLOCK_CACHE_BYTES = 32 * MEBIBYTE;
/** RocksDB has two of them as a rule, six when the disk is slow. What many applications write in one commit fits into it. */
const WRITE_BUFFER_BYTES = 8 * MEBIBYTE;

/** Settings of a {@link StreamsHost}. */
export interface StreamsHostOptions {
  /** Where time, chance, network and disk come from: this process and its machine, unless a test says otherwise. */
  readonly environment?: Environment;
  /** `bootstrap.servers`: of all its applications. */
  readonly bootstrapServers: string | readonly string[];
  /** A folder of this host alone. */
  readonly stateDir: string;
  /** `client.id` of what applications share; what shows in their groups is their own. */
  readonly clientId?: string;
  readonly logger?: Logger;
  /** Bytes that the write-back caches of all applications take together, 64 MiB. */
  readonly cacheBytesMax?: number | undefined;
  /** Bytes of blocks that RocksDB keeps in memory, 32 MiB. */
  readonly blockCacheBytes?: number | undefined;
}

/** What only Millrace itself tells a host. */
interface StreamsHostParts {
  /** Connections that other clients of the process use, too. */
  readonly connections?: SharedConnections | undefined;
}

const DEFAULT_CLIENT_ID = 'millrace-streams';

const checks = {
  environment: optional(withMethods()),
  bootstrapServers: checkServers,
  stateDir: nonEmptyText,
  clientId: optional(nonEmptyText),
  logger: optional(withMethods('debug', 'info', 'warn', 'error', 'child')),
  cacheBytesMax: optional(wholeNumber(0)),
  blockCacheBytes: optional(wholeNumber(0)),
} as const satisfies FieldChecks<StreamsHostOptions>;

const checkOptions = objectOf<StreamsHostOptions>(checks);

/** @throws {ArgumentError} for an option that is not what its type says. */
export function checkHostOptions(options: StreamsHostOptions): void {
  checkOptions(options, 'options');
  refuseUnknown(options, { known: Object.keys(checks), argument: 'options' });
}

/**
 * What applications of one process have together: what they read, the connections to the cluster, a producer, the requests
 * about topics, one database, and the memory over it. Each of them, its tenant, is a consumer group and a failure domain of
 * its own: it stops alone, and what one holds up holds up no other. An application without a host has all of it for itself.
 *
 * @example
 * const host = new StreamsHost({ bootstrapServers: 'localhost:9092', stateDir: './state' });
 * const apps = topologies.map(
 *   (topology, i) => new StreamsApp({ applicationId: `app-${i}`, bootstrapServers: 'localhost:9092', topology, host }),
 * );
 * await Promise.all(apps.map((app) => app.start()));
 * // ...
 * await host.close();
 */
export class StreamsHost {
  /** What their consumers read together. */
  readonly fetches: SharedFetches;
  /** What their tasks read the records with. */
  readonly decoding = new SharedDecoding();
  /** See {@link CachePool}. */
  readonly cachePool: CachePool;
  /** For all requests but fetches. */
  readonly connections: SharedConnections;
  readonly producers: SharedProducers;
  readonly admin: KafkaAdmin;
  readonly topics: TopicAccess;
  /** What its applications look at every so often, they look at together. */
  readonly intervals: SharedIntervals;
  /** When they commit their transactions. */
  readonly pace: TransactionPace = new TransactionPace();
  readonly #options: StreamsHostOptions;
  readonly #environment: Environment;
  readonly #addresses: string;
  #database: StateDatabase | undefined;
  readonly #life: Lifecycle;
  readonly #logger: Logger;
  readonly #applications: HostedApplications;
  #closed: Promise<void> | undefined;

  /** @throws {ArgumentError} for an option that is not what its type says. */
  constructor(options: StreamsHostOptions, parts: StreamsHostParts = {}) {
    checkHostOptions(options);
    const { environment = nodeEnvironment, bootstrapServers, logger = silentLogger } = options;
    const { clientId = DEFAULT_CLIENT_ID } = options;
    const { connections = new SharedConnections() } = parts;
    this.connections = connections;
    this.#options = options;
    this.#environment = environment;
    this.#logger = logger;
    this.#applications = new HostedApplications(logger);
    this.#addresses = addressesOf(bootstrapServers);
    this.#life = new Lifecycle('what applications share', { timers: environment.timers, logger });
    const admin = new Admin(
      { environment, bootstrapServers, clientId: `${clientId}-admin` },
      { connections },
    );
    this.fetches = new SharedFetches({ clientId: `${clientId}-shared-consumer` });
    this.#life.add({ name: 'the shared fetches', close: () => this.fetches.close() });
    this.#life.add({ name: 'the admin client', close: () => admin.close() });
    this.admin = admin;
    this.topics = new TopicAccess(admin, environment);
    this.intervals = new SharedIntervals(environment.timers);
    this.producers = new SharedProducers({ connections, clientId: `${clientId}-producer`, logger });
    this.cachePool = new CachePool(options.cacheBytesMax ?? HOST_CACHE_BYTES_MAX);
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
    const { stateDir: root, blockCacheBytes = HOST_BLOCK_CACHE_BYTES } = this.#options;
    const logger = this.#logger;
    const environment = this.#environment;
    const folders = [HOST_STATE_FOLDER];
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

  /** Whether it is of the cluster that an application names. */
  serves(bootstrapServers: string | readonly string[]): boolean {
    return addressesOf(bootstrapServers) === this.#addresses;
  }

  /**
   * Notes an application that starts; answers how it is let go when it has ended.
   * @throws {OperationalError} `CLOSED` once the host is being closed.
   */
  join(application: HostedApplication): () => void {
    return this.#applications.join(application);
  }

  /**
   * Closes the applications that still run, side by side, as {@link StreamsApp.close} does with these options, and then what
   * they share. Never rejects: one that does not end in time is logged, and goes on ending by itself.
   */
  close(options: StreamsCloseOptions = {}): Promise<void> {
    checkClose(options, 'options');
    this.#closed ??= this.#close(options);
    return this.#closed;
  }

  async #close(options: StreamsCloseOptions): Promise<void> {
    await this.#applications.close(options);
    await this.#life.close();
  }
}

/** One text for those that name the same cluster. */
export function addressesOf(bootstrapServers: string | readonly string[]): string {
  return JSON.stringify(parseAddresses(bootstrapServers));
}
