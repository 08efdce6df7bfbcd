import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { History } from '../../cli/shell/line-editor/history.ts';
import { readScript } from '../../cli/shell/script-file.ts';
import { continuation } from '../../cli/shell/continuation.ts';
import { layOut } from '../../cli/shell/line-editor/screen.ts';
import { parseExact } from '../../cli/shell/exact-json.ts';
import { type OutputFormat, resultWriter } from '../../cli/shell/result-writer.ts';
import { columnNames } from '../../cli/shell/schema-columns.ts';
import type { StreamedRow } from '../../cli/shell/sql-server-client.ts';
import { scanStatements } from '../../cli/shell/statement-scanner.ts';
import { fitWidths, GrowingTable, renderTable } from '../../cli/shell/table.ts';
import { visible } from '../../cli/shell/visible-text.ts';

describe('statement scanner', () => {
  it('cuts at semicolons outside strings, quoted names and comments', () => {
    const text = "SELECT ';' FROM `a;b`; -- not; here\n/* nor; here */ SHOW STREAMS;\nSELECT";
    const { statements, rest, isOpen } = scanStatements(text);
    expect(statements.map((s) => s.text)).toEqual([
      "SELECT ';' FROM `a;b`;",
      '-- not; here\n/* nor; here */ SHOW STREAMS;',
    ]);
    expect(rest.trim()).toBe('SELECT');
    expect(isOpen).toBe(true);
  });

  it('takes comments and blanks after the last semicolon for nothing', () => {
    expect(scanStatements('SHOW STREAMS; -- done\n ').isOpen).toBe(false);
  });

  it('ends comments where they end', () => {
    const starts = (text: string) => scanStatements(text).statements.map((s) => text.slice(s.start));
    expect(starts('/* a; */ SHOW A;SHOW B;')).toEqual(['/* a; */ SHOW A;SHOW B;', 'SHOW B;']);
    // The end is two characters, and may not share the star of the beginning.
    expect(scanStatements('/*/ SHOW A; */ SHOW B;').statements).toHaveLength(1);
    expect(scanStatements('/**/SHOW A;/***/SHOW B;').statements.map((s) => s.text)).toEqual([
      '/**/SHOW A;',
      '/***/SHOW B;',
    ]);
    expect(scanStatements('SHOW A; /* open; SHOW B;').statements).toHaveLength(1);
    // Nothing of a comment is a statement, and none of its characters begins one.
    expect(scanStatements('/* nothing */;/**/')).toMatchObject({ statements: [], isOpen: false });
    expect(scanStatements('-- a; b\nSHOW A; -- c').statements).toHaveLength(1);
    // A minus or slash alone is part of a statement.
    expect(scanStatements('SELECT 1 - 2 / 3;').statements).toHaveLength(1);
    expect(scanStatements('/ ').isOpen).toBe(true);
  });

  it('takes the body of a function for what it is, whatever is in it', () => {
    const body = "$$ // don't; stop\n for (let i = n; i > 0; i--) s += i; /* ` $$";
    const text = `CREATE FUNCTION f(n INT) RETURNS INT LANGUAGE JAVASCRIPT AS ${body};`;
    expect(scanStatements(`${text} SHOW STREAMS;`).statements.map((s) => s.text)).toEqual([
      text,
      'SHOW STREAMS;',
    ]);
    const open = scanStatements("CREATE FUNCTION f() AS $$ return 'a'; ");
    expect(open).toMatchObject({ statements: [], isOpen: true, unclosed: { mark: '$$' } });
    expect(scanStatements("SELECT '$$' FROM a; SELECT '$$';").statements).toHaveLength(2);
  });

  it('leaves an open string open', () => {
    expect(scanStatements("INSERT INTO a VALUES ('x;").isOpen).toBe(true);
    expect(scanStatements("SELECT 'it''s; fine' FROM a;").statements).toHaveLength(1);
  });
});

describe('schema columns', () => {
  it('reads names through nested types and quotes', () => {
    const schema =
      '`A` STRING KEY, `B,x` MAP<STRING, INTEGER>, `C``D` STRUCT<`E` INTEGER, `F` DECIMAL(4, 2)>';
    expect(columnNames(schema)).toEqual(['A', 'B,x', 'C`D']);
  });
});

describe('tables', () => {
  it('lets the widest columns give way', () => {
    expect(fitWidths([4, 10, 100], { available: 50 })).toEqual([4, 10, 36]);
    expect(fitWidths([4, 10, 20], { available: 100 })).toEqual([4, 10, 20]);
    expect(fitWidths([30, 100], { available: 60, least: [30, 5] })).toEqual([30, 30]);
  });

  it('wrap at blanks to fit the terminal, and keep words whole', () => {
    const rows = [['CSAS_ORDERS_BY_REGION_0', 'many words '.repeat(20).trim()]];
    const lines = renderTable(['Query ID', 'Query'], rows, 80).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.join('\n')).toContain('CSAS_ORDERS_BY_REGION_0');
    expect(lines.join(' ').match(/\b(many|words)\b/g)).toHaveLength(40);
  });

  it('become blocks where words do not fit, and are not wrapped where there is no terminal', () => {
    const rows = [['a-long-identifier-without-blanks', 'x'.repeat(60)]];
    expect(renderTable(['Query ID', 'Query'], rows, 80)).toBe(
      `-[ 1 ]-\nQuery ID : a-long-identifier-without-blanks\nQuery    : ${'x'.repeat(60)}`,
    );
    const endless = renderTable(
      ['Query ID', 'Query'],
      [['a', 'word '.repeat(200)]],
      Number.POSITIVE_INFINITY,
    );
    expect(endless).toContain('word '.repeat(200).trim());
  });

  it('wraps the cells of a growing table at one width', () => {
    const table = new GrowingTable(['A', 'B'], 40);
    const lines = [
      ...(table.header() ?? '').split('\n'),
      ...table.row(['short', 'z'.repeat(30)]).split('\n'),
    ];
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines.join('').replaceAll(/[^z]/g, '')).toBe('z'.repeat(30));
  });

  it('writes growing rows as blocks where columns would be too narrow', () => {
    const table = new GrowingTable(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'], 80);
    expect(table.header()).toBeUndefined();
    table.row([]);
    expect(table.row(['1']).split('\n').slice(0, 2)).toEqual(['-[ 2 ]-', 'A : 1']);
  });

  it('show what would steer the terminal', () => {
    expect(visible('a\u001b[31mred\u0007\n\u202eb')).toBe('a\\u001b[31mred\\u0007\\n\\u202eb');
    expect(renderTable(['A'], [['\u001b[2J']], 80)).toContain('\\u001b[2J');
  });
});

describe('results', () => {
  const header = { header: { schema: '`ID` BIGINT, `PRICE` DECIMAL(4, 2), `NOTE` STRING' } };
  const row = (columns: string) => parseExact(`{"row":{"columns":${columns}}}`) as StreamedRow;

  function written(format: OutputFormat, ...messages: readonly StreamedRow[]) {
    const out = { rows: '', notes: '' };
    const writer = resultWriter(format, {
      print: (text) => {
        out.rows += text;
      },
      note: (text) => {
        out.notes += text;
      },
      columns: () => Number.POSITIVE_INFINITY,
    }).query({ isPush: false });
    for (const message of messages) writer.row(message);
    writer.end();
    return out;
  }

  it('have their numbers as the server sent them, in every format', () => {
    const rows = [header, row('[9007199254740993,1.50,"x"]')];
    expect(written('json', ...rows).rows).toBe('{"ID":9007199254740993,"PRICE":1.50,"NOTE":"x"}\n');
    expect(written('csv', ...rows).rows).toBe('ID,PRICE,NOTE\n9007199254740993,1.50,x\n');
    expect(written('tabular', ...rows).rows).toMatch(/\| 9007199254740993 \| 1\.50 {2}\| x {4}\|/);
  });

  it('tell null from an empty text in CSV', () => {
    expect(written('csv', header, row('[null,null,""]')).rows).toBe('ID,PRICE,NOTE\n,,""\n');
  });

  it('hold rows alone: their number is a note', () => {
    const { rows, notes } = written('tabular', header, row('[1,1.00,null]'));
    expect(rows).not.toContain('1 row');
    expect(notes).toBe('1 row\n');
  });

  it('write the times of windows as people do', () => {
    const windowed = { header: { schema: '`WINDOWSTART` BIGINT KEY, `N` BIGINT' } };
    expect(written('tabular', windowed, row('[1700000000000,3]')).rows).toContain('2023-11-14T22:13:20.000Z');
    expect(written('json', windowed, row('[1700000000000,3]')).rows).toContain('1700000000000');
  });
});

describe('a script', () => {
  it('is refused in plain words where it is a folder, or not UTF-8', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'millrace-script-'));
    const file = path.join(folder, 'x.sql');
    expect(() => readScript(folder)).toThrow(/^cannot read .*: it is a folder$/);
    writeFileSync(file, '\ufeffSELECT 1;', 'utf16le');
    expect(() => readScript(file)).toThrow(/^cannot read .*: it is UTF-16: save it as UTF-8$/);
    writeFileSync(file, Buffer.from([0x53, 0xe4, 0x3b]));
    expect(() => readScript(file)).toThrow(/^cannot read .*: it is not UTF-8/);
    writeFileSync(file, '\ufeffSELECT 1;');
    expect(readScript(file)).toBe('SELECT 1;');
  });
});

describe('screen', () => {
  const options = { columns: 20, prompt: 'sql> ', continuation: () => '  -> ', highlight: (t: string) => t };

  it('finds the cursor over wrapped lines', () => {
    const screen = layOut({ text: `${'a'.repeat(30)}\nbc`, cursor: 32 }, options);
    expect(screen).toMatchObject({ rows: 3, cursorRow: 2, cursorColumn: 6 });
    expect(layOut({ text: 'a'.repeat(30), cursor: 16 }, options)).toMatchObject({
      cursorRow: 1,
      cursorColumn: 1,
    });
  });

  it('shows in front of a line what is open from the lines before', () => {
    const shell = { columns: 80, prompt: 'millrace> ', continuation, highlight: (t: string) => t };
    const screen = layOut({ text: 'SELECT \'it\n;\n\', "a\n" /*\n*/\n;', cursor: 0 }, shell);
    expect(screen.output.split('\r\n').map((line) => line.slice(0, 10))).toEqual([
      'millrace> ',
      "       '> ",
      "       '> ",
      '       "> ',
      '       *> ',
      '       -> ',
    ]);
  });

  it('counts wide characters as two columns', () => {
    expect(layOut({ text: '日本', cursor: 2 }, options)).toMatchObject({ cursorRow: 0, cursorColumn: 9 });
  });
});

describe('history', () => {
  it('survives the process, line breaks included', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'millrace-history-')), 'deep', 'history');
    const first = new History(file);
    first.add('SELECT *\n  FROM a;');
    first.add('SELECT *\n  FROM a;');
    first.add('SHOW STREAMS;');
    expect(new History(file).entries).toEqual(['SELECT *\n  FROM a;', 'SHOW STREAMS;']);
  });

  it('skips lines that are not its own', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'millrace-history-')), 'history');
    writeFileSync(file, 'garbage\n"SHOW TABLES;"\n{"a":1}\n');
    expect(new History(file).entries).toEqual(['SHOW TABLES;']);
  });
});
