import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { ServerConfig } from '../config/server-properties.ts';
import type { RequestProperties } from '../rest/request-properties.ts';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';
import type { Principal } from './principal.ts';

/** How servers of the service know each other. */
interface PeerKnowledge {
  /** What they show in `authorization`; undefined where they have nothing to show. */
  readonly authorization: string | undefined;
  /** Whoever connects to their own listener has shown a certificate of the service. */
  readonly haveCertificates: boolean;
  /** Whether users have to say who they are. */
  readonly asksUsers: boolean;
}

/** A server of the service, which asks for others and changes nothing. */
export const PEER: Principal = { name: 'a server of the service', roles: [], isServer: true };

/** The header that a server shows to the others; undefined where it has none. */
export function peerAuthorization(settings: ServerConfig): string | undefined {
  const userInfo = settings.find('ksql.internal.basic.auth.user.info');
  return userInfo === undefined ? undefined : `Basic ${Buffer.from(userInfo).toString('base64')}`;
}

/** Tells the requests of other servers from those of clients. */
export class Peers {
  readonly #known: PeerKnowledge;

  constructor(known: PeerKnowledge) {
    this.#known = known;
  }

  static of(settings: ServerConfig): Peers {
    return new Peers({
      authorization: peerAuthorization(settings),
      haveCertificates: settings.get('ksql.internal.ssl.client.authentication') === 'REQUIRED',
      asksUsers: !settings.get('authentication.method').includes('NONE'),
    });
  }

  /**
   * Whether a request comes from another server of the service, and has proved it.
   * @param isInternal of the listener that it came to: the one for servers, one beside it, or the only one there is.
   */
  hasProved(authorization: string | undefined, isInternal: boolean | undefined): boolean {
    if (isInternal === false) return false;
    const { haveCertificates, authorization: expected } = this.#known;
    if (isInternal === true && haveCertificates) return true;
    return expected !== undefined && authorization !== undefined && isSame(authorization, expected);
  }

  /** Whether a request may ask for what servers ask each other: where nobody can prove anything, everybody may. */
  takes(authorization: string | undefined, isInternal: boolean | undefined): boolean {
    const { authorization: expected, haveCertificates, asksUsers } = this.#known;
    if (this.hasProved(authorization, isInternal)) return true;
    return isInternal !== false && expected === undefined && !haveCertificates && !asksUsers;
  }
}

/** @throws {RestError} 40005 where a client asks for what servers ask each other. */
export function refuseInternal(request: FastifyRequest, properties: RequestProperties): void {
  const { isInternal, skipsForwarding, partitions } = properties;
  if (request.isPeer || !(isInternal || skipsForwarding || partitions !== undefined)) return;
  throw new RestError(
    RestErrorCode.INTERNAL_ONLY,
    'Only servers of the service may set request properties that are internal',
  );
}

/** How long it takes says nothing of what is right. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
