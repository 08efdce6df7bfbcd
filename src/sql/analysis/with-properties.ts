import type { Literal, Property } from '../../../grammar/ast.ts';
import { type WithWord, withWords } from '../../../grammar/with-words.ts';
import { nearestName } from '../../base/nearest-name.ts';
import type { WindowInfo, WindowType } from '../catalog/data-source.ts';
import { parseDurationMs } from './durations.ts';
import { joinWords, sqlError } from './sql-error.ts';

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

/** The properties of a WITH clause, checked one by one. */
export class WithProperties {
  readonly #values: ReadonlyMap<string, Literal>;

  /** @throws {DiagnosticError} for names that the statement does not take, and for contradictions. */
  constructor(properties: readonly Property[], owner: WithOwner) {
    const known: readonly string[] = namesOf[owner];
    const unknown = properties.filter(({ name }) => !known.includes(name));
    const first = unknown[0];
    if (first !== undefined) {
      const suggestion = nearestName(first.name, known);
      throw sqlError(
        `Invalid config variable(s) in the WITH clause: ${unknown.map(({ name }) => name).join(',')}`,
        { span: first.span, ...(suggestion === undefined ? {} : { suggestion }) },
      );
    }
    this.#values = new Map(properties.map(({ name, value }) => [name, value]));
    this.#checkFormats();
    this.#checkDelimiter('KEY_DELIMITER');
    this.#checkDelimiter('VALUE_DELIMITER');
    this.window();
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
    if (/^-?[0-9]+$/.test(text)) return Number(text);
    throw sqlError(
      `Invalid value '${text}' for configuration ${name}: Not a number of type INT`,
      this.#place(name),
    );
  }

  boolean(name: PropertyName): boolean | undefined {
    const text = this.string(name)?.toLowerCase();
    if (text === undefined) return undefined;
    if (text === 'true' || text === 'false') return text === 'true';
    throw sqlError(
      `Invalid value '${text}' for configuration ${name}: Expected value to be either true or false`,
      this.#place(name),
    );
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
    if (nullable !== undefined) found['nullableRepresentation'] = nullable;
    return found;
  }

  /** WINDOW_TYPE and WINDOW_SIZE together. */
  window(): WindowInfo | undefined {
    const type = this.string('WINDOW_TYPE')?.toUpperCase();
    const size = this.string('WINDOW_SIZE');
    if (type === undefined) {
      if (size !== undefined) parseDurationMs(size);
      return undefined;
    }
    if (type !== 'TUMBLING' && type !== 'HOPPING' && type !== 'SESSION') {
      throw sqlError(
        `Invalid value ${type} for configuration WINDOW_TYPE: String must be one of: SESSION, HOPPING, TUMBLING, null`,
        this.#place('WINDOW_TYPE'),
      );
    }
    return windowInfo(type, size);
  }

  #place(name: string): { span: Property['span'] } | Record<never, never> {
    const literal = this.#values.get(name);
    return literal === undefined ? {} : { span: literal.span };
  }

  #checkFormats(): void {
    if (!this.has('FORMAT')) return;
    for (const side of ['KEY_FORMAT', 'VALUE_FORMAT'] as const) {
      if (!this.has(side)) continue;
      throw sqlError(
        `Cannot supply both '${side}' and 'FORMAT' properties, as 'FORMAT' sets both key and value formats. ` +
          `Either use just 'FORMAT', or use 'KEY_FORMAT' and 'VALUE_FORMAT'.`,
        this.#place('FORMAT'),
      );
    }
  }

  #checkDelimiter(name: 'KEY_DELIMITER' | 'VALUE_DELIMITER'): void {
    const delimiter = this.string(name);
    if (delimiter === undefined || delimiter === 'SPACE' || delimiter === 'TAB') return;
    const example = "\nExample valid value: ';'";
    if (delimiter.trim() === '') {
      throw sqlError(
        `Configuration ${name} is invalid: Delimiter cannot be empty, if you meant to have a tab or space for ` +
          `delimiter, please use the special values 'TAB' or 'SPACE'${example}`,
        this.#place(name),
      );
    }
    if (delimiter.length !== 1) {
      throw sqlError(
        `Configuration ${name} is invalid: Invalid delimiter value: '${delimiter}'. ` +
          `Delimiter must be a single character or ${joinWords(['TAB', 'SPACE'], 'or').replace(' or ', ',')}${example}`,
        this.#place(name),
      );
    }
  }
}

function windowInfo(type: WindowType, size: string | undefined): WindowInfo {
  if (type === 'SESSION') {
    if (size !== undefined) throw sqlError("'WINDOW_SIZE' should not be set for SESSION windows.");
    return { type };
  }
  if (size === undefined) {
    throw sqlError(
      `${type} windows require 'WINDOW_SIZE' to be provided in the WITH clause. For example: 'WINDOW_SIZE'='10 SECONDS'`,
    );
  }
  return { type, sizeMs: parseDurationMs(size) };
}
