import { randomUUID } from 'node:crypto';
import { verdict, type Probe } from '../probe';

const FINDING =
  'functions/shared/warehouse.ts: a step that is called again finds the statement of the call before by its name; if the list does not tell of it yet, the client token does.';

const listed: Probe = {
  name: 'statements/listed-at-once',
  assumption: 'ListStatements tells of a statement as soon as it is submitted, by the beginning of its name.',
  matters: FINDING,
  needs: ['database'],
  costs: { statements: 1 },
  async run({ warehouse }) {
    const run = randomUUID();
    const { id, listed: found } = await warehouse.named(`${run} a`, randomUUID());
    const isThere = found.length === 1 && found[0] === id;
    const later = await warehouse.listed(run);
    return verdict(
      isThere,
      `right after the submission ${isThere ? 'it was listed' : 'it was not listed'}, after its end ${later.length} of 1 was`,
    );
  },
};

const repeated: Probe = {
  name: 'statements/repeated-token',
  assumption: 'A batch whose ClientToken was used before is answered with the statement that is there.',
  matters: FINDING,
  needs: ['database'],
  costs: { statements: 1 },
  async run({ warehouse }) {
    const [name, token] = [randomUUID(), randomUUID()];
    const first = await warehouse.named(name, token);
    const again = await warehouse.named(name, token).catch((error: unknown) => error as Error);
    if (again instanceof Error) return verdict(false, `it is refused: ${again.name}: ${again.message}`);
    const isSame = first.id === again.id;
    return verdict(isSame, isSame ? 'both have the same id' : 'the second one has an id of its own');
  },
};

export const statements: readonly Probe[] = [listed, repeated];
