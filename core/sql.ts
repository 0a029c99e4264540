/**
 * Renders the statements in sql/*.sql. A file holds statements in order, each under a `-- statement: name` line;
 * `-- when: merge` below it keeps a statement for that strategy. `{name}` is filled with a rendered piece of SQL (always
 * quoted where it is a name), `:name` is a parameter that the Data API binds.
 */
export interface SqlTemplate {
  readonly name: string;
  readonly when?: string;
  readonly text: string;
}

export interface SqlParameter {
  readonly name: string;
  readonly value: string;
}

/** A batch as BatchExecuteStatement takes it: statements in order, one transaction. */
export interface SqlBatch {
  readonly sqls: readonly string[];
  readonly parameters: readonly SqlParameter[];
}

/** A name as Redshift reads it whatever it holds: double quotes around, those inside doubled. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text literal, for the few places where Redshift binds no parameter (COPY). Redshift reads `\` as an escape. */
export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** @throws SyntaxError for a file that is not of the form above: a mistake of ours, shown by the tests. */
export function parseSqlFile(text: string, file: string): SqlTemplate[] {
  const [preamble, ...sections] = text.split(/^-- statement: /m);
  if (
    preamble === undefined ||
    preamble.split('\n').some((line) => line.trim() !== '' && !line.startsWith('--'))
  ) {
    throw new SyntaxError(`${file}: SQL stands before the first "-- statement: " line`);
  }
  return sections.map((section) => {
    const [name = '', ...rest] = section.split('\n');
    const body = rest.join('\n');
    const when = /^-- when: (.+)$/m.exec(body)?.[1]?.trim();
    const sql = body.replace(/^--.*$/gm, '').trim();
    if (!sql.endsWith(';')) throw new SyntaxError(`${file}: statement ${name} does not end with ";"`);
    return { name: name.trim(), ...(when ? { when } : {}), text: sql.slice(0, -1).trim() };
  });
}

/** Fills the pieces in. @throws SyntaxError for a piece that is not given. */
export function renderSql(template: SqlTemplate, pieces: Readonly<Record<string, string>>): string {
  return template.text.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    const piece = Object.hasOwn(pieces, name) ? pieces[name] : undefined;
    if (piece === undefined)
      throw new SyntaxError(`statement ${template.name}: nothing is given for {${name}}`);
    return piece;
  });
}

/** Which of the parameters a statement uses; the Data API refuses a batch with one that none of its statements does. */
function usedBy(sqls: readonly string[], name: string): boolean {
  const use = new RegExp(`(?<!:):${name}\\b`);
  return sqls.some((sql) => use.test(withoutQuoted(sql)));
}

/** SQL without comments and what stands in quotes, where a colon is no parameter. */
function withoutQuoted(sql: string): string {
  return sql.replace(/--.*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"]|"")*"/g, '');
}

export function batchOf(
  sqls: readonly string[],
  parameters: Readonly<Record<string, string | number>>,
): SqlBatch {
  return {
    sqls,
    parameters: Object.entries(parameters)
      .filter(([name]) => usedBy(sqls, name))
      .map(([name, value]) => ({ name, value: String(value) })),
  };
}
