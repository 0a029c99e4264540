// A plugin for Serverless. Before anything is packaged or changed it refuses to deploy or remove in an account that the
// parameters do not name, and to make a workgroup in subnets in which Redshift would refuse it, minutes later.
// (resources/settings.ts refuses another Region.)
const { require: requireTypeScript } = require('tsx/cjs/api');

/** The commands that change something; these words also begin `deploy function` and `rollback function`. */
const CHANGING = ['deploy', 'remove', 'rollback'];

module.exports = class DeployGuard {
  constructor(serverless, _options, { log }) {
    this.serverless = serverless;
    this.log = log;
    this.hooks = { initialize: () => this.check() };
  }

  async check() {
    const [command, part] = this.serverless.processedInput.commands;
    if (!CHANGING.includes(command)) return;
    const { account, subnetIds } = this.serverless.service.custom.service;
    if (account !== null) await this.checkAccount(account);
    if (command === 'deploy' && part === undefined && subnetIds !== null) await this.checkSubnets(subnetIds);
  }

  async checkAccount(account) {
    const own = await this.serverless.getProvider('aws').getAccountId();
    if (own === account) return;
    throw this.refusal(
      `these credentials belong to account ${own}, but the parameters name account ${account}.\nFix: Use a profile of the right account (--aws-profile, AWS_PROFILE), or correct the parameters under params in serverless.yml.`,
      'SLUICE_WRONG_ACCOUNT',
    );
  }

  async checkSubnets(subnetIds) {
    const { refused, warnings } = await this.findingsOf(subnetIds);
    for (const warning of warnings) this.log.warning(warning);
    if (refused === undefined) return;
    if (await this.lacksWorkgroup()) throw this.refusal(refused, 'SLUICE_WRONG_SUBNETS');
    // Whoever updates something else must not have to mend the subnets first.
    this.log.warning(`${refused}\nThe workgroup may be there already, so the deployment goes on.`);
  }

  async findingsOf(subnetIds) {
    const { describeSubnets } = requireTypeScript('./describe-subnets.ts', __filename);
    const { checkSubnets } = requireTypeScript('./subnets.ts', __filename);
    const provider = this.serverless.getProvider('aws');
    try {
      const found = await describeSubnets(await provider.getAwsSdkV3Config(), subnetIds);
      return checkSubnets(subnetIds, found, provider.getRegion());
    } catch (error) {
      if (error.name === 'InvalidSubnetID.NotFound') {
        const refused = `subnetIds: ${error.message}\nFix: Correct the parameter (aws ec2 describe-subnets).`;
        return { refused, warnings: [] };
      }
      // Whoever may deploy need not be allowed to ask.
      const warning = `The subnets of the new workgroup were not checked (ec2:DescribeSubnets): ${error.name}: ${error.message}`;
      return { warnings: [warning] };
    }
  }

  /** Whether CloudFormation says that the stack, or the workgroup in it, is not there. False if it does not answer. */
  async lacksWorkgroup() {
    const { CloudFormationClient, DescribeStackResourceCommand } = require('@aws-sdk/client-cloudformation');
    const { WORKGROUP } = requireTypeScript('./warehouse.ts', __filename);
    const provider = this.serverless.getProvider('aws');
    try {
      const client = new CloudFormationClient(await provider.getAwsSdkV3Config());
      const { StackResourceDetail } = await client.send(
        new DescribeStackResourceCommand({
          StackName: provider.naming.getStackName(),
          LogicalResourceId: WORKGROUP,
        }),
      );
      // What a failed deployment has made is deleted again; what was kept is no part of the stack any more.
      return /^(CREATE_FAILED|DELETE_COMPLETE|DELETE_SKIPPED)$/.test(StackResourceDetail.ResourceStatus);
    } catch (error) {
      return error.name === 'ValidationError';
    }
  }

  refusal(message, code) {
    return new this.serverless.classes.Error(`Nothing was changed: ${message}`, code);
  }
};
