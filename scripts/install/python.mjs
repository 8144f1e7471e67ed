/**
 * The Python environment of the agent, `agent/.venv`: made with the system's Python, filled by uv (pip where uv cannot
 * be had) with exactly the versions of `agent/constraints.txt`.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.mjs'

const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python']

/** Certificates of the system, so that a registry behind a company's proxy is trusted as the system trusts it. */
const SYSTEM_CERTIFICATES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt']

function findPython() {
  for (const name of CANDIDATES) {
    const probe = spawnSync(name, ['-c', 'import sys, venv, ensurepip; print(sys.version_info >= (3, 11))'], {
      encoding: 'utf8',
    })
    if (probe.status === 0 && probe.stdout.trim() === 'True') return name
  }
  throw new Error(
    'No Python 3.11 or newer with its venv module was found. Install python3 and python3-venv, then run this again.',
  )
}

const hasCudaGpu = () => existsSync('/dev/nvidia0') || spawnSync('nvidia-smi', ['-L']).status === 0

/** Where the environment's Python is, whether or not it has been installed yet. */
export const pythonOf = (root) => join(root, 'agent/.venv/bin/python')

/**
 * Resolves when the environment is complete.
 * @param {{dev: boolean}} options with `dev`, the tools of the tests too
 */
export async function installPython(root, say, options = { dev: false }) {
  const agent = join(root, 'agent')
  const hash = createHash('sha256')
  for (const file of ['pyproject.toml', 'constraints.txt']) hash.update(readFileSync(join(agent, file)))
  const wanted = hash.digest('hex')
  const stamp = (dev) => join(agent, '.venv', dev ? '.alto-dev' : '.alto-run')
  const isThere = (dev) => existsSync(stamp(dev)) && readFileSync(stamp(dev), 'utf8') === wanted
  if (isThere(true) || (!options.dev && isThere(false))) return

  const python = pythonOf(root)
  if (!existsSync(python)) {
    say('Making the Python environment')
    await run(findPython(), ['-m', 'venv', join(agent, '.venv')])
  }
  say('Installing Python packages (PyTorch is large: this can take some minutes the first time)')
  const certificates = process.env.SSL_CERT_FILE ?? SYSTEM_CERTIFICATES.find((path) => existsSync(path))
  const env = { ...(certificates ? { SSL_CERT_FILE: certificates } : {}), UV_HTTP_RETRIES: '1' }
  const install = await findInstaller(python, env)
  const what = ['-c', 'constraints.txt', '-e', '.[train,serve]', ...(options.dev ? ['--group', 'dev'] : [])]
  const all = (extra) => run(install.command, [...install.args, ...extra, ...what], { cwd: agent, env })
  // Without a GPU the CPU build of PyTorch saves gigabytes; where its index is out of reach the usual build also works.
  if (install.isUv && process.platform === 'linux' && !hasCudaGpu())
    await all(['--torch-backend', 'cpu']).catch(() => all([]))
  else await all([])
  writeFileSync(stamp(options.dev), wanted)
}

async function findInstaller(python, env) {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
  try {
    await run(python, [...pip, 'uv'], { env })
    return {
      isUv: true,
      command: python,
      args: ['-m', 'uv', 'pip', 'install', '--quiet', '--python', python],
    }
  } catch {
    // `--group` needs a pip of 2025 or newer.
    await run(python, [...pip, '--upgrade', 'pip'], { env })
    return { isUv: false, command: python, args: pip }
  }
}
