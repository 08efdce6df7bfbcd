import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { DiagnosticError } from '../../base/errors.ts';
import type { ServerConfig } from '../config/server-properties.ts';
import type { RequestProperties } from '../rest/request-properties.ts';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';
import type { Principal } from './principal.ts';

/** How servers of the service know each other. */
interface PeerKnowledge {
  /** What they show in `authorization`; undefined where they have nothing to show. */
  readonly authorization: string | undefined;
  /** They show certificates at a listener of their own. */
  readonly haveCertificates: boolean;
  /** Whether users have to say who they are. */
  readonly asksUsers: boolean;
}

/** What a request shows of who sends it. */
interface PeerEvidence {
  readonly authorization: string | undefined;
  /** Its connection has shown a certificate that the truststore vouches for. */
  readonly hasCertificate: boolean;
  /** Whether the listener is the one for servers; undefined where it is the only one there is. */
  readonly isInternal: boolean | undefined;
}

/**
 * Who sends a request: a server that has proved it; whoever may ask for what servers ask each other, because nobody can prove
 * anything; or a client.
 */
type PeerStanding = 'proved' | 'unasked' | 'client';

const CERTIFICATES = 'ksql.internal.ssl.client.authentication';

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

  /** @throws {DiagnosticError} for certificates that are wanted where they would prove nothing. */
  static of(settings: ServerConfig): Peers {
    return new Peers({
      authorization: peerAuthorization(settings),
      haveCertificates: showCertificates(settings),
      asksUsers: !settings.get('authentication.method').includes('NONE'),
    });
  }

  standingOf(evidence: PeerEvidence): PeerStanding {
    const { authorization, haveCertificates, asksUsers } = this.#known;
    if (evidence.isInternal === false) return 'client';
    if (this.#hasProved(evidence)) return 'proved';
    return authorization === undefined && !haveCertificates && !asksUsers ? 'unasked' : 'client';
  }

  #hasProved({ authorization, hasCertificate, isInternal }: PeerEvidence): boolean {
    const { haveCertificates, authorization: expected } = this.#known;
    // Where clients use the same listener, certificates are theirs too.
    if (isInternal === true && haveCertificates && hasCertificate) return true;
    return expected !== undefined && authorization !== undefined && isSame(authorization, expected);
  }
}

/** What a request shows, at a listener. */
export function evidenceOf({ headers, raw }: FastifyRequest, isInternal: boolean | undefined): PeerEvidence {
  // HTTP/2 shows the socket of its session through a proxy, which is an instance of nothing.
  const { socket } = raw;
  const hasCertificate = 'authorized' in socket && socket.authorized === true;
  return { authorization: headers.authorization, hasCertificate, isInternal };
}

/** @throws {DiagnosticError} where anybody could come without one, or with one of any authority. */
function showCertificates(settings: ServerConfig): boolean {
  if (settings.get(CERTIFICATES) !== 'REQUIRED') return false;
  const listener = settings.find('ksql.internal.listener');
  if (listener === undefined) {
    throw unprotected(
      'ksql.internal.listener',
      'give the servers of the service a listener of https of their own',
    );
  }
  if (!listener.startsWith('https://')) {
    throw unprotected('ksql.internal.listener to be https', 'nobody shows a certificate over http');
  }
  if (settings.find('ssl.truststore.location') === undefined) {
    throw unprotected(
      'ssl.truststore.location',
      'set it to a file of PEM with the authority of the servers alone: without it any public one would do',
    );
  }
  return true;
}

function unprotected(needed: string, hint: string): DiagnosticError {
  return new DiagnosticError({ message: `${CERTIFICATES}=REQUIRED needs ${needed}`, hint });
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
