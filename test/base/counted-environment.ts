import type {
  Connection,
  ConnectionHandlers,
  Disk,
  DiskFile,
  Environment,
  LoopDelay,
  Network,
  Random,
  Timer,
  Timers,
  Workers,
} from '../../src/base/environment.ts';

type Kind = 'file' | 'lock' | 'listener' | 'connection' | 'interval' | 'timer' | 'watch';

/** Counts what is open of an environment, and tells of each call that opens, waits or touches the disk. */
export class CountedEnvironment implements Environment {
  readonly clock: Environment['clock'];
  readonly random: Random;
  readonly timers: Timers;
  readonly network: Network;
  readonly disk: Disk;
  readonly workers?: Workers;
  /** Told the number of each call, from 1 on, before it is made. */
  onCall: (call: number) => void = () => undefined;
  readonly #open = new Map<Kind, number>();
  #calls = 0;

  constructor(inner: Environment) {
    this.clock = inner.clock;
    this.random = inner.random;
    this.timers = this.#countTimers(inner.timers);
    this.network = this.#countNetwork(inner.network);
    this.disk = this.#countDisk(inner.disk);
    if (inner.workers !== undefined) this.workers = inner.workers;
  }

  get calls(): number {
    return this.#calls;
  }

  /** What is open, by kind; a kind of which nothing is open is left out. */
  get open(): Readonly<Partial<Record<Kind, number>>> {
    return Object.fromEntries([...this.#open].filter(([, count]) => count !== 0));
  }

  /** The same without timers that end by themselves. */
  get held(): Readonly<Partial<Record<Kind, number>>> {
    const { timer: _timer, ...held } = this.open;
    return held;
  }

  watchLoop(): LoopDelay {
    return { takeMaxMs: () => 0, close: this.#opened('watch') };
  }

  /** Counts one more; answers how it is let go, which may be called again. */
  #opened(kind: Kind): () => void {
    this.#add(kind, 1);
    let isOpen = true;
    return () => {
      if (isOpen) this.#add(kind, -1);
      isOpen = false;
    };
  }

  #add(kind: Kind, count: number): void {
    this.#open.set(kind, (this.#open.get(kind) ?? 0) + count);
  }

  #call(): void {
    this.onCall(++this.#calls);
  }

  #countTimers(timers: Timers): Timers {
    const counted = (closed: () => void, timer: Timer): Timer => ({
      cancel: () => {
        closed();
        timer.cancel();
      },
    });
    return {
      after: (delayMs, callback) => {
        this.#call();
        const closed = this.#opened('timer');
        const fire = (): void => {
          closed();
          callback();
        };
        return counted(closed, timers.after(delayMs, fire));
      },
      every: (intervalMs, callback) => {
        this.#call();
        return counted(this.#opened('interval'), timers.every(intervalMs, callback));
      },
      defer: (callback) => timers.defer(callback),
      sleep: (delayMs, signal) => {
        this.#call();
        return timers.sleep(delayMs, signal).finally(this.#opened('timer'));
      },
    };
  }

  #countNetwork(network: Network): Network {
    return {
      listen: async (options) => {
        this.#call();
        const onConnection = (connection: Connection): void =>
          options.onConnection(countedConnection(connection, this.#opened('connection')));
        const listener = await network.listen({ ...options, onConnection });
        const closed = this.#opened('listener');
        return {
          address: listener.address,
          close: () => {
            closed();
            return listener.close();
          },
        };
      },
      connect: async (options) => {
        this.#call();
        const connection = await network.connect(options);
        return countedConnection(connection, this.#opened('connection'));
      },
    };
  }

  #countDisk(disk: Disk): Disk {
    const open = (path: string, mode: Parameters<Disk['open']>[1]): DiskFile => {
      this.#call();
      return countedFile(disk.open(path, mode), { closed: this.#opened('file'), onSync: () => this.#call() });
    };
    const lock: Disk['lock'] = (path) => {
      this.#call();
      const held = disk.lock(path);
      const closed = this.#opened('lock');
      return {
        release: () => {
          closed();
          held.release();
        },
      };
    };
    return new Proxy(disk, {
      get: (target, name) => {
        if (name === 'open') return open;
        if (name === 'lock') return lock;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}

function countedFile(
  file: DiskFile,
  { closed, onSync }: { readonly closed: () => void; readonly onSync: () => void },
): DiskFile {
  return {
    path: file.path,
    size: () => file.size(),
    read: (target, offset, length, position) => file.read(target, offset, length, position),
    write: (chunks, position) => file.write(chunks, position),
    truncate: (size) => file.truncate(size),
    sync: () => {
      onSync();
      return file.sync();
    },
    close: () => {
      closed();
      file.close();
    },
  };
}

function countedConnection(connection: Connection, closed: () => void): Connection {
  return {
    local: connection.local,
    remote: connection.remote,
    ...(connection.isFromThisProcess === undefined
      ? {}
      : { isFromThisProcess: connection.isFromThisProcess }),
    get queuedBytes() {
      return connection.queuedBytes;
    },
    start: (handlers) => connection.start(countedHandlers(handlers, closed)),
    write: (chunks, onSent) => connection.write(chunks, onSent),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    end: () => connection.end(),
    destroy: (error) => {
      closed();
      connection.destroy(error);
    },
  };
}

function countedHandlers(handlers: ConnectionHandlers, closed: () => void): ConnectionHandlers {
  const target = handlers.memory?.bind(handlers);
  return {
    ...(target === undefined ? {} : { memory: target }),
    data: (chunk) => handlers.data(chunk),
    drain: () => handlers.drain?.(),
    close: (error) => {
      closed();
      handlers.close(error);
    },
  };
}
