import { Command, Option } from 'commander';
import { unknownConfig } from '../src/base/config/config-errors.ts';
import { type ConfigRow, configRows } from './config-rows.ts';
import { withOptionRules } from './option-rules.ts';
import { collect } from './option-values.ts';
import { printRows } from './output.ts';
import { settingsOf, warnOfSuspects } from './process-options.ts';
import { writeOut } from './standard-streams.ts';

interface ExplainOptions {
  readonly file?: string;
  readonly set: readonly string[];
  readonly output: 'table' | 'json';
}

/** `millrace config`: what the settings are, and why. */
export function configCommand(): Command {
  const config = new Command('config').description(
    'explain the settings of broker, topics, SQL server and clients',
  );
  const explain = config
    .command('explain [name]')
    .description(
      'show settings with the value that `start` would take, where it comes from and what it means',
    )
    .option('-f, --file <file>', 'Java properties or TOML, as `start --config` takes it')
    .option('-s, --set <name=value>', 'one property, repeatable, as `start --set` takes it', collect, [])
    .addOption(
      new Option('-o, --output <format>', 'how they are shown').choices(['table', 'json']).default('table'),
    )
    .action((name: string | undefined, options: ExplainOptions) => explainConfig(name, options));
  withOptionRules(explain, { '--file': {}, '--set': {}, '--output': {} });
  return config;
}

function explainConfig(name: string | undefined, { file, set, output }: ExplainOptions): void {
  const settings = settingsOf({ ...(file === undefined ? {} : { config: file }), set });
  warnOfSuspects(settings);
  const all = configRows(settings);
  const rows =
    name === undefined ? all.filter(({ of }) => of === 'broker' || of === 'sql') : named(name, all);
  if (output === 'json') {
    for (const row of rows) writeOut(`${JSON.stringify(row)}\n`);
  } else if (name === undefined) {
    const cells = rows.map((row) => ({ name: row.name, value: row.value, source: row.source, doc: row.doc }));
    printRows(cells, { header: ['Setting', 'Value', 'Source', 'Meaning'] });
  } else {
    writeOut(`${rows.map(paragraph).join('\n\n')}\n`);
  }
}

/** A broker's property and a client's may have the same name: all of them. */
function named(name: string, rows: readonly ConfigRow[]): readonly ConfigRow[] {
  const found = rows.filter((row) => row.name === name);
  if (found.length > 0) return found;
  throw unknownConfig(name, new Set(rows.map((row) => row.name)));
}

function paragraph(row: ConfigRow): string {
  const { name, of, value, source, type, unit, allowed, update, doc } = row;
  const facts = {
    of,
    value: value ?? 'not set',
    source,
    default: row.default ?? 'none',
    type: unit === null ? type : `${type}, ${unit}`,
    allowed,
    change: update,
    meaning: doc,
  };
  return [name, ...Object.entries(facts).map(([label, text]) => `  ${label.padEnd(8)} ${text}`)].join('\n');
}
