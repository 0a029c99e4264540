import { fieldDifferences, fieldDifferencesText } from '../../../cli/inspect/field-differences';
import type { ParquetField } from '../../../core/parquet-types';

const fields = (...names: string[]): ParquetField[] => names.map((name) => ({ name, type: 'INT64' }));

test('the same columns do not differ, whatever their case', () => {
  expect(fieldDifferences(fields('a', 'b'), fields('A', 'b'))).toBeUndefined();
  expect(fieldDifferences([], [])).toBeUndefined();
});

test('missing and extra columns move nothing else', () => {
  expect(fieldDifferences(fields('a', 'B', 'c'), fields('x', 'a', 'c'))).toEqual({
    missing: ['B'],
    extra: ['x'],
    moved: [],
    other_type: [],
  });
});

test('as few columns as possible count as moved', () => {
  expect(fieldDifferences(fields('a', 'b', 'c', 'd'), fields('d', 'a', 'b', 'c'))?.moved).toEqual(['d']);
  expect(fieldDifferences(fields('a', 'b', 'c', 'd'), fields('b', 'c', 'd', 'a'))?.moved).toEqual(['a']);
  expect(fieldDifferences(fields('a', 'b', 'c'), fields('c', 'b', 'a'))?.moved).toHaveLength(2);
});

test('another type is named with the type that was expected', () => {
  const differences = fieldDifferences(fields('a', 'b'), [
    { name: 'a', type: 'DOUBLE' },
    { name: 'b', type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
  ]);
  expect(differences?.other_type).toEqual([
    { name: 'a', found: 'DOUBLE', expected: 'INT64' },
    { name: 'b', found: 'INT64 TIMESTAMP(MICROS)', expected: 'INT64' },
  ]);
  expect(differences && fieldDifferencesText(differences)).toBe(
    'other type: a (DOUBLE, not INT64), b (INT64 TIMESTAMP(MICROS), not INT64)',
  );
});

test('different annotations of the same type are no difference', () => {
  const plain = [
    { name: 'a', type: 'INT64' },
    { name: 'b', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  ];
  const annotated = [
    { name: 'a', type: 'INT64', converted_type: 'INT_64' },
    { name: 'b', type: 'BYTE_ARRAY', logical_type: { type: 'STRING' } },
  ];
  expect(fieldDifferences(plain, annotated)).toBeUndefined();
  const stored = [{ name: 'at', type: 'INT96' }];
  const micros = [{ name: 'at', type: 'INT64', converted_type: 'TIMESTAMP_MICROS' }];
  expect(fieldDifferences(stored, micros)?.other_type).toHaveLength(1);
});
