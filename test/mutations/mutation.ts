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

/** The source with the bug in it. @throws where the text does not stand in it exactly once. */
export function plant(mutation: Mutation, source: string): string {
  const places = source.split(mutation.find).length - 1;
  if (places !== 1) {
    throw new Error(`"${mutation.name}": its text stands ${places} times in ${mutation.file}, not once`);
  }
  return source.replace(mutation.find, () => mutation.replace);
}
