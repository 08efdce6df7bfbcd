/** A bug planted on purpose, and the tests that have to notice it. */
export interface Mutation {
  /** What is wrong with it, in words: unique in the table. */
  readonly name: string;
  /** The file that it is planted in, from the root. */
  readonly file: string;
  /** The text that it takes away: stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Files or folders of tests, one of which must fail. */
  readonly suite: readonly string[];
}

/** Whether the suite of a bug noticed it: `hung` counts, since whoever waits for the suite notices. */
export type Outcome = 'noticed' | 'NOT NOTICED' | 'did not load' | 'hung';

/** The source with the bug in it. @throws where the text does not stand in it exactly once. */
export function plant(mutation: Mutation, source: string): string {
  const places = source.split(mutation.find).length - 1;
  if (places !== 1) {
    throw new Error(`"${mutation.name}": its text stands ${places} times in ${mutation.file}, not once`);
  }
  return source.replace(mutation.find, () => mutation.replace);
}
