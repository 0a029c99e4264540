import { redshiftType } from '../../core/column-types';
import { parquetTypeText, redshiftTypeOf, type ParquetField } from '../../core/parquet-types';

/** How the columns of two files differ. Names are compared without regard to case, as Redshift does. */
export interface FieldDifferences {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  /** The smallest set of columns that would have to move to restore the order. */
  readonly moved: readonly string[];
  readonly other_type: readonly {
    readonly name: string;
    readonly found: string;
    readonly expected: string;
  }[];
}

/** @returns undefined if nothing differs. */
export function fieldDifferences(
  expected: readonly ParquetField[],
  found: readonly ParquetField[],
): FieldDifferences | undefined {
  const placeOf = placesByName(expected);
  const isFound = placesByName(found);
  const common = found.filter((field) => placeOf.has(foldedName(field)));
  const inPlace = longestRise(common.map((field) => placeOf.get(foldedName(field)) ?? 0));
  const differences: FieldDifferences = {
    missing: expected.filter((field) => !isFound.has(foldedName(field))).map(({ name }) => name),
    extra: found.filter((field) => !placeOf.has(foldedName(field))).map(({ name }) => name),
    moved: common.filter((_, index) => !inPlace.has(index)).map(({ name }) => name),
    other_type: common.flatMap((field) => {
      const other = expected[placeOf.get(foldedName(field)) ?? 0];
      if (!other || sameType(other, field)) return [];
      return [{ name: field.name, found: parquetTypeText(field), expected: parquetTypeText(other) }];
    }),
  };
  const { missing, extra, moved, other_type: otherType } = differences;
  return [missing, extra, moved, otherType].some((list) => list.length > 0) ? differences : undefined;
}

/** One line: `missing: a; moved: b, c; other type: d (DOUBLE, not INT64)`. */
export function fieldDifferencesText({
  missing,
  extra,
  moved,
  other_type: otherType,
}: FieldDifferences): string {
  const parts: [string, readonly string[]][] = [
    ['missing', missing],
    ['extra', extra],
    ['moved', moved],
    ['other type', otherType.map(({ name, found, expected }) => `${name} (${found}, not ${expected})`)],
  ];
  return parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(', ')}`)
    .join('; ');
}

/** Writers annotate the same type differently (`INT64`, `INT64 INT_64`), so only the stored and the loaded type count. */
function sameType(left: ParquetField, right: ParquetField): boolean {
  const [leftType, rightType] = [redshiftTypeOf(left), redshiftTypeOf(right)];
  if (!leftType || !rightType) return parquetTypeText(left) === parquetTypeText(right);
  return left.type === right.type && redshiftType(leftType) === redshiftType(rightType);
}

function foldedName(field: ParquetField): string {
  return field.name.toLowerCase();
}

function placesByName(fields: readonly ParquetField[]): ReadonlyMap<string, number> {
  return new Map(fields.map((field, index) => [foldedName(field), index]));
}

/** The indexes of a longest increasing subsequence. All other columns have moved. */
function longestRise(places: readonly number[]): ReadonlySet<number> {
  const best = { end: -1, length: 0 };
  const ends: { length: number; before: number }[] = [];
  places.forEach((place, index) => {
    const end = { length: 1, before: -1 };
    ends.forEach(({ length }, earlier) => {
      if ((places[earlier] ?? 0) < place && length >= end.length)
        Object.assign(end, { length: length + 1, before: earlier });
    });
    ends.push(end);
    if (end.length > best.length) Object.assign(best, { end: index, length: end.length });
  });
  const rise = new Set<number>();
  for (let index = best.end; index >= 0; index = ends[index]?.before ?? -1) rise.add(index);
  return rise;
}
