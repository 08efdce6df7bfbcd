/** What a SQL server answers to a statement: the status, and the message of an error (the whole text of what is no JSON). */
export async function postSql(
  url: string,
  path: string,
  sql: string,
): Promise<{ readonly status: number; readonly message: string }> {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(path === '/ksql' ? { ksql: sql } : { sql }),
  });
  const text = await answer.text();
  try {
    return { status: answer.status, message: (JSON.parse(text) as { message?: string }).message ?? '' };
  } catch {
    return { status: answer.status, message: text };
  }
}
