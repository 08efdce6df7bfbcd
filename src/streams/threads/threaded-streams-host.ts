import { wrongArgument } from '../../base/argument-checks.ts';
import { silentLogger } from '../../base/logger.ts';
import { partitionOfKey } from '../../base/murmur2.ts';
import { type HostedApplication, HostedApplications } from '../runtime/hosted-applications.ts';
import { checkClose, type StreamsCloseOptions } from '../runtime/streams-app-options.ts';
import {
  addressesOf,
  checkHostOptions,
  HOST_BLOCK_CACHE_BYTES,
  HOST_CACHE_BYTES_MAX,
  type StreamsHostOptions,
} from '../runtime/streams-host.ts';
import type { HostThread } from './host-thread.ts';
import { refuseInStreamThread } from './in-stream-thread.ts';
import { shareOf, threadFolder } from './thread-folders.ts';
import { hostThreads, type ThreadSource } from './thread-source.ts';
import { checkThreads, refuseFunctions } from './threaded-options.ts';

/** Settings of a {@link ThreadedStreamsHost}: those of a {@link StreamsHost}, whose memory its threads share out. */
export interface ThreadedStreamsHostOptions extends Omit<StreamsHostOptions, 'environment'> {
  /** `num.stream.threads`, 1: how many threads process beside the one that makes the host. */
  readonly threads?: number;
}

/**
 * Stream threads for many applications: `new ThreadedStreamsApp({ ..., host })` runs on them in the place of threads of its own. The
 * applications of a thread share what those of a {@link StreamsHost} share, and each stays a consumer group and a failure domain
 * of its own. A thread that dies is replaced, and its applications go on in the next one.
 *
 * @example
 * const host = new ThreadedStreamsHost({ bootstrapServers: 'localhost:9092', stateDir: './state', threads: 2 });
 * const module = new URL('./topologies.js', import.meta.url);
 * const apps = ['counts', 'sums'].map(
 *   (name) =>
 *     new ThreadedStreamsApp({
 *       applicationId: name,
 *       bootstrapServers: 'localhost:9092',
 *       topology: { module, export: name },
 *       host,
 *     }),
 * );
 * await Promise.all(apps.map((app) => app.start()));
 * // ...
 * await host.close();
 */
export class ThreadedStreamsHost {
  readonly #threads: readonly HostThread[];
  readonly #addresses: string;
  readonly #applications: HostedApplications;
  #closed: Promise<void> | undefined;

  /** @throws {ArgumentError} for an option that is not what its type says. */
  constructor(options: ThreadedStreamsHostOptions, source: ThreadSource = {}) {
    refuseInStreamThread('host');
    const { threads: count = 1, ...shared } = options;
    checkThreads(options.threads, 'options.threads');
    refuseFunctions(shared);
    checkHostOptions(shared);
    const { logger = silentLogger, ...copied } = shared;
    this.#addresses = addressesOf(copied.bootstrapServers);
    this.#applications = new HostedApplications(logger);
    this.#threads = hostThreads(source, {
      ...{ count, logger },
      sharedOf: (thread) => ({
        ...copied,
        stateDir: threadFolder(copied, thread - 1),
        cacheBytesMax: shareOf(copied.cacheBytesMax ?? HOST_CACHE_BYTES_MAX, count),
        blockCacheBytes: shareOf(copied.blockCacheBytes ?? HOST_BLOCK_CACHE_BYTES, count),
      }),
    });
  }

  /** How many threads there are. */
  get threads(): number {
    return this.#threads.length;
  }

  /**
   * What is known of a thread that has not answered for 15 seconds or more, as its record comes to no end, with the application that
   * the record is of; undefined while all answer.
   */
  get standstill(): string | undefined {
    return this.#threads.find(({ standstill }) => standstill !== undefined)?.standstill;
  }

  /** Whether it is of the cluster that an application names. */
  serves(bootstrapServers: string | readonly string[]): boolean {
    return addressesOf(bootstrapServers) === this.#addresses;
  }

  /**
   * The threads that an application runs on: the same ones in each life of the process, where its state is.
   * @throws {ArgumentError} where there are not so many.
   */
  threadsOf(applicationId: string, count = this.threads): readonly HostThread[] {
    if (count > this.threads) {
      const expected = `at most ${this.threads}, which its host has`;
      throw wrongArgument('options.threads', count, expected);
    }
    const first = count === this.threads ? 0 : partitionOfKey(Buffer.from(applicationId), this.threads);
    return [...this.#threads, ...this.#threads].slice(first, first + count);
  }

  /**
   * Notes an application that starts; answers how it is let go when it has ended.
   * @throws {OperationalError} `CLOSED` once the host is being closed.
   */
  join(application: HostedApplication): () => void {
    return this.#applications.join(application);
  }

  /**
   * Closes the applications that still run, side by side, as {@link ThreadedStreamsApp.close} does with these options, and then the
   * threads. Never rejects: one that does not end in time is logged, and ends with its thread.
   */
  close(options: StreamsCloseOptions = {}): Promise<void> {
    checkClose(options, 'options');
    this.#closed ??= this.#close(options);
    return this.#closed;
  }

  async #close(options: StreamsCloseOptions): Promise<void> {
    await this.#applications.close(options);
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
