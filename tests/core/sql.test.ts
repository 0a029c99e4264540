import {
  asWritten,
  batchOf,
  joinSql,
  keywords,
  parameter,
  parseSqlFile,
  quoteName,
  quoteText,
  renderSql,
  sql,
  type Sql,
} from '../../core/sql';

describe('quoting', () => {
  test.each([
    ['trips', '"trips"'],
    ['it"s', '"it""s"'],
    ['""', '""""""'],
    ["o'clock", '"o\'clock"'],
    ['a\\b', '"a\\b"'],
    ['$&', '"$&"'],
  ])('the name %s', (name, quoted) => {
    expect(quoteName(name)).toBe(quoted);
  });

  test.each([
    ['s3://lake/a', "'s3://lake/a'"],
    ["o'clock", "'o''clock'"],
    ['a\\b', "'a\\\\b'"],
    ["\\'", "'\\\\'''"],
    ['$&', "'$&'"],
  ])('the text %s', (text, quoted) => {
    expect(quoteText(text)).toBe(quoted);
  });
});

describe('a file of statements', () => {
  const FILE = `-- What it is for.

-- statement: first
-- A remark.
SELECT 1;

-- statement: second
-- when: merge
SELECT
  '-- no remark', "a;b" -- but this is one
FROM {table};
`;

  test('holds them in order, without comment lines', () => {
    expect(parseSqlFile(FILE, 'x.sql')).toEqual([
      { name: 'first', text: 'SELECT 1' },
      {
        name: 'second',
        when: 'merge',
        text: 'SELECT\n  \'-- no remark\', "a;b" -- but this is one\nFROM {table}',
      },
    ]);
  });

  test('may have Windows line endings', () => {
    expect(
      parseSqlFile(FILE.replaceAll('\n', '\r\n'), 'x.sql').map(({ name, when }) => [name, when]),
    ).toEqual([
      ['first', undefined],
      ['second', 'merge'],
    ]);
  });

  test.each([
    [
      'SQL before the first statement',
      'SELECT 1;\n-- statement: first\nSELECT 1;',
      'x.sql: there is SQL before',
    ],
    ['a statement without an end', '-- statement: first\nSELECT 1', 'x.sql: statement first does not end'],
    [
      'an empty statement',
      '-- statement: first\n-- statement: second\nSELECT 1;',
      'x.sql: statement first does not end',
    ],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseSqlFile(text, 'x.sql')).toThrow(message);
  });
});

describe('rendering', () => {
  const render = (text: string, pieces: Record<string, string>) =>
    renderSql({ name: 'x', text }, pieces as Record<string, Sql>);

  test('replaces every name by its piece, as often as it occurs', () => {
    expect(render('SELECT {a}, {b_c}, {a}', { a: '1', b_c: '2' })).toBe('SELECT 1, 2, 1');
  });

  test('inserts a piece as it is: dollar signs, braces and names of pieces in it have no meaning', () => {
    expect(render('{a} {b}', { a: '"$&$1$$`{b}"', b: '"{a}"' })).toBe('"$&$1$$`{b}" "{a}"');
  });

  test('accepts an empty piece', () => {
    expect(render('a {range} b', { range: '' })).toBe('a  b');
  });

  test.each(['missing', 'constructor'])('refuses {%s} without a piece', (name) => {
    expect(() => render(`SELECT {${name}}`, { a: '1' })).toThrow(
      `statement x: there is no piece for {${name}}`,
    );
  });
});

describe('a batch', () => {
  const names = (...statements: string[]) =>
    batchOf(statements.map(asWritten), { a: 1, ab: 2, keys: 3 }).parameters.map(
      (parameter) => parameter.name,
    );

  test('has its statements in order and its parameters as text', () => {
    expect(batchOf([sql`SELECT :a`, sql`SELECT :ab`], { a: 7, ab: "o'clock", keys: 0 })).toEqual({
      sqls: ['SELECT :a', 'SELECT :ab'],
      parameters: [
        { name: 'a', value: '7' },
        { name: 'ab', value: "o'clock" },
      ],
    });
  });

  test.each([
    ['at the end', 'SELECT :a', ['a']],
    ['before punctuation', 'SELECT (:a), :ab;', ['a', 'ab']],
    ['a longer name is another', 'SELECT :ab', ['ab']],
    ['a longer name still', 'SELECT :a_b', []],
    ['a cast', 'SELECT x::a, y :: ab', []],
    ['in a text', "SELECT ':a'", []],
    ['in a text with a doubled quote', "SELECT 'it''s :a', :ab", ['ab']],
    ['in a text with an escaped quote', "SELECT 'it\\'s :a', :ab", ['ab']],
    ['in a text that ends with an escape', "SELECT '\\\\', :a", ['a']],
    ['in a text over two lines', "SELECT 'x\n:a \\\n :a', :ab", ['ab']],
    ['in a name', 'SELECT ":a", :ab', ['ab']],
    ['in a name with a doubled quote', 'SELECT "it""s :a", :ab', ['ab']],
    ['a quote of the other kind', `SELECT "it's", :a, "o'clock"`, ['a']],
    ['dashes in a text', "SELECT '--', :a", ['a']],
    ['in a remark', 'SELECT 1 -- :a\n, :ab', ['ab']],
    ['in a remark with an apostrophe', "SELECT 1 -- don't\n, :a, 'x'", ['a']],
    ['in a long remark', "/* it's :a */ SELECT :ab, 'x'", ['ab']],
  ])('%s', (_, statement, expected) => {
    expect(names(statement)).toEqual(expected);
  });

  test('has a parameter once, however many statements use it', () => {
    expect(names('SELECT :a', 'SELECT :a, :a')).toEqual(['a']);
  });

  test('has no parameter that no statement uses, because the Data API refuses it', () => {
    expect(batchOf([sql`DROP TABLE x`], { a: 1 }).parameters).toEqual([]);
  });
});

describe('a piece of SQL', () => {
  test('contains other pieces and numbers, in order', () => {
    const names = ['a"', 'b'].map(quoteName);
    expect(sql`SELECT ${joinSql(names)} FROM ${quoteName('t')} LIMIT ${5}`).toBe(
      'SELECT "a""", "b" FROM "t" LIMIT 5',
    );
    expect(joinSql([], ' AND ')).toBe('');
    expect(sql`CAST(${parameter('rows_in_files')} AS ${keywords('DOUBLE PRECISION')})`).toBe(
      'CAST(:rows_in_files AS DOUBLE PRECISION)',
    );
  });

  test.each(['a; DROP TABLE x', '"a"', "'a'", '', '1'])('%p does not consist of keywords', (text) => {
    expect(() => keywords(text)).toThrow(SyntaxError);
  });

  test.each(['a b', 'a:b', ''])('%p is not the name of a parameter', (name) => {
    expect(() => parameter(name)).toThrow(SyntaxError);
  });

  test('is never an unquoted text: what accepts SQL accepts nothing else', () => {
    const name = 'x"; DROP TABLE y';
    // Each line below compiles only if TypeScript refuses the expression.
    const refused = [
      // @ts-expect-error a name goes through quoteName first
      () => sql`DROP TABLE ${name}`,
      // @ts-expect-error also as a piece of a template
      () => renderSql({ name: 'x', text: '{staging}' }, { staging: name }),
      // @ts-expect-error a statement is rendered, or written with the tag
      () => batchOf([`DROP TABLE ${name}`], {}),
      // @ts-expect-error a list of names is a list of quoted names
      () => joinSql([name]),
    ];
    expect(refused).toHaveLength(4);
  });
});
