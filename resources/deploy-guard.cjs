// A plugin for Serverless. It refuses to deploy or remove in an account that the parameters do not name, before anything
// is packaged or changed. (resources/settings.ts refuses another Region.)

/** The commands that change something; these words also begin `deploy function` and `rollback function`. */
const CHANGING = ['deploy', 'remove', 'rollback'];

module.exports = class DeployGuard {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = { initialize: () => this.check() };
  }

  async check() {
    const [command] = this.serverless.processedInput.commands;
    const { account } = this.serverless.service.custom.service;
    if (!CHANGING.includes(command) || account === null) return;
    const own = await this.serverless.getProvider('aws').getAccountId();
    if (own === account) return;
    throw new this.serverless.classes.Error(
      `Nothing was changed: these credentials belong to account ${own}, but the parameters name account ${account}.\nFix: Use a profile of the right account (--aws-profile, AWS_PROFILE), or correct the parameters under params in serverless.yml.`,
      'SLUICE_WRONG_ACCOUNT',
    );
  }
};
