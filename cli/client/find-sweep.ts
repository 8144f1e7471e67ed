import { InputError } from '../errors'
import type { SweepResult, SweepSummary } from './answers'
import type { Api } from './api'

/** A sweep by id or by name. @throws InputError where there is none */
export async function findSweepId(api: Api, idOrName: string): Promise<string> {
  const { sweeps } = await api.get<{ sweeps: SweepSummary[] }>(
    `/sweeps?limit=500&search=${encodeURIComponent(idOrName.slice(0, 80))}`,
  )
  const named = sweeps.find((sweep) => sweep.name === idOrName)
  if (named) return named.id
  try {
    return (await api.get<{ sweep: { id: string } }>(`/sweeps/${encodeURIComponent(idOrName)}`)).sweep.id
  } catch (error) {
    if (error instanceof InputError)
      throw new InputError(`ID: there is no sweep ${idOrName}. \`alto sweep list\` shows them.`)
    throw error
  }
}

/** A run of a sweep by id, number or label (`r07`); without one the best. @throws InputError where there is none */
export function findRunId(result: SweepResult, wanted: string | undefined): string {
  if (wanted === undefined) {
    if (result.best) return result.best.run
    throw new InputError(`--run: no run of ${result.name} has been evaluated yet.`)
  }
  const number = /^r?0*(\d+)$/i.exec(wanted)?.[1]
  const run = result.runs.find((one) => one.id === wanted || String(one.number) === number)
  if (!run) throw new InputError(`--run: ${result.name} has no run ${wanted}.`)
  return run.id
}
