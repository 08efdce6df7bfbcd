import net from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = '0\r\n\r\n';

/**
 * A client of HTTP that takes next to nothing of the machine: it sends one request after the other over one connection, as bytes.
 * Answers are told apart by their length, or by their last chunk.
 */
export class HttpConnection {
  readonly #socket: net.Socket;
  #seen: Buffer = Buffer.alloc(0);
  #resolve: (body: string) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(port: number) {
    this.#socket = net.connect(port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    this.#socket.on('close', () => this.#reject(new Error('the connection was closed')));
    this.#socket.on('error', (error) => this.#reject(error));
  }

  /** Sends a request; answers the body, with the lengths of its chunks where it has some. Rejects for any status but 200. */
  ask(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#reject = () => undefined;
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#seen = this.#seen.length === 0 ? chunk : Buffer.concat([this.#seen, chunk]);
    const headEnd = this.#seen.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#seen.toString('latin1', 0, headEnd);
    const body = bodyOf(head, this.#seen.subarray(headEnd + HEAD_END.length));
    if (body === undefined) return;
    this.#seen = Buffer.alloc(0);
    if (head.startsWith('HTTP/1.1 200')) this.#resolve(body);
    else this.#reject(new Error(`${head.slice(0, 40)} ${body}`));
  }
}

/** Undefined while it is not whole. */
function bodyOf(head: string, bytes: Buffer): string | undefined {
  if (/^transfer-encoding: chunked/im.test(head)) {
    const end = bytes.toString('latin1', Math.max(0, bytes.length - LAST_CHUNK.length - 2));
    return end === LAST_CHUNK || end === `\r\n${LAST_CHUNK}` ? bytes.toString('utf8') : undefined;
  }
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  return bytes.length < length ? undefined : bytes.toString('utf8', 0, length);
}

/** A POST of a JSON text. */
export function jsonPost(path: string, body: string, type = 'application/json'): string {
  return (
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

/** What requests have taken, in the order in which they were answered. */
export interface LoadResult {
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
}

/** Asks over so many connections, each with one request at a time. */
export async function httpLoad(
  port: number,
  {
    connections,
    requests,
    requestOf,
  }: {
    readonly connections: number;
    readonly requests: number;
    /** @param index from 1. */
    readonly requestOf: (index: number) => string;
  },
): Promise<LoadResult> {
  const clients = Array.from({ length: connections }, () => new HttpConnection(port));
  const latenciesMs: number[] = [];
  let next = 0;
  const beganMs = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (next < requests) {
        next += 1;
        const askedMs = performance.now();
        await client.ask(requestOf(next));
        latenciesMs.push(performance.now() - askedMs);
      }
      client.close();
    }),
  );
  return { seconds: (performance.now() - beganMs) / 1_000, latenciesMs };
}
