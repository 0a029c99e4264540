import type { Dataset } from '../../core/dataset';
import { oneLine } from '../../core/one-line';
import { sharedBy } from '../../service/read-datasets';
import { STANDARD_INPUT } from './sample-file';
import type { InitOptions } from './usage';

/** The command with its sample and the choices of the person, to be pasted into a shell. */
export function initCommand({ file, name, key, versionColumn, eventTime }: InitOptions): string {
  const options = [
    ['--name', name],
    ['--key', key],
    ['--version-column', versionColumn],
    ['--event-time', eventTime],
  ] as const;
  const given = options.flatMap(([option, value]) => (value === undefined ? [] : [option, shellWord(value)]));
  return ['npx sluice init', shellWord(file), ...given].join(' ');
}

function shellWord(text: string): string {
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${oneLine(text).replaceAll("'", "'\\''")}'`;
}

/** What to do with the dataset file. */
export function nextSteps(options: InitOptions, name: string): string[] {
  const { file, out } = options;
  const path = `datasets/${name}.yml`;
  const check = `npx sluice init ${shellWord(file)} --check --dataset ${name}`;
  if (out !== undefined) {
    return [
      `Written to ${oneLine(out)}.`,
      ...(file === STANDARD_INPUT ? [] : ['Change it where it is wrong, then:', `  ${check}`]),
    ];
  }
  return file === STANDARD_INPUT
    ? [`--out ${path} writes it into a file.`]
    : [
        'To write it into a file, and to compare it with the sample after a change:',
        `  ${initCommand(options)} --out ${path}`,
        `  ${check}`,
      ];
}

/** Why the service could not be packaged with the new dataset beside the others, in sentences. */
export function conflictsOf(dataset: Dataset, others: readonly Dataset[]): string[] {
  return others.flatMap((other) => {
    const shared = sharedBy(dataset, other);
    return shared ? [`Dataset ${other.name} exists: both ${shared.both}. ${shared.fix}`] : [];
  });
}
