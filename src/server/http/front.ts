import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { type ConnectionLimits, defaultConnectionLimits } from './connection-limits.ts';
import { answerBroken, answerExpectation } from './broken-request.ts';
import { limitSession, limitStream } from './http2-limits.ts';
import { closedWebPolicy, WebGuard, type WebPolicy } from './web-guard.ts';

/** As long as no request comes, those that clients had sent before they could know have been read. */
const QUIET_MS = 100;

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

interface HttpFrontOptions {
  readonly webPolicy?: WebPolicy;
  readonly limits?: ConnectionLimits;
}

/**
 * One port for HTTP/1.1 and cleartext HTTP/2 by prior knowledge (RFC 9113, section 3.3).
 *
 * A plain TCP server reads the first bytes of a connection; if they are HTTP/2's preface the connection goes to an
 * HTTP/2 server, otherwise to an HTTP/1.1 server. Both hand requests to the same handler, past the same
 * {@link WebGuard}. A connection that does not get on with its request is closed after the limits' times.
 */
export class HttpFront {
  readonly #tcp: net.Server;
  readonly #http1: http.Server;
  readonly #http2: http2.Http2Server;
  readonly #limits: ConnectionLimits;
  readonly #sockets = new Set<net.Socket>();
  readonly #sessions = new Set<http2.ServerHttp2Session>();
  /** Those that have not been sent to their end. */
  readonly #responses = new Set<http.ServerResponse>();
  #requests = 0;
  #onIdle: () => void = () => undefined;

  constructor(handler: http.RequestListener, options: HttpFrontOptions = {}) {
    const guard = new WebGuard(options.webPolicy ?? closedWebPolicy);
    const limits = options.limits ?? defaultConnectionLimits;
    this.#limits = limits;
    const guarded: http.RequestListener = (request, response) => {
      this.#requests += 1;
      this.#responses.add(response);
      response.once('close', () => this.#onResponded(response));
      if (guard.admit(request, response)) handler(request, response);
    };
    this.#http1 = http.createServer(
      {
        // The guard refuses what names no host, in ksqlDB's shape.
        requireHostHeader: false,
        keepAliveTimeout: limits.idleTimeoutMs,
        headersTimeout: limits.requestTimeoutMs,
        requestTimeout: limits.requestTimeoutMs,
        connectionsCheckingInterval: Math.min(10_000, Math.ceil(limits.requestTimeoutMs / 4)),
      },
      guarded,
    );
    // Node begins to watch the times of requests when a server listens. This one never does: the door does.
    this.#http1.emit('listening');
    this.#http2 = http2.createServer({ maxSessionInvalidFrames: 100 });
    // The compatibility API gives HTTP/2 requests the shape of HTTP/1 ones, which is what the router expects.
    this.#http2.on(
      'request',
      guarded as unknown as (q: http2.Http2ServerRequest, s: http2.Http2ServerResponse) => void,
    );
    this.#http2.on('session', (session) => {
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
      // A peer that resets a connection ends its session; nothing else of the server is touched.
      session.on('error', () => session.destroy());
      limitSession(session, limits);
    });
    this.#http2.on('stream', (stream) => limitStream(stream, limits));
    this.#http1.on('clientError', answerBroken);
    this.#http1.on('checkExpectation', answerExpectation);
    this.#tcp = net.createServer((socket) => this.#detectProtocol(socket));
    this.#tcp.maxConnections = limits.connectionsMax;
  }

  /** The HTTP/1.1 server, for a router that wants one. */
  get http1(): http.Server {
    return this.#http1;
  }

  /**
   * Port 0 takes a free one.
   * @throws {OperationalError} `ADDRESS_IN_USE` where another process listens there.
   */
  listen(address: Address): Promise<Address> {
    return new Promise((resolve, reject) => {
      this.#tcp.once('error', (error: NodeJS.ErrnoException) => {
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
      this.#tcp.listen(address.port, address.host, () => {
        const bound = this.#tcp.address() as net.AddressInfo;
        resolve({ host: bound.address, port: bound.port });
      });
    });
  }

  /**
   * Resolves when all answers have been sent and no request has come for a moment, or the time is over. Requests that were
   * on their way when the server began to stop are answered so, where their clients would see a connection that is reset.
   */
  async drain({ limitMs }: { readonly limitMs: number }): Promise<void> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), limitMs);
    const over = new Promise<void>((resolve) => limit.signal.addEventListener('abort', () => resolve()));
    let answered: number;
    do {
      if (this.#responses.size > 0) {
        await Promise.race([over, new Promise<void>((resolve) => (this.#onIdle = resolve))]);
      }
      answered = this.#requests;
      await Promise.race([over, sleep(QUIET_MS)]);
    } while (!limit.signal.aborted && (this.#responses.size > 0 || this.#requests !== answered));
    clearTimeout(timer);
  }

  /** Stops accepting and ends every connection; requests in flight are cut. */
  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
    // Ends the watch over requests; that it does not listen is no news.
    this.#http1.close(() => undefined);
    await new Promise<void>((closed) => this.#tcp.close(() => closed()));
  }

  #onResponded(response: http.ServerResponse): void {
    this.#responses.delete(response);
    if (this.#responses.size === 0) this.#onIdle();
  }

  #detectProtocol(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    // A peer that vanished without a word is found out, also where nothing is being sent to it.
    socket.setKeepAlive(true, this.#limits.idleTimeoutMs);
    const timer = setTimeout(() => socket.destroy(), this.#limits.requestTimeoutMs);
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
