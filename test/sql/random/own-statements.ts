import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { scriptItems } from '../../../src/sql/testing/answered-script.ts';
import { splitTests } from '../../../src/sql/testing/sql-test.ts';

const folder = path.resolve(import.meta.dirname, '../cases');

/** The statements of one of our own cases, in their order. */
export interface OwnScript {
  readonly name: string;
  readonly statements: readonly string[];
}

/** Those of all our cases in scripts. */
export function ownScripts(): readonly OwnScript[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sqltest'))
    .flatMap((file) =>
      splitTests(path.basename(file, '.sqltest'), readFileSync(path.join(folder, file), 'utf8')),
    )
    .map(({ name, text }) => ({
      name,
      statements: scriptItems(text).flatMap((item) => (item.kind === 'statement' ? [item.text] : [])),
    }));
}
