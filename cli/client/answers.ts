/** Answers of REST, as JSON: dates are ISO text. */
export interface SweepSummary {
  id: string
  name: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  error: string | null
  hold: { reasons: { message: string }[] } | null
  runs: { total: number; waiting: number; training: number; parked: number; done: number; failed: number }
  samplesUsed: number
  samplesFull: number
  samplesSaved: number
  best: { runId: string; number: number; valLoss: number } | null
  createdAt: string
  startedAt: string | null
  endedAt: string | null
  end: { p10: string; p50: string; p90: string } | null
}

export interface SweepResult {
  id: string
  name: string
  state: SweepSummary['state']
  error: string | null
  best: { run: string; params: Params; valLoss: number } | null
  runs: {
    id: string
    number: number
    params: Params
    state: string
    stopReason: string | null
    samples: number
    fullSamples: number | null
    bestValLoss: number | null
  }[]
  samplesUsed: number
  samplesFull: number
  wallSeconds: number
}

export type Params = Record<string, number | string | string[]>

export interface NodeSummary {
  id: string
  name: string
  state: string
  scheduling: string
  cpuCores: number
  lastSeenAt: string
  gpus: { id: string; kind: string; name: string; heldBy: { name: string }[] }[]
}

export interface DeploymentAnswer {
  id: string
  name: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  phase: 'waiting' | 'loading' | 'ready' | 'stopping' | 'ended'
  error: string | null
  hold: { reasons: { message: string }[] } | null
  imageModel: string | null
  videoModel: string | null
  gpuIds: string[]
  line: { queued: number; running: number; paused: number }
  lastDay: { onTime: number; total: number; share: number | null }
}

export interface RequestAnswer {
  id: string
  deploymentName: string
  kind: 'image' | 'video'
  prompt: string | null
  width: number
  height: number
  frames: number
  steps: number
  seed: number
  state: 'queued' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled'
  stage: string
  stepsDone: number
  createdAt: string
  startedAt: string | null
  endedAt: string | null
  deadlineAt: string
  onTime: boolean | null
  slackMs: number | null
  sentence: string | null
  error: string | null
  resultType: string | null
}

export interface RequestDetailAnswer {
  request: RequestAnswer
  receipts: { at: string; kind: string; sentence: string }[]
  spent: Record<string, number>
}

export interface QuoteAnswer {
  kind: 'promise' | 'would-make-it' | 'refusal' | 'unknown'
  byAt: string | null
  words: string
}
