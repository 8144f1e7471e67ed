import { random } from '@/engine/random'

export interface SeedPoint {
  step: number
  samples: number
  trainLoss: number | null
  valLoss: number | null
}

export interface CurveShape {
  learningRate: number
  rank: number
  batchSize: number
  totalSteps: number
}

export type Fate = 'healthy' | 'diverged' | 'non-finite' | 'overfitting'

const BEST_RATE = 4e-4

/**
 * A loss curve that looks like LoRA training: a power law with a floor that depends on how far the learning rate is
 * from the best one, noise that shrinks, and the chosen fate. Invented, and marked as such wherever it is stored.
 */
export function seedCurve(shape: CurveShape, fate: Fate, points: number, evaluations: number, seed: number) {
  const source = random(seed)
  const off = Math.abs(
    Math.log2((shape.learningRate * Math.sqrt(shape.rank / 16)) / BEST_RATE / Math.sqrt(shape.batchSize / 4)),
  )
  const floor = 0.42 + 0.035 * off + 0.02 * source.next()
  const speed = 0.55 / (1 + 0.25 * off)
  const train: { step: number; samples: number; value: number | null }[] = []
  const evals: SeedPoint[] = []
  const at = (share: number) => {
    const base = floor + (2.6 - floor) * (1 + share * 60) ** -speed
    if (fate === 'diverged' && share > 0.08) return base + (share - 0.08) * 9
    return base
  }
  for (let index = 1; index <= points; index++) {
    const share = index / points
    const step = Math.max(1, Math.round(share * shape.totalSteps))
    const broken = fate === 'non-finite' && share > 0.15
    const noise = 0.09 * source.normal() * (1 + share * 20) ** -0.5
    const gap = fate === 'overfitting' ? Math.max(0, share - 0.2) * 0.5 : 0
    train.push({
      step,
      samples: step * shape.batchSize,
      value: broken ? null : Math.max(0.02, at(share) + noise - gap),
    })
  }
  for (let index = 1; index <= evaluations; index++) {
    const share = index / evaluations
    const step = Math.max(1, Math.round(share * shape.totalSteps))
    const broken = fate === 'non-finite' && share > 0.15
    const rise = fate === 'overfitting' ? Math.max(0, share - 0.25) * 0.35 : 0
    const valLoss = broken ? null : at(share) + 0.03 + rise + 0.006 * source.normal()
    const trainLoss = broken
      ? null
      : at(share) - (fate === 'overfitting' ? Math.max(0, share - 0.2) * 0.5 : 0)
    evals.push({ step, samples: step * shape.batchSize, trainLoss, valLoss })
  }
  return { train, evals }
}
