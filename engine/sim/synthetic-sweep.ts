import type { EvalPoint, Schedule } from '../model/tuning'
import { random } from '../random'
import type { RecordedRun, RecordedSweep } from './recorded-sweep'

export interface SyntheticSettings {
  seed: number
  runs?: number
  evaluations?: number
  trainSamples?: number
  epochs?: number
  schedule?: Schedule
  /** Deviation of ln loss from one evaluation to the next; 0.01 if not given. */
  noise?: number
  /** Share of runs that blow up; 0.1 if not given. */
  broken?: number
  /** Share of runs that overfit from some point on; 0.2 if not given. */
  overfitting?: number
}

const LEARNING_RATES = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2]
const RANKS = [4, 8, 16, 32]
const BATCH_SIZES = [1, 2, 4, 8]

/**
 * A SYNTHETIC sweep for tests: nothing was trained, and no figure from it is a measurement. Loss falls as a power of
 * the samples; the learning rate that is best falls as training goes on; some runs blow up, some overfit.
 */
export function syntheticSweep(settings: SyntheticSettings): RecordedSweep {
  const {
    seed,
    runs = 24,
    evaluations = 20,
    trainSamples = 1600,
    epochs = 3,
    schedule = 'constant',
  } = settings
  const source = random(seed)
  return {
    task: `synthetic ${seed}`,
    trainSamples,
    epochs,
    evaluationsPerRun: evaluations,
    schedule,
    runs: Array.from({ length: runs }, (_, index) => {
      return syntheticRun(`r${String(index).padStart(3, '0')}`, source.fork(index), {
        ...settings,
        evaluations,
        samples: trainSamples * epochs,
        schedule,
      })
    }),
  }
}

type RunSettings = SyntheticSettings & { evaluations: number; samples: number; schedule: Schedule }

function syntheticRun(config: string, source: ReturnType<typeof random>, settings: RunSettings): RecordedRun {
  const { evaluations, samples, schedule, noise = 0.01, broken = 0.1, overfitting = 0.2 } = settings
  const params = {
    learning_rate: LEARNING_RATES[source.integer(LEARNING_RATES.length)]!,
    rank: RANKS[source.integer(RANKS.length)]!,
    batch_size: BATCH_SIZES[source.integer(BATCH_SIZES.length)]!,
    lr_scheduler: schedule,
  }
  const totalSteps = Math.max(evaluations, Math.ceil(samples / params.batch_size))
  const breaksAt = source.next() < broken ? source.next() : Number.POSITIVE_INFINITY
  const overfitsAt = source.next() < overfitting ? 0.3 + 0.6 * source.next() : Number.POSITIVE_INFINITY
  const ownLevel = 0.05 * source.normal()
  const effective =
    Math.log2(params.learning_rate) + (Math.log2(params.rank) - Math.log2(params.batch_size)) / 2
  const points: EvalPoint[] = []
  for (let evaluation = 1; evaluation <= evaluations; evaluation++) {
    const step = Math.round((totalSteps * evaluation) / evaluations)
    const share = step / totalSteps
    const drift = schedule === 'constant' ? 0.4 * Math.log2(share) : 0
    const distance = effective + 9 + drift
    const level = 0.3 + 1.5 * (share * 20) ** -0.5 + 0.02 * distance ** 2
    const train = level * Math.exp(ownLevel + noise * source.normal())
    const gap = share > overfitsAt ? 1 + 2 * (share - overfitsAt) : 1.03
    const isHealthy = share < breaksAt
    points.push({
      step,
      samples: step * params.batch_size,
      trainLoss: isHealthy ? train : null,
      valLoss: isHealthy ? train * gap * Math.exp(noise * source.normal()) : null,
    })
  }
  return { config, params, totalSteps, points }
}
