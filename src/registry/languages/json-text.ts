/**
 * JSON as schemas are written in it: the order of the names and the digits of the numbers are kept, since a schema is
 * stored, hashed and answered as text. RFC 8259.
 */

/** A number of a JSON text with its digits: `1.0` stays `1.0`, and no digit of a long integer is lost. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get value(): number {
    return Number(this.text);
  }

  /** Whether it is written without a fraction and without an exponent. */
  get isIntegral(): boolean {
    return /^-?\d+$/.test(this.text);
  }
}

export type JsonObject = ReadonlyMap<string, JsonValue>;
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject;

export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

/** Nested deeper than any schema of use, and far from the end of the stack. */
const DEPTH_MAX = 500;

/** Thrown for JSON whose objects and lists are within each other in too many levels. */
export class JsonDepthError extends SyntaxError {}

/**
 * Reads one JSON value.
 * @param depthMax how many levels objects and lists may be within each other.
 * @throws {SyntaxError} with the place, for a text that is not JSON; {@link JsonDepthError} for one that is too deep.
 */
export function parseJson(text: string, depthMax = DEPTH_MAX): JsonValue {
  return new JsonReader(text, depthMax).document();
}

/** What is between the quotes is read by the engine. */
const STRING = /"(?:[^"\\]|\\.)*"/sy;
// oxlint-disable-next-line no-control-regex
const NOT_PLAIN = /[\\\u0000-\u001f]/;
const SPACES = new Set([' ', '\t', '\r', '\n']);
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

class JsonReader {
  readonly #text: string;
  readonly #depthMax: number;
  #at = 0;
  #depth = 0;

  constructor(text: string, depthMax: number) {
    this.#text = text;
    this.#depthMax = depthMax;
  }

  document(): JsonValue {
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(): JsonValue {
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > this.#depthMax) {
      throw new JsonDepthError(`nested deeper than ${this.#depthMax} levels`);
    }
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): JsonObject {
    const entries = new Map<string, JsonValue>();
    this.#at += 1;
    if (this.#takes('}')) return entries;
    do {
      this.#skipSpace();
      const name = this.#string();
      this.#expect(':');
      // Of a name that comes twice the last value counts, as in Jackson and in JSON.parse.
      entries.set(name, this.#value());
    } while (this.#takes(','));
    this.#expect('}');
    return entries;
  }

  #array(): readonly JsonValue[] {
    const items: JsonValue[] = [];
    this.#at += 1;
    if (this.#takes(']')) return items;
    do items.push(this.#value());
    while (this.#takes(','));
    this.#expect(']');
    return items;
  }

  #string(): string {
    const plain = this.#plainString();
    if (plain !== undefined) return plain;
    const found = this.#match(STRING);
    let value: unknown;
    try {
      value = JSON.parse(found);
    } catch {
      throw this.#unexpected();
    }
    if (typeof value !== 'string') throw this.#unexpected();
    this.#at += found.length;
    return value;
  }

  /** A string in which nothing is escaped, as nearly all are; undefined for another one. */
  #plainString(): string | undefined {
    const from = this.#at + 1;
    const to = this.#text.indexOf('"', from);
    if (this.#text[this.#at] !== '"' || to < 0) return undefined;
    const found = this.#text.slice(from, to);
    if (NOT_PLAIN.test(found)) return undefined;
    this.#at = to + 1;
    return found;
  }

  #number(): JsonNumber {
    const found = this.#match(NUMBER);
    this.#at += found.length;
    return new JsonNumber(found);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) throw this.#unexpected();
    return found;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected();
    this.#at += word.length;
    return value;
  }

  #takes(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#takes(character)) throw this.#unexpected();
  }

  #skipSpace(): void {
    while (SPACES.has(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #unexpected(): SyntaxError {
    const before = this.#text.slice(0, this.#at).split('\n');
    const found = this.#text[this.#at];
    const what = found === undefined ? 'unexpected end of the text' : `unexpected character ${found}`;
    return new SyntaxError(`${what} at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`);
  }
}

interface JsonPrinting {
  /** Whether names come in the order of their letters; as they were read by default. */
  readonly sorted?: boolean;
}

/** Returns the text of a value without spaces. */
export function printJson(value: JsonValue, printing: JsonPrinting = {}): string {
  if (value instanceof JsonNumber) return value.text;
  if (isJsonArray(value)) return `[${value.map((item) => printJson(item, printing)).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = printing.sorted === true ? sortedEntries(value) : [...value];
  return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${printJson(entry, printing)}`).join(',')}}`;
}

/** Returns the entries of a map in the order of the code units of their names, as Java sorts text. */
export function sortedEntries<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
}
/** Whether two values are the same: numbers by value, the order of names left aside. */
export function equalJson(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true;
  if (left instanceof JsonNumber && right instanceof JsonNumber) return equalNumbers(left, right);
  if (isJsonArray(left) && isJsonArray(right)) {
    return left.length === right.length && left.every((item, index) => equalJson(item, right[index]));
  }
  if (isJsonObject(left) && isJsonObject(right)) {
    return left.size === right.size && [...left].every(([name, value]) => equalJson(value, right.get(name)));
  }
  return false;
}

function equalNumbers(left: JsonNumber, right: JsonNumber): boolean {
  if (left.isIntegral && right.isIntegral) return BigInt(left.text) === BigInt(right.text);
  return left.value === right.value;
}

/** Returns a value as `JSON.parse` has it. */
export function toPlainJson(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return value.value;
  if (isJsonArray(value)) return value.map(toPlainJson);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries([...value].map(([name, entry]) => [name, toPlainJson(entry)]));
}
