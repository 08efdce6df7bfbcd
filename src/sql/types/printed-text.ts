import { unquote, quotedEnd } from '../../base/sql-quotes.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { recordedMessages } from '../messages/recorded.ts';

/** A cursor over a text that a printer of ours wrote: nothing in it may be written in a second way. */
export class PrintedText {
  readonly #text: string;
  readonly #what: string;
  #at = 0;

  /** @param what the text should be, for errors: `type`. */
  constructor(text: string, what: string) {
    this.#text = text;
    this.#what = what;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** True where the text goes on with this, which is read then. */
  accept(sign: string): boolean {
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  /** @throws {DiagnosticError} where the text goes on with something else. */
  expect(sign: string): void {
    if (!this.accept(sign)) throw this.wrong();
  }

  /** What stands here. @param pattern sticky. @throws {DiagnosticError} where the text goes on with something else. */
  match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw this.wrong();
    this.#at += found.length;
    return found;
  }

  /** A name in backticks. */
  name(): string {
    return this.#quoted('`');
  }

  /** A text literal. */
  literal(): string {
    return this.#quoted("'");
  }

  #quoted(quote: string): string {
    const end = this.#text[this.#at] === quote ? quotedEnd(this.#text, this.#at) : -1;
    if (end === -1) throw this.wrong();
    const image = this.#text.slice(this.#at, end);
    this.#at = end;
    return unquote(image);
  }

  wrong(): DiagnosticError {
    return new DiagnosticError(recordedMessages.wrongText(this.#what, this.#text, this.#at));
  }
}
