import { SerdeError } from '../serde-error.ts';

/** A number of a JSON text, as it was written: nothing of it is lost. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  /** Written without a fraction and without an exponent. */
  get isInteger(): boolean {
    return /^-?[0-9]+$/.test(this.text);
  }
}

export type ExactJson =
  | null
  | boolean
  | string
  | JsonNumber
  | readonly ExactJson[]
  | { readonly [name: string]: ExactJson };

/** How deep arrays and objects may nest, as in Jackson. */
const DEPTH_MAX = 1000;

/**
 * Parses JSON and keeps numbers as text. Slower than `JSON.parse`, so used only where a double would lose something.
 * @throws {SerdeError} where the text is not JSON.
 */
export function parseExactJson(text: string): ExactJson {
  return new ExactParser(text).document();
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** A whole string token; `JSON.parse` then reads its escapes. */
const STRING = /"(?:[^"\\]|\\.)*"/sy;

class ExactParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): ExactJson {
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(depth: number): ExactJson {
    if (depth > DEPTH_MAX) throw new SerdeError(`JSON nests deeper than ${DEPTH_MAX}`);
    this.#skipSpace();
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return new JsonNumber(this.#token(NUMBER));
    }
  }

  #object(depth: number): ExactJson {
    const object: Record<string, ExactJson> = Object.create(null);
    this.#at += 1;
    this.#skipSpace();
    if (this.#accept('}')) return object;
    do {
      this.#skipSpace();
      const name = this.#string();
      this.#skipSpace();
      if (!this.#accept(':')) throw this.#unexpected();
      object[name] = this.#value(depth + 1);
      this.#skipSpace();
    } while (this.#accept(','));
    if (!this.#accept('}')) throw this.#unexpected();
    return object;
  }

  #array(depth: number): ExactJson {
    const array: ExactJson[] = [];
    this.#at += 1;
    this.#skipSpace();
    if (this.#accept(']')) return array;
    do {
      array.push(this.#value(depth + 1));
      this.#skipSpace();
    } while (this.#accept(','));
    if (!this.#accept(']')) throw this.#unexpected();
    return array;
  }

  #string(): string {
    const token = this.#token(STRING);
    try {
      return JSON.parse(token) as string;
    } catch (error) {
      throw new SerdeError(`not JSON: bad string at position ${this.#at - token.length}`, { cause: error });
    }
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected();
    this.#at += word.length;
    return value;
  }

  #token(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) throw this.#unexpected();
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #accept(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at += 1;
    }
  }

  #unexpected(): SerdeError {
    const found = this.#text.charAt(this.#at);
    return new SerdeError(
      `not JSON: ${found === '' ? 'unexpected end' : `unexpected '${found}' at position ${this.#at}`}`,
    );
  }
}
