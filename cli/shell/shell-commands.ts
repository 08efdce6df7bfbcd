import { statementWords } from '../../grammar/index.ts';
import { DiagnosticError } from '../../src/base/errors.ts';
import { nearestName } from '../../src/base/nearest-name.ts';

/** Commands of the shell, each with what stands for it on a command line; none of them reaches the server. */
const SHELL_COMMANDS: Readonly<Record<string, string>> = {
  help: 'millrace sql --help; in the shell, help lists what can be said',
  output: 'millrace sql --output json',
  'run script': 'millrace sql --file FILE',
  server: 'millrace sql http://HOST:PORT',
  timing: 'time millrace sql ...',
  history: 'it is of the shell alone',
  clear: 'it is of the shell alone',
  version: 'millrace --version',
  exit: 'a text of statements ends with its last one',
  quit: 'a text of statements ends with its last one',
};

const BEGINNING =
  /^\s*(?:\\?(timing)|(help|clear|output|history|version|exit|quit|server)|(run)\s+(script))\b/i;

/** The command of the shell that a text begins with, in lower case. */
export function shellCommandOf(text: string): string | undefined {
  const [, ...words] = BEGINNING.exec(text) ?? [];
  const command = words
    .filter((word) => word !== undefined)
    .join(' ')
    .toLowerCase();
  return command === '' ? undefined : command;
}

/** What to say of a statement that is none, but a command of the shell or nearly one; undefined for all others. */
export function notAStatement(text: string): DiagnosticError | undefined {
  const command = shellCommandOf(text);
  if (command !== undefined) {
    return new DiagnosticError({
      message: `${command} is a command of the interactive shell, at the beginning of an entry`,
      hint: SHELL_COMMANDS[command] ?? '',
    });
  }
  const word = /^\w+/.exec(text)?.[0] ?? '';
  const suggestion = nearestName(word, [...statementWords, ...Object.keys(SHELL_COMMANDS)]);
  if (suggestion === undefined || !Object.hasOwn(SHELL_COMMANDS, suggestion) || isStatement(word))
    return undefined;
  return new DiagnosticError({ message: `Unknown statement '${word}'`, suggestion });
}

const isStatement = (word: string): boolean => statementWords.includes(word.toUpperCase());
