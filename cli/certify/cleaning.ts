/** Something that was made, or that may have been made: its making may have lost its answer. */
export interface Made {
  readonly what: string;
  /** How a person removes it. */
  readonly how: string;
  /** Removes it, also if it is not there. */
  remove(): Promise<void>;
}

/** What could not be removed. */
export interface Left extends Pick<Made, 'what' | 'how'> {
  readonly why: string;
}

const ATTEMPTS = 3;

/** Remembers what was made, and removes it in the opposite order. */
export class Cleaning {
  private made: Made[] = [];

  /** Notes a thing before it is made. */
  note(made: Made): void {
    this.made.push(made);
  }

  /** Forgets a thing that the service has refused to make. */
  forget(made: Made): void {
    this.made = this.made.filter((each) => each !== made);
  }

  /** Removes everything. One thing that stays keeps no other. @returns what is left. */
  async run(): Promise<readonly Left[]> {
    const left: Left[] = [];
    for (const made of this.made.splice(0).reverse()) {
      const why = await failureOf(made);
      if (why !== undefined) left.push({ what: made.what, how: made.how, why });
    }
    return left;
  }
}

async function failureOf(made: Made): Promise<string | undefined> {
  let why = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      await made.remove();
      return undefined;
    } catch (error) {
      why = `${(error as Error).name}: ${(error as Error).message}`;
    }
  }
  return why;
}
