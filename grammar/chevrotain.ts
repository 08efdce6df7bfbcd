/**
 * The one door to Chevrotain. Its package entry is several hundred small modules (it pulls in lodash-es file by file),
 * which take most of a second to load; the package also ships one bundle of the same code, which takes a twentieth of
 * that. The bundle is not in the package's export map, so it is found beside the entry; where a later version has none,
 * the entry serves. Figures: docs/decisions/0005-parser-cold-start.md.
 */
import type * as chevrotainApi from 'chevrotain';

type Chevrotain = typeof chevrotainApi;

async function load(): Promise<Chevrotain> {
  try {
    const entry = import.meta.resolve('chevrotain');
    return (await import(new URL('../chevrotain.min.mjs', entry).href)) as Chevrotain;
  } catch {
    return import('chevrotain');
  }
}

const chevrotain = await load();

export const { createToken, EmbeddedActionsParser, EOF, Lexer } = chevrotain;
