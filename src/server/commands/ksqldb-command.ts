import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { whySessionRefuses } from '../config/session-property.ts';

/** The value of a record of ksqlDB's command topic, its class `Command`. */
interface KsqldbCommand {
  readonly statement: string;
  /** What the session had set. */
  readonly streamsProperties?: Readonly<Record<string, unknown>> | null;
  /** What the server was set to. */
  readonly originalProperties?: Readonly<Record<string, unknown>> | null;
  readonly plan?: { readonly queryPlan?: { readonly queryId?: unknown } | null } | null;
  readonly version?: number | null;
}

/** A statement as ksqlDB has recorded it. Its plan is not used: the text has all that ksqlDB has decided, but for the id. */
interface ForeignCommand {
  readonly statementText: string;
  readonly properties: Readonly<Record<string, string>>;
  /** Of the query that it starts. */
  readonly queryId?: string;
}

/**
 * Where ksqlDB's records have room for what is Millrace's: ksqlDB reads no record with a field that it does not know, and looks
 * in this map only at what it knows.
 */
const OWN_PART = 'millrace.command';
/** The same where it is long, deflated (RFC 1951) and as base64: as text within text each of its quotes would take two bytes more. */
const LONG_PART = 'millrace.command.deflated';
const LONG_PART_LENGTH = 64 * 1024;
/** Of a long part as text: what a record can hold does not become more by far. */
const LONG_PART_BYTES_MAX = 64 * 1024 * 1024;

/** The least version of a record that has these fields. */
const KSQLDB_VERSION = 1;

/** Properties that a server of ksqlDB keeps for a statement as they were when it was recorded. */
const KEPT_PROPERTIES: readonly string[] = [
  'ksql.functions.substring.legacy.args',
  'ksql.persistence.default.format.key',
  'ksql.persistence.default.format.value',
  'ksql.persistence.wrap.single.values',
  'ksql.timestamp.throw.on.invalid',
];

/** A record in ksqlDB's fields: ksqlDB reads it, and carries out what needs no plan of its (TERMINATE, PAUSE, RESUME). */
export function ksqldbCommandOf(
  { statementText, properties }: ForeignCommand,
  ownPart: unknown,
): Required<Omit<KsqldbCommand, 'plan'>> {
  return {
    statement: statementText,
    streamsProperties: properties,
    originalProperties: ownProperties(JSON.stringify(ownPart)),
    version: KSQLDB_VERSION,
  };
}

function ownProperties(text: string): Readonly<Record<string, string>> {
  if (text.length < LONG_PART_LENGTH) return { [OWN_PART]: text };
  return { [LONG_PART]: deflateRawSync(text).toString('base64') };
}

/** Whether a value is one of a record in ksqlDB's fields. */
export function isKsqldbCommand(value: unknown): value is KsqldbCommand {
  return (
    typeof value === 'object' && value !== null && 'statement' in value && typeof value.statement === 'string'
  );
}

/** What Millrace has put into a record; undefined in one of ksqlDB. @throws {Error} where it cannot be read. */
export function ownPartOf({ originalProperties }: KsqldbCommand): unknown {
  const text = originalProperties?.[OWN_PART];
  if (typeof text === 'string') return JSON.parse(text);
  const long = originalProperties?.[LONG_PART];
  if (typeof long !== 'string') return undefined;
  const bytes = inflateRawSync(Buffer.from(long, 'base64'), { maxOutputLength: LONG_PART_BYTES_MAX });
  return JSON.parse(bytes.toString('utf8'));
}

/** Reads a record of ksqlDB. Properties that say nothing here are left out. */
export function foreignCommandOf(command: KsqldbCommand): ForeignCommand {
  const { statement, streamsProperties, originalProperties, plan } = command;
  const kept = Object.entries(originalProperties ?? {}).filter(([name]) => KEPT_PROPERTIES.includes(name));
  const queryId = plan?.queryPlan?.queryId;
  return {
    statementText: statement,
    properties: known([...kept, ...Object.entries(streamsProperties ?? {})]),
    ...(typeof queryId === 'string' ? { queryId } : {}),
  };
}

function known(
  properties: readonly (readonly [name: string, value: unknown])[],
): Readonly<Record<string, string>> {
  const texts = properties.flatMap(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
    return text === '' || text === '""' ? [] : [[name, text] as const];
  });
  return Object.fromEntries(texts.filter(([name, value]) => whySessionRefuses(name, value) === undefined));
}
