import net from 'node:net';
import type {
  Address,
  ConnectOptions,
  Connection,
  ConnectionHandlers,
  Listener,
  ListenOptions,
  Network,
} from '../environment.ts';
import { OperationalError } from '../errors.ts';
import { bindingFor, isFromThisProcess, noteOwnSocket } from './own-sockets.ts';
import { readInto } from './socket-memory.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** What is still read of a paused connection. */
const PAUSED_BYTES_MAX = 1024;

export const nodeNetwork: Network = {
  listen(options: ListenOptions): Promise<Listener> {
    return new Promise((resolve, reject) => {
      // A peer whose machine is gone says nothing: the operating system asks for it.
      const server = net.createServer({ noDelay: true, pauseOnConnect: true, keepAlive: true }, (socket) =>
        options.onConnection(new NodeConnection(socket, { isFromThisProcess: isFromThisProcess(socket) })),
      );
      const onListenError = (error: Error): void => reject(listenError(error, options));
      server.once('error', onListenError);
      server.listen({ host: options.host, port: options.port }, () => {
        server.off('error', onListenError);
        server.on('error', (error) => options.onError?.(acceptError(error, options)));
        const bound = server.address() as net.AddressInfo;
        resolve({
          address: { host: bound.address, port: bound.port },
          close: () => new Promise<void>((closed) => server.close(() => closed())),
        });
      });
    });
  },

  connect(options: ConnectOptions): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const { host, port } = options;
      const socket = net.connect({ host, port, noDelay: true, ...bindingFor(host) });
      noteOwnSocket(socket, port);
      const timeoutMs = options.timeoutMs ?? CONNECT_TIMEOUT_MS;
      const timer = setTimeout(() => {
        socket.destroy();
        reject(
          new OperationalError('TIMED_OUT', `no answer from ${show(options)} within ${timeoutMs} ms`, {
            retriable: true,
          }),
        );
      }, timeoutMs);
      socket.once('error', (error) => {
        clearTimeout(timer);
        reject(connectError(error, options));
      });
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.removeAllListeners('error');
        resolve(new NodeConnection(socket, { isFromThisProcess: false }));
      });
    });
  },
};

class NodeConnection implements Connection {
  readonly local: Address;
  readonly remote: Address;
  readonly isFromThisProcess: boolean;
  #socket: net.Socket;
  #error: Error | undefined;
  #onClose: ((error?: Error) => void) | undefined;
  #onDrain: (() => void) | undefined;
  #closed = false;
  #isPaused = false;
  /** Reads on until something comes while it is paused: otherwise a peer that leaves meanwhile would not be noticed. */
  #stopsAfterChunk = false;
  #mustDrain = false;

  constructor(socket: net.Socket, origin: { readonly isFromThisProcess: boolean }) {
    this.#socket = socket;
    this.isFromThisProcess = origin.isFromThisProcess;
    this.local = { host: socket.localAddress ?? '', port: socket.localPort ?? 0 };
    this.remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.#watch(socket);
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  start(handlers: ConnectionHandlers): void {
    if (this.#closed) {
      // The peer went away between accept and start: tell it like any other end, but never before start returned.
      queueMicrotask(() => handlers.close(this.#error));
      return;
    }
    this.#onClose = handlers.close.bind(handlers);
    if (!this.#readIntoMemoryOf(handlers)) this.#socket.on('data', handlers.data.bind(handlers));
    this.#onDrain = handlers.drain?.bind(handlers);
    this.#socket.resume();
  }

  #readIntoMemoryOf(handlers: ConnectionHandlers): boolean {
    const memoryOf = handlers.memory?.bind(handlers);
    if (memoryOf === undefined) return false;
    const memory = (): Buffer => (this.#isPaused ? memoryOf().subarray(0, PAUSED_BYTES_MAX) : memoryOf());
    const data = (chunk: Buffer): boolean => {
      const wasPaused = this.#isPaused;
      handlers.data(chunk);
      return !wasPaused || !this.#isPaused;
    };
    const successor = readInto(this.#socket, { memory, data });
    if (successor === undefined) return false;
    this.#watch(successor);
    this.#socket = successor;
    this.#stopsAfterChunk = true;
    return true;
  }

  #watch(socket: net.Socket): void {
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', () => {
      // One that another socket has taken over for ends after it.
      if (socket !== this.#socket) return;
      this.#closed = true;
      this.#onClose?.(this.#error);
    });
  }

  write(chunks: readonly Uint8Array[], onSent?: () => void): boolean {
    const socket = this.#socket;
    if (socket.destroyed) return false;
    if (chunks.length === 0) return true;
    const onWritten = onSent === undefined ? this.#onWritten : this.#thenSent(onSent);
    let more = true;
    let left = chunks.length;
    // Corked, the chunks leave in one writev.
    if (left > 1) socket.cork();
    for (const chunk of chunks) more = socket.write(chunk, --left === 0 ? onWritten : undefined);
    socket.uncork();
    // What the operating system has taken at once is not in the queue any more. Node tells of a drained queue only where
    // it was a long one; the last write in the queue tells here when it has ended.
    if (socket.writableLength > 0) this.#mustDrain = true;
    return more;
  }

  readonly #onWritten = (): void => {
    if (!this.#mustDrain || this.#closed || this.#socket.writableLength > 0) return;
    this.#mustDrain = false;
    this.#onDrain?.();
  };

  #thenSent(onSent: () => void): (error?: Error | null) => void {
    return (error) => {
      // Of a socket that was destroyed nobody knows what was still under way.
      if ((error === undefined || error === null) && !this.#socket.destroyed) onSent();
      this.#onWritten();
    };
  }

  pause(): void {
    this.#isPaused = true;
    if (!this.#stopsAfterChunk) this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(error?: Error): void {
    if (error !== undefined) this.#error = error;
    this.#socket.destroy();
  }
}

function show(address: Address): string {
  return `${address.host}:${address.port}`;
}

function listenError(error: NodeJS.ErrnoException, address: Address): OperationalError {
  const code =
    error.code === 'EADDRINUSE'
      ? 'ADDRESS_IN_USE'
      : error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND'
        ? 'ADDRESS_NOT_AVAILABLE'
        : 'NETWORK_ERROR';
  const text =
    code === 'ADDRESS_IN_USE'
      ? `port ${address.port} on ${address.host} is already in use`
      : `cannot listen on ${show(address)}: ${error.message}`;
  return new OperationalError(code, text, { retriable: false, cause: error });
}

function acceptError(error: Error, address: Address): OperationalError {
  return new OperationalError('NETWORK_ERROR', `cannot accept on ${show(address)}: ${error.message}`, {
    retriable: true,
    cause: error,
  });
}

function connectError(error: NodeJS.ErrnoException, address: Address): OperationalError {
  const code =
    error.code === 'ECONNREFUSED'
      ? 'CONNECTION_REFUSED'
      : error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN'
        ? 'HOST_NOT_FOUND'
        : error.code === 'ETIMEDOUT'
          ? 'TIMED_OUT'
          : 'NETWORK_ERROR';
  return new OperationalError(code, `cannot connect to ${show(address)}: ${error.message}`, {
    retriable: true,
    cause: error,
  });
}
