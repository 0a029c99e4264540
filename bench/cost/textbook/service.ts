import { buildSync } from 'esbuild';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceCopy } from '../../../testkit/service-copy';

/**
 * Sluice's functions in whose place the textbook's are deployed, with their rights and memory: what the two designs share
 * is the deployment.
 */
const IN_PLACE_OF = {
  submit: 'copy-to-staging',
  describe: 'validate-staging',
  'find-files': 'prepare-warehouse',
} as const;

/** A copy of the service whose state machine and functions are those of the textbook design. */
export async function textbookService(datasets: Readonly<Record<string, string>>): Promise<ServiceCopy> {
  const service = await ServiceCopy.make(datasets);
  copyFileSync(join(__dirname, 'load.asl.yml'), join(service.directory, 'statemachines/load.asl.yml'));
  for (const [name, place] of Object.entries(IN_PLACE_OF)) {
    const outfile = join(service.directory, 'functions', `${place}.js`);
    rmSync(outfile);
    buildSync({
      entryPoints: [join(__dirname, `${name}.ts`)],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      mainFields: ['module', 'main'],
    });
  }
  return service;
}
