import { emptySession, type Session } from '../../sql/statements/session.ts';
import { whySessionRefuses } from '../config/session-property.ts';
import { type RequestProperties, readRequestProperties } from './request-properties.ts';
import { RestError, RestErrorCode } from './rest-error.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What `/ksql` and `/query` (`ksql`, `streamsProperties`) and `/query-stream` (`sql`, `properties`) are sent. */
export interface StatementRequest {
  readonly sql: string;
  readonly session: Session;
  /** The statement is to see what the command of this number has done; -1 where the client has not said. */
  readonly commandSequenceNumber: number;
  /** What is said of the request itself. */
  readonly properties: RequestProperties;
}

/** @throws {RestError} 40000 for a body that is none. */
export function readStatementRequest(
  body: unknown,
  names: { readonly sql: 'ksql' | 'sql'; readonly properties: 'streamsProperties' | 'properties' },
): StatementRequest {
  const fields = requireObject(body, 'the body');
  const properties = scalars(fields[names.properties], { what: names.properties, listsToo: true });
  for (const [name, value] of Object.entries(properties)) checkProperty(name, { value });
  const sql = fields[names.sql];
  if (typeof sql !== 'string') {
    throw new RestError(RestErrorCode.BAD_REQUEST, `Request body is missing the text "${names.sql}"`);
  }
  return {
    sql,
    commandSequenceNumber: sequenceNumber(fields['commandSequenceNumber']),
    properties: readRequestProperties(fields['requestProperties']),
    session: {
      ...emptySession,
      properties,
      variables: new Map(
        Object.entries(
          scalars(fields['sessionVariables'], { what: 'sessionVariables', listsToo: false }),
        ).map(([name, value]) => [name.toUpperCase(), value]),
      ),
    },
  };
}

/** What the first line of `/inserts-stream` says: where the rows go. @throws {RestError} 40000 for one that is none. */
export function readInsertsRequest(line: unknown): { readonly target: string } {
  const fields = requireObject(line, 'the first line');
  const { target } = fields;
  if (typeof target !== 'string' || target === '') {
    throw new RestError(RestErrorCode.BAD_REQUEST, 'The first line is missing the text "target"');
  }
  const properties = scalars(fields['properties'], { what: 'properties', listsToo: true });
  for (const [name, value] of Object.entries(properties)) checkProperty(name, { value });
  return { target };
}

/** @throws {RestError} 40000 for a name that is no property, or a value that is not allowed; 40001 within a statement. */
export function checkProperty(
  name: string,
  { value, statementText }: { readonly value?: string; readonly statementText?: string } = {},
): void {
  const why = whySessionRefuses(name, value);
  if (why === undefined) return;
  const code = statementText === undefined ? RestErrorCode.BAD_REQUEST : RestErrorCode.BAD_STATEMENT;
  throw new RestError(code, why, { statementText });
}

export function requireObject(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new RestError(RestErrorCode.BAD_REQUEST, `${what} must be a JSON object`);
}

function sequenceNumber(value: unknown): number {
  if (value === undefined || value === null) return -1;
  if (Number.isSafeInteger(value)) return Number(value);
  throw new RestError(RestErrorCode.BAD_REQUEST, '"commandSequenceNumber" must be a whole number');
}

/** The fields of an object as texts; null is none. ksqlDB joins the elements of a list, for properties that are lists. */
function scalars(
  value: unknown,
  { what, listsToo }: { readonly what: string; readonly listsToo: boolean },
): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const texts: Record<string, string> = Object.create(null);
  for (const [name, each] of Object.entries(requireObject(value, `"${what}"`))) {
    if (each === null) continue;
    const parts: readonly unknown[] = listsToo && Array.isArray(each) ? each : [each];
    if (!parts.every(isScalar)) {
      const message = `"${what}": the value of ${name} must be a text, a number or a boolean`;
      throw new RestError(RestErrorCode.BAD_REQUEST, message);
    }
    texts[name] = parts.join(',');
  }
  return texts;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
