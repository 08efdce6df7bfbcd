export type EditorResult =
  | { readonly kind: 'submitted'; readonly text: string }
  /** Ctrl-C: the text was thrown away. */
  | { readonly kind: 'interrupted'; readonly wasEmpty: boolean }
  /** Ctrl-D on an empty line, or the input's end. */
  | { readonly kind: 'ended' };

/** Where the shell gets its entries from. */
export interface EntryReader {
  /** Lets the user write one entry. */
  read(): Promise<EditorResult>;
  /** Runs an action that Ctrl-C aborts. */
  interruptibly(action: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** Lends the terminal to another program until the action has ended. */
  lend<T>(action: () => Promise<T>): Promise<T>;
  /** Gives the terminal back in its normal mode. */
  close(): void;
}
