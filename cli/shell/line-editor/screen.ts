import stringWidth from 'string-width';
import type { TextBuffer } from './text-buffer.ts';

interface ScreenOptions {
  /** Terminal width in columns. */
  readonly columns: number;
  readonly prompt: string;
  /** What stands in front of the second and later lines, by the lines before. */
  readonly continuation: (textBefore: string) => string;
  /** Colours a text without changing its width or its line breaks. */
  readonly highlight: (text: string) => string;
}

/** How a buffer stands on the terminal: what to print, and where the cursor then belongs, counted from its top left. */
export interface Screen {
  readonly output: string;
  readonly cursorRow: number;
  readonly cursorColumn: number;
  /** Terminal rows that the text takes, wrapped lines counted. */
  readonly rows: number;
}

/** Lays out a buffer. Lines longer than the terminal wrap as the terminal wraps them. */
export function layOut(buffer: TextBuffer, options: ScreenOptions): Screen {
  const lines = buffer.text.split('\n');
  const coloured = options.highlight(buffer.text).split('\n');
  let cursorLine = 0;
  let lineStart = 0;
  while (cursorLine < lines.length - 1 && lineStart + (lines[cursorLine] ?? '').length < buffer.cursor) {
    lineStart += (lines[cursorLine] ?? '').length + 1;
    cursorLine += 1;
  }

  let rows = 0;
  let cursorRow = 0;
  let cursorColumn = 0;
  const output: string[] = [];
  for (const [index, line] of lines.entries()) {
    const lead = index === 0 ? options.prompt : options.continuation(lines.slice(0, index).join('\n'));
    const leadWidth = stringWidth(lead);
    if (index === cursorLine) {
      const before = leadWidth + stringWidth(line.slice(0, buffer.cursor - lineStart));
      cursorRow = rows + Math.floor(before / options.columns);
      cursorColumn = before % options.columns;
    }
    const width = leadWidth + stringWidth(line);
    rows += Math.floor(width / options.columns) + 1;
    // A line that ends exactly at the edge leaves the terminal's cursor there: the space moves it on.
    output.push(lead + (coloured[index] ?? line) + (width > 0 && width % options.columns === 0 ? ' \r' : ''));
  }
  return { output: output.join('\r\n'), cursorRow, cursorColumn, rows };
}
