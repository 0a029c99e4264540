/** Cuts a text. Does not leave half of a surrogate pair at the end, because UTF-8 cannot encode it. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).replace(/\p{Surrogate}$/u, '')}…`;
}
