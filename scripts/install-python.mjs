/**
 * Makes agent/.venv: a Python with the agent's packages. Lines that begin with `> ` are for people; the rest is for
 * the log. Answers at once when everything is there.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const agent = join(root, 'agent')
const venv = join(agent, '.venv')
const python = join(venv, 'bin', 'python')
const marker = join(venv, '.alto-packages')
const withDev = process.argv.includes('--dev')

/** A CPU machine needs no CUDA: PyPI's build of this version is small enough, and known to work. */
const CPU_TORCH = 'torch==2.13.0'
const OLDEST_PYTHON = [3, 10]

const say = (line) => process.stdout.write(`> ${line}\n`)

function fail(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

function demand() {
  return createHash('sha256')
    .update(readFileSync(join(agent, 'pyproject.toml')))
    .update(withDev ? 'dev' : '')
    .digest('hex')
}

const installed = () =>
  existsSync(marker) && existsSync(python) ? readFileSync(marker, 'utf8').split('\n') : []

/** A Python of this system that is new enough and can make environments. */
function systemPython() {
  for (const name of ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python']) {
    const asked = spawnSync(name, ['-c', 'import sys; print(*sys.version_info[:2])'], { encoding: 'utf8' })
    if (asked.status !== 0) continue
    const [major, minor] = asked.stdout.trim().split(' ').map(Number)
    if (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1]) return name
  }
  return fail(
    `Python ${OLDEST_PYTHON.join('.')} or newer was not found. Install it (on Debian: apt install python3 python3-venv) and start again.`,
  )
}

/** The system's certificates, so that a company's own authority is accepted where the system accepts it. */
function certificates() {
  const bundle = [
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/pki/tls/certs/ca-bundle.crt',
    '/etc/ssl/cert.pem',
  ].find(existsSync)
  return bundle && !process.env.SSL_CERT_FILE ? { SSL_CERT_FILE: bundle } : {}
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: agent,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        ...certificates(),
        UV_SYSTEM_CERTS: '1',
        UV_NATIVE_TLS: '1',
        UV_LINK_MODE: process.env.UV_LINK_MODE ?? 'copy',
        VIRTUAL_ENV: venv,
        PIP_DISABLE_PIP_VERSION_CHECK: '1',
        PYTHONUNBUFFERED: '1',
      },
    })
    const beat = setInterval(() => say('Python packages are still being installed.'), 30_000)
    child.on('error', () => resolve(127))
    child.on('close', (code) => {
      clearInterval(beat)
      resolve(code ?? 1)
    })
  })
}

/** uv installs many times faster than pip; where it cannot be had, pip does. */
async function installer() {
  const uv = join(venv, 'bin', 'uv')
  if (!existsSync(uv)) await run(python, ['-m', 'pip', 'install', '--quiet', 'uv'])
  return existsSync(uv)
    ? { command: uv, args: ['pip', 'install', '--python', python] }
    : { command: python, args: ['-m', 'pip', 'install', '--progress-bar', 'off'] }
}

async function makeEnvironment() {
  if (existsSync(python)) return
  const system = systemPython()
  say('Making the Python environment.')
  if ((await run(system, ['-m', 'venv', venv])) === 0) return
  // Debian leaves venv's pip out unless python3-venv is installed: uv needs neither.
  if ((await run('uv', ['venv', '--python', system, venv])) !== 0)
    fail('The Python environment could not be made. On Debian and Ubuntu: apt install python3-venv.')
}

const hasGpu = () => spawnSync('nvidia-smi', ['-L'], { encoding: 'utf8' }).stdout?.includes('GPU') ?? false

async function main() {
  const wanted = demand()
  if (installed().includes(wanted)) return
  await makeEnvironment()
  const { command, args } = await installer()
  const known = spawnSync(python, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' })
  const torch = known.status === 0 ? [] : hasGpu() ? ['torch>=2.11'] : [CPU_TORCH]
  say(
    `Installing Python packages (${torch.length > 0 ? 'PyTorch among them, a few minutes' : 'PyTorch is there already'}).`,
  )
  const groups = withDev ? devPackages() : []
  const status = await run(command, [...args, ...torch, '-e', `${agent}[train]`, ...groups])
  if (status !== 0) fail(`The Python packages could not be installed (exit ${status}).`)
  writeFileSync(marker, [...installed(), wanted].join('\n'))
  say('Python packages are installed.')
}

/** The `dev` group of pyproject.toml: pip before 25.1 does not know groups. */
function devPackages() {
  const text = readFileSync(join(agent, 'pyproject.toml'), 'utf8')
  const list = /^dev\s*=\s*\[([^\]]*)\]/m.exec(text)?.[1] ?? ''
  return [...list.matchAll(/"([^"]+)"/g)].map((match) => match[1])
}

await main()
