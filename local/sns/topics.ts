import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readIfPresent, writeWhole } from '../files';

/** The ARNs of all topics, kept in `topics.json` so that they outlive a restart. */
export class Topics {
  private readonly path: string;
  private readonly arns: Set<string>;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.path = join(directory, 'topics.json');
    this.arns = new Set(JSON.parse(readIfPresent(this.path) ?? '[]') as string[]);
  }

  has(arn: string): boolean {
    return this.arns.has(arn);
  }

  /** In the order of their creation. */
  list(): readonly string[] {
    return [...this.arns];
  }

  /** Keeps a topic; one that is there already stays as it is. */
  add(arn: string): void {
    if (this.arns.has(arn)) return;
    this.arns.add(arn);
    writeWhole(this.path, `${JSON.stringify([...this.arns], undefined, 2)}\n`);
  }
}
