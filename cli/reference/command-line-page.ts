import type { Command } from 'commander';
import { commands } from '../commands.ts';
import { codeBlock } from './markdown.ts';

const HELP_WIDTH = 100;

/** What `--help` says of every command and subcommand. */
export async function commandLinePage(): Promise<string> {
  const sections: string[] = [];
  for (const load of Object.values(commands)) sections.push(...sectionsOf(await load(), 'millrace'));
  return [
    '# Command line\n',
    '`millrace COMMAND --help` says the same. In a clone, `npm run millrace -- COMMAND` builds what is missing first.\n',
    ...sections,
  ].join('\n');
}

function sectionsOf(command: Command, parent: string): readonly string[] {
  const name = `${parent} ${command.name()}`;
  command.configureHelp({ helpWidth: HELP_WIDTH });
  const help = command.helpInformation().replace(/^Usage: \S+( \S+)*? (?=\[|<)/, `Usage: ${name} `);
  return [`## ${name}\n`, codeBlock(help), ...command.commands.flatMap((child) => sectionsOf(child, name))];
}
