import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeployedFunction } from '../lambda/deployed-function';
import { planStack, type Stack } from './plan-stack';
import type { StackSettings } from './stack-scope';
import { templateSchema } from './template';
import { unpackCode } from './unpack-code';

/**
 * Reads the output of `serverless package`.
 * @param packageDirectory folder with `cloudformation-template-update-stack.json` and a zip file for each function.
 * @throws StackError; ZodError if the file is no template.
 */
export function readStack(packageDirectory: string, settings: StackSettings): Stack {
  const text = readFileSync(join(packageDirectory, 'cloudformation-template-update-stack.json'), 'utf8');
  return planStack(templateSchema.parse(JSON.parse(text)), settings);
}

/**
 * Unpacks the code of a stack's functions.
 * @param codeDirectory folder in which each deployment package is unpacked once, under the digest of its content.
 */
export async function unpackFunctions(
  stack: Stack,
  packageDirectory: string,
  codeDirectory: string,
): Promise<readonly DeployedFunction[]> {
  return Promise.all(
    stack.functions.map(async ({ zipFile, logicalId: _, ...deployed }) => {
      const zip = await readFile(join(packageDirectory, zipFile));
      return { ...deployed, codeDirectory: await unpackCode(zip, codeDirectory) };
    }),
  );
}
