import { expect, it } from 'vitest';
import { statements } from '../../src/sql/statements/index.ts';
import { parseFolders } from './source-tree.ts';

const kinds = Object.keys(statements).join('|');
const plans = Object.values(statements).flatMap((each) => (each.family === 'planned' ? [each.planKind] : []));
/** `case 'CreateType':`, `kind === 'createType'`; the purposes of queries are words of their own. */
const decision = new RegExp(`(?:case |\\bkind [!=]== )'(?:${kinds}|${plans.join('|')})'`, 'g');

it('nothing but definitions of statements decides by the kind of a statement', () => {
  const deciding = parseFolders(['src/sql', 'src/server', 'cli'])
    .filter(({ file }) => !/^src\/sql\/(statements|testing|types)\//.test(file))
    .flatMap(({ file, text }) => [...text.matchAll(decision)].map(([found]) => `${file}: ${found}`));
  // The purpose of a query has the names of plans; a schema is read as the columns of a CREATE STREAM.
  const others = deciding.filter((each) => !each.startsWith('src/sql/physical/steps.ts: case '));
  expect(others).toEqual([]);
});
