/** A bug planted on purpose. */
export interface PlantedBug {
  /** What is wrong with it, in words: unique in its table. */
  readonly name: string;
  /** The file that it is planted in, from the root. */
  readonly file: string;
  /** The text that it takes away: stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A planted bug, and the tests that have to notice it. */
export interface Mutation extends PlantedBug {
  /** Files or folders of tests, one of which must fail. */
  readonly suite: readonly string[];
}

/** Whether the suite of a bug noticed it: `hung` counts, since whoever waits for the suite notices. */
export type Outcome = 'noticed' | 'NOT NOTICED' | 'did not load' | 'hung';

/** The source with the bug in it. @throws where the text does not stand in it exactly once. */
export function plant(bug: PlantedBug, source: string): string {
  const places = source.split(bug.find).length - 1;
  if (places !== 1)
    throw new Error(`"${bug.name}": its text stands ${places} times in ${bug.file}, not once`);
  return source.replace(bug.find, () => bug.replace);
}
