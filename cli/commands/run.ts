import type { Command } from 'commander'
import { InputError } from '../errors'
import { print } from '../output/print'

interface JsonOption {
  json?: boolean
}

const DONE = {
  stop: 'is stopped and parked.',
  revive: 'goes on from its exact step as soon as it has a slot.',
  pin: 'is pinned: no rule stops it.',
  unpin: 'is no longer pinned.',
} as const

async function ask(action: keyof typeof DONE, id: string, options: JsonOption): Promise<void> {
  const { Api } = await import('../client/api')
  const { state } = await new Api().post<{ state: string }>(`/runs/${encodeURIComponent(id)}/${action}`)
  print(options.json, { id, state }, () =>
    state === 'applied' ? `${id} ${DONE[action]}` : `${id}: asked; the control plane has not applied it yet.`,
  )
}

/** `name=value` pairs; a value is read as JSON where it is some. */
function readChanges(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, text] = /^(\w+)=(.*)$/.exec(pair) ?? []
      if (!name || text === undefined) throw new InputError(`--set: ${pair} is not NAME=VALUE.`)
      try {
        return [name, JSON.parse(text) as unknown]
      } catch {
        return [name, text]
      }
    }),
  )
}

async function clone(id: string, options: JsonOption & { set: string[] }): Promise<void> {
  const { Api } = await import('../client/api')
  const made = await new Api().post<{ id: string; number: number }>(
    `/runs/${encodeURIComponent(id)}/clone`,
    readChanges(options.set),
  )
  print(options.json, made, () => `Run ${made.number} (${made.id}) was added.`)
}

export function registerRun(program: Command): void {
  const run = program.command('run').description('Act on one run.')
  const describe = {
    stop: 'Park a run at its next step boundary.',
    revive: 'Continue a parked run from its exact step.',
    pin: 'Keep every rule from stopping a run.',
    unpin: 'Let rules stop it again.',
  } as const
  for (const action of Object.keys(DONE) as (keyof typeof DONE)[])
    run
      .command(action)
      .argument('<id>', 'id of the run')
      .description(describe[action])
      .option('--json', 'print one JSON object')
      .action((id: string, options: JsonOption) => ask(action, id, options))
  run
    .command('clone')
    .argument('<id>', 'id of the run')
    .description('Add a run with changed hyper-parameters to the same sweep.')
    .option(
      '--set <name=value>',
      'what differs; may be repeated',
      (pair: string, before: string[]) => [...before, pair],
      [],
    )
    .option('--json', 'print one JSON object')
    .action(clone)
}
