// What becomes of a changeset in CHANGELOG.md: its text, and nothing else. All packages have one version, so that lines
// about dependencies of ours would say the same in each; commits say nothing to users.

/** @param {{ summary: string }} changeset */
async function getReleaseLine({ summary }) {
  const [first, ...others] = summary.trim().split('\n');
  return `\n- ${[first, ...others.map((line) => (line === '' ? '' : `  ${line}`))].join('\n')}`;
}

async function getDependencyReleaseLine() {
  return '';
}

module.exports = { getReleaseLine, getDependencyReleaseLine };
