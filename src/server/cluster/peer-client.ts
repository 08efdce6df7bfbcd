import http from 'node:http';
import https from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { messageOf, OperationalError } from '../../base/errors.ts';

/** Connections to one server at a time; more requests wait for one of them. */
const SOCKETS_MAX = 64;
/** Of an answer that is read whole. */
const ANSWER_BYTES_MAX = 67_108_864;

/** How this server asks the others. */
interface PeerOptions {
  /** What it shows them, as the header of the name. */
  readonly authorization?: string;
  /** Absent: without TLS. */
  readonly tls?: SecureContextOptions;
}

interface PeerRequest {
  /** `host:port` */
  readonly host: string;
  readonly path: string;
  readonly body: unknown;
  readonly accept: string;
  /** How long the answer may not begin, or stand still. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** An answer that has begun. */
export interface PeerAnswer {
  readonly status: number;
  /** Ends early where whoever reads it stops. */
  readonly chunks: AsyncIterable<Buffer>;
}

/**
 * Asks other servers of the service, over connections that stay open. What keeps a server from answering is an
 * {@link OperationalError} `PEER_UNREACHABLE`, whatever it is; what it refuses is an answer.
 */
export class PeerClient {
  readonly #agent: http.Agent;
  readonly #scheme: 'http' | 'https';
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ authorization, tls }: PeerOptions = {}) {
    this.#headers = authorization === undefined ? {} : { authorization };
    this.#scheme = tls === undefined ? 'http' : 'https';
    const options = {
      keepAlive: true,
      maxSockets: SOCKETS_MAX,
      // As many stay open: under load one that is free now is asked for in a moment.
      maxFreeSockets: SOCKETS_MAX,
      // The one whose last request is the shortest time ago: the others are let go of by the server in time.
      scheduling: 'lifo',
    } as const;
    this.#agent = tls === undefined ? new http.Agent(options) : new https.Agent({ ...options, ...tls });
  }

  /** Posts JSON. Resolves when the answer has begun. @throws {OperationalError} `PEER_UNREACHABLE`, retriable. */
  async post(request: PeerRequest): Promise<PeerAnswer> {
    try {
      return await this.#post(request);
    } catch (error) {
      // A connection that the other side has closed while it was not used says nothing about the server.
      if (isStaleConnection(error)) return this.#post(request).catch((again) => unanswered(request, again));
      return unanswered(request, error);
    }
  }

  /** Posts JSON and reads all of the answer, which is JSON. @throws {OperationalError} `PEER_UNREACHABLE`, retriable. */
  async postForJson(
    request: Omit<PeerRequest, 'accept'>,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    // All of it: one that comes drop by drop is none, either.
    const signal = AbortSignal.timeout(request.timeoutMs);
    const { status, chunks } = await this.post({ ...request, accept: 'application/json', signal });
    try {
      const parts: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES_MAX) throw new Error(`the answer has more than ${ANSWER_BYTES_MAX} bytes`);
        parts.push(chunk);
      }
      const text = Buffer.concat(parts).toString();
      const parsed: unknown = text.trim() === '' ? undefined : JSON.parse(text);
      return { status, body: parsed };
    } catch (error) {
      return unanswered(request, error);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #post({ host, path, body, accept, timeoutMs, signal }: PeerRequest): Promise<PeerAnswer> {
    const bytes = Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const open = this.#scheme === 'https' ? https.request : http.request;
      const request = open(`${this.#scheme}://${host}${path}`, {
        method: 'POST',
        agent: this.#agent,
        ...(signal === undefined ? {} : { signal }),
        headers: {
          ...this.#headers,
          'content-type': 'application/json',
          'content-length': bytes.length,
          accept,
        },
      });
      const late = setTimeout(() => request.destroy(lateAnswer(timeoutMs)), timeoutMs);
      request.on('error', (error) => {
        clearTimeout(late);
        reject(withReuse(error, request.reusedSocket));
      });
      request.on('response', (response) => {
        clearTimeout(late);
        resolve({ status: response.statusCode ?? 0, chunks: chunksOf(response, timeoutMs) });
      });
      request.end(bytes);
    });
  }
}

/** What is read of an answer, which may not stand still while somebody waits for more of it. */
async function* chunksOf(response: http.IncomingMessage, timeoutMs: number): AsyncGenerator<Buffer, void> {
  const chunks: AsyncIterator<Buffer> = response[Symbol.asyncIterator]();
  try {
    for (;;) {
      const late = setTimeout(() => response.destroy(lateAnswer(timeoutMs)), timeoutMs);
      const { done = false, value } = await chunks.next().finally(() => clearTimeout(late));
      if (done) return;
      yield value;
    }
  } finally {
    // One that was read to its end has given its connection back.
    if (!response.complete) response.destroy();
  }
}

const lateAnswer = (timeoutMs: number): Error => new Error(`nothing has come for ${timeoutMs} ms`);

/** An error of a connection that had been used before. */
class StaleConnection extends Error {}

function withReuse(error: Error, reused: boolean): Error {
  const isReset = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
  return reused && isReset ? new StaleConnection(error.message, { cause: error }) : error;
}

const isStaleConnection = (error: unknown): boolean => error instanceof StaleConnection;

/** @throws {OperationalError} */
function unanswered({ host }: Pick<PeerRequest, 'host'>, error: unknown): never {
  throw peerUnreachable(host, messageOf(error), error);
}

/** Of a server that does not answer, or whose answer breaks off. */
export function peerUnreachable(host: string, why: string, cause?: unknown): OperationalError {
  return new OperationalError('PEER_UNREACHABLE', `the server at ${host} does not answer: ${why}`, {
    retriable: true,
    cause,
  });
}
