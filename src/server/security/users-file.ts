import { createHash, timingSafeEqual } from 'node:crypto';
import { DiagnosticError } from '../../base/errors.ts';
import { readConfigFile } from '../config/config-file.ts';
import type { Principal } from './principal.ts';

interface User {
  readonly principal: Principal;
  readonly isPassword: (password: string) => boolean;
}

/**
 * The users of a file of Jetty's PropertyFileLoginModule, which ksqlDB is configured with: a line
 * `name: password,role,role` each. A password stands as it is, as `OBF:` (hidden from a glance) or as `MD5:` (its hash).
 */
export class UsersFile {
  readonly #users: ReadonlyMap<string, User>;

  /** @throws {DiagnosticError} where it cannot be read, with the line. */
  constructor(file: string) {
    this.#users = new Map(
      [...readConfigFile(file)].map(([name, value]) => {
        const [password = '', ...roles] = value.split(',').map((part) => part.trim());
        const isPassword = passwordCheck(password, { file, name });
        return [name, { principal: { name, roles: roles.filter((role) => role !== '') }, isPassword }];
      }),
    );
  }

  /** Undefined where there is no such user, or the password is another one. */
  find(name: string, password: string): Principal | undefined {
    const user = this.#users.get(name);
    if (user === undefined) {
      // As long as a wrong password takes.
      isSame(password, name);
      return undefined;
    }
    return user.isPassword(password) ? user.principal : undefined;
  }
}

function passwordCheck(
  stored: string,
  { file, name }: { readonly file: string; readonly name: string },
): (password: string) => boolean {
  if (stored.startsWith('MD5:')) {
    const hash = stored.slice('MD5:'.length).toLowerCase();
    return (password) => isSame(createHash('md5').update(password, 'latin1').digest('hex'), hash);
  }
  if (stored.startsWith('CRYPT:')) {
    throw new DiagnosticError({
      message: `the password of ${name} in ${file} is a hash of crypt, which is not read`,
      hint: 'write it as MD5:, as OBF: or as it is, and let nobody else read the file',
    });
  }
  const plain = stored.startsWith('OBF:') ? deobfuscated(stored.slice('OBF:'.length)) : stored;
  return (password) => isSame(password, plain);
}

/** How long it takes says nothing of what is right. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Each byte is a number of base 36 and four digits, made of it and the byte at the other end; `U` marks a byte alone. */
function deobfuscated(text: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 4) {
    const isAlone = text[at] === 'U';
    if (isAlone) at += 1;
    const pair = Number.parseInt(text.slice(at, at + 4), 36);
    bytes.push(isAlone ? pair >> 8 : (Math.floor(pair / 256) + (pair % 256) - 254) / 2);
  }
  return Buffer.from(bytes).toString('utf8');
}
