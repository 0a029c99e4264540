import { proven, unproven, type Known } from './outcome';

/** Whether Redshift takes two values for the same: in =, GROUP BY, PARTITION BY and a join. */
export interface Comparison extends Known {
  /** A type as a dataset file has it. */
  readonly type: string;
  readonly left: string;
  readonly right: string;
  readonly same: boolean;
  /** What the twin says instead. */
  readonly onTwin?: boolean;
}

const BLANKS = proven('Amazon Redshift, "Character types", significance of trailing blanks');
const CASE = proven(
  'Amazon Redshift, "Collation sequences": case-sensitive unless the database was created otherwise',
);
const BYTES = unproven('Amazon Redshift, "Collation sequences": by the bytes of UTF-8; nobody reports it');

/** Two keys that are the same keep one row. So the loader lets no key through that Redshift takes for another one. */
export const COMPARISONS: readonly Comparison[] = [
  { type: 'varchar(8)', left: 'a', right: 'a ', same: true, onTwin: false, ...BLANKS },
  { type: 'varchar(8)', left: 'a b', right: 'a b   ', same: true, onTwin: false, ...BLANKS },
  { type: 'varchar(8)', left: '', right: ' ', same: true, onTwin: false, ...BLANKS },
  { type: 'char(8)', left: 'a', right: 'a ', same: true, onTwin: false, ...BLANKS },
  { type: 'varchar(8)', left: 'a', right: ' a', same: false, ...BLANKS },
  { type: 'varchar(8)', left: 'a', right: 'A', same: false, ...CASE },
  { type: 'varchar(8)', left: 'a', right: 'a\t', same: false, ...BYTES },
];
