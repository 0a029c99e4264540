import { isWord, type Node } from './nodes';

/** Set operators by Redshift's word, as the engine spells them. */
export const SET_OPERATORS: ReadonlyMap<string, string> = new Map([
  ['union', 'UNION'],
  ['intersect', 'INTERSECT'],
  ['except', 'EXCEPT'],
  ['minus', 'EXCEPT'],
]);

/** Whether nodes are a query: a SELECT, a WITH, or one of them in parentheses. */
export function isQuery(nodes: readonly Node[]): boolean {
  const first = nodes[0];
  if (isWord(first, 'select', 'with')) return true;
  return first?.kind === 'group' && isQuery(first.nodes) && isQueryTail(nodes[1]);
}

function isQueryTail(node: Node | undefined): boolean {
  return node === undefined || isWord(node, ...SET_OPERATORS.keys(), 'order', 'limit', 'offset');
}
