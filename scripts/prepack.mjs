// Runs before a package is packed or published. Only pnpm writes what `publishConfig` and `workspace:` mean into the
// package.json of a tarball: with npm's it would have versions that no registry knows, and entries that are not in it.
const agent = process.env.npm_config_user_agent ?? '';
if (!agent.startsWith('pnpm/')) {
  process.stderr.write(
    `This package is packed by pnpm ('pnpm pack', 'pnpm release:rehearse'), not by '${agent.split(' ')[0] || 'npm'}': see CONTRIBUTING.md.\n`,
  );
  process.exit(1);
}
