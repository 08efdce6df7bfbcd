import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';

const TOO_LARGE = 41_300;

/**
 * Reads the bodies of requests, each within a limit and all within a budget: a body counts from its first byte until its
 * request is answered. A request that does not fit is refused, and what else comes of it is thrown away.
 */
export class BodyReader {
  readonly #bytesMax: number;
  readonly #totalBytesMax: number;
  readonly #held = new WeakMap<FastifyRequest, number>();
  #totalBytes = 0;

  constructor(options: {
    /** `ksql.http.request.bytes.max` */
    readonly bytesMax: number;
    /** `ksql.http.requests.bytes.max` */
    readonly totalBytesMax: number;
  }) {
    this.#bytesMax = options.bytesMax;
    this.#totalBytesMax = options.totalBytesMax;
  }

  /** Bytes that a body may have. */
  get bytesMax(): number {
    return this.#bytesMax;
  }

  /** Bytes of bodies that are read or in work. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Lets the bytes of a request go when its answer has ended, or its client has gone. */
  addTo(app: FastifyInstance): void {
    app.addHook('onRequest', (request, reply, done) => {
      // The router reads none of these.
      if (request.method === 'GET' || request.method === 'HEAD') return done();
      reply.raw.once('close', () => {
        this.#totalBytes -= this.#held.get(request) ?? 0;
        this.#held.delete(request);
      });
      done();
    });
  }

  /** @throws {RestError} where the body, or all bodies together, would be too large. */
  read(request: FastifyRequest, body: Readable): Promise<string> {
    const chunks: Buffer[] = [];
    return new Promise((resolve, reject) => {
      const onData = (chunk: Buffer): void => {
        const refusal = this.#take(request, chunk.length);
        if (refusal === undefined) {
          chunks.push(chunk);
          return;
        }
        body.off('data', onData);
        body.resume();
        chunks.length = 0;
        reject(refusal);
      };
      body.on('data', onData);
      body.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
      body.once('error', reject);
      body.once('close', () => {
        // Every body is closed; an error for each would cost more than reading it.
        if (body.readableEnded) return;
        reject(new RestError(RestErrorCode.BAD_REQUEST, 'The request was cut off'));
      });
    });
  }

  #take(request: FastifyRequest, bytes: number): RestError | undefined {
    const held = (this.#held.get(request) ?? 0) + bytes;
    if (held > this.#bytesMax) return new RestError(TOO_LARGE, 'Request body is too large');
    if (this.#totalBytes + bytes > this.#totalBytesMax) {
      return new RestError(
        RestErrorCode.NOT_READY,
        `The server has more than ${this.#totalBytesMax} bytes of requests in hand: try again`,
      );
    }
    this.#held.set(request, held);
    this.#totalBytes += bytes;
    return undefined;
  }
}
