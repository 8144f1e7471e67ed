import type { TraceSpec } from './make-trace'

export interface ServingCase {
  name: string
  spec: TraceSpec
}

const BASE: TraceSpec = {
  requests: 300,
  videoShare: 0.5,
  load: 1.1,
  gpus: 8,
  sigma: [1, 1],
  sizes: [1, 1, 1],
  burst: 1,
}

/** Loads where policies differ, one aspect changed at a time; the last two are the calm ones that all must keep. */
export const CASES: readonly ServingCase[] = [
  { name: 'balanced, load 1.0', spec: { ...BASE, load: 1.0 } },
  { name: 'balanced, load 1.1', spec: BASE },
  { name: 'balanced, load 1.25', spec: { ...BASE, load: 1.25 } },
  { name: 'video-heavy (80%), load 1.1', spec: { ...BASE, videoShare: 0.8 } },
  { name: 'image-heavy (80%), load 1.2', spec: { ...BASE, videoShare: 0.2, load: 1.2 } },
  { name: 'tight deadlines (sigma 0.8), load 1.1', spec: { ...BASE, sigma: [0.8, 0.8] } },
  { name: 'loose deadlines (sigma 1.3), load 1.2', spec: { ...BASE, sigma: [1.3, 1.3], load: 1.2 } },
  { name: 'skewed sizes (Dirichlet), load 1.15', spec: { ...BASE, sizes: 'dirichlet', load: 1.15 } },
  { name: 'bursts (4×), load 1.1', spec: { ...BASE, burst: 4 } },
]

export const CALM_CASES: readonly ServingCase[] = [
  { name: 'balanced, load 0.75', spec: { ...BASE, load: 0.75 } },
  { name: 'video-heavy (80%), load 0.6', spec: { ...BASE, videoShare: 0.8, load: 0.6 } },
]
