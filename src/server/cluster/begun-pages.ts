/** All at hand, or read as they are asked for. */
type Pages<T> = AsyncIterable<T> | readonly T[];

/** What several servers are read of at once: their first pages are at hand, and what follows is read one after the other. */
export function allPages<T>(parts: readonly Pages<T>[]): Pages<T> {
  const [first, ...others] = parts;
  return first !== undefined && others.length === 0 ? first : pagesOfAll(parts);
}

async function* pagesOfAll<T>(parts: readonly Pages<T>[]): AsyncGenerator<T, void> {
  let taken = 0;
  try {
    for (const part of parts) {
      taken += 1;
      yield* part;
    }
  } finally {
    // Whoever has read enough lets go of what others hold for it.
    await Promise.all(parts.slice(taken).map(discard));
  }
}

/** Waits for the first page, so that what is wrong at once is an error now. */
export async function began<T>(pages: AsyncGenerator<T, void>): Promise<AsyncIterable<T>> {
  const first = await pages.next();
  return rest(first, pages);
}

async function* rest<T>(
  first: IteratorResult<T, void>,
  pages: AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  try {
    for (let result = first; result.done !== true; result = await pages.next()) yield result.value;
  } finally {
    await pages.return();
  }
}

/** Ends what has begun and will not be read. */
export async function discard<T>(pages: Pages<T>): Promise<void> {
  if (!(Symbol.asyncIterator in pages)) return;
  const iterator = pages[Symbol.asyncIterator]();
  // A generator that has not been entered has nothing that its end would run.
  await iterator.next().catch(() => undefined);
  await iterator.return?.();
}
