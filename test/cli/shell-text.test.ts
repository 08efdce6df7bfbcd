import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { History } from '../../cli/shell/line-editor/history.ts';
import { layOut } from '../../cli/shell/line-editor/screen.ts';
import { columnNames } from '../../cli/shell/schema-columns.ts';
import { scanStatements } from '../../cli/shell/statement-scanner.ts';
import { fitWidths, GrowingTable, renderTable } from '../../cli/shell/table.ts';

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
    expect(fitWidths([4, 10, 100], 50)).toEqual([4, 10, 36]);
    expect(fitWidths([4, 10, 20], 100)).toEqual([4, 10, 20]);
  });

  it('fits the terminal', () => {
    const rows = [['1', 'x'.repeat(300), 'y'.repeat(40)]];
    const lines = renderTable(['ID', 'LONG', 'OTHER'], rows, 80).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.join('').replaceAll(/[^x]/g, '')).toBe('x'.repeat(300));
  });

  it('wraps the cells of a growing table at one width', () => {
    const table = new GrowingTable(2, 40);
    const lines = [
      ...table.header(['A', 'B']).split('\n'),
      ...table.row(['short', 'z'.repeat(30)]).split('\n'),
    ];
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines.join('').replaceAll(/[^z]/g, '')).toBe('z'.repeat(30));
  });
});

describe('screen', () => {
  const options = { columns: 20, prompt: 'sql> ', continuation: '  -> ', highlight: (t: string) => t };

  it('finds the cursor over wrapped lines', () => {
    const screen = layOut({ text: `${'a'.repeat(30)}\nbc`, cursor: 32 }, options);
    expect(screen).toMatchObject({ rows: 3, cursorRow: 2, cursorColumn: 6 });
    expect(layOut({ text: 'a'.repeat(30), cursor: 16 }, options)).toMatchObject({
      cursorRow: 1,
      cursorColumn: 1,
    });
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
