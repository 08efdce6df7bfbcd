import { describe, expect, it } from 'vitest';
import { HistorySearch } from '../../cli/shell/line-editor/history-search.ts';
import { bufferOf } from '../../cli/shell/line-editor/text-buffer.ts';
import { PagedOutput, pagerOf, runPager } from '../../cli/shell/pager.ts';
import { completeCommand } from '../../cli/shell/complete-command.ts';
import { HELP } from '../../cli/shell/help-text.ts';
import { inColumns } from '../../cli/shell/line-editor/candidates.ts';
import { statementHelp } from '../../cli/shell/statement-help.ts';
import { statementWords } from '../../grammar/index.ts';

describe('search in the history', () => {
  const entries = ['SHOW STREAMS;', 'SELECT 1;', 'SHOW TABLES;', 'select 2;'];
  const begin = () => new HistorySearch(entries, bufferOf('draft'));

  it('finds the newest entry, then older ones, whatever the case', () => {
    const search = begin();
    expect(search.buffer.text).toBe('draft');
    search.type('sel');
    expect(search.buffer).toEqual({ text: 'select 2;', cursor: 0 });
    search.older();
    expect(search.buffer.text).toBe('SELECT 1;');
    expect([search.index, search.prompt]).toEqual([1, "search 'sel': "]);
  });

  it('keeps what it found when there is no more, and finds again what is erased', () => {
    const search = begin();
    for (const letter of 'show t') search.type(letter);
    expect(search.buffer.text).toBe('SHOW TABLES;');
    search.type('x');
    expect([search.buffer.text, search.prompt]).toEqual(['SHOW TABLES;', "nothing with 'show tx': "]);
    search.erase();
    search.older();
    expect([search.buffer.text, search.prompt]).toEqual(['SHOW TABLES;', "nothing with 'show t': "]);
    expect(search.abandoned).toEqual(bufferOf('draft'));
  });
});

describe('paged output', () => {
  function output(pager: string | undefined) {
    const written: string[] = [];
    const paged: string[] = [];
    const out = new PagedOutput({ write: (text) => written.push(text), rows: () => 3, pager });
    const flush = (isThere = true) =>
      out.flush((_pager, text) => {
        paged.push(text);
        return Promise.resolve(isThere);
      });
    return { out, written, paged, flush };
  }

  it('sends what is longer than the screen through the pager, with what is said about it', async () => {
    const { out, written, paged, flush } = output('less');
    out.page('1\n2\n3\n');
    out.note('3 rows\n');
    await flush();
    expect([written, paged]).toEqual([[], ['1\n2\n3\n3 rows\n']]);
  });

  it('pages a result as high as the terminal, which the next prompt would push off it', async () => {
    const full = output('less');
    full.out.page('1\n2\n3\n');
    await full.flush();
    expect([full.written, full.paged]).toEqual([[], ['1\n2\n3\n']]);

    const lower = output('less');
    lower.out.page('1\n2\n');
    await lower.flush();
    expect([lower.written, lower.paged]).toEqual([['1\n2\n'], []]);
  });

  it('writes what fits, what there is no pager for, and rows when they come', async () => {
    const short = output('less');
    short.out.page('1\n');
    await short.flush();
    expect([short.written, short.paged]).toEqual([['1\n'], []]);

    const without = output('less');
    without.out.page('1\n2\n3\n');
    await without.flush(false);
    expect(without.written).toEqual(['1\n2\n3\n']);

    const none = output(undefined);
    none.out.page('1\n2\n3\n');
    expect(none.written).toEqual(['1\n2\n3\n']);

    const growing = output('less');
    growing.out.page('table\n');
    growing.out.print('row\n');
    expect(growing.written).toEqual(['table\nrow\n']);
  });

  it('takes the pager from the environment, and notices that there is none', async () => {
    expect(pagerOf({})).toBe('less');
    expect(pagerOf({ PAGER: 'more -s' })).toBe('more -s');
    for (const env of [{ PAGER: '' }, { PAGER: 'cat' }, { TERM: 'dumb' }])
      expect(pagerOf(env)).toBeUndefined();
    expect(await runPager('no-such-pager-here', 'x')).toBe(false);
    expect(await runPager('head -c 1 > /dev/null', 'x'.repeat(1_000_000))).toBe(true);
  });
});

describe('help for a statement', () => {
  it.each(statementWords)('knows %s', (word) => {
    expect(statementHelp(word.toLowerCase(), 100)).toContain(word);
  });

  it('chooses by further words, and stays within the terminal', () => {
    const type = statementHelp('create type', 60) ?? '';
    expect(type).toContain('createType = TYPE');
    expect(type).not.toContain('createConnector =');
    const stream = statementHelp('CREATE STREAM', 60) ?? '';
    expect(stream).toMatch(/createSource = [\s\S]*withClause = /);
    expect(stream).not.toContain('createType =');
    for (const line of stream.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(statementHelp('selec', 80)).toBeUndefined();
  });
});

describe('on a terminal of 80 columns', () => {
  it('no line of help is wider', () => {
    expect(HELP.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('candidates stand in columns, and none is broken', () => {
    const words = Array.from({ length: 60 }, (_, i) => `WORD_${'x'.repeat(i % 13)}${i}`);
    const lines = inColumns(words, 80);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.join(' ').split(/ +/).toSorted()).toEqual(words.toSorted());
    expect(inColumns(['a'.repeat(100), 'b'], 80)).toEqual(['a'.repeat(100), 'b']);
    expect(inColumns([], 80)).toEqual([]);
  });
});

describe('completion of what follows a command of the shell', () => {
  const files = {
    list: (folder: string) =>
      folder === 'sql/' ? ['a.sql', 'all.sql', 'b.sql'] : ['sql/', 'setup.sql', '.hidden'],
  };
  const at = (text: string) => completeCommand(text, text.length, files);

  it.each([
    ['output ', 7, ['tabular', 'json', 'csv']],
    ['output j', 7, ['json']],
    ['timing o', 7, ['on', 'off']],
    ['run script ', 11, ['sql/', 'setup.sql']],
    ['run script s', 11, ['sql/', 'setup.sql']],
    ["run script 'sql/a", 16, ['a.sql', 'all.sql']],
  ])('%j', (text, start, candidates) => {
    expect(at(text)).toEqual({ start, end: text.length, candidates });
  });

  it('leaves statements alone', () => {
    expect(at('SELECT ')).toBeUndefined();
    expect(at('output')).toBeUndefined();
    expect(at('output json; SELECT ')).toBeUndefined();
  });
});
