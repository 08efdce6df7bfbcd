/** Rows some at a time, at once where the engine answers at once. */
export interface RowPages<R> {
  /** The next rows, which may be none; undefined behind the last. */
  next(): readonly R[] | undefined | Promise<readonly R[] | undefined>;
}

/** Makes other rows of those of each page. */
export function mapPages<R, S>(pages: RowPages<R>, map: (row: R) => S): RowPages<S> {
  const mapped = (page: readonly R[] | undefined): readonly S[] | undefined => page?.map(map);
  return {
    next: () => {
      const page = pages.next();
      return page instanceof Promise ? page.then(mapped) : mapped(page);
    },
  };
}

/** Calls a function for each row, page by page; answers a promise where a page has to be waited for. */
export function eachRow<R>(pages: RowPages<R>, visit: (row: R) => void): void | Promise<void> {
  for (let page = pages.next(); page !== undefined; page = pages.next()) {
    if (page instanceof Promise) {
      return page.then((rows) => {
        for (const row of rows ?? []) visit(row);
        return eachRow(pages, visit);
      });
    }
    for (const row of page) visit(row);
  }
}

/** Goes through what comes in pages, one by one. */
export async function* eachOf<T>(pages: AsyncIterable<readonly T[]>): AsyncGenerator<T, void> {
  for await (const page of pages) yield* page;
}
