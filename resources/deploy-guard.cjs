// A plugin of Serverless: refuses to deploy or remove in another account than the parameters name, before anything is
// packaged or changed. (Another Region is refused with the parameters: resources/settings.ts sees it there.)

/** The commands that change something, `deploy function` and `rollback function` among them. */
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
      `Nothing was changed: these credentials are of account ${own}, and the parameters name account ${account}.\nFix: Use a profile of the account that is meant (--aws-profile, AWS_PROFILE), or correct the parameters under params in serverless.yml.`,
      'SLUICE_WRONG_ACCOUNT',
    );
  }
};
