import type { OperationalError } from './errors.ts';

/**
 * Everything that comes from outside a Millrace process, as interfaces: time, timers, randomness, network and disk.
 *
 * Code in `broker/`, `src/client` and `src/streams` takes an {@link Environment} and touches the outside through
 * nothing else, so that the same classes run in production (`src/base/io/node-environment.ts`) and in the seeded
 * simulator (`test/sim`). Promises are deterministic when every source of events is.
 */
export interface Environment {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly network: Network;
  readonly disk: Disk;
  /** Begins to measure how late the event loop is; absent in simulations, where no time passes while code runs. */
  readonly watchLoop?: () => LoopDelay;
  /** Absent: what would take long on an event loop takes long there. */
  readonly workers?: Workers;
  /**
   * Makes workers of one's own, for what may take minutes and gives way to all else. Absent: it is done on the event loop,
   * between other work.
   */
  readonly newWorkers?: () => EndableWorkers;
}

/** How late the event loop of this process was. */
export interface LoopDelay {
  /** The longest delay since this was last asked, in milliseconds. */
  takeMaxMs(): number;
  close(): void;
}

/** A computation that takes too long for an event loop; its module exports it as `task`. */
export interface WorkerTask<I, O> {
  /** The address of the module, its `import.meta.url`. */
  readonly module: string;
  /** Input and output are copied between threads: plain data and bytes. */
  run(input: I): O | Promise<O>;
}

export interface Workers {
  /** Runs a task beside the event loop; rejects with what it throws. */
  run<I, O>(task: WorkerTask<I, O>, input: I): Promise<O>;
}

/** Workers of somebody's own. */
export interface EndableWorkers extends Workers {
  /** Ends what they are at, which fails with that; resolves when they have ended. The next task starts them again. */
  end(): Promise<void>;
}

/** One end of a conversation between two threads. Messages are copied, as structured clones, and arrive in order. */
export interface ThreadPort<Incoming, Outgoing> {
  post(message: Outgoing): void;
  /** Called once; what was posted before waits until then. */
  onMessage(handler: (message: Incoming) => void): void;
}

/** Something that runs in a thread of its own as long as somebody talks to it; its module exports it as `service`. */
export interface ThreadService<ToThread, FromThread> {
  /** The address of the module, its `import.meta.url`. */
  readonly module: string;
  /** Resolves when it has ended, and the thread ends with it. */
  serve(port: ThreadPort<ToThread, FromThread>): Promise<void>;
}

/** Whoever has started a thread hears of it by these, in this order. */
export interface ThreadHandlers<FromThread> {
  readonly onMessage: (message: FromThread) => void;
  /**
   * Called once, when the thread is gone, with all that it held.
   * @param failure what it has failed with: an exception that nobody caught, a heap that was full; absent where its service
   *   has ended.
   */
  readonly onEnd: (failure?: { readonly error: unknown }) => void;
}

/** What a thread may take; it fails where it takes more. */
export interface ThreadLimits {
  /** Of objects that live on; by default as much as the main thread may have. */
  readonly heapMegabytesMax?: number;
  /** Of objects that were made just now, which is not failed but cleaned beyond that. */
  readonly youngMegabytesMax?: number;
}

/** A thread that runs a {@link ThreadService}, seen from the one that has started it. */
export interface ServiceThread<ToThread> {
  /** Does nothing where the thread has ended. */
  post(message: ToThread): void;
  /** Ends it wherever it is, as soon as it has loaded its modules; resolves when it is gone. */
  terminate(): Promise<void>;
}

export interface Threads {
  start<ToThread, FromThread>(
    service: ThreadService<ToThread, FromThread>,
    handlers: ThreadHandlers<FromThread>,
    limits?: ThreadLimits,
  ): ServiceThread<ToThread>;
}

export interface Clock {
  /** Wall-clock time, in milliseconds since the epoch. It may jump. */
  nowMs(): number;
  /** Time since an arbitrary start, in fractional milliseconds. It never goes back. */
  monotonicMs(): number;
}

/** A running timer; the only thing that one can do with it is to cancel it. */
export interface Timer {
  cancel(): void;
}

export interface Timers {
  /** Runs `callback` once, at least `delayMs` from now. */
  after(delayMs: number, callback: () => void): Timer;
  /** Runs `callback` about every `intervalMs` until cancelled. */
  every(intervalMs: number, callback: () => void): Timer;
  /** Runs `callback` once the I/O events of this event-loop turn have been handled: the place to work in batches. */
  defer(callback: () => void): void;
  /** Resolves after `delayMs`; rejects with the signal's reason when it is aborted first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform in [0, bound), an integer; `bound` is at most 2^31. */
  int(bound: number): number;
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Network {
  /**
   * Listens for stream connections. Port 0 takes a free one.
   * @throws {OperationalError} with code `ADDRESS_IN_USE` or `ADDRESS_NOT_AVAILABLE`.
   */
  listen(options: ListenOptions): Promise<Listener>;
  /**
   * Opens a stream connection; bytes arrive only after {@link Connection.start}.
   * @throws {OperationalError} (retriable) with code `CONNECTION_REFUSED`, `HOST_NOT_FOUND` or `TIMED_OUT`.
   */
  connect(options: ConnectOptions): Promise<Connection>;
}

export interface ListenOptions extends Address {
  /** Called with each accepted connection, which reads nothing until {@link Connection.start}. */
  readonly onConnection: (connection: Connection) => void;
  /** Called when a connection could not be accepted, as at the limit of open files; the listener goes on. */
  readonly onError?: (error: OperationalError) => void;
}

export interface ConnectOptions extends Address {
  readonly timeoutMs?: number;
}

export interface Listener {
  readonly address: Address;
  /** Stops accepting; open connections stay. */
  close(): Promise<void>;
}

export interface ConnectionHandlers {
  /**
   * Memory for the next bytes, asked for before each read and left alone until `data` is called with the part of it that
   * was filled. Without it each chunk is memory of its own.
   */
  memory?(): Buffer;
  /** Bytes as they came off the wire: the beginning of what `memory` has given, or a chunk that belongs to the handler. */
  data(chunk: Buffer): void;
  /** The write queue went empty after {@link Connection.write} had left something in it. */
  drain?(): void;
  /** Called once, when the connection has ended for whatever reason. */
  close(error?: Error): void;
}

export interface Connection {
  /** What the peer dialled: the address of this end. */
  readonly local: Address;
  readonly remote: Address;
  /** Whether the peer is this very process; absent where nobody knows: then it is taken for a stranger. */
  readonly isFromThisProcess?: boolean;
  /** Begins to deliver events; called once. */
  start(handlers: ConnectionHandlers): void;
  /**
   * Queues chunks, in order, as one write. The chunks must not change until they are sent.
   * @param onSent called, later, when the operating system has taken them all; not where the connection ends first.
   * @returns false when more is queued than is good to hold. Whenever something is left in the queue, `drain` follows.
   */
  write(chunks: readonly Uint8Array[], onSent?: () => void): boolean;
  /** Bytes queued and not yet handed to the operating system. */
  readonly queuedBytes: number;
  /** Stops reading; a chunk may still come. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then closes. */
  end(): void;
  /** Closes at once and drops what is queued. */
  destroy(error?: Error): void;
}

/**
 * A disk. Calls that the page cache answers are synchronous (a buffered write costs microseconds, a promise around it
 * four times as much); waiting for the platter ({@link DiskFile.sync}) is not.
 *
 * Every call throws {@link OperationalError} with code `DISK_FULL`, `NOT_FOUND`, `NOT_PERMITTED` or `DISK_ERROR`.
 */
export interface Disk {
  /** How many files, sockets among them, the process may hold open at a time; Infinity where there is no limit. */
  readonly openFilesMax: number;
  open(path: string, mode: OpenMode): DiskFile;
  exists(path: string): boolean;
  /** The whole file. */
  readFile(path: string): Buffer;
  /** Writes a file whole, over what was there. A crash may leave any part of it: for what can be told to be torn. */
  writeFile(path: string, content: Uint8Array): void;
  /** Replaces a file so that a crash leaves the old content or the new, never a mixture: write aside, sync, rename. */
  replaceFile(path: string, content: Uint8Array): void;
  /**
   * Creates a directory and its parents; no error where it exists. With `durable`, its existence survives a power loss
   * when the call returns: for the directory that all else is in; elsewhere {@link syncDirectory} does not block.
   */
  makeDirectory(path: string, options?: { readonly durable: boolean }): void;
  /** Creates a directory in one that exists; false where something of that name is there already. */
  createDirectory(path: string): boolean;
  /** Names (not paths) in a directory, sorted. */
  list(path: string): readonly string[];
  isDirectory(path: string): boolean;
  /** A file, without opening it; undefined where there is none. */
  fileStat(path: string): FileStat | undefined;
  /** When an entry of a directory came, went or got another name last; undefined where there is no such directory. */
  directoryModifiedMs(path: string): number | undefined;
  /** The size of the disk that a directory lies on, and what of it this process may still write, in bytes. */
  space(path: string): { readonly totalBytes: number; readonly usableBytes: number };
  rename(from: string, to: string): void;
  /** Removes a file; no error where there is none. */
  remove(path: string): void;
  /** As {@link remove}, off the event loop: ext4 takes some 70 ms to let go of 256 MB. */
  removeInBackground(path: string): Promise<void>;
  /** Removes a directory and all in it; no error where there is none. */
  removeDirectory(path: string): void;
  /** Removes a directory in which there is nothing; false where there is something, which stays, or no such directory. */
  removeEmptyDirectory(path: string): boolean;
  /** As {@link removeDirectory}, off the event loop. */
  removeDirectoryInBackground(path: string): Promise<void>;
  /** Makes creations, renames and removals in the directory survive a power loss. */
  syncDirectory(path: string): Promise<void>;
  /**
   * Takes an exclusive lock that ends with the process.
   * @throws {OperationalError} with code `LOCKED` and the holder's process id in the message where it is known.
   */
  lock(path: string): DiskLock;
}

export interface FileStat {
  readonly sizeInBytes: number;
  /** When its content was written last: the same number as long as nobody writes. */
  readonly modifiedMs: number;
}

/** `read`: must exist; `write`: read and write, must exist; `create`: read and write, created empty if missing. */
export type OpenMode = 'read' | 'write' | 'create';

export interface DiskFile {
  readonly path: string;
  /** Length in bytes. */
  size(): number;
  /** Reads up to `length` bytes at `position` into `target` at `offset`; answers how many there were. */
  read(target: Uint8Array, offset: number, length: number, position: number): number;
  /** Writes all chunks, in order, from `position` on. */
  write(chunks: readonly Uint8Array[], position: number): void;
  truncate(size: number): void;
  /** Resolves when everything written before the call survives a power loss. */
  sync(): Promise<void>;
  close(): void;
}

export interface DiskLock {
  release(): void;
}
