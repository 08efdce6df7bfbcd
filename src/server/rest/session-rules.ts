import { propertyName } from '../../sql/analysis/property-names.ts';
import type { Session } from '../../sql/index.ts';
import type { ServerConfig } from '../config/server-properties.ts';
import { whySessionRefuses } from '../config/session-property.ts';
import { RestError, RestErrorCode } from './rest-error.ts';

/** What sessions may set of this server: all that properties of queries are, but for `ksql.properties.overrides.denylist`. */
export class SessionRules {
  readonly #denied: ReadonlySet<string>;

  /** @param denied names of properties, each by any of its names. */
  constructor(denied: readonly string[]) {
    this.#denied = new Set(denied.map((name) => propertyName(name.trim())));
  }

  /** @throws {RestError} 40000 naming the properties of a session that it may not set, in ksqlDB's words. */
  requireAllowed({ properties }: Session): void {
    const denied = Object.keys(properties).filter((name) => this.#isDenied(name));
    if (denied.length > 0) throw new RestError(RestErrorCode.BAD_REQUEST, prohibited(denied));
  }

  /** What is wrong with a property that SET names; undefined where nothing is. */
  whyRefused(name: string, value?: string): string | undefined {
    return this.#isDenied(name) ? prohibited([name]) : whySessionRefuses(name, value);
  }

  #isDenied(name: string): boolean {
    return this.#denied.has(propertyName(name));
  }
}

/** What statements are run by of the settings of a server. */
export function statementSettings(settings: ServerConfig): {
  readonly catchUpMsMax: number;
  readonly rules: SessionRules;
} {
  return {
    catchUpMsMax: settings.get('ksql.server.command.response.timeout.ms'),
    rules: new SessionRules(settings.get('ksql.properties.overrides.denylist')),
  };
}

function prohibited(names: readonly string[]): string {
  return (
    'One or more properties overrides set locally are prohibited by the KSQL server ' +
    `(use UNSET to reset their default value): [${names.join(', ')}]`
  );
}
