// A plugin for Serverless. Before anything is packaged or changed it refuses to deploy or remove in an account that the
// parameters do not name, and to deploy a new workgroup into subnets in which Redshift would refuse it, minutes later.
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
    const { describeSubnets } = requireTypeScript('./describe-subnets.ts', __filename);
    const { checkSubnets } = requireTypeScript('./subnets.ts', __filename);
    const provider = this.serverless.getProvider('aws');
    let found;
    try {
      found = await describeSubnets(await provider.getAwsSdkV3Config(), subnetIds);
    } catch (error) {
      if (error.name === 'InvalidSubnetID.NotFound') {
        throw this.refusal(
          `subnetIds: ${error.message}\nFix: Correct the parameter (aws ec2 describe-subnets).`,
          'SLUICE_WRONG_SUBNETS',
        );
      }
      // Whoever may deploy need not be allowed to ask.
      this.log.warning(
        `The subnets of the new workgroup were not checked (ec2:DescribeSubnets): ${error.name}: ${error.message}`,
      );
      return;
    }
    const { refused, warned } = checkSubnets(subnetIds, found, provider.getRegion());
    if (refused !== undefined) throw this.refusal(refused, 'SLUICE_WRONG_SUBNETS');
    if (warned !== undefined) this.log.warning(warned);
  }

  refusal(message, code) {
    return new this.serverless.classes.Error(`Nothing was changed: ${message}`, code);
  }
};
