import type { TypeFamily } from '../redshift-data/sql/types';

const INTEGERS = ['int2', 'int4', 'int8'] as const;
const NUMBERS = [...INTEGERS, 'numeric', 'float4', 'float8'] as const;

/**
 * What TRY_CAST converts: each family of types, and the families that it becomes. Redshift refuses any other pair, even two
 * of the same family. Those that Sluice has no use for are left out. Source: Amazon Redshift, "TRY_CAST function".
 */
export const TRY_CASTS: Readonly<Partial<Record<TypeFamily, readonly TypeFamily[]>>> = {
  bool: INTEGERS,
  int2: ['bool', ...NUMBERS.filter((family) => family !== 'int2')],
  int4: ['bool', ...NUMBERS.filter((family) => family !== 'int4')],
  int8: ['bool', ...NUMBERS.filter((family) => family !== 'int8')],
  numeric: NUMBERS.filter((family) => family !== 'numeric'),
  float4: NUMBERS.filter((family) => family !== 'float4'),
  float8: NUMBERS.filter((family) => family !== 'float8'),
  bpchar: [...NUMBERS, 'date', 'timestamp', 'timestamptz'],
  varchar: [...NUMBERS, 'date', 'timestamp', 'timestamptz'],
};
