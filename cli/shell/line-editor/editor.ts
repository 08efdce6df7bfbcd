import readline from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import { commonPrefix, inColumns } from './candidates.ts';
import type { EditorResult, EntryReader } from './entry-reader.ts';
import type { History } from './history.ts';
import { HistorySearch } from './history-search.ts';
import { Interruptible } from './interruptible.ts';
import { layOut, type Screen } from './screen.ts';
import * as edit from './text-buffer.ts';

/** What completion offers at the cursor: the part of the text that it replaces, and the candidates for it. */
export interface Completion {
  readonly start: number;
  readonly end: number;
  readonly candidates: readonly string[];
}

interface LineEditorOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly prompt: string;
  /** What stands in front of the second and later lines, by the lines before. */
  readonly continuation: (textBefore: string) => string;
  readonly history: History;
  readonly highlight: (text: string) => string;
  readonly complete: (text: string, cursor: number) => Completion;
  /** True when Enter should submit; otherwise it begins a new line. */
  readonly isComplete: (text: string) => boolean;
  /** Ends the input, and aborts what runs. */
  readonly stop: AbortSignal;
}

interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  readonly shift?: boolean;
  readonly sequence?: string;
}

const BRACKETED_PASTE_ON = '\x1b[?2004h';
const BRACKETED_PASTE_OFF = '\x1b[?2004l';
const CLEAR_BELOW = '\x1b[0J';
const CANDIDATES_SHOWN_MAX = 60;

/** One key press, as `readline.emitKeypressEvents` tells it. */
type KeyPress = readonly [text: string | undefined, key: Key];

/**
 * A multi-line editor on a raw terminal with history, completion and highlighting.
 *
 * The terminal stays raw from the first to the last entry, also while an entry runs: a terminal that changes its mode
 * in between loses what is typed at that moment (a Ctrl-D above all, which the line discipline has then already
 * turned into something else). What is typed while an entry runs belongs to the next one.
 */
export class LineEditor implements EntryReader {
  readonly #options: LineEditorOptions;
  #session: EditSession | undefined;
  readonly #running: Interruptible;
  #typedAhead: KeyPress[] = [];
  #hasEnded = false;

  /** Takes the terminal over, until `close`. */
  constructor(options: LineEditorOptions) {
    this.#options = options;
    this.#running = new Interruptible(options.stop);
    this.#hasEnded = options.stop.aborted;
    const { input, output } = options;
    readline.emitKeypressEvents(input);
    input.on('keypress', this.#onKey);
    input.on('end', this.#onEnd);
    input.on('error', this.#onEnd);
    options.stop.addEventListener('abort', this.#onStop);
    output.on('resize', this.#onResize);
    input.setRawMode(true);
    input.resume();
  }

  /** Lets the user edit one entry. */
  read(): Promise<EditorResult> {
    const { output } = this.#options;
    return new Promise((resolve) => {
      output.write(BRACKETED_PASTE_ON);
      const session = new EditSession(this.#options, (result) => {
        this.#session = undefined;
        output.write(BRACKETED_PASTE_OFF);
        resolve(result);
      });
      this.#session = session;
      session.draw();
      const keys = this.#typedAhead;
      this.#typedAhead = [];
      for (const key of keys) this.#onKey(...key);
      if (this.#hasEnded) this.#onEnd();
    });
  }

  /** Runs an action that Ctrl-C aborts. */
  async interruptibly(action: (signal: AbortSignal) => Promise<void>): Promise<void> {
    process.on('SIGINT', this.#running.interrupt);
    try {
      await this.#running.run(action);
    } finally {
      process.off('SIGINT', this.#running.interrupt);
    }
  }

  /** Lends the terminal to another program until the action has ended. */
  async lend<T>(action: () => Promise<T>): Promise<T> {
    const { input } = this.#options;
    input.setRawMode(false);
    input.pause();
    // Ctrl-C is for the program that has the terminal.
    const ignore = (): void => {};
    process.on('SIGINT', ignore);
    try {
      return await action();
    } finally {
      process.off('SIGINT', ignore);
      if (!input.destroyed) {
        input.setRawMode(true);
        input.resume();
      }
    }
  }

  /** Gives the terminal back in its normal mode. */
  close(): void {
    const { input, output } = this.#options;
    input.off('keypress', this.#onKey);
    input.off('end', this.#onEnd);
    this.#options.stop.removeEventListener('abort', this.#onStop);
    output.off('resize', this.#onResize);
    if (!input.destroyed) input.setRawMode(false);
    input.pause();
  }

  readonly #onKey = (text: string | undefined, key: Key): void => {
    if (this.#session !== undefined) return this.#session.onKey(text, key);
    if (key.ctrl === true && key.name === 'c') {
      this.#typedAhead = [];
      this.#running.interrupt();
    } else {
      this.#typedAhead.push([text, key]);
    }
  };

  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    this.#session?.finish({ kind: 'ended' });
  };

  readonly #onStop = (): void => {
    this.#running.interrupt();
    this.#onEnd();
  };

  readonly #onResize = (): void => this.#session?.draw();
}

/** One entry, from the first key to the last. */
class EditSession {
  readonly #options: LineEditorOptions;
  readonly #done: (result: EditorResult) => void;
  #buffer = edit.EMPTY_BUFFER;
  /** Index into the history; its length stands for the entry being written. */
  #historyIndex: number;
  #draft = edit.EMPTY_BUFFER;
  #pasting = false;
  #search: HistorySearch | undefined;
  #screen: Screen | undefined;

  constructor(options: LineEditorOptions, done: (result: EditorResult) => void) {
    this.#options = options;
    this.#done = done;
    this.#historyIndex = options.history.entries.length;
  }

  onKey(text: string | undefined, key: Key): void {
    if (key.name === 'paste-start' || key.name === 'paste-end') {
      this.#pasting = key.name === 'paste-start';
      if (!this.#pasting) this.draw();
      return;
    }
    if (this.#pasting) {
      const isBreak = key.name === 'return' || key.name === 'enter';
      const pasted = isBreak ? '\n' : (text ?? key.sequence ?? '');
      // What is pasted is drawn as it is: escape sequences in it would steer the terminal.
      if (isBreak || pasted === '\t' || isPrintable(pasted)) this.#buffer = edit.insert(this.#buffer, pasted);
      return;
    }
    if (this.#search !== undefined && this.#onSearchKey(this.#search, text, key)) return;
    if (key.ctrl === true) this.#onControl(key.name ?? '');
    else if (key.meta === true) this.#onMeta(key.name ?? '');
    else this.#onPlain(text, key);
  }

  finish(result: EditorResult): void {
    // Leave the cursor below the text, whatever line it stood in.
    this.#buffer = { ...this.#buffer, cursor: this.#buffer.text.length };
    this.draw();
    this.#options.output.write('\r\n');
    this.#done(result);
  }

  draw(): void {
    const { output, continuation, highlight } = this.#options;
    const prompt = this.#search?.prompt ?? this.#options.prompt;
    const screen = layOut(this.#buffer, { columns: output.columns || 80, prompt, continuation, highlight });
    const toTop =
      this.#screen === undefined || this.#screen.cursorRow === 0 ? '' : `\x1b[${this.#screen.cursorRow}A`;
    const up = screen.rows - 1 - screen.cursorRow;
    const toCursor = `${up > 0 ? `\x1b[${up}A` : ''}\r${screen.cursorColumn > 0 ? `\x1b[${screen.cursorColumn}C` : ''}`;
    output.write(`${toTop}\r${CLEAR_BELOW}${screen.output}${toCursor}`);
    this.#screen = screen;
  }

  #set(buffer: edit.TextBuffer): void {
    this.#buffer = buffer;
    this.draw();
  }

  #onControl(name: string): void {
    switch (name) {
      case 'c':
        return this.finish({ kind: 'interrupted', wasEmpty: this.#buffer.text === '' });
      case 'd':
        if (this.#buffer.text === '') return this.finish({ kind: 'ended' });
        return this.#set(edit.deleteRight(this.#buffer));
      case 'a':
        return this.#set(edit.lineStart(this.#buffer));
      case 'e':
        return this.#set(edit.lineEnd(this.#buffer));
      case 'b':
        return this.#set(edit.left(this.#buffer));
      case 'f':
        return this.#set(edit.right(this.#buffer));
      case 'k':
        return this.#set(edit.deleteToLineEnd(this.#buffer));
      case 'u':
        return this.#set(edit.deleteToLineStart(this.#buffer));
      case 'w':
      case 'backspace':
        return this.#set(edit.deleteWordLeft(this.#buffer));
      case 'r':
        this.#search = new HistorySearch(this.#options.history.entries, this.#buffer);
        return this.draw();
      case 'p':
        return this.#recall(-1);
      case 'n':
        return this.#recall(1);
      case 'left':
        return this.#set(edit.wordLeft(this.#buffer));
      case 'right':
        return this.#set(edit.wordRight(this.#buffer));
      case 'l':
        this.#screen = undefined;
        this.#options.output.write('\x1b[2J\x1b[H');
        return this.draw();
      case 'j':
        return this.#set(edit.insert(this.#buffer, '\n'));
      default:
    }
  }

  /** Answers whether the key belongs to the search; any other ends it and does what it does. */
  #onSearchKey(search: HistorySearch, text: string | undefined, key: Key): boolean {
    const isControl = key.ctrl === true;
    if (isControl && key.name === 'r') search.older();
    else if (key.name === 'backspace') search.erase();
    else if (!isControl && key.meta !== true && text !== undefined && isPrintable(text)) search.type(text);
    else if (key.name === 'escape' || (isControl && (key.name === 'g' || key.name === 'c'))) {
      this.#search = undefined;
      this.#set(search.abandoned);
      return true;
    } else {
      this.#search = undefined;
      if (search.index < this.#historyIndex) this.#draft = search.abandoned;
      this.#historyIndex = search.index;
      this.draw();
      return false;
    }
    this.#set(search.buffer);
    return true;
  }

  #onMeta(name: string): void {
    switch (name) {
      case 'b':
        return this.#set(edit.wordLeft(this.#buffer));
      case 'f':
        return this.#set(edit.wordRight(this.#buffer));
      case 'backspace':
        return this.#set(edit.deleteWordLeft(this.#buffer));
      case 'return':
      case 'enter':
        return this.#set(edit.insert(this.#buffer, '\n'));
      default:
    }
  }

  #onPlain(text: string | undefined, key: Key): void {
    switch (key.name) {
      case 'return':
      case 'enter':
        if (this.#options.isComplete(this.#buffer.text)) {
          return this.finish({ kind: 'submitted', text: this.#buffer.text });
        }
        return this.#set(edit.insert(this.#buffer, '\n'));
      case 'tab':
        return this.#complete();
      case 'backspace':
        return this.#set(edit.deleteLeft(this.#buffer));
      case 'delete':
        return this.#set(edit.deleteRight(this.#buffer));
      case 'left':
        return this.#set(edit.left(this.#buffer));
      case 'right':
        return this.#set(edit.right(this.#buffer));
      case 'home':
        return this.#set(edit.lineStart(this.#buffer));
      case 'end':
        return this.#set(edit.lineEnd(this.#buffer));
      case 'up':
        return this.#moveOrRecall(edit.lineUp(this.#buffer), -1);
      case 'down':
        return this.#moveOrRecall(edit.lineDown(this.#buffer), 1);
      default:
        if (text !== undefined && isPrintable(text)) this.#set(edit.insert(this.#buffer, text));
    }
  }

  #moveOrRecall(moved: edit.TextBuffer | undefined, step: -1 | 1): void {
    if (moved === undefined) this.#recall(step);
    else this.#set(moved);
  }

  #recall(step: -1 | 1): void {
    const { entries } = this.#options.history;
    const index = this.#historyIndex + step;
    if (index < 0 || index > entries.length) return;
    if (this.#historyIndex === entries.length) this.#draft = this.#buffer;
    this.#historyIndex = index;
    this.#set(index === entries.length ? this.#draft : edit.bufferOf(entries[index] ?? ''));
  }

  #complete(): void {
    const { start, end, candidates } = this.#options.complete(this.#buffer.text, this.#buffer.cursor);
    // A folder goes on with what is in it.
    const only =
      candidates.length === 1
        ? `${candidates[0]}${candidates[0]?.endsWith('/') === true ? '' : ' '}`
        : undefined;
    const extended = only ?? commonPrefix(candidates);
    if (candidates.length === 0) {
      // Nothing to complete: a tab at the start of a line is indentation.
      if (start === end) this.#set(edit.insert(this.#buffer, '  '));
      return;
    }
    if (extended.length > end - start) {
      this.#set(edit.replaceRange(this.#buffer, { start, end }, extended));
      return;
    }
    this.#showCandidates(candidates);
  }

  /** Prints the choices below the text, then the text again below them. */
  #showCandidates(candidates: readonly string[]): void {
    const shown = candidates.slice(0, CANDIDATES_SHOWN_MAX);
    const more = candidates.length - shown.length;
    const at = this.#buffer;
    this.#buffer = { ...at, cursor: at.text.length };
    this.draw();
    const { output } = this.#options;
    const lines = [...inColumns(shown, output.columns || 80), ...(more > 0 ? [`... ${more} more`] : [])];
    output.write(`\r\n${lines.join('\r\n')}\r\n`);
    this.#screen = undefined;
    this.#set(at);
  }
}

function isPrintable(text: string): boolean {
  const code = text.codePointAt(0) ?? 0;
  return code >= 0x20 && (code < 0x7f || code > 0x9f);
}
