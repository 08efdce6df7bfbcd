import http from 'node:http';
import https from 'node:https';
import { type JsonValue, parseJson } from '../../languages/json-text.ts';
import type { RegistryExchange } from '../exchange.ts';

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
/** No answer of a registry is longer. */
const BYTES_MAX = 64 * 1024 * 1024;

export interface HttpExchangeOptions {
  /** `user:password`; those of a URL, where it has some, come first. */
  readonly basicAuth?: string | undefined;
  readonly bearerToken?: string | undefined;
  /** Certificates and keys, as texts in PEM, as `node:tls` has them. */
  readonly tls?:
    | Pick<https.AgentOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'pfx' | 'checkServerIdentity'>
    | undefined;
  /** For a whole answer. */
  readonly timeoutMs: number;
}

/** Requests over HTTP/1.1, with TLS for `https:` URLs, on connections that stay open. */
export function httpExchange(options: HttpExchangeOptions): {
  readonly exchange: RegistryExchange;
  close(): void;
} {
  const agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true, ...options.tls }),
  };
  return {
    exchange: ({ method, url, body, headers }) => {
      const target = new URL(url);
      const isSecure = target.protocol === 'https:';
      const request = {
        method,
        agent: agents[isSecure ? 'https:' : 'http:'],
        headers: {
          accept: MEDIA_TYPE,
          ...authorization(target, options),
          ...bodyHeaders(body),
          ...headers,
        },
        signal: AbortSignal.timeout(options.timeoutMs),
      };
      target.username = '';
      target.password = '';
      return new Promise((resolve, reject) => {
        const onAnswer = (answer: http.IncomingMessage): void => {
          read(answer).then(
            (text) => resolve({ status: answer.statusCode ?? 0, json: jsonOf(text) }),
            reject,
          );
        };
        const sent = isSecure
          ? https.request(target, request, onAnswer)
          : http.request(target, request, onAnswer);
        sent.on('error', reject);
        sent.end(body);
      });
    },
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

function authorization(
  { username, password }: URL,
  { basicAuth, bearerToken }: HttpExchangeOptions,
): Readonly<Record<string, string>> {
  const ofUrl =
    username === '' ? undefined : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const credentials = ofUrl ?? basicAuth;
  if (credentials !== undefined) {
    return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  }
  return bearerToken === undefined ? {} : { authorization: `Bearer ${bearerToken}` };
}

function bodyHeaders(body: string | undefined): Readonly<Record<string, string | number>> {
  if (body === undefined) return {};
  return { 'content-type': MEDIA_TYPE, 'content-length': Buffer.byteLength(body) };
}

async function read(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > BYTES_MAX) throw new Error(`the answer is longer than ${BYTES_MAX} bytes`);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString();
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
