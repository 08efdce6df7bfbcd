import { existsSync } from 'node:fs';
import path from 'node:path';
import { quoteName } from '../../../src/base/sql-quotes.ts';
import { expandFile } from '../../../src/sql/testing/case.ts';
import { readCaseFiles } from '../../../src/sql/testing/io/case-files.ts';
import { parseJson } from '../../../src/sql/testing/lossless-json.ts';
import { shared } from '../../conformance/passing-cases.ts';
import { mutated, tokensOf } from '../../sql/random/mutate.ts';
import { ownScripts } from '../../sql/random/own-statements.ts';
import type { Random } from '../../sql/random/random.ts';
import type { Shape } from './service-shape.ts';

/** Scripts whose statements are executed one after the other: our own, and the public ones where they are. */
export function corpus(): readonly (readonly string[])[] {
  const folders = ['qtt', 'rest'].map((name) => path.join(shared, name)).filter((each) => existsSync(each));
  const cases = readCaseFiles(folders).flatMap(({ stem, text }) => expandFile(stem, parseJson(text)));
  return [...ownScripts(), ...cases]
    .map(({ statements }) =>
      statements
        // Questions change nothing.
        .filter((statement) => !/^\s*(?:SELECT|PRINT|ASSERT|SHOW)/i.test(statement))
        // No topic is made beforehand.
        .map((statement) =>
          /\bPARTITIONS\b/i.test(statement)
            ? statement
            : statement.replace(/(WITH *\()( *KAFKA_TOPIC)/i, '$1PARTITIONS=1, $2'),
        ),
    )
    .filter((statements) => statements.length > 0);
}

/** Another statement on what there is: of queries, of sources, of types, or a mutated one of the script. */
export function another(script: readonly string[], { queryIds, sources }: Shape, random: Random): string {
  const query = queryIds.length === 0 ? 'ALL' : random.of(queryIds);
  const source = quoteName(sources.length === 0 ? 'NONE' : random.of(sources));
  const statement = random.of(script);
  switch (random.below(10)) {
    case 0:
      return `PAUSE ${random.of([query, 'ALL'])};`;
    case 1:
      return `RESUME ${random.of([query, 'ALL'])};`;
    case 2:
      return `TERMINATE ${query};`;
    case 3:
      return `DROP ${random.of(['STREAM', 'TABLE'])} ${source}${random.of(['', ' DELETE TOPIC'])};`;
    case 4:
      return `CREATE TYPE t${random.below(4)} AS ${random.of(['STRING', 'ARRAY<INTEGER>', 'STRUCT<a BIGINT>'])};`;
    case 5:
      return `DROP TYPE ${random.of(['', 'IF EXISTS '])}t${random.below(4)};`;
    case 6:
      return `ALTER ${random.of(['STREAM', 'TABLE'])} ${source} ADD COLUMN c${random.below(9)} ${random.of(['STRING', 'INT'])};`;
    case 7:
      return statement.replace(/^\s*CREATE\s+(?!OR|TYPE)/i, 'CREATE OR REPLACE ');
    default:
      return mutated(tokensOf(statement), script.flatMap(tokensOf), random);
  }
}

/** What takes all away that there is, one statement at a time; most of them are refused, as they are needed by others. */
export function undoing({ sources }: Shape): readonly string[] {
  const drops = sources.flatMap((name) =>
    ['STREAM', 'TABLE'].map((kind) => `DROP ${kind} ${quoteName(name)} DELETE TOPIC;`),
  );
  return ['TERMINATE ALL;', ...drops];
}
