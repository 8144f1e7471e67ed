import type { Command } from 'commander'
import type { SweepResult, SweepSummary } from '../client/answers'
import { count, loss, share } from '../output/format'
import { print } from '../output/print'

interface JsonOption {
  json?: boolean
}

async function connect() {
  const { Api } = await import('../client/api')
  return new Api()
}

async function submit(file: string, options: JsonOption & { wait?: boolean }): Promise<void> {
  const api = await connect()
  const { submitSweepFile } = await import('../sweep/submit-sweep')
  const sweep = await submitSweepFile(api, file)
  if (sweep.unchecked) process.stderr.write(`${sweep.unchecked}\n`)
  if (!options.wait) {
    const result = await api.get<SweepResult>(`/sweeps/${sweep.id}/result`)
    print(
      options.json,
      result,
      () => `${sweep.name} is submitted with ${count(sweep.runs)} runs: ${api.url}/sweeps/${sweep.id}`,
    )
    return
  }
  const { watchSweep } = await import('../sweep/watch-sweep')
  const { leaderboard } = await import('../output/leaderboard')
  const result = await watchSweep(api, sweep.id)
  print(options.json, result, () => leaderboard(result))
  if (result.state !== 'done') {
    process.stderr.write(
      `${result.name} ${result.state === 'failed' ? `failed: ${result.error ?? 'no reason was given.'}` : `is ${result.state}.`}\n`,
    )
    process.exitCode = 1
  }
}

async function list(options: JsonOption): Promise<void> {
  const { sweeps } = await (await connect()).get<{ sweeps: SweepSummary[] }>('/sweeps?limit=500')
  const { table } = await import('../output/table')
  print(options.json, { sweeps }, () =>
    sweeps.length === 0
      ? 'No sweep yet. Submit one with `alto sweep submit FILE`.'
      : table(
          ['id', 'name', 'state', 'runs', 'best loss', 'trained', 'saved'],
          sweeps.map((sweep) => [
            sweep.id,
            sweep.name,
            sweep.state,
            count(sweep.runs.total),
            loss(sweep.best?.valLoss ?? null),
            sweep.samplesFull > 0 ? share(sweep.samplesUsed / sweep.samplesFull) : '–',
            sweep.samplesFull > 0 ? share(sweep.samplesSaved / sweep.samplesFull) : '–',
          ]),
        ),
  )
}

async function show(idOrName: string, options: JsonOption): Promise<void> {
  const api = await connect()
  const { findSweepId } = await import('../client/find-sweep')
  const { leaderboard } = await import('../output/leaderboard')
  const result = await api.get<SweepResult>(`/sweeps/${await findSweepId(api, idOrName)}/result`)
  print(options.json, result, () => leaderboard(result))
}

async function cancel(idOrName: string, options: JsonOption): Promise<void> {
  const api = await connect()
  const { findSweepId } = await import('../client/find-sweep')
  const id = await findSweepId(api, idOrName)
  const { state } = await api.post<{ state: string }>(`/sweeps/${id}/cancel`)
  print(options.json, { id, state }, () =>
    state === 'applied'
      ? `${idOrName} is cancelled; its runs are parked.`
      : `${idOrName} is being cancelled.`,
  )
}

async function exportAdapter(
  idOrName: string,
  options: JsonOption & { run?: string; out: string },
): Promise<void> {
  const api = await connect()
  const { findRunId, findSweepId } = await import('../client/find-sweep')
  const { untar } = await import('../sweep/untar')
  const result = await api.get<SweepResult>(`/sweeps/${await findSweepId(api, idOrName)}/result`)
  const run = findRunId(result, options.run)
  const answer = await api.request('GET', `/runs/${run}/adapter?format=tar.gz`)
  const files = untar(Buffer.from(await answer.arrayBuffer()), options.out)
  print(
    options.json,
    { run, out: options.out, files },
    () => `The adapter of ${run} is in ${options.out}; PeftModel.from_pretrained loads it.`,
  )
}

export function registerSweep(program: Command): void {
  const sweep = program.command('sweep').description('Start sweeps and look at them.')
  const withJson = (command: Command) => command.option('--json', 'print one JSON object')
  withJson(sweep.command('submit').argument('<file>', 'sweep file, YAML or JSON'))
    .description('Start a sweep; a .jsonl beside the file is uploaded.')
    .option('--wait', 'show progress until it has ended, then the runs')
    .action(submit)
  withJson(sweep.command('list')).description('All sweeps, newest first.').action(list)
  withJson(sweep.command('show').argument('<id>', 'id or name'))
    .description('A sweep and its runs, best first.')
    .action(show)
  withJson(sweep.command('cancel').argument('<id>', 'id or name'))
    .description('Park all its runs.')
    .action(cancel)
  withJson(sweep.command('export').argument('<id>', 'id or name'))
    .description('Download an adapter as a PEFT folder.')
    .option('--run <run>', 'id, number or label of the run (default: the best)')
    .requiredOption('--out <folder>', 'folder to write')
    .action(exportAdapter)
  sweep.action(() => sweep.help())
}
