export interface Subnet {
  readonly id: string;
  readonly vpc: string;
  /** `us-east-1a` */
  readonly zone: string;
  readonly freeAddresses: number;
}

/**
 * What a workgroup without enhanced VPC routing needs.
 * Source: Amazon Redshift Management Guide, "Considerations when using Amazon Redshift Serverless" of 2026. Until 2025 it
 * asked for three subnets in three zones, as it still does with enhanced VPC routing.
 */
const ZONES = 2;
const ONCE_NEEDED = 3;
const FREE_ADDRESSES = 3;

/**
 * Checks the subnets of a new workgroup.
 * @param asked the subnets that the parameters name. Empty: those of the default VPC.
 * @param found these subnets as EC2 describes them.
 * @returns `refused`, with the fix: CreateWorkgroup would fail. `warnings`: it may fail.
 */
export function checkSubnets(
  asked: readonly string[],
  found: readonly Subnet[],
  region: string,
): { readonly refused?: string; readonly warnings: readonly string[] } {
  const where = asked.length === 0 ? `the default VPC in ${region}` : 'subnetIds';
  const fix = `Fix: Name subnets of one VPC in ${ZONES} or more Availability Zones: --param subnetIds=subnet-…,subnet-… (aws ec2 describe-subnets --region ${region})`;
  if (found.length === 0) {
    return {
      warnings: [],
      refused: `${where}: there is none, or it has no default subnets, and the new workgroup needs subnets in ${ZONES} Availability Zones.\n${fix}, or make one: aws ec2 create-default-vpc --region ${region}`,
    };
  }
  const list = (text: (subnet: Subnet) => string) =>
    found.map((subnet) => `${subnet.id} ${text(subnet)}`).join(', ');
  if (new Set(found.map(({ vpc }) => vpc)).size > 1) {
    return {
      warnings: [],
      refused: `${where}: they are in several VPCs: ${list(({ vpc }) => `in ${vpc}`)}.\n${fix}`,
    };
  }
  const zones = new Set(found.map(({ zone }) => zone)).size;
  if (zones < ZONES) {
    return {
      warnings: [],
      refused: `${where}: the new workgroup needs subnets in ${ZONES} Availability Zones: ${list(({ zone }) => `is in ${zone}`)}.\n${fix}`,
    };
  }
  const warnings: string[] = [];
  if (zones < ONCE_NEEDED || found.length < ONCE_NEEDED) {
    warnings.push(
      `${where}: ${found.length} subnets in ${zones} Availability Zones are enough by AWS’s guide of 2026, but until 2025 it asked for ${ONCE_NEEDED} in ${ONCE_NEEDED}. If the creation of the workgroup fails for that, name more.`,
    );
  }
  const full = found.filter(({ freeAddresses }) => freeAddresses < FREE_ADDRESSES);
  if (full.length > 0) {
    const counts = full.map(({ id, freeAddresses }) => `${id} has ${freeAddresses}`).join(', ');
    // A workgroup that is there already uses some of the addresses, so this refuses nothing.
    warnings.push(
      `${where}: a new workgroup needs ${FREE_ADDRESSES} free addresses in each subnet: ${counts}. If its creation fails, name other subnets.`,
    );
  }
  return { warnings };
}
