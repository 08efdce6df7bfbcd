import Table from 'cli-table3';
import stringWidth from 'string-width';

const BORDERS_PER_COLUMN = 3;
const COLUMN_WIDTH_MIN = 6;

/**
 * A table with a header line that fits the terminal: columns keep their natural width while there is room, then the
 * widest give way and their cells wrap.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string {
  const natural = header.map((title, i) =>
    Math.max(
      ...[title, ...rows.map((row) => row[i] ?? '')].flatMap((cell) =>
        cell.split('\n').map((line) => stringWidth(line)),
      ),
    ),
  );
  const widths = fitWidths(natural, columns - header.length * BORDERS_PER_COLUMN - 1);
  const table = new Table({
    head: [...header],
    colWidths: widths.map((width) => width + 2),
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [], compact: true },
    chars: PLAIN_LINES,
  });
  for (const row of rows) table.push(header.map((_, i) => row[i] ?? ''));
  return table.toString();
}

/** Shares `available` columns out: what is narrower than a fair share keeps its width, the rest divide what is left. */
export function fitWidths(natural: readonly number[], available: number): readonly number[] {
  const widths = natural.map((width) => Math.max(1, width));
  const order = widths.map((_, i) => i).toSorted((a, b) => (widths[a] ?? 0) - (widths[b] ?? 0));
  let left = Math.max(available, COLUMN_WIDTH_MIN * natural.length);
  for (const [done, index] of order.entries()) {
    const share = Math.floor(left / (order.length - done));
    widths[index] = Math.min(widths[index] ?? 1, Math.max(share, COLUMN_WIDTH_MIN));
    left -= widths[index] ?? 0;
  }
  return widths;
}

/** The lines of a table whose rows arrive one by one, so that its widths must be settled before the first. */
export class GrowingTable {
  readonly #widths: readonly number[];

  constructor(columnCount: number, terminalColumns: number) {
    const available = terminalColumns - columnCount * BORDERS_PER_COLUMN - 1;
    const width = Math.max(COLUMN_WIDTH_MIN, Math.floor(available / Math.max(1, columnCount)));
    this.#widths = Array.from({ length: columnCount }, () => width);
  }

  header(titles: readonly string[]): string {
    return [this.#rule('+'), this.row(titles), this.#rule('+')].join('\n');
  }

  row(cells: readonly string[]): string {
    const wrapped = this.#widths.map((width, i) => wrap(cells[i] ?? '', width));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      wrapped.reduce((text, lines, i) => `${text} ${pad(lines[line] ?? '', this.#widths[i] ?? 0)} |`, '|'),
    ).join('\n');
  }

  #rule(corner: string): string {
    return this.#widths.reduce((text, width) => text + '-'.repeat(width + 2) + corner, corner);
  }
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let lineWidth = 0;
  for (const character of text) {
    const characterWidth = stringWidth(character);
    if (character === '\n' || lineWidth + characterWidth > width) {
      lines.push(line);
      line = '';
      lineWidth = 0;
      if (character === '\n') continue;
    }
    line += character;
    lineWidth += characterWidth;
  }
  return [...lines, line];
}

const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - stringWidth(text)));

const PLAIN_LINES = {
  top: '-',
  'top-mid': '+',
  'top-left': '+',
  'top-right': '+',
  bottom: '-',
  'bottom-mid': '+',
  'bottom-left': '+',
  'bottom-right': '+',
  left: '|',
  'left-mid': '+',
  mid: '-',
  'mid-mid': '+',
  right: '|',
  'right-mid': '+',
  middle: '|',
} as const;
