import stringWidth from 'string-width';

const GAP = 2;

/** Words in columns that fit a terminal, down and then across, so that no word is broken. */
export function inColumns(words: readonly string[], columns: number): readonly string[] {
  const width = Math.max(1, ...words.map((word) => stringWidth(word))) + GAP;
  const across = Math.max(1, Math.floor((columns + GAP) / width));
  const rows = Math.ceil(words.length / across);
  return Array.from({ length: rows }, (_, row) =>
    words
      .filter((_word, index) => index % rows === row)
      .map((word) => word + ' '.repeat(width - stringWidth(word)))
      .join('')
      .trimEnd(),
  );
}

/** What all candidates begin with. */
export function commonPrefix(words: readonly string[]): string {
  let prefix = words[0] ?? '';
  for (const word of words) {
    while (!word.startsWith(prefix)) prefix = prefix.slice(0, -1);
  }
  return prefix;
}
