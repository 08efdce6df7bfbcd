import { spawn } from 'node:child_process';

/**
 * The pager of an environment: `$PAGER`, or `less` where that is not set; undefined where it is set to nothing or to
 * `cat`, which does not stop either.
 */
export function pagerOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const pager = (env['PAGER'] ?? 'less').trim();
  return pager === '' || pager === 'cat' || env['TERM'] === 'dumb' ? undefined : pager;
}

/** Rows that a text takes on a terminal of this width: our tables are never wider, so that lines are rows. */
const rowsOf = (text: string): number => text.split('\n').length - 1;

interface PagedOutputOptions {
  readonly write: (text: string) => void;
  /** Height of the terminal in rows, asked whenever something is shown. */
  readonly rows: () => number;
  readonly pager: string | undefined;
}

/**
 * Output that keeps what may go to a pager until the entry has ended, and writes all other text when it comes. Text that
 * comes after what is kept stays behind it.
 */
export class PagedOutput {
  readonly #options: PagedOutputOptions;
  #kept = '';

  constructor(options: PagedOutputOptions) {
    this.#options = options;
  }

  /** A whole result. */
  page(text: string): void {
    if (this.#options.pager === undefined) this.#options.write(text);
    else this.#kept += text;
  }

  /** What is said about results. */
  note(text: string): void {
    if (this.#kept === '') this.#options.write(text);
    else this.#kept += text;
  }

  /** A row of a query that goes on. */
  print(text: string): void {
    this.#options.write(this.#kept + text);
    this.#kept = '';
  }

  /** Shows what is kept: through the pager where it is higher than the terminal. */
  async flush(show: (pager: string, text: string) => Promise<boolean>): Promise<void> {
    const { pager, rows, write } = this.#options;
    const text = this.#kept;
    this.#kept = '';
    if (text === '') return;
    const isLong = pager !== undefined && rowsOf(text) >= rows();
    if (isLong && (await show(pager, text))) return;
    write(text);
  }
}

/** Exit codes of a shell that could not run a command. */
const NOT_RUN: ReadonlySet<number | null> = new Set([126, 127]);

/** Ends at once where all fits, keeps colours and the screen, and says how it is left: statements typed now go to it. */
const LESS_OPTIONS = 'FRXPsq leaves the result, space goes on$';

/** Runs the pager over a text until its user leaves it; answers whether there is such a pager. */
export async function runPager(pager: string, text: string): Promise<boolean> {
  const env = { ...process.env, LESS: process.env['LESS'] ?? LESS_OPTIONS };
  const child = spawn(pager, { shell: true, stdio: ['pipe', 'inherit', 'ignore'], env });
  // A pager that its user leaves early does not read the rest.
  child.stdin.on('error', () => {});
  child.stdin.end(text);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return !NOT_RUN.has(code);
}
