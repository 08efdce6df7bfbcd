import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** Silence after which the system probes the connection: a server that vanished without a word is found out by it. */
const PROBE_DELAY_MS = 30_000;

/** What a server with TLS is spoken to with: texts of PEM. */
export interface TlsTrust {
  /** Certificates of authorities; absent: those of Node. */
  readonly ca?: string;
  /** The client's own, with its key. */
  readonly cert?: string;
}

interface ExchangeOptions {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  readonly tls?: TlsTrust;
}

/**
 * Sends a request and resolves with its answer, whose body is still to come. Nothing here ends a wait but the server,
 * its connection or the signal: `fetch` gives up after five minutes without a byte, and a push query on a quiet topic
 * may have nothing to say for days.
 */
export function exchange(url: URL, options: ExchangeOptions): Promise<IncomingMessage> {
  const { method, headers, body, signal, tls = {} } = options;
  const { ca, cert } = tls;
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    // A connection of its own: one that is kept could be closed by the server just when it is used again.
    const request = send(url, {
      method,
      headers,
      agent: false,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert, key: cert }),
      ...(signal === undefined ? {} : { signal }),
    });
    request.once('socket', (socket) => socket.setKeepAlive(true, PROBE_DELAY_MS));
    request.once('response', resolve);
    // Stays for errors after the answer has begun, which its reader is told as well.
    request.on('error', reject);
    request.end(body);
  });
}

/** @throws what ended the answer before it was complete. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer as AsyncIterable<string>) text += chunk;
  return text;
}

/** The lines of an answer as they come. */
export async function* linesOf(answer: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
