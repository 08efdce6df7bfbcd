import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';
import { OwnHosts } from './own-hosts.ts';

/** Who may talk to a listener through a browser. */
export interface WebPolicy {
  /** Names besides `localhost`, IP addresses and the machine's own under which it may be addressed. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may read and change everything here; `*` for all. */
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedHeaders: readonly string[];
}

export const closedWebPolicy: WebPolicy = {
  allowedHosts: [],
  allowedOrigins: [],
  allowedMethods: [],
  allowedHeaders: [],
};

/** Types that a page cannot send to another origin without asking first (a CORS preflight). */
const JSON_TYPE = /^application\/(?:json|[\w.-]+\+json|vnd\.ksqlapi\.delimited\.v1)$/;
const BODILESS_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Stands in front of every request of a listener, before any route. Whoever can reach the port may use it; a page in
 * the browser of somebody who can reach it may not, unless its origin was allowed.
 *
 * - Host must be a name of this machine, so that no foreign name can be pointed at it (DNS rebinding).
 * - Origin must be the listener's own or an allowed one.
 * - A body must have a type of JSON: forms and plain text are what a page can send anywhere without asking.
 */
export class WebGuard {
  readonly #policy: WebPolicy;
  readonly #ownHosts: OwnHosts;

  constructor(policy: WebPolicy) {
    this.#policy = policy;
    this.#ownHosts = new OwnHosts(policy.allowedHosts);
  }

  /** @returns false where the request was refused, or was a preflight: it has been answered then. */
  admit(request: IncomingMessage, response: ServerResponse): boolean {
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined) {
      answer(request, response, refusal);
      return false;
    }
    const { origin } = request.headers;
    if (origin === undefined || !this.#isAllowedOrigin(origin)) return true;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('vary', 'origin');
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
      return true;
    response.setHeader('access-control-allow-methods', this.#policy.allowedMethods.join(','));
    response.setHeader('access-control-allow-headers', this.#policy.allowedHeaders.join(','));
    response.writeHead(204);
    response.end();
    return false;
  }

  #refusalOf(request: IncomingMessage): RestError | undefined {
    const { headers, method = 'GET' } = request;
    const authority = authorityOf(headers);
    if (authority === undefined && request.httpVersion === '1.1') {
      return new RestError(RestErrorCode.BAD_REQUEST, 'A request of HTTP/1.1 must name its host');
    }
    // Browsers always name the host; HTTP/1.0 probes of load balancers do not.
    if (authority !== undefined && !this.#ownHosts.includes(authority)) {
      return new RestError(
        RestErrorCode.MISDIRECTED,
        `This server is not ${authority}: if it should be, add the name to ksql.http.allowed.hosts`,
      );
    }
    const page = this.#foreignPage(request, authority);
    if (page !== undefined) {
      return new RestError(
        RestErrorCode.FORBIDDEN,
        `Requests from pages of ${page} are not allowed: access.control.allow.origin lists those that are`,
      );
    }
    return BODILESS_METHODS.has(method) ? undefined : typeRefusal(headers);
  }

  /** The origin that a browser sends the request for, where it is neither this server's own nor an allowed one. */
  #foreignPage({ headers, method }: IncomingMessage, authority: string | undefined): string | undefined {
    const { origin } = headers;
    if (origin !== undefined) {
      return isSameOrigin(origin, authority) || this.#isAllowedOrigin(origin) ? undefined : origin;
    }
    const site = headers['sec-fetch-site'];
    if (site !== 'cross-site' && site !== 'same-site') return undefined;
    // Following a link is no more than typing the address. A picture, a script or a form's target is something else.
    if (method === 'GET' && headers['sec-fetch-mode'] === 'navigate') return undefined;
    return headers.referer ?? 'another origin';
  }

  #isAllowedOrigin(origin: string): boolean {
    const { allowedOrigins } = this.#policy;
    return allowedOrigins.includes('*') || allowedOrigins.includes(origin);
  }
}

/** ksqlDB's Java client names no type, so none is right for what is no browser. */
function typeRefusal(headers: IncomingHttpHeaders): RestError | undefined {
  const type = headers['content-type'];
  if (type === undefined) {
    if (headers.origin === undefined && headers['sec-fetch-site'] === undefined) return undefined;
  } else if (JSON_TYPE.test((type.split(';')[0] ?? '').trim().toLowerCase())) return undefined;
  return new RestError(
    RestErrorCode.UNSUPPORTED_MEDIA_TYPE,
    `A request body of type ${type ?? 'none'} is not accepted: send it with content-type: application/json`,
  );
}

function authorityOf(headers: IncomingHttpHeaders): string | undefined {
  const authority: unknown = headers[':authority'] ?? headers.host;
  return typeof authority === 'string' ? authority : undefined;
}

/** Behind a proxy that ends TLS the page's scheme is https and ours is http, so only host and port count. */
function isSameOrigin(origin: string, authority: string | undefined): boolean {
  const match = /^https?:\/\/(.+)$/.exec(origin);
  return match !== null && match[1]?.toLowerCase() === authority?.toLowerCase();
}

function answer(request: IncomingMessage, response: ServerResponse, refusal: RestError): void {
  const body = JSON.stringify(refusal.toBody());
  response.setHeader('content-type', 'application/json');
  // Nobody reads the body of what was refused; over HTTP/2 the stream ends by itself.
  if (request.httpVersionMajor < 2) response.setHeader('connection', 'close');
  response.writeHead(refusal.status);
  response.end(body);
}
