import { InvalidSchemaError } from '../invalid-schema.ts';

type TokenKind = 'word' | 'string' | 'symbol' | 'end';

interface Token {
  readonly kind: TokenKind;
  /** What it says: of a string, what is between the quotes, unescaped. */
  readonly text: string;
  /** From 0. */
  readonly at: number;
}

const SPACE = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
/** Names with their dots, and numbers: what they are, their place says. */
const WORD = /[-+]?[\w.]+(?:(?<=\d[\d.]*[eE])[-+]\d+)?/y;
const STRING = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'/y;
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Twice as many messages within each other as protoc takes, since the values of options count, too. */
export const PROTO_DEPTH_MAX = 64;

/** The words of a .proto file, one after the other. */
export class ProtoTokens {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #next: Token;

  constructor(text: string) {
    this.#text = text;
    this.#next = this.#read();
  }

  get isAtEnd(): boolean {
    return this.#next.kind === 'end';
  }

  /** The text of what comes next, unless it is a string. */
  get peek(): string {
    return this.#next.kind === 'string' ? '' : this.#next.text;
  }

  get isString(): boolean {
    return this.#next.kind === 'string';
  }

  /** Takes what comes next where it is this word or symbol. */
  takes(text: string): boolean {
    if (this.#next.kind === 'string' || this.#next.text !== text) return false;
    this.#advance();
    return true;
  }

  expect(text: string): void {
    if (!this.takes(text)) throw this.error(`expected '${text}' but was '${this.#next.text}'`);
  }

  word(): string {
    if (this.#next.kind !== 'word') throw this.error(`expected a word but was '${this.#next.text}'`);
    return this.#advance().text;
  }

  name(): string {
    return this.#expected(/^[A-Za-z_]\w*$/, 'a name');
  }

  typeName(): string {
    return this.#expected(/^\.?[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/, 'a type');
  }

  integer(): number {
    const found = this.#expected(/^-?(?:0[xX][\da-fA-F]+|0[0-7]+|\d+)$/, 'an integer');
    const [sign, digits] = found.startsWith('-') ? [-1, found.slice(1)] : [1, found];
    return sign * (/^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits));
  }

  /** Strings beside each other are one. */
  string(): string {
    if (!this.isString) throw this.error(`expected a string but was '${this.#next.text}'`);
    let text = '';
    while (this.isString) text += this.#advance().text;
    return text;
  }

  /** Reads what stands between brackets. @throws {InvalidSchemaError} where that is within too many others. */
  within<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > PROTO_DEPTH_MAX) throw this.error(`nested deeper than ${PROTO_DEPTH_MAX} levels`);
    const found = read();
    this.#depth -= 1;
    return found;
  }

  error(message: string): InvalidSchemaError {
    const before = this.#text.slice(0, this.#next.at).split('\n');
    return new InvalidSchemaError(
      `Syntax error in :${before.length}:${(before.at(-1)?.length ?? 0) + 1}: ${message}`,
    );
  }

  #expected(pattern: RegExp, what: string): string {
    const { kind, text } = this.#next;
    if (kind !== 'word' || !pattern.test(text)) throw this.error(`expected ${what} but was '${text}'`);
    return this.#advance().text;
  }

  #advance(): Token {
    const token = this.#next;
    this.#next = this.#read();
    return token;
  }

  #read(): Token {
    this.#at += this.#match(SPACE)?.[0].length ?? 0;
    const at = this.#at;
    if (at >= this.#text.length) return { kind: 'end', text: 'the end of the text', at };
    const word = this.#match(WORD);
    if (word !== undefined) return this.#token('word', word[0], word[0]);
    const string = this.#match(STRING);
    if (string !== undefined)
      return this.#token('string', string[0], unescaped(string[1] ?? string[2] ?? ''));
    const symbol = this.#text[at] ?? '';
    return this.#token('symbol', symbol, symbol);
  }

  #token(kind: TokenKind, source: string, text: string): Token {
    const token = { kind, text, at: this.#at };
    this.#at += source.length;
    return token;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text) ?? undefined;
  }
}

function unescaped(text: string): string {
  return text.replace(
    /\\(?:[xX]([\da-fA-F]{1,2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (_all, hex?: string, unit?: string, point?: string, octal?: string, letter = '') => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      const code = hex ?? unit ?? point;
      if (code !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff));
      return ESCAPES[letter] ?? letter;
    },
  );
}
