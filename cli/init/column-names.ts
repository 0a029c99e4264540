import { datasetSchema } from '../../core/dataset';

const { name: columnName } = datasetSchema.shape.columns.element.shape;

/** The most columns of a dataset. */
export const MOST_COLUMNS = 1_500;

/** Why a column cannot have a name, as a clause; undefined if it can. */
export function nameProblem(name: string): string | undefined {
  if (/\p{Surrogate}/u.test(name)) return 'a name with half of a surrogate pair. Use valid Unicode';
  const parsed = columnName.safeParse(name);
  return parsed.success ? undefined : `a name that no column has. Use ${parsed.error.issues[0]?.message}`;
}
