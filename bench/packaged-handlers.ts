import { join } from 'node:path';
import { prepareDeployment, REGION } from '../local/deployment';
import { environmentVariables } from '../local/lambda/environment-variables';
import { PACKAGES_DIRECTORY } from '../testkit/packages';
import { ROOT } from '../testkit/root';

const NOBODY = 'http://127.0.0.1:9';

/** A function's bundle in the package as it is deployed. */
export interface PackagedHandler {
  /** `inspect-files`. */
  readonly name: string;
  readonly file: string;
  /** The variables that Lambda sets. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Packages the service and unpacks its functions.
 * @param directory where to. @param endpoint what the functions call instead of AWS.
 */
export async function packagedHandlers(directory: string, endpoint = NOBODY): Promise<PackagedHandler[]> {
  const { functions } = await prepareDeployment({
    ...{ serviceDirectory: ROOT, packagesDirectory: PACKAGES_DIRECTORY },
    stateDirectory: directory,
  });
  const host = {
    ...{ region: REGION, endpoint },
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  return functions.map((deployed) => {
    const path = deployed.handler.replace(/\.handler$/, '');
    return {
      name: path.replace('functions/', ''),
      file: join(deployed.codeDirectory, `${path}.js`),
      env: environmentVariables(deployed, host, 'bench'),
    };
  });
}
