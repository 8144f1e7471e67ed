import type { Command } from 'commander'
import { InputError } from '../errors'

interface ReplayFlags {
  policy: string
  slots?: string
  set: string[]
  seed: string
  json?: boolean
}

/** `alto replay CURVES`: an early-exit policy over recorded curves. */
export function registerReplay(program: Command): void {
  program
    .command('replay')
    .description('Replay an early-exit policy over a recorded sweep and say what it saves and what it costs.')
    .argument('<curves>', 'JSON lines: a header, then one run a line')
    .requiredOption('--policy <name>', 'none, alto, asha, hyperband, median or adaptive')
    .option('--slots <n>', 'runs that may train at a time (default: all)')
    .option('--set <key=value>', 'a setting of the policy; may be given again', collect, [])
    .option('--seed <n>', 'order in which runs take few slots', '0')
    .option('--json', 'print one JSON object')
    .action(async (file: string, flags: ReplayFlags) => {
      const answer = await replayFile(file, flags)
      process.stdout.write(flags.json ? `${JSON.stringify(answer)}\n` : summary(answer))
    })
}

type Answer = Awaited<ReturnType<typeof replayFile>>

async function replayFile(file: string, flags: ReplayFlags) {
  const [{ POLICIES }, { parsePolicyParams }, { parseCurves }, { replay }] = await Promise.all([
    import('../../engine/early-exit/policies'),
    import('../../engine/early-exit/parse-params'),
    import('../../engine/sim/parse-curves'),
    import('../../engine/sim/replay'),
  ])
  const policy = Object.values(POLICIES).find(({ name }) => name === flags.policy)
  if (!policy) {
    throw new InputError(
      `--policy must be one of ${Object.keys(POLICIES).join(', ')}, not "${flags.policy}".`,
    )
  }
  const slots = flags.slots === undefined ? undefined : wholeNumber('--slots', flags.slots, 1)
  const seed = wholeNumber('--seed', flags.seed, 0)
  const settings = parsePolicyParams(policy, keyValues(flags.set))
  if (!settings.ok)
    throw new InputError(`--set: ${settings.problems.map(({ message }) => message).join(' ')}`)
  const curves = parseCurves(await readText(file))
  if (!curves.ok) throw new InputError(`${file}: ${curves.message}`)
  const result = replay(curves.sweep, (view) => policy.decide(view, settings.params), { slots, seed })
  const { samplesUsed, samplesFull, savedFraction, bestFull, bestFound, lossRatio, stopped } = result
  return {
    policy: policy.name,
    samplesUsed,
    samplesFull,
    savedFraction,
    bestFull,
    bestFound,
    lossRatio,
    stopped,
  }
}

async function readText(file: string): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') throw new InputError(`There is no file ${file}.`)
    if (code === 'EISDIR') throw new InputError(`${file} is a folder; curves are one file of JSON lines.`)
    throw new InputError(`${file} cannot be read (${code}).`)
  }
}

function keyValues(pairs: readonly string[]): Record<string, string> {
  const settings: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw new InputError(`--set takes key=value, not "${pair}".`)
    settings[pair.slice(0, at)] = pair.slice(at + 1)
  }
  return settings
}

function wholeNumber(flag: string, text: string, min: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min) return value
  throw new InputError(`${flag} must be a whole number of at least ${min}, not "${text}".`)
}

function collect(value: string, before: string[]): string[] {
  return [...before, value]
}

function summary(answer: Answer): string {
  const { policy, savedFraction, samplesUsed, samplesFull, bestFound, bestFull, lossRatio, stopped } = answer
  const count = (value: number) => value.toLocaleString('en-GB')
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`
  const reasons = new Map<string, number>()
  for (const { reason } of stopped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const why = [...reasons].map(([reason, runs]) => `${runs} ${reason}`).join(', ')
  return [
    `${policy} trained ${count(samplesUsed)} of ${count(samplesFull)} samples: ${percent(savedFraction)} saved.`,
    `Best found: ${bestFound.config} with ${bestFound.valLoss.toFixed(4)}.`,
    `Best of the full sweep: ${bestFull.config} with ${bestFull.valLoss.toFixed(4)} (ratio ${lossRatio.toFixed(4)}).`,
    stopped.length === 0 ? 'No run was stopped.' : `Stopped: ${why}.`,
    '',
  ].join('\n')
}
