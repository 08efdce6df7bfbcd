import { emptySession, type Session } from '../../sql/index.ts';
import { misspeltProperty } from '../config/session-properties.ts';
import { RestError, RestErrorCode } from './rest-error.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What `/ksql` and `/query` (`ksql`, `streamsProperties`) and `/query-stream` (`sql`, `properties`) are sent. */
export interface StatementRequest {
  readonly sql: string;
  readonly session: Session;
}

/** @throws {RestError} 40000 for a body that is none. */
export function readStatementRequest(
  body: unknown,
  names: { readonly sql: 'ksql' | 'sql'; readonly properties: 'streamsProperties' | 'properties' },
): StatementRequest {
  const fields = requireObject(body, 'the body');
  const properties = texts(fields[names.properties], names.properties);
  for (const name of Object.keys(properties)) checkProperty(name);
  const sql = fields[names.sql];
  if (typeof sql !== 'string') {
    throw new RestError(RestErrorCode.BAD_REQUEST, `Request body is missing the text "${names.sql}"`);
  }
  return {
    sql,
    session: {
      ...emptySession,
      properties,
      variables: new Map(
        Object.entries(texts(fields['sessionVariables'], 'sessionVariables')).map(([name, value]) => [
          name.toUpperCase(),
          value,
        ]),
      ),
    },
  };
}

/** @throws {RestError} 40000 for a name that is nearly one of ours. */
export function checkProperty(name: string, statementText?: string): void {
  const meant = misspeltProperty(name);
  if (meant === undefined) return;
  throw new RestError(
    statementText === undefined ? RestErrorCode.BAD_REQUEST : RestErrorCode.BAD_STATEMENT,
    `Not recognizable as ksql, streams, consumer, or producer property: '${name}'\n  did you mean ${meant}?`,
    { statementText },
  );
}

export function requireObject(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new RestError(RestErrorCode.BAD_REQUEST, `${what} must be a JSON object`);
}

function texts(value: unknown, what: string): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const entries = Object.entries(requireObject(value, `"${what}"`)).filter(([, v]) => v !== null);
  return Object.fromEntries(entries.map(([name, v]) => [name, String(v)]));
}
