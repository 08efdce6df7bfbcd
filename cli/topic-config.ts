import { Command } from 'commander';
import type { Admin, ConfigEntry } from '../src/client/index.ts';
import { type ConnectionOptions, withConnection } from './connection.ts';
import { withOptionRules } from './option-rules.ts';
import { printRows } from './output.ts';
import { collect, parseConfigs } from './option-values.ts';
import { withAdmin } from './with-admin.ts';
import { writeError } from './standard-streams.ts';

interface ConfigOptions extends ConnectionOptions {
  readonly set: readonly string[];
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Whose value it is, by DescribeConfigs' number for it (KIP-226). */
const SOURCES: Readonly<Record<number, string>> = {
  1: 'topic',
  2: 'broker, changed',
  3: 'all brokers, changed',
  4: 'broker',
  5: 'default',
};

/** `millrace topic config`: shows the settings of a topic and changes them. */
export function topicConfigCommand(): Command {
  const command = withConnection(new Command('config').argument('<name>'))
    .description('show the settings of a topic, where each comes from and what it means, and change them')
    .option(
      '-s, --set <name=value>',
      'change a setting, repeatable; name= goes back to the default',
      collect,
      [],
    )
    .option('--all', 'all settings, not only those that differ from their default')
    .option('--json', 'one JSON object a line')
    .action(async (name: string, options: ConfigOptions) =>
      withAdmin(
        options,
        async (admin) => {
          await alterTopicConfigs(admin, name, options.set);
          const entries = await topicSettings(admin, name, { all: options.all === true });
          printRows(
            entries.map((entry) => ({ ...settingRow(entry), doc: entry.documentation ?? '' })),
            { header: ['Setting', 'Value', 'Source', 'Meaning'], json: options.json === true },
          );
          if (entries.length === 0 && options.json !== true)
            writeError(`all settings of ${name} have their default: --all shows them\n`);
        },
        [name],
      ),
    );
  return withOptionRules(command, { '--set': {}, '--all': {}, '--json': {} });
}

/** The settings of a topic by name; those that have their default only with `all`. */
export async function topicSettings(
  admin: Admin,
  name: string,
  { all }: { readonly all: boolean },
): Promise<readonly ConfigEntry[]> {
  const [described] = await admin.describeConfigs([{ type: 'topic', name }], { includeDocumentation: true });
  return (described?.entries ?? [])
    .filter(({ isDefault }) => all || !isDefault)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export const settingRow = ({ name, value, source }: ConfigEntry) => ({
  name,
  value,
  source: SOURCES[source] ?? 'unknown',
});

/** Sets what is written as `name=value`, and goes back to the default where the value is left out. */
export async function alterTopicConfigs(admin: Admin, name: string, pairs: readonly string[]): Promise<void> {
  const alterations = Object.entries(parseConfigs(pairs)).map(([key, value]) =>
    value === '' ? { name: key, op: 'delete' as const } : { name: key, op: 'set' as const, value },
  );
  if (alterations.length > 0) await admin.incrementalAlterConfigs([{ type: 'topic', name, alterations }]);
}
