/**
 * Objects by key in the order in which S3 lists them: bytewise by UTF-8
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
 */
export class KeyIndex<T> {
  private readonly values = new Map<string, T>();
  private readonly sorted: string[] = [];

  /** Builds the index of many entries with one sort. */
  static from<T>(entries: Iterable<readonly [string, T]>): KeyIndex<T> {
    const index = new KeyIndex<T>();
    for (const [key, value] of entries) index.values.set(key, value);
    index.sorted.push(...index.values.keys());
    index.sorted.sort(compareKeys);
    return index;
  }

  get size(): number {
    return this.sorted.length;
  }

  get(key: string): T | undefined {
    return this.values.get(key);
  }

  set(key: string, value: T): void {
    if (!this.values.has(key)) this.sorted.splice(this.positionOf(key), 0, key);
    this.values.set(key, value);
  }

  delete(key: string): void {
    if (this.values.delete(key)) this.sorted.splice(this.positionOf(key), 1);
  }

  /** The entry at a position in key order. */
  at(position: number): readonly [string, T] | undefined {
    const key = this.sorted[position];
    return key === undefined ? undefined : [key, this.values.get(key) as T];
  }

  /** Position of the first key that is not before the given one. */
  positionOf(key: string): number {
    return this.firstWhere((candidate) => compareKeys(candidate, key) >= 0);
  }

  /** Position of the first key that is after the given one. */
  positionAfter(key: string): number {
    return this.firstWhere((candidate) => compareKeys(candidate, key) > 0);
  }

  /** Position of the first key after all keys with the given prefix. A listing skips a folder with it. */
  positionAfterPrefix(prefix: string): number {
    return this.firstWhere(
      (candidate) => !candidate.startsWith(prefix) && compareKeys(candidate, prefix) > 0,
    );
  }

  /** Binary search. The condition is false before some position and true from there on. */
  private firstWhere(condition: (key: string) => boolean): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (condition(this.sorted[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Compares two well-formed strings by their UTF-8 bytes without encoding them. */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let position = 0; position < length; position++) {
    const a = left.charCodeAt(position);
    const b = right.charCodeAt(position);
    if (a !== b) return utf8Rank(a) - utf8Rank(b);
  }
  return left.length - right.length;
}

/** UTF-16 sorts surrogates (U+10000 and up) before U+E000..U+FFFF; UTF-8 sorts them after. */
function utf8Rank(codeUnit: number): number {
  if (codeUnit < 0xd800) return codeUnit;
  return codeUnit < 0xe000 ? codeUnit + 0x2000 : codeUnit - 0x800;
}
