import { spawn } from 'node:child_process';

/** Longer than anything of the rehearsal takes, in milliseconds. */
const PATIENCE = 300_000;

/** Runs a program to its end. Resolves to its exit status and what it printed; never rejects. */
export function run(program, args, { cwd, env = {}, patience = PATIENCE }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      // What the repository's own scripts have set is not that of a project elsewhere.
      env: { ...withoutNpm(process.env), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: patience,
      killSignal: 'SIGKILL',
      shell: process.platform === 'win32',
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.on('error', (error) => resolve({ status: null, out, err: `${err}${error.message}` }));
    child.on('close', (code, signal) => resolve({ status: code ?? signal, out, err }));
  });
}

/** As {@link run}, and rejects unless the exit status is 0. Resolves to the standard output. */
export async function succeed(program, args, options) {
  const { status, out, err } = await run(program, args, options);
  if (status !== 0) {
    throw new Error(`${program} ${args.join(' ')}: ${status}\n${`${out}\n${err}`.trim().slice(-3000)}`);
  }
  return out;
}

function withoutNpm(env) {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^npm_|^NODE_ENV$|^NODE_OPTIONS$|^INIT_CWD$/i.test(name)),
  );
}
