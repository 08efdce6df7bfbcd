import type { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { optionRulesOf } from '../../cli/option-rules.ts';
import { refuseVainSettings } from '../../cli/setting-rules.ts';
import { settingsOf } from '../../cli/process-options.ts';
import { DiagnosticError } from '../../src/base/errors.ts';

/** A command as it is typed, and a way to get it anew: commander keeps what it has parsed. */
interface Registered {
  readonly path: string;
  readonly fresh: () => Promise<Command>;
}

function below(command: Command, path: readonly string[]): Command {
  const [name, ...rest] = path;
  if (name === undefined) return command;
  const found = command.commands.find((each) => each.name() === name);
  if (found === undefined) throw new Error(`no command ${name}`);
  return below(found, rest);
}

function pathsOf(command: Command): readonly (readonly string[])[] {
  return [[], ...command.commands.flatMap((sub) => pathsOf(sub).map((rest) => [sub.name(), ...rest]))];
}

const all: readonly Registered[] = (
  await Promise.all(
    Object.entries(commands).map(async ([name, load]) =>
      pathsOf(await load()).map((path) => ({
        path: [name, ...path].join(' '),
        fresh: async () => below(await load(), path),
      })),
    ),
  )
).flat();

const valueOf = (option: Option): readonly string[] =>
  option.required || option.optional ? [option.argChoices?.[0] ?? '1'] : [];

const typed = (option: Option): readonly string[] => [option.long ?? '', ...valueOf(option)];

/** What a command says before it runs: its action is replaced by nothing. */
async function refusalOf(command: Command, options: readonly Option[]): Promise<DiagnosticError | undefined> {
  const required = command.options.filter((option) => option.mandatory && !options.includes(option));
  const operands = command.registeredArguments.map(() => 'x');
  const args = [...operands, ...[...required, ...options].flatMap(typed)];
  command.action(() => {});
  try {
    await command.parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) return error;
    throw error;
  }
}

describe.each(all)('the options of millrace $path', ({ fresh }) => {
  it('have each a rule, and each pair of them counts, or is refused by name with the way out', async () => {
    const { options } = await fresh();
    const rules = optionRulesOf(await fresh());
    expect(new Set(rules.keys())).toEqual(new Set(options.map(({ long }) => long)));
    for (const a of options) {
      for (const b of options) {
        if (a === b) continue;
        const command = await fresh();
        const [first, second] = [a, b].map(({ long }) => command.options.find((o) => o.long === long));
        if (first === undefined || second === undefined) throw new Error('an option is gone');
        const needed = [first, second].flatMap(({ long = '' }) => {
          const oneOf = rules.get(long)?.needs?.oneOf ?? [];
          return oneOf.some((flag) => flag === a.long || flag === b.long) ? [] : oneOf.slice(0, 1);
        });
        const others = command.options.filter(
          (o) => o !== first && o !== second && needed.includes(o.long ?? ''),
        );
        const refusal = await refusalOf(command, [first, second, ...others]);
        const isVain = [a, b].some(({ long = '' }) =>
          Object.keys(rules.get(long)?.not ?? {}).some((other) => [a.long, b.long].includes(other)),
        );
        const pair = `${a.long} ${b.long}`;
        if (!isVain) {
          expect(refusal, pair).toBeUndefined();
          continue;
        }
        expect(refusal?.message, pair).toContain(a.long);
        expect(refusal?.message, pair).toContain(b.long);
        expect(refusal?.diagnostic.hint, pair).toMatch(/\S/);
      }
    }
  });

  it('are refused where what they need is missing', async () => {
    for (const [flag, { needs }] of optionRulesOf(await fresh())) {
      if (needs === undefined) continue;
      const command = await fresh();
      const option = command.options.filter(({ long }) => long === flag);
      const refusal = await refusalOf(command, option);
      expect(refusal?.message).toBe(`${flag} has no effect without ${needs.oneOf.join(' or ')}`);
      expect(refusal?.diagnostic.hint).toMatch(/\S/);
    }
  });
});

it.each([
  ['start', '--cluster', '--kafka'],
  ['start', '--kafka', '--no-sql'],
  ['start', '--no-sql', '--http-port'],
  ['start', '--ephemeral', '--data'],
  ['start', '--kafka', '--kafka-port'],
  ['demo', '--ephemeral', '--data'],
  ['demo', '--kafka', '--kafka-port'],
  ['consume', '--format', '--key-separator'],
  ['consume', '--json', '--key-separator'],
  ['sql', '--execute', '--file'],
] as const)('millrace %s refuses %s with %s', async (name, a, b) => {
  const command = await commands[name]();
  const options = command.options.filter(({ long }) => long === a || long === b);
  expect(options).toHaveLength(2);
  expect(await refusalOf(command, options)).toBeInstanceOf(DiagnosticError);
});

describe('a property of --set', () => {
  const refuse = (set: readonly string[], options: Partial<Parameters<typeof refuseVainSettings>[0]>): void =>
    refuseVainSettings(
      { sql: true, host: '127.0.0.1', logLevel: 'warn', set, ...options },
      settingsOf({ set }),
    );

  it.each([
    ['log.dirs=x', { data: 'y' }, '--data'],
    ['log.dirs=x', { ephemeral: true }, '--ephemeral'],
    ['listeners=PLAINTEXT://127.0.0.1:1', { kafkaPort: 2 }, '--kafka-port'],
    ['listeners=http://127.0.0.1:1', { httpPort: 2 }, '--http-port'],
    ['bootstrap.servers=a:1', { kafka: 'b:2' }, '--kafka'],
    ['bootstrap.servers=a:1', { kafkaPort: 2 }, '--kafka-port'],
    ['bootstrap.servers=a:1', { cluster: 3 }, '--cluster'],
    ['bootstrap.servers=a:1', { sql: false }, '--no-sql'],
    ['ksql.service.id=a', { sql: false }, '--no-sql'],
    ['num.partitions=3', { kafka: 'b:2' }, '--kafka'],
    ['listeners=PLAINTEXT://127.0.0.1:1', { cluster: 3 }, '--cluster'],
    ['node.id=3', { cluster: 3 }, '--cluster'],
    ['controller.quorum.voters=1@a:1', { cluster: 3 }, '--cluster'],
  ] as const)('%s is refused where it would be passed over', (pair, options, option) => {
    expect(() => refuse([pair], options)).toThrow(`cannot be used with ${option}`);
  });

  it.each([
    ['num.partitions=3', { cluster: 3 }],
    ['num.partitions=3', { sql: false }],
    ['listeners=http://127.0.0.1:1', { cluster: 3 }],
    ['log.dirs=x', { cluster: 3 }],
    ['ksql.service.id=a', { kafka: 'b:2' }],
    ['bootstrap.servers=a:1', { httpPort: 2 }],
  ] as const)('%s is taken where something reads it', (pair, options) => {
    expect(() => refuse([pair], options)).not.toThrow();
  });
});
