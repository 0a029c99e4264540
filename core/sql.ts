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

declare const quoted: unique symbol;

/**
 * SQL in which every name and every text is quoted: a statement or a fragment of one. The functions of this file make
 * it, and what builds or runs statements takes nothing else, so that an unquoted name is an error of types.
 */
export type Sql = string & { readonly [quoted]: true };

/** What `{name}`s in a template are filled with. */
export type Pieces = Readonly<Record<string, Sql>>;

/** A batch as BatchExecuteStatement takes it: statements in order, one transaction. */
export interface SqlBatch {
  readonly sqls: readonly Sql[];
  readonly parameters: readonly SqlParameter[];
}

/** A template tag: SQL with fragments and numbers in it. */
export function sql(texts: TemplateStringsArray, ...pieces: readonly (Sql | number)[]): Sql {
  return texts.map((text, index) => `${text}${pieces[index] ?? ''}`).join('') as Sql;
}

/** Fragments one after another. */
export function joinSql(pieces: readonly Sql[], separator = ', '): Sql {
  return pieces.join(separator) as Sql;
}

/** A statement as somebody wrote it, whole: at the command line, or in a test. */
export function asWritten(statement: string): Sql {
  return statement as Sql;
}

/** A name as Redshift reads it whatever it holds: double quotes around, those inside doubled. */
export function quoteName(name: string): Sql {
  return `"${name.replaceAll('"', '""')}"` as Sql;
}

/** A text literal, for the few places where Redshift binds no parameter (COPY). Redshift reads `\` as an escape. */
export function quoteText(text: string): Sql {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` as Sql;
}

/** Words of SQL itself, such as a type: letters, digits and spaces. @throws SyntaxError for anything else */
export function keywords(words: string): Sql {
  if (!/^[a-z][a-z0-9 ]*$/i.test(words)) throw new SyntaxError(`"${words}" is not made of keywords`);
  return words as Sql;
}

/** A parameter that the Data API binds: `:name`. @throws SyntaxError for a name that a statement cannot have */
export function parameter(name: string): Sql {
  if (!/^[a-z_]+$/.test(name)) throw new SyntaxError(`"${name}" is not the name of a parameter`);
  return `:${name}` as Sql;
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
    const statement = body.replace(/^--.*$/gm, '').trim();
    if (!statement.endsWith(';')) throw new SyntaxError(`${file}: statement ${name} does not end with ";"`);
    return { name: name.trim(), ...(when ? { when } : {}), text: statement.slice(0, -1).trim() };
  });
}

/** Fills the pieces in. @throws SyntaxError for a piece that is not given. */
export function renderSql(template: SqlTemplate, pieces: Pieces): Sql {
  const rendered = template.text.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    const piece = Object.hasOwn(pieces, name) ? pieces[name] : undefined;
    if (piece === undefined)
      throw new SyntaxError(`statement ${template.name}: nothing is given for {${name}}`);
    return piece;
  });
  return rendered as Sql;
}

/** Which of the parameters a statement uses; the Data API refuses a batch with one that none of its statements does. */
function usedBy(statements: readonly Sql[], name: string): boolean {
  const use = new RegExp(`(?<!:):${name}\\b`);
  return statements.some((statement) => use.test(withoutQuoted(statement)));
}

/** SQL without comments and what stands in quotes, where a colon is no parameter. */
function withoutQuoted(statement: string): string {
  return statement.replace(/--.*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"]|"")*"/g, '');
}

export function batchOf(
  sqls: readonly Sql[],
  parameters: Readonly<Record<string, string | number>>,
): SqlBatch {
  return {
    sqls,
    parameters: Object.entries(parameters)
      .filter(([name]) => usedBy(sqls, name))
      .map(([name, value]) => ({ name, value: String(value) })),
  };
}
