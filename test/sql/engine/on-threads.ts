import { expect } from 'vitest';
import type { ServiceThread, Threads } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { nodeThreads } from '../../../src/base/io/node-threads.ts';
import type { LogFields, Logger } from '../../../src/base/logger.ts';
import { MemoryRegistry } from '../../../src/sql/testing/memory-registry.ts';
import { KafkaHost } from '../../../src/sql/index.ts';
import { ThreadedQueries } from '../../../src/sql/runtime/thread/threaded-queries.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { SqlSession } from './sql-session.ts';

interface Threaded {
  readonly threads: ServiceThread<never>[];
  readonly lines: (LogFields & { readonly message: string })[];
}

interface OnThreadsOptions {
  readonly stateDir: string;
  readonly count?: number;
  /** See `ThreadWatch`. */
  readonly silentMsMax?: number;
  /** Of each thread. */
  readonly heapMegabytesMax?: number;
  readonly restartBackoff?: { readonly initialMs: number; readonly maxMs: number };
}

/** On threads, and tells of what it logs. */
export class OnThreads extends SqlSession {
  readonly lines: Threaded['lines'];
  readonly #threads: Threaded['threads'];

  constructor(bootstrapServers: string, options: OnThreadsOptions) {
    const { stateDir, count = 1, silentMsMax, heapMegabytesMax } = options;
    const noted: Threaded = { threads: [], lines: [] };
    const hostOptions = {
      ...{ environment: nodeEnvironment, bootstrapServers, stateDir, logger: loggerTo(noted.lines) },
      registry: new MemoryRegistry(),
      serviceId: 'threads_',
      commitIntervalMs: 100,
      restartBackoff: options.restartBackoff ?? { initialMs: 100, maxMs: 400 },
    };
    const threads: Threads = {
      start: (service, handlers, limits) => {
        const thread = nodeThreads.start(
          service,
          handlers,
          heapMegabytesMax === undefined ? limits : { heapMegabytesMax },
        );
        noted.threads.push(thread);
        return thread;
      },
    };
    const host = new KafkaHost(hostOptions, {
      runtime: new ThreadedQueries(hostOptions, {
        threads,
        count,
        ...(silentMsMax === undefined ? {} : { silentMsMax }),
      }),
    });
    host.open();
    host.placeState();
    super(host);
    this.lines = noted.lines;
    this.#threads = noted.threads;
  }

  /** Rows as soon as there are some. */
  pulled(select: string): ReturnType<typeof expect.poll> {
    return expect.poll(() => this.pull(select).catch(() => []), { timeout: PATIENCE_MS });
  }

  states(): readonly string[] {
    return this.engine.queries().map(({ state }) => state);
  }

  /** Ends the threads as a bug in them would. */
  async killThreads(): Promise<void> {
    await Promise.all(this.#threads.splice(0).map((thread) => thread.terminate()));
  }
}

function loggerTo(lines: Threaded['lines'], context: LogFields = {}): Logger {
  const log = (message: string, fields: LogFields = {}): void => {
    lines.push({ ...context, ...fields, message });
  };
  return {
    debug: () => undefined,
    info: log,
    warn: log,
    error: log,
    child: (fields) => loggerTo(lines, fields),
  };
}
