import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { type ConnectionLimits, defaultConnectionLimits } from './connection-limits.ts';
import { answerBroken, answerExpectation } from './broken-request.ts';
import { detectProtocol } from './detect-protocol.ts';
import { CONCURRENT_STREAMS_MAX, limitSession, limitStream } from './http2-limits.ts';
import { hasLongBody } from './long-bodies.ts';
import { closedWebPolicy, WebGuard, type WebPolicy } from './web-guard.ts';
import { PipelinedResponses } from './pipelined-responses.ts';
import { noteUpgrade } from './web-sockets.ts';

/** As long as no request comes, those that clients had sent before they could know have been read. */
const QUIET_MS = 100;

interface HttpFrontOptions {
  readonly webPolicy?: WebPolicy;
  readonly limits?: ConnectionLimits;
  /** Absent: without TLS. */
  readonly tls?: TlsOptions;
}

/**
 * One port for HTTP/1.1, WebSockets below `/ws/`, and cleartext HTTP/2 by prior knowledge (RFC 9113, section 3.3).
 *
 * A TCP server, with or without TLS, reads the first bytes of a connection; if they are HTTP/2's preface the connection goes to an
 * HTTP/2 server, otherwise to an HTTP/1.1 server. Both hand requests to the same handler, past the same
 * {@link WebGuard}. A connection that does not get on with its request is closed after the limits' times.
 */
export class HttpFront {
  readonly #tcp: net.Server;
  readonly #http1: http.Server;
  /** For connections that are for WebSockets. */
  readonly #webSockets: http.Server;
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
    const pipelined = new PipelinedResponses();
    const guarded: http.RequestListener = (request, response) => {
      this.#requests += 1;
      this.#responses.add(response);
      response.once('close', () => this.#onResponded(response));
      if (request.httpVersionMajor === 1) pipelined.add(response);
      if (guard.admit(request, response)) handler(request, response);
    };
    this.#http1 = http1Server(limits, guarded);
    this.#webSockets = webSocketServer(limits, guarded);
    this.#http2 = http2.createServer({
      maxSessionInvalidFrames: 100,
      settings: { maxConcurrentStreams: CONCURRENT_STREAMS_MAX },
    });
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
    const { tls } = options;
    this.#tcp =
      tls === undefined
        ? net.createServer((socket) => this.#detect(socket))
        : createTlsServer({ ...tls, handshakeTimeout: limits.requestTimeoutMs }, (socket) => {
            if (showsWrongCertificate(socket)) socket.destroy();
            else this.#detect(socket);
          });
    this.#tcp.on('connection', (socket: net.Socket) => this.#onConnection(socket));
    // A handshake that fails ends its connection, and is nobody else's concern.
    this.#tcp.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy());
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

  /** Answers what it can in that time, and closes. */
  async end(options: { readonly limitMs: number }): Promise<void> {
    await this.drain(options);
    await this.close();
  }

  /** Stops accepting and ends every connection; requests in flight are cut. */
  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
    // Ends the watch over requests; that it does not listen is no news.
    this.#http1.close(() => undefined);
    this.#webSockets.close(() => undefined);
    await new Promise<void>((closed) => this.#tcp.close(() => closed()));
  }

  #onResponded(response: http.ServerResponse): void {
    this.#responses.delete(response);
    if (this.#responses.size === 0) this.#onIdle();
  }

  #onConnection(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    // A peer that vanished without a word is found out, also where nothing is being sent to it.
    socket.setKeepAlive(true, this.#limits.idleTimeoutMs);
  }

  /** @param socket one without TLS, or within it. */
  #detect(socket: net.Socket): void {
    socket.on('error', () => socket.destroy());
    detectProtocol(socket, {
      timeoutMs: this.#limits.requestTimeoutMs,
      onDetected: (protocol, seen) => this.#handOver(socket, seen, protocol),
    });
  }

  #handOver(socket: net.Socket, seen: Buffer, protocol: 'http1' | 'http2' | 'web socket'): void {
    if (protocol === 'http2') {
      // An HTTP/2 session takes over the socket's handle at once, so the bytes must be back before it looks.
      socket.unshift(seen);
      this.#http2.emit('connection', socket);
      return;
    }
    (protocol === 'http1' ? this.#http1 : this.#webSockets).emit('connection', socket);
    socket.unshift(seen);
    socket.resume();
  }
}

/** Node refuses none where certificates are only requested. */
function showsWrongCertificate(socket: TLSSocket): boolean {
  return !socket.authorized && Object.keys(socket.getPeerCertificate()).length > 0;
}

/** A server of HTTP/1.1 that does not listen itself. */
function http1Server(limits: ConnectionLimits, listener: http.RequestListener): http.Server {
  const server = http.createServer(
    {
      // The guard refuses what names no host, in ksqlDB's shape.
      requireHostHeader: false,
      keepAliveTimeout: limits.idleTimeoutMs,
      headersTimeout: limits.requestTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(10_000, Math.ceil(limits.requestTimeoutMs / 4)),
    },
    listener,
  );
  // Node begins to watch the times of requests when a server listens. This one never does: the door does.
  server.emit('listening');
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const isOverTime = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    if (!isOverTime || !hasLongBody(socket)) answerBroken(error, socket);
  });
  server.on('checkExpectation', answerExpectation);
  return server;
}

/**
 * The same for connections that are for WebSockets: a server that upgrades some requests leaves the bodies of all unread that ask
 * for an upgrade, as Java's client does for HTTP/2.
 */
function webSocketServer(limits: ConnectionLimits, listener: http.RequestListener): http.Server {
  const server = http1Server(limits, listener);
  server.on('upgrade', (request, socket, head) => {
    // A request that is refused is answered as any other one.
    const response = new http.ServerResponse(request);
    response.shouldKeepAlive = false;
    if (socket instanceof net.Socket) response.assignSocket(socket);
    response.once('finish', () => socket.end());
    noteUpgrade(request, { socket, head });
    listener(request, response);
  });
  return server;
}
