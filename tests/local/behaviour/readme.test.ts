import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CASTS, type Cast } from '../../../local/behaviour/casts';
import { COMPARISONS } from '../../../local/behaviour/comparisons';
import { COPY_RULES, FILE_FORMS, type FileForm } from '../../../local/behaviour/copy-rules';
import { PARQUET_TYPES, TYPE_PAIRS } from '../../../local/behaviour/copy-types';
import { FIREHOSE_VALUES } from '../../../local/behaviour/firehose-values';
import { LIMITS } from '../../../local/behaviour/limits';
import type { Known, Outcome } from '../../../local/behaviour/outcome';
import { SQL_RIGHTS } from '../../../local/behaviour/sql-rights';
import { ROOT } from '../../../testkit/root';

/**
 * local/README.md shows the tables: what COPY loads, and everything that nobody has seen. To write the lists anew after a
 * change: `WRITE_README=1 npx jest tests/local/behaviour/readme`.
 */
const PATH = join(ROOT, 'local/README.md');

const shown = (outcome: Outcome) =>
  ({
    accepts: 'is accepted',
    refuses: 'is refused',
    changes: `becomes ${'into' in outcome ? outcome.into : ''}`,
  })[outcome.does];
const marked = (name: string, { proven }: Known) => (proven ? name : `${name} (unproven)`);

/** A row for each Parquet type that some column takes. */
const loaded = PARQUET_TYPES.flatMap((parquet) => {
  const pairs = TYPE_PAIRS.filter((pair) => pair.parquet === parquet);
  const columns = (does: Outcome['does']) =>
    pairs
      .filter(({ outcome }) => outcome.does === does)
      .map((pair) => marked(`${pair.family}${pair.when ? ` of ${pair.when}` : ''}`, pair))
      .join(', ');
  const [unchanged, changed] = [columns('accepts'), columns('changes')];
  return unchanged || changed ? [`| ${parquet} | ${unchanged || 'none'} | ${changed || 'none'} |`] : [];
});

const seenRefusals = TYPE_PAIRS.filter(({ outcome, proven }) => outcome.does === 'refuses' && proven).map(
  ({ parquet, family, when, source }) => `- ${parquet} into ${family}${when ? `, ${when}` : ''}: ${source}`,
);

const kindOfForm = ({ of, source }: FileForm) => `${of}: ${source}`;
const pairOfCast = ({ from, to }: Cast) => `${from} to ${to}`;

const unprovenRows = [
  ...COPY_RULES.filter(({ proven }) => !proven).map(
    (row) => `- COPY, ${row.what}: ${shown(row.outcome)} (${row.source})`,
  ),
  ...[...new Set(FILE_FORMS.filter(({ proven }) => !proven).map(kindOfForm))].map((kind) => {
    const rows = FILE_FORMS.filter((row) => kindOfForm(row) === kind);
    return `- COPY, ${rows[0]!.of} ${rows.map(({ form }) => form).join(', ')}: ${shown(rows[0]!.outcome)} (${rows[0]!.source})`;
  }),
  ...[...new Set(CASTS.filter(({ proven }) => !proven).map(pairOfCast))].map((pair) => {
    const rows = CASTS.filter((cast) => pairOfCast(cast) === pair);
    const outcomes = rows.map(
      ({ value, outcome, onTwin }) =>
        `${value} ${shown(outcome)}${onTwin ? ` (on the twin it ${shown(onTwin)})` : ''}`,
    );
    return `- CAST, ${pair}: ${outcomes.join('; ')} (${rows[0]!.source})`;
  }),
  ...COMPARISONS.filter(({ proven }) => !proven).map(
    (row) =>
      `- ${JSON.stringify(row.left)} and ${JSON.stringify(row.right)} of ${row.type} are ${row.same ? 'the same' : 'different'} (${row.source})`,
  ),
  ...FIREHOSE_VALUES.filter(({ proven }) => !proven).map(
    (row) => `- Firehose, ${row.type}, ${row.what}: ${shown(row.outcome)} (${row.source})`,
  ),
  ...SQL_RIGHTS.filter(({ proven }) => !proven).map(
    (row) => `- ${row.what} needs ${row.needs.join(', ')} (${row.source})`,
  ),
  ...LIMITS.filter(({ proven }) => !proven).map(
    (row) =>
      `- ${row.service}, more than ${row.most.toLocaleString('en')} ${row.what}: ${shown(row.beyond)} (${row.source})`,
  ),
];

const LISTS: Readonly<Record<string, readonly string[]>> = {
  loaded: ['| Parquet type | loaded unchanged into | changed in |', '| --- | --- | --- |', ...loaded],
  refused: seenRefusals,
  unproven: unprovenRows,
};

const listed = (name: string) => new RegExp(`(<!-- ${name} -->)[^]*?(<!-- end -->)`);

/** Lines without the padding and the escapes that the formatter adds. */
const plain = (text: string) =>
  text
    .split('\n')
    .map((line) =>
      line
        .replace(/\s*\|\s*/g, '|')
        .replace(/-{3,}/g, '---')
        .replace(/\\([*_~])/g, '$1'),
    )
    .filter((line) => line !== '');

test.each(Object.entries(LISTS))('local/README.md has the list: %s', (name, lines) => {
  if (process.env.WRITE_README) {
    const page = readFileSync(PATH, 'utf8');
    writeFileSync(
      PATH,
      page.replace(
        listed(name),
        (_, start: string, end: string) => `${start}\n\n${lines.join('\n')}\n\n${end}`,
      ),
    );
  }
  const [text = ''] = listed(name).exec(readFileSync(PATH, 'utf8')) ?? [];
  expect(plain(text).slice(1, -1)).toEqual(plain(lines.join('\n')));
});
