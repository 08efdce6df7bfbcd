import Table from 'cli-table3';
import stringWidth from 'string-width';
import { visible } from './visible-text.ts';

const BORDERS_PER_COLUMN = 3;
const COLUMN_WIDTH_MIN = 6;
/** A growing table whose columns would be narrower than this is written one value a line. */
const GROWING_WIDTH_MIN = 10;
/** Room for a cell where nothing is known of the rows to come and there is no terminal to fit into; longer ones stick out. */
const ENDLESS_WIDTH_MIN = 16;

/**
 * A table with a header line that fits the terminal. Words stay whole: a column gives way only where its cells have
 * blanks to wrap at, and where that is not enough each row is written as a block, one value a line.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string {
  const titles = header.map(visible);
  const shown = rows.map((row) => titles.map((_, i) => visible(row[i] ?? '')));
  const cells = [titles, ...shown];
  const natural = header.map((_, i) => Math.max(1, ...cells.map((row) => stringWidth(row[i] ?? ''))));
  const least = header.map((_, i) => Math.max(1, ...cells.map((row) => longestWord(row[i] ?? ''))));
  const available = columns - header.length * BORDERS_PER_COLUMN - 1;
  if (sum(least) > available && rows.length > 0) return blocks(titles, shown, { first: 1 });
  const widths = fitWidths(natural, { available, least });
  const table = new Table({
    head: titles,
    colWidths: widths.map((width) => width + 2),
    wordWrap: true,
    style: { head: [], border: [], compact: true },
    chars: PLAIN_LINES,
  });
  for (const row of shown) table.push([...row]);
  return table.toString();
}

/**
 * Shares `available` out: what is narrower than a fair share keeps its natural width, the rest divide what is left, and
 * none gets less than its `least`.
 */
export function fitWidths(
  natural: readonly number[],
  { available, least = [] }: { readonly available: number; readonly least?: readonly number[] },
): readonly number[] {
  const floor = (index: number): number =>
    Math.max(Math.min(COLUMN_WIDTH_MIN, natural[index] ?? 1), least[index] ?? 1);
  const widths = natural.map((width) => Math.max(1, width));
  // Those with the highest floor first: what they must have is not there to be shared out.
  const order = widths
    .map((_, i) => i)
    .toSorted(
      (a, b) =>
        (widths[a] ?? 0) - floor(a) - ((widths[b] ?? 0) - floor(b)) || (widths[a] ?? 0) - (widths[b] ?? 0),
    );
  let left = available;
  let floors = sum(widths.map((_, i) => floor(i)));
  for (const [done, index] of order.entries()) {
    floors -= floor(index);
    const share = Math.max(floor(index), Math.min(Math.floor(left / (order.length - done)), left - floors));
    widths[index] = Math.min(widths[index] ?? 1, share);
    left -= widths[index] ?? 0;
  }
  return widths;
}

/** The lines of a table whose rows arrive one by one, so that its widths must be settled before the first. */
export class GrowingTable {
  readonly #titles: readonly string[];
  readonly #width: number;
  /** No terminal, so nothing to fit into. */
  readonly #isEndless: boolean;
  #rows = 0;

  constructor(titles: readonly string[], terminalColumns: number) {
    this.#titles = titles.map(visible);
    this.#isEndless = !Number.isFinite(terminalColumns);
    const available = terminalColumns - titles.length * BORDERS_PER_COLUMN - 1;
    this.#width = this.#isEndless ? ENDLESS_WIDTH_MIN : Math.floor(available / Math.max(1, titles.length));
  }

  get #isVertical(): boolean {
    return (
      !this.#isEndless &&
      this.#width < Math.max(GROWING_WIDTH_MIN, ...this.#titles.map((title) => stringWidth(title)))
    );
  }

  /** The lines above the first row; undefined where there are none. */
  header(): string | undefined {
    if (this.#isVertical) return undefined;
    const rule = this.#titles
      .map((title) => '-'.repeat(Math.max(this.#width, stringWidth(title)) + 2))
      .join('+');
    return `+${rule}+\n${this.#line(this.#titles)}\n+${rule}+`;
  }

  row(cells: readonly string[]): string {
    this.#rows += 1;
    const shown = this.#titles.map((_, i) => visible(cells[i] ?? ''));
    if (this.#isVertical) return blocks(this.#titles, [shown], { first: this.#rows });
    return this.#line(shown);
  }

  #line(cells: readonly string[]): string {
    if (this.#isEndless) {
      const padded = cells.map((cell, i) =>
        pad(cell, Math.max(this.#width, stringWidth(this.#titles[i] ?? ''))),
      );
      return `| ${padded.join(' | ')} |`;
    }
    const wrapped = cells.map((cell) => wrap(cell, this.#width));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      wrapped.reduce((text, lines) => `${text} ${pad(lines[line] ?? '', this.#width)} |`, '|'),
    ).join('\n');
  }
}

/** Each row as a block of lines `title: value`, for terminals that are too narrow for columns. */
function blocks(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { first }: { readonly first: number },
): string {
  const width = Math.max(...header.map((title) => stringWidth(title)));
  return rows
    .map((row, number) =>
      [`-[ ${first + number} ]-`, ...header.map((title, i) => `${pad(title, width)} : ${row[i] ?? ''}`)].join(
        '\n',
      ),
    )
    .join('\n');
}

function longestWord(cell: string): number {
  return Math.max(...cell.split(' ').map((word) => stringWidth(word)));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** At blanks where there are any, else anywhere. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let lineWidth = 0;
  for (const character of text) {
    const characterWidth = stringWidth(character);
    if (lineWidth + characterWidth > width) {
      const blank = line.lastIndexOf(' ');
      const rest = blank > 0 ? line.slice(blank + 1) : '';
      lines.push(blank > 0 ? line.slice(0, blank) : line);
      line = rest;
      lineWidth = stringWidth(rest);
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
