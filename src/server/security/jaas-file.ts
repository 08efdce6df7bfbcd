import { readFileSync } from 'node:fs';
import { DiagnosticError, messageOf } from '../../base/errors.ts';

const PROPERTY_FILE_MODULE = /(?:^|\.)PropertyFileLoginModule$/;

/**
 * The file of users that a section of a JAAS file names, which has Jetty's PropertyFileLoginModule:
 * `Section { org.eclipse.jetty.jaas.spi.PropertyFileLoginModule required file="/etc/users.properties"; };`
 * @throws {DiagnosticError} where there is none.
 */
export function usersFileOf(jaasFile: string, section: string): string {
  const modules = sectionOf(textOf(jaasFile), section);
  if (modules === undefined) {
    throw new DiagnosticError({
      message: `the JAAS file ${jaasFile} has no section ${section}`,
      hint: 'authentication.realm names the section',
    });
  }
  for (const module of modules) {
    const [name = '', , ...options] = module;
    const file = options.find((option) => option.startsWith('file='))?.slice('file='.length);
    if (PROPERTY_FILE_MODULE.test(name) && file !== undefined) return file;
  }
  throw new DiagnosticError({
    message: `the section ${section} of the JAAS file ${jaasFile} has no PropertyFileLoginModule with a file`,
    hint: 'other login modules are Java: list the users in a file, or have clients send bearer tokens',
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new DiagnosticError(
      { message: `cannot read the JAAS file ${file}`, detail: messageOf(error) },
      { cause: error },
    );
  }
}

/** The login modules of a section as their words: name, flag and options, without quotes. */
function sectionOf(text: string, section: string): readonly (readonly string[])[] | undefined {
  const plain = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*(?:\/\/|#).*$/gm, '');
  for (const [, name = '', body = ''] of plain.matchAll(/"?([\w.$-]+)"?\s*\{((?:[^}"]|"[^"]*")*)\}\s*;/g)) {
    if (name !== section) continue;
    const modules: string[][] = [[]];
    for (const [word] of body.matchAll(/;|(?:[^\s;"]|"[^"]*")+/g)) {
      if (word === ';') modules.push([]);
      else modules.at(-1)?.push(word.replaceAll('"', ''));
    }
    return modules.filter((module) => module.length > 0);
  }
  return undefined;
}
