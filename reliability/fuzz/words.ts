import fc from 'fast-check';

/** Texts that have broken programs before: quotes, comments, escapes, placeholders, what other languages read as syntax. */
export const HOSTILE_WORDS: readonly string[] = [
  '"',
  "'",
  '""',
  "'; DROP TABLE canary; --",
  '"; DROP TABLE canary; --',
  '"); DROP TABLE canary; --',
  ':dataset',
  ':partition_time',
  '::text',
  '{staging}',
  '{key}',
  '$1',
  '$$',
  '$&',
  '--',
  '/*',
  '*/',
  ';',
  '\\',
  "\\'",
  '%',
  '%00',
  '%2F',
  '%zz',
  '+',
  '#',
  '?',
  '&amp;',
  '<x>',
  ' ',
  'a b',
  '..',
  '*',
  '[a-z]',
  '~',
  '|',
  '`',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  'null',
  'ünïcödé',
  'e\u0301',
  '\u202eabc',
  '\u200f',
  '\ufeff',
  '\u2028',
  '💩',
  '𝒜',
  '日本語',
  '\uffff',
];

/** Characters of every kind, but halves of surrogate pairs, which no UTF-8 has. */
export const anyText = (options: { minLength?: number; maxLength: number }) =>
  fc.string({ unit: 'binary', ...options });

/** One or a few hostile words, ordinary letters, and characters of every kind between them. */
export const hostileText = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...HOSTILE_WORDS) },
        {
          weight: 2,
          arbitrary: fc.string({ unit: fc.constantFrom(...'abcxyz019_'), minLength: 1, maxLength: 8 }),
        },
        { weight: 1, arbitrary: anyText({ minLength: 1, maxLength: 4 }) },
      ),
      { minLength: 1, maxLength: 5 },
    )
    .map((parts) => parts.join('').slice(0, maxLength))
    .map((text) => text.replace(/[\ud800-\udbff]$/, ''));
