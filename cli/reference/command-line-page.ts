import type { Command } from 'commander';
import { commands } from '../commands.ts';
import { optionRulesOf } from '../option-rules.ts';
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
  return [
    `## ${name}\n`,
    codeBlock(help),
    ...rulesOf(command),
    ...command.commands.flatMap((child) => sectionsOf(child, name)),
  ];
}

/** Which options are refused together, and why. */
function rulesOf(command: Command): readonly string[] {
  const lines = [...optionRulesOf(command)].flatMap(([flag, { not = {}, needs }]) => [
    ...Object.entries(not).map(([other, hint]) => `- \`${flag}\` not with \`${other}\`: ${hint}`),
    ...(needs === undefined
      ? []
      : [
          `- \`${flag}\` not without ${needs.oneOf.map((each) => `\`${each}\``).join(' or ')}: ${needs.hint}`,
        ]),
  ]);
  return lines.length === 0 ? [] : [`${lines.join('\n')}\n`];
}
