/**
 * A statement of a file in sql/. Each statement follows a line `-- statement: name`. A line `-- when: merge` restricts it
 * to that strategy. `{name}` is replaced by a piece of SQL; `:name` is a parameter that the Data API binds.
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
 * SQL in which every name and every text is quoted: a statement or a part of one. Only the functions of this file make
 * it, and code that builds or runs statements accepts nothing else, so that an unquoted name is a type error.
 */
export type Sql = string & { readonly [quoted]: true };

/** The pieces of SQL that replace `{name}` in a template. */
export type Pieces = Readonly<Record<string, Sql>>;

/** A batch as BatchExecuteStatement takes it: statements in order, one transaction. */
export interface SqlBatch {
  readonly sqls: readonly Sql[];
  readonly parameters: readonly SqlParameter[];
}

/** A template tag for SQL that contains other SQL and numbers. */
export function sql(texts: TemplateStringsArray, ...pieces: readonly (Sql | number | bigint)[]): Sql {
  return texts.map((text, index) => `${text}${pieces[index] ?? ''}`).join('') as Sql;
}

/** Joins pieces of SQL. */
export function joinSql(pieces: readonly Sql[], separator = ', '): Sql {
  return pieces.join(separator) as Sql;
}

/** The bytes of SQL as the Data API counts them. */
export function byteLength(statement: Sql): number {
  return new TextEncoder().encode(statement).length;
}

/** Takes a whole statement as a person wrote it: on the command line or in a test. */
export function asWritten(statement: string): Sql {
  return statement as Sql;
}

/** Quotes a name with any characters in it: double quotes around it, and double quotes inside it doubled. */
export function quoteName(name: string): Sql {
  return `"${name.replaceAll('"', '""')}"` as Sql;
}

/** A text literal, for the few places where Redshift accepts no parameter (COPY). Redshift reads `\` as an escape. */
export function quoteText(text: string): Sql {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` as Sql;
}

/** Keywords of SQL, such as a type: letters, digits and spaces. @throws SyntaxError for anything else */
export function keywords(words: string): Sql {
  if (!/^[a-z][a-z0-9 ]*$/i.test(words)) throw new SyntaxError(`"${words}" is not made of keywords`);
  return words as Sql;
}

/** A parameter that the Data API binds: `:name`. @throws SyntaxError for a name that the Data API does not accept */
export function parameter(name: string): Sql {
  if (!/^[a-z_]+$/.test(name)) throw new SyntaxError(`"${name}" is not the name of a parameter`);
  return `:${name}` as Sql;
}

/** Reads the statements of a file, see {@link SqlTemplate}. @throws SyntaxError for any other form. */
export function parseSqlFile(text: string, file: string): SqlTemplate[] {
  const [preamble, ...sections] = text.split(/^-- statement: /m);
  if (
    preamble === undefined ||
    preamble.split('\n').some((line) => line.trim() !== '' && !line.startsWith('--'))
  ) {
    throw new SyntaxError(`${file}: there is SQL before the first "-- statement: " line`);
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

/** Replaces every `{name}` by its piece. @throws SyntaxError for a name without a piece. */
export function renderSql(template: SqlTemplate, pieces: Pieces): Sql {
  const rendered = template.text.replace(/\{([a-z_]+)\}/g, (_, name: string) => {
    const piece = Object.hasOwn(pieces, name) ? pieces[name] : undefined;
    if (piece === undefined)
      throw new SyntaxError(`statement ${template.name}: there is no piece for {${name}}`);
    return piece;
  });
  return rendered as Sql;
}

/** Whether a statement uses the parameter. The Data API refuses a batch with a parameter that no statement uses. */
function usedBy(statements: readonly Sql[], name: string): boolean {
  const use = new RegExp(`(?<!:):${name}\\b`);
  return statements.some((statement) => use.test(withoutQuoted(statement)));
}

/** SQL without comments and quoted texts, because a colon in them does not start a parameter. */
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
