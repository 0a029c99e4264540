import { syntaxError, unsupported } from './errors';
import { isSymbol, NodeReader, splitAtCommas, type Node } from './nodes';

/** A table's or view's name in a statement. */
export interface RelationName {
  readonly database?: string;
  readonly schema?: string;
  readonly name: string;
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteLiteral(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/**
 * Reads `[database.][schema.]name`.
 * A dot, slash or wildcard inside a name is refused: the engine would read the name as a file's.
 */
export function readRelationName(reader: NodeReader): RelationName {
  const parts = [reader.expectIdentifier()];
  while (isSymbol(reader.peek(), '.')) {
    reader.next();
    parts.push(reader.expectIdentifier());
  }
  if (parts.length > 3) throw unsupported('a relation name of more than three parts');
  const odd = parts.find((part) => /[./\\*?:[\]]/.test(part));
  if (odd !== undefined) throw unsupported(`the relation name ${quoteIdentifier(odd)}`);
  const [name, schema, database] = parts.reverse();
  return { name: name!, schema, database };
}

export function displayName(relation: RelationName): string {
  return relation.schema === undefined ? relation.name : `${relation.schema}.${relation.name}`;
}

/** Reads the column names `(a, b)` of an alias or a target. */
export function columnNames(nodes: readonly Node[]): string {
  const names = splitAtCommas(nodes).map((part) => {
    const reader = new NodeReader(part);
    const name = reader.expectIdentifier();
    reader.expectEnd();
    return quoteIdentifier(name);
  });
  if (names.length === 0) throw syntaxError(')');
  return `(${names.join(', ')})`;
}
