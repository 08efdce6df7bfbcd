import type { BearerTokens } from './bearer-tokens.ts';
import type { Principal } from './principal.ts';
import type { UsersFile } from './users-file.ts';

type Found = Principal | undefined;

/** Finds out who sends a request, by its header Authorization (RFC 7617, RFC 6750). */
export class Authenticator {
  readonly #users: UsersFile | undefined;
  readonly #tokens: BearerTokens | undefined;
  readonly #realm: string;

  constructor(options: {
    /** For names and passwords; absent: they are not taken. */
    readonly users?: UsersFile;
    /** For bearer tokens; absent: they are not taken. */
    readonly tokens?: BearerTokens;
    readonly realm: string;
  }) {
    this.#users = options.users;
    this.#tokens = options.tokens;
    this.#realm = options.realm;
  }

  /** What a client is told that has not said who it is, for the header WWW-Authenticate. */
  get challenges(): readonly string[] {
    const realm = `realm="${this.#realm.replaceAll(/["\\]/g, '')}"`;
    return [
      ...(this.#users === undefined ? [] : [`Basic ${realm}`]),
      ...(this.#tokens === undefined ? [] : [`Bearer ${realm}`]),
    ];
  }

  /** Undefined for whoever does not say it, or not truly. A promise where that takes its time. */
  find(authorization: string | undefined): Found | Promise<Found> {
    const [scheme = '', credentials = ''] = (authorization ?? '').trim().split(/\s+/);
    switch (scheme.toLowerCase()) {
      case 'basic':
        return this.#users === undefined ? undefined : basic(this.#users, credentials);
      case 'bearer':
        return this.#tokens?.find(credentials);
      default:
        return undefined;
    }
  }
}

function basic(users: UsersFile, credentials: string): Found {
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : users.find(text.slice(0, colon), text.slice(colon + 1));
}
