import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import type { Address } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
/** A client that has said nothing after this long is told to go: it holds a socket and no request. */
const FIRST_BYTES_TIMEOUT_MS = 30_000;

/**
 * One port for HTTP/1.1 and cleartext HTTP/2 by prior knowledge (RFC 9113, section 3.3).
 *
 * A plain TCP server reads the first bytes of a connection; if they are HTTP/2's preface the connection goes to an
 * HTTP/2 server, otherwise to an HTTP/1.1 server. Both hand requests to the same handler.
 */
export class HttpFront {
  readonly #door: net.Server;
  readonly #http1: http.Server;
  readonly #http2: http2.Http2Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #sessions = new Set<http2.ServerHttp2Session>();

  constructor(handler: http.RequestListener) {
    this.#http1 = http.createServer({ keepAliveTimeout: 60_000 }, handler);
    this.#http2 = http2.createServer();
    // The compatibility API gives HTTP/2 requests the shape of HTTP/1 ones, which is what the router expects.
    this.#http2.on(
      'request',
      handler as unknown as (q: http2.Http2ServerRequest, s: http2.Http2ServerResponse) => void,
    );
    this.#http2.on('session', (session) => {
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
      // A peer that resets a connection ends its session; nothing else of the server is touched.
      session.on('error', () => session.destroy());
    });
    this.#http1.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
    this.#door = net.createServer((socket) => this.#admit(socket));
  }

  /** The HTTP/1.1 server, on which WebSocket upgrades arrive. */
  get http1(): http.Server {
    return this.#http1;
  }

  /**
   * Port 0 takes a free one.
   * @throws {OperationalError} `ADDRESS_IN_USE` where another process listens there.
   */
  listen(address: Address): Promise<Address> {
    return new Promise((resolve, reject) => {
      this.#door.once('error', (error: NodeJS.ErrnoException) => {
        const taken = error.code === 'EADDRINUSE';
        const text = taken
          ? `port ${address.port} on ${address.host} is already in use`
          : `cannot listen on ${address.host}:${address.port}: ${messageOf(error)}`;
        reject(
          new OperationalError(taken ? 'ADDRESS_IN_USE' : 'ADDRESS_NOT_AVAILABLE', text, {
            retriable: false,
            cause: error,
          }),
        );
      });
      this.#door.listen(address.port, address.host, () => {
        const bound = this.#door.address() as net.AddressInfo;
        resolve({ host: bound.address, port: bound.port });
      });
    });
  }

  /** Stops accepting and ends every connection; requests in flight are cut. */
  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((closed) => this.#door.close(() => closed()));
  }

  #admit(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    const timer = setTimeout(() => socket.destroy(), FIRST_BYTES_TIMEOUT_MS);
    socket.once('close', () => clearTimeout(timer));

    let seen: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      const compared = Math.min(seen.length, PREFACE.length);
      const isPrefix = seen.compare(PREFACE, 0, compared, 0, compared) === 0;
      if (isPrefix && seen.length < PREFACE.length) return;
      socket.off('data', onData);
      socket.pause();
      clearTimeout(timer);
      this.#handOver(socket, seen, isPrefix);
    };
    socket.on('data', onData);
  }

  #handOver(socket: net.Socket, seen: Buffer, isHttp2: boolean): void {
    if (isHttp2) {
      // An HTTP/2 session takes over the socket's handle at once, so the bytes must be back before it looks.
      socket.unshift(seen);
      this.#http2.emit('connection', socket);
      return;
    }
    this.#http1.emit('connection', socket);
    socket.unshift(seen);
    socket.resume();
  }
}
