import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as edit from '../../cli/shell/line-editor/text-buffer.ts';

/** A buffer written with `|` for the cursor. */
function at(marked: string): edit.TextBuffer {
  const cursor = marked.indexOf('|');
  return { text: marked.replace('|', ''), cursor };
}

const show = (buffer: edit.TextBuffer | undefined): string | undefined =>
  buffer && `${buffer.text.slice(0, buffer.cursor)}|${buffer.text.slice(buffer.cursor)}`;

describe('text buffer', () => {
  it('inserts at the cursor', () => {
    expect(show(edit.insert(at('ab|cd'), 'XY'))).toBe('abXY|cd');
  });

  it('moves by words', () => {
    expect(show(edit.wordLeft(at('select  count(|*)')))).toBe('select  |count(*)');
    expect(show(edit.wordRight(at('select|  count(*)')))).toBe('select  count|(*)');
  });

  it('keeps the column when it moves between lines', () => {
    expect(show(edit.lineUp(at('abcdef\nxy\nlong|er')))).toBe('abcdef\nxy|\nlonger');
    expect(show(edit.lineDown(at('abc|def\nxy\nlonger')))).toBe('abcdef\nxy|\nlonger');
    expect(edit.lineUp(at('ab|c\nx'))).toBeUndefined();
    expect(edit.lineDown(at('abc\n|x'))).toBeUndefined();
  });

  it('deletes to the ends of the line only', () => {
    expect(show(edit.deleteToLineEnd(at('one\nt|wo\nthree')))).toBe('one\nt|\nthree');
    expect(show(edit.deleteToLineStart(at('one\nt|wo\nthree')))).toBe('one\n|wo\nthree');
  });

  it('never stops inside a surrogate pair', () => {
    expect(show(edit.left(at('a😀|')))).toBe('a|😀');
    expect(show(edit.right(at('a|😀')))).toBe('a😀|');
    expect(show(edit.deleteLeft(at('a😀|b')))).toBe('a|b');
  });

  it('keeps the cursor inside the text through any sequence of keys', () => {
    const steps = [
      edit.left,
      edit.right,
      edit.wordLeft,
      edit.wordRight,
      edit.lineStart,
      edit.lineEnd,
    ] as const;
    const deletions = [edit.deleteLeft, edit.deleteRight, edit.deleteWordLeft, edit.deleteToLineEnd] as const;
    const verticals = [
      (b: edit.TextBuffer) => edit.lineUp(b) ?? b,
      (b: edit.TextBuffer) => edit.lineDown(b) ?? b,
    ] as const;
    const all = [...steps, ...deletions, ...verticals];
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat(all.length - 1)), (text, keys) => {
        let buffer = edit.bufferOf(`${text}\nmore`);
        for (const key of keys) buffer = (all[key] as (b: edit.TextBuffer) => edit.TextBuffer)(buffer);
        expect(buffer.cursor).toBeGreaterThanOrEqual(0);
        expect(buffer.cursor).toBeLessThanOrEqual(buffer.text.length);
      }),
    );
  });
});
