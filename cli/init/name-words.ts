/** The words of a name, in lower case: `pickupDateTime`, `pickup_date_time` and `Pickup-Date.Time` are three words each. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '');
}

const OF_IDENTIFIERS = new Set('id uuid guid ulid key ref reference hash token serial'.split(' '));

/** Whether a name says that its values identify something. */
export const isIdentifier = (name: string): boolean => OF_IDENTIFIERS.has(wordsOf(name).at(-1) ?? '');
