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

const CONNECT_TIMEOUT_MS = 10_000;

export const nodeNetwork: Network = {
  listen(options: ListenOptions): Promise<Listener> {
    return new Promise((resolve, reject) => {
      const server = net.createServer({ noDelay: true, pauseOnConnect: true }, (socket) =>
        options.onConnection(new NodeConnection(socket)),
      );
      server.once('error', (error) => reject(listenError(error, options)));
      server.listen({ host: options.host, port: options.port }, () => {
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
      const socket = net.connect({ host: options.host, port: options.port, noDelay: true });
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
        resolve(new NodeConnection(socket));
      });
    });
  },
};

class NodeConnection implements Connection {
  readonly local: Address;
  readonly remote: Address;
  readonly #socket: net.Socket;
  #error: Error | undefined;
  #onClose: ((error?: Error) => void) | undefined;
  #closed = false;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    this.local = { host: socket.localAddress ?? '', port: socket.localPort ?? 0 };
    this.remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#onClose?.(this.#error);
    });
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
    this.#socket.on('data', handlers.data.bind(handlers));
    if (handlers.drain !== undefined) this.#socket.on('drain', handlers.drain.bind(handlers));
    this.#socket.resume();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (socket.destroyed) return false;
    const last = chunks.length - 1;
    if (last < 0) return true;
    if (last === 0) return socket.write(chunks[0] as Uint8Array);
    // Corked, the chunks leave in one writev.
    socket.cork();
    let more = true;
    for (const chunk of chunks) more = socket.write(chunk);
    socket.uncork();
    return more;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
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
