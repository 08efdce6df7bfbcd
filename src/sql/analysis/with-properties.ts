import type { Literal, Property } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { type WithWord, withWords } from '../../../grammar/with-words.ts';
import { INT32_MAX, isTopicName } from '../../base/argument-checks.ts';
import type { SourceSpan } from '../../base/errors.ts';
import type { WindowInfo, WindowType } from '../catalog/data-source.ts';
import { temporalFormat } from '../values/temporal-pattern.ts';
import { windowSizeMs } from './window-lengths.ts';
import { withMessages } from '../messages/with-properties.ts';
import { refuse, withSpan } from './sql-error.ts';

const sourceOnlyNames = ['WINDOW_TYPE', 'WINDOW_SIZE', 'SOURCE_CONNECTOR', 'SOURCED_BY_CONNECTOR'] as const;

type PropertyName = WithWord | 'QUERY_ID';

const isWithWord = (name: string): name is WithWord => Object.hasOwn(withWords, name);
const sourceNames = Object.keys(withWords).filter(isWithWord);
const sharedNames = sourceNames.filter((name) => !sourceOnlyNames.some((only) => only === name));

/** Which statement a WITH clause belongs to: it decides which properties there are. */
type WithOwner = 'source' | 'sink' | 'insert';

const namesOf: Readonly<Record<WithOwner, readonly PropertyName[]>> = {
  source: sourceNames,
  sink: [...sharedNames, 'QUERY_ID'],
  insert: ['QUERY_ID'],
};

/** Properties whose values are texts, and nothing else. */
const TEXTS: readonly PropertyName[] = [
  'KAFKA_TOPIC',
  'FORMAT',
  'KEY_FORMAT',
  'VALUE_FORMAT',
  'TIMESTAMP',
  'TIMESTAMP_FORMAT',
];
const CLEANUP_POLICIES: readonly string[] = ['delete', 'compact'];
const INT16_MAX = 0x7fff;
const WHOLE_NUMBERS: readonly PropertyName[] = ['PARTITIONS', 'REPLICAS', 'RETENTION_MS'];

/** What Java calls the value of a literal: Kafka's words for a value of a wrong type name it. */
function javaTypeOf(literal: Literal | undefined): string {
  switch (literal?.kind) {
    case 'BooleanLiteral':
      return 'java.lang.Boolean';
    case 'IntegerLiteral':
      return Number.isSafeInteger(Number(literal.text)) && Math.abs(Number(literal.text)) < 2 ** 31
        ? 'java.lang.Integer'
        : 'java.lang.Long';
    case 'DecimalLiteral':
      return 'java.math.BigDecimal';
    case 'DoubleLiteral':
      return 'java.lang.Double';
    default:
      return 'java.lang.String';
  }
}

/** The properties of a WITH clause, checked one by one. */
export class WithProperties {
  readonly #values: ReadonlyMap<string, Literal>;

  /** @throws {DiagnosticError} for names that the statement does not take or that are given twice, and for contradictions. */
  constructor(properties: readonly Property[], owner: WithOwner) {
    checkGivenOnce(properties);
    const known: readonly string[] = namesOf[owner];
    const unknown = properties.filter(({ name }) => !known.includes(name));
    const first = unknown[0];
    if (first !== undefined) {
      const names = unknown.map(({ name }) => name);
      throw refuse(withMessages.unknown(names, known), first.span);
    }
    this.#values = new Map(properties.map(({ name, value }) => [name, value]));
    this.#checkFormats();
    this.#checkDelimiter('KEY_DELIMITER');
    this.#checkDelimiter('VALUE_DELIMITER');
    this.window();
    for (const name of TEXTS) this.#checkText(name);
    for (const name of WHOLE_NUMBERS) this.integer(name);
    this.#checkTopic();
    this.#checkCount('PARTITIONS', INT32_MAX);
    this.#checkCount('REPLICAS', INT16_MAX);
    this.#checkRetention();
    this.#checkCleanupPolicy();
    this.boolean('WRAP_SINGLE_VALUE');
    this.#checkTimestampFormat();
  }

  string(name: PropertyName): string | undefined {
    const literal = this.#values.get(name);
    if (literal === undefined || literal.kind === 'NullLiteral') return undefined;
    if (literal.kind === 'StringLiteral') return literal.value;
    if (literal.kind === 'BooleanLiteral') return String(literal.value);
    return literal.kind === 'IntervalUnitLiteral' ? literal.unit : literal.text;
  }

  integer(name: PropertyName): number | undefined {
    const text = this.string(name);
    if (text === undefined) return undefined;
    if (!/^-?[0-9]+$/.test(text)) {
      const literal = this.#values.get(name);
      const refusal =
        literal?.kind === 'StringLiteral'
          ? withMessages.notNumber(name, text, name === 'RETENTION_MS' ? 'LONG' : 'INT')
          : withMessages.notInteger(name, text, javaTypeOf(literal));
      throw refuse(refusal, this.place(name));
    }
    return Number(text);
  }

  boolean(name: PropertyName): boolean | undefined {
    const text = this.string(name)?.toLowerCase();
    if (text === undefined) return undefined;
    if (text === 'true' || text === 'false') return text === 'true';
    throw refuse(withMessages.notBoolean(name, text), this.place(name));
  }

  has(name: PropertyName): boolean {
    return this.string(name) !== undefined;
  }

  keyFormat(): string | undefined {
    return (this.string('KEY_FORMAT') ?? this.string('FORMAT'))?.toUpperCase();
  }

  valueFormat(): string | undefined {
    return (this.string('VALUE_FORMAT') ?? this.string('FORMAT'))?.toUpperCase();
  }

  /** What a format is told, by its inner property names. */
  formatProperties(side: 'KEY' | 'VALUE'): Readonly<Record<string, string>> {
    const found: Record<string, string> = {};
    const fullName =
      this.string(`${side}_SCHEMA_FULL_NAME`) ??
      (side === 'VALUE' ? this.string('VALUE_AVRO_SCHEMA_FULL_NAME') : undefined);
    const delimiter = this.string(`${side}_DELIMITER`);
    const schemaId = this.string(`${side}_SCHEMA_ID`);
    const nullable = this.string(`${side}_PROTOBUF_NULLABLE_REPRESENTATION`);
    if (fullName !== undefined) found['fullSchemaName'] = fullName;
    if (delimiter !== undefined) found['delimiter'] = delimiter;
    if (schemaId !== undefined) found['schemaId'] = schemaId;
    if (nullable !== undefined) found['nullableRepresentation'] = nullable.toLowerCase();
    return found;
  }

  /** WINDOW_TYPE and WINDOW_SIZE together. */
  window(): WindowInfo | undefined {
    const type = this.string('WINDOW_TYPE')?.toUpperCase();
    const size = this.string('WINDOW_SIZE');
    if (type === undefined) {
      if (size === undefined) return undefined;
      this.at('WINDOW_SIZE', () => windowSizeMs(size));
      throw refuse(withMessages.windowSizeAlone(), this.place('WINDOW_SIZE'));
    }
    if (type !== 'TUMBLING' && type !== 'HOPPING' && type !== 'SESSION') {
      const refusal = withMessages.notOneOf('WINDOW_TYPE', type, ['SESSION', 'HOPPING', 'TUMBLING']);
      throw refuse(refusal, this.place('WINDOW_TYPE'));
    }
    return this.at(size === undefined ? 'WINDOW_TYPE' : 'WINDOW_SIZE', () => windowInfo(type, size));
  }

  /** Where the value of a property is written; of a format FORMAT may say it. */
  place(name: PropertyName): SourceSpan | undefined {
    const written = name.endsWith('_FORMAT') && !this.#values.has(name) ? 'FORMAT' : name;
    return this.#values.get(written)?.span;
  }

  /** Runs a step whose mistakes are about the value of a property. */
  at<T>(name: PropertyName, step: () => T): T {
    const span = this.place(name);
    return span === undefined ? step() : withSpan(span, step);
  }

  #checkText(name: PropertyName): void {
    const literal = this.#values.get(name);
    if (literal === undefined || literal.kind === 'NullLiteral' || literal.kind === 'StringLiteral') return;
    throw refuse(withMessages.notText(name, this.string(name) ?? '', javaTypeOf(literal)), literal.span);
  }

  #checkTimestampFormat(): void {
    const pattern = this.string('TIMESTAMP_FORMAT');
    if (pattern === undefined) return;
    try {
      temporalFormat(pattern);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // The pattern stands in the statement: Java does not repeat it.
      const reason = error.message.replace(` in '${pattern}'`, '');
      throw refuse(withMessages.timestampFormat(reason), this.place('TIMESTAMP_FORMAT'));
    }
  }

  #checkTopic(): void {
    const topic = this.string('KAFKA_TOPIC');
    if (topic === undefined || isTopicName(topic)) return;
    throw refuse(withMessages.topicName(topic), this.place('KAFKA_TOPIC'));
  }

  #checkRetention(): void {
    const retentionMs = this.integer('RETENTION_MS');
    if (retentionMs === undefined || (retentionMs >= -1 && Number.isSafeInteger(retentionMs))) return;
    throw refuse(withMessages.retention(String(this.string('RETENTION_MS'))), this.place('RETENTION_MS'));
  }

  #checkCleanupPolicy(): void {
    const policy = this.string('CLEANUP_POLICY');
    if (policy === undefined) return;
    const isKnown = policy.split(',').every((part) => CLEANUP_POLICIES.includes(part.trim()));
    if (!isKnown)
      throw refuse(withMessages.cleanupPolicy(policy, CLEANUP_POLICIES), this.place('CLEANUP_POLICY'));
  }

  /** Counts are written in 32 bits, and replicas sent in 16. */
  #checkCount(name: 'PARTITIONS' | 'REPLICAS', max: number): void {
    const count = this.integer(name);
    if (count === undefined || ((count === -1 || count >= 1) && count <= max)) return;
    const text = String(this.string(name));
    const literal = this.#values.get(name);
    const refusal =
      Math.abs(count) <= INT32_MAX
        ? withMessages.notCount(name, text, max)
        : literal?.kind === 'StringLiteral'
          ? withMessages.notNumber(name, text, 'INT')
          : withMessages.notInteger(name, text, javaTypeOf(literal));
    throw refuse(refusal, this.place(name));
  }

  #checkFormats(): void {
    if (!this.has('FORMAT')) return;
    for (const side of ['KEY_FORMAT', 'VALUE_FORMAT'] as const) {
      if (!this.has(side)) continue;
      throw refuse(withMessages.formatTwice(side), this.place('FORMAT'));
    }
  }

  #checkDelimiter(name: 'KEY_DELIMITER' | 'VALUE_DELIMITER'): void {
    const delimiter = this.string(name);
    if (delimiter === undefined || delimiter === 'SPACE' || delimiter === 'TAB') return;
    if (delimiter.trim() === '') throw refuse(withMessages.emptyDelimiter(name), this.place(name));
    if (delimiter.length !== 1) throw refuse(withMessages.longDelimiter(name, delimiter), this.place(name));
  }
}

/** ksqlDB cannot put two values of one name into its map, whichever name it is. */
function checkGivenOnce(properties: readonly Property[]): void {
  const given = new Map<string, Literal>();
  for (const { name, value, span } of properties) {
    const before = given.get(name);
    if (before !== undefined) {
      throw refuse(withMessages.givenTwice(name, [formatExpression(before), formatExpression(value)]), span);
    }
    given.set(name, value);
  }
}

function windowInfo(type: WindowType, size: string | undefined): WindowInfo {
  if (type === 'SESSION') {
    if (size !== undefined) throw refuse(withMessages.windowSizeOfSession());
    return { type };
  }
  if (size === undefined) throw refuse(withMessages.windowSizeMissing(type));
  return { type, sizeMs: windowSizeMs(size) };
}
