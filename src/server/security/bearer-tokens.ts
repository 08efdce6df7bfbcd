import { readFileSync } from 'node:fs';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from 'jose';
import { DiagnosticError, messageOf, OperationalError } from '../../base/errors.ts';
import { withoutUsers } from '../config/secrets.ts';
import type { Principal } from './principal.ts';

/** Asymmetric ones: whoever can check a token is not to be able to make one. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Clocks of issuers that are a little ahead. */
const CLOCK_TOLERANCE_S = 30;
/** Tokens that are known to be right. */
const KNOWN_MAX = 1_000;

interface BearerTokenOptions {
  /** Where the keys are: a URL of http, https or file. */
  readonly jwksUrl: string;
  readonly issuer: string | undefined;
  /** Of which a token names one; none: whatever it names. */
  readonly audiences: readonly string[];
  readonly nameClaim: string;
  readonly rolesClaim: string;
  readonly nowMs: () => number;
}

interface KnownToken {
  readonly principal: Principal;
  readonly untilMs: number;
}

/** Checks JSON web tokens (RFC 7519) by the keys of who issues them (RFC 7517). */
export class BearerTokens {
  readonly #options: BearerTokenOptions;
  readonly #keys: JWTVerifyGetKey;
  readonly #known = new Map<string, KnownToken>();

  /** @throws {DiagnosticError} for a file of keys that is none. */
  constructor(options: BearerTokenOptions) {
    this.#options = options;
    this.#keys = keysAt(options.jwksUrl);
  }

  /**
   * Who a token is of; undefined where it is not right, or not any more. A promise where it is to be checked, which is once.
   * @throws {OperationalError} `KEYS_UNAVAILABLE` where its key cannot be asked for.
   */
  find(token: string): Principal | undefined | Promise<Principal | undefined> {
    const known = this.#known.get(token);
    if (known === undefined) return this.#check(token);
    if (this.#options.nowMs() < known.untilMs) return known.principal;
    this.#known.delete(token);
    return undefined;
  }

  async #check(token: string): Promise<Principal | undefined> {
    const { issuer, audiences } = this.#options;
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, this.#keys, {
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp'],
        currentDate: new Date(this.#options.nowMs()),
        ...(issuer === undefined ? {} : { issuer }),
        ...(audiences.length === 0 ? {} : { audience: [...audiences] }),
      }));
    } catch (error) {
      if (isNoAnswer(error)) {
        const what = `the keys at ${withoutUsers(this.#options.jwksUrl)} cannot be read: ${messageOf(error)}`;
        throw new OperationalError('KEYS_UNAVAILABLE', what, { retriable: true, cause: error });
      }
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
    const principal = this.#principalOf(payload);
    if (principal !== undefined) this.#remember(token, principal, payload);
    return principal;
  }

  #principalOf(payload: JWTPayload): Principal | undefined {
    const { nameClaim, rolesClaim } = this.#options;
    const name = payload[nameClaim];
    if (typeof name !== 'string' || name === '') return undefined;
    const roles = payload[rolesClaim];
    // Some issuers write one text with spaces.
    const list: readonly unknown[] =
      typeof roles === 'string' ? roles.split(/[\s,]+/) : Array.isArray(roles) ? roles : [];
    return { name, roles: list.filter((role) => typeof role === 'string' && role !== '').map(String) };
  }

  #remember(token: string, principal: Principal, { exp = 0 }: JWTPayload): void {
    if (this.#known.size >= KNOWN_MAX) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(token, { principal, untilMs: (exp + CLOCK_TOLERANCE_S) * 1000 });
  }
}

/** That the keys did not come is no fault of the token's. */
function isNoAnswer(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout) return true;
  const isOfJwks = error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC';
  return isOfJwks || error instanceof TypeError;
}

function keysAt(url: string): JWTVerifyGetKey {
  if (!URL.canParse(url)) throw unusable(url, 'it is no URL');
  const parsed = new URL(url);
  if (parsed.protocol === 'http:' || parsed.protocol === 'https:') return createRemoteJWKSet(parsed);
  if (parsed.protocol !== 'file:') throw unusable(url, 'it is to be of https, http or file');
  try {
    const keys: JSONWebKeySet = JSON.parse(readFileSync(parsed, 'utf8'));
    return createLocalJWKSet(keys);
  } catch (error) {
    throw unusable(url, messageOf(error));
  }
}

function unusable(url: string, why: string): DiagnosticError {
  return new DiagnosticError({
    message: `oauthbearer.jwks.endpoint.url ${withoutUsers(url)} cannot be used: ${why}`,
  });
}
