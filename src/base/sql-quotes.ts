/**
 * How SQL writes names and texts: in quotes, the same quote in them doubled. The grammar, the types and the messages
 * print with these functions, and whoever reads what they printed undoes it with them.
 */

/** A name in backticks, as ksqlDB prints it whether it needs them or not. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A text literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What stands between the quotes of a name or a text literal. */
export function unquote(image: string): string {
  const quote = image[0] ?? '';
  return image.slice(1, -1).replaceAll(quote + quote, quote);
}

/** The index behind the quote that closes the one at `open`; -1 where none does. */
export function quotedEnd(text: string, open: number): number {
  const quote = text[open] ?? '';
  let close = text.indexOf(quote, open + 1);
  while (close !== -1 && text[close + 1] === quote) close = text.indexOf(quote, close + 2);
  return close === -1 ? -1 : close + 1;
}
