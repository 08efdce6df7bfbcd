import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../cli/commands.ts';

interface Registered {
  /** As it is typed. */
  readonly path: string;
  readonly command: Command;
}

/** A command and all below it. */
function* walk(command: Command, above: string): Generator<Registered> {
  const path = `${above} ${command.name()}`.trim();
  yield { path, command };
  for (const below of command.commands) yield* walk(below, path);
}

async function registered(): Promise<readonly Registered[]> {
  const all: Registered[] = [];
  for (const load of Object.values(commands)) all.push(...walk(await load(), ''));
  return all;
}

/** Parses arguments without running anything, and answers what was printed and how it ended. */
async function parse(
  command: Command,
  args: readonly string[],
): Promise<{ readonly code: string; readonly text: string }> {
  let text = '';
  const write = (chunk: string): void => {
    text += chunk;
  };
  command.exitOverride().configureOutput({ writeOut: write, writeErr: write, getOutHasColors: () => false });
  try {
    await command.parseAsync(args, { from: 'user' });
    return { code: 'ran', text };
  } catch (error) {
    return { code: (error as { readonly code?: string }).code ?? 'unknown', text };
  }
}

/** The options that a command cannot do without, each with a value. */
const mandatoryOf = (command: Command): readonly string[] =>
  command.options.filter((option) => option.mandatory).flatMap(({ long }) => [long ?? '', '0']);

describe('every command', () => {
  let paths: readonly string[] = [];

  beforeAll(async () => {
    paths = (await registered()).map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(20);
  });

  const fresh = async (path: string): Promise<Command> => {
    const found = (await registered()).find((each) => each.path === path);
    if (found === undefined) throw new Error(`no command ${path}`);
    return found.command;
  };

  it('has help with a description of itself, of each option and each argument that has a choice', async () => {
    for (const path of paths) {
      const command = await fresh(path);
      const { code, text } = await parse(command, ['--help']);
      expect(code, path).toBe('commander.helpDisplayed');
      expect(text, path).toMatch(/^Usage: /);
      expect(command.description(), path).not.toBe('');
      for (const option of command.options)
        expect(option.description, `${path} ${option.flags}`).not.toBe('');
      expect(text, `${path}: help for a terminal without colours`).not.toMatch(/\u001b/);
    }
  });

  it('refuses an option that it does not have', async () => {
    for (const path of paths) {
      const { code, text } = await parse(await fresh(path), [
        '--no-such-option',
        ...mandatoryOf(await fresh(path)),
      ]);
      expect(
        ['commander.unknownOption', 'commander.unknownCommand', 'commander.help'],
        `${path}: ${text}`,
      ).toContain(code);
    }
  });

  it('refuses to run without an argument that it needs, and with one more than it takes', async () => {
    for (const path of paths) {
      const command = await fresh(path);
      const required = command.registeredArguments.filter((argument) => argument.required);
      if (command.commands.length > 0) continue;
      if (required.length > 0) {
        const { code, text } = await parse(command, []);
        expect(code, `${path}: ${text}`).toMatch(/missingArgument|missingMandatoryOptionValue/);
      }
      if (command.registeredArguments.some((argument) => argument.variadic)) continue;
      const tooMany = Array.from({ length: command.registeredArguments.length + 1 }, () => 'x');
      const { code, text } = await parse(await fresh(path), [...tooMany, ...mandatoryOf(command)]);
      expect(code, `${path}: ${text}`).toBe('commander.excessArguments');
    }
  });
});
