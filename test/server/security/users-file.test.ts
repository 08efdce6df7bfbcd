import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usersFileOf } from '../../../src/server/security/jaas-file.ts';
import { UsersFile } from '../../../src/server/security/users-file.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-users-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('the file of users', () => {
  it('has names, passwords and roles as Jetty writes them', () => {
    const md5 = createHash('md5').update('blah').digest('hex');
    const users = new UsersFile(
      write(
        'users.properties',
        `# users\nplain: se cret,admin, developer\nhidden: OBF:1v2j1uum1xtv1zej1zer1xtn1uvk1v1v,user\nhashed: MD5:${md5}\nnone:\n`,
      ),
    );
    expect(users.find('plain', 'se cret')).toEqual({ name: 'plain', roles: ['admin', 'developer'] });
    expect(users.find('hidden', 'password')).toEqual({ name: 'hidden', roles: ['user'] });
    expect(users.find('hashed', 'blah')).toEqual({ name: 'hashed', roles: [] });
    for (const [name, password] of [
      ['plain', 'secret'],
      ['plain', ''],
      ['hidden', 'OBF:1v2j1uum1xtv1zej1zer1xtn1uvk1v1v'],
      ['hashed', md5],
      ['nobody', ''],
      ['nobody', 'nobody'],
    ] as const) {
      expect(users.find(name, password), `${name} ${password}`).toBeUndefined();
    }
  });

  it('is refused where a password could never be checked', () => {
    const file = write('crypt.properties', 'me: CRYPT:me/ks90E221EY\n');
    expect(() => new UsersFile(file)).toThrow(`the password of me in ${file} is a hash of crypt`);
  });
});

describe('the JAAS file', () => {
  it('names the file of users of a section', () => {
    const file = write(
      'jaas.conf',
      `/* of the broker */ KafkaServer { org.apache.kafka.PlainLoginModule required user_a="{;}"; };
       // of ksqlDB
       KsqlServer-Props {
         org.example.Other optional file="/nowhere";
         org.eclipse.jetty.jaas.spi.PropertyFileLoginModule required
           debug="true"
           file="/etc/ksql users/password.properties";
       };`,
    );
    expect(usersFileOf(file, 'KsqlServer-Props')).toBe('/etc/ksql users/password.properties');
    expect(() => usersFileOf(file, 'Other')).toThrow(`${file} has no section Other`);
    expect(() => usersFileOf(file, 'KafkaServer')).toThrow('has no PropertyFileLoginModule with a file');
    expect(() => usersFileOf(`${file}x`, 'Other')).toThrow('cannot read the JAAS file');
  });
});
