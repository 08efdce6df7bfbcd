import { expect, it } from 'vitest';
import { parse } from '../../grammar/index.ts';
import { DiagnosticError } from '../../src/base/errors.ts';

const WORDS = /'[^']*'|"[^"]*"|`[^`]*`|'[^']*$|\w+|\S/g;
/** What a value prints that is not there, and the gap that an empty one leaves. */
const NO_TEXT = /undefined(?! variable)|(?<!-)\bnull\b|NaN|\[object|\S {2,}|\s$|''|""/;

/** What is said of the beginnings of statements repeats no word that does not stand there. */
export function checkBeginnings(statements: readonly string[]): void {
  it('says nothing empty of a statement that ends at any of its words', () => {
    let refused = 0;
    for (const statement of statements) {
      for (const beginning of beginningsOf(statement)) {
        const error = errorOf(beginning);
        if (error === undefined) continue;
        refused += 1;
        const { message, hint = '', suggestion = '' } = error.diagnostic;
        // The message of an error that nothing is known of ends with its heading.
        for (const said of [message.trimEnd(), hint, suggestion])
          expect(said, beginning).not.toMatch(NO_TEXT);
      }
    }
    expect(refused).toBeGreaterThan(0);
  });
}

function beginningsOf(statement: string): readonly string[] {
  return (
    [...statement.matchAll(WORDS)]
      // The hint to a text that is not closed shows quotes.
      .filter(({ 0: word }) => !/^'[^']*$/.test(word))
      .map(({ index, 0: word }) => `${statement.slice(0, index + word.length).replace(/;$/, '')};`)
  );
}

function errorOf(text: string): DiagnosticError | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) return error;
    throw error;
  }
}
