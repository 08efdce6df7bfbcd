import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from './millrace-process.ts';

const millrace = new Millrace();
afterAll(() => millrace.close());

/** Every way to name a file wrongly, and what each says of it. */
describe('a command that is given a file', () => {
  let folder = '';
  let empty = '';
  let http = '';

  beforeAll(async () => {
    folder = millrace.folder();
    empty = path.join(folder, 'empty');
    fs.mkdirSync(path.join(folder, 'folder'));
    for (const ending of ['.json', '.sql', '.properties', '.toml', ''])
      fs.writeFileSync(`${empty}${ending}`, '');
    const data = path.join(folder, 'data');
    const ports = ['--kafka-port', '0', '--http-port', '0'];
    const server = millrace.spawn(['start', '--json', '--data', data, ...ports]);
    http = (JSON.parse(await server.waitFor(/^\{"kafka".*\}$/m)) as { readonly http: string }).http;
  });

  it.each([
    ['test nosuch', /cannot read nosuch: there is no such file or folder/],
    ['test nosuch.json', /cannot read nosuch.json: there is no such file or folder/],
    ['test FOLDER', /there is no test in .*folder\n/],
    ['test EMPTY.json', /not JSON: unexpected end/],
    ['test EMPTY.sql', /there is no test in .*empty.sql/],
    ['test EMPTY', /empty is no file of tests/],
    ['start --no-sql --config nosuch', /cannot read config file nosuch/],
    ['start --no-sql --config FOLDER', /cannot read config file .*folder/],
    ['start --no-sql --data EMPTY', /it is a file, not a folder/],
    ['start --cluster 1 --no-sql --data EMPTY', /it is a file, not a folder|ENOTDIR|not a folder/],
    ['config explain --file nosuch', /cannot read config file nosuch/],
    ['config explain --file FOLDER', /cannot read config file .*folder/],
    ['sql HTTP --file nosuch', /nosuch/],
    ['sql HTTP --file FOLDER', /folder/],
    ['cluster status --data nosuch', /no cluster runs on .*nosuch/],
    ['cluster status --data EMPTY', /no cluster runs on .*empty/],
  ])('says so in a few lines, without a stack: %s', async (line, message) => {
    const args = line
      .split(' ')
      .map((word) =>
        word === 'HTTP'
          ? http
          : word.replace(/^FOLDER/, path.join(folder, 'folder')).replace(/^EMPTY/, empty),
      );
    const { code, text } = await millrace.run(args);
    expect(text).toMatch(message);
    expect(text).not.toMatch(/^ {4}at /m);
    expect(text.trimEnd().split('\n').length).toBeLessThan(5);
    expect(code).toBe(1);
  });
});
