/** An agent as the engine beneath knows it; its name is that of its node. */
export interface EngineAgent {
  /** Slurm job, pod, actor, process. */
  id: string
  name: string
  state: 'starting' | 'running'
  /** The machine, where it is known. */
  where: string | null
}

/** What an agent needs to find and join the control plane. */
export interface AgentOrder {
  name: string
  url: string
  /** Works once. Travels in the environment, never among the arguments. */
  joinToken: string
}

/**
 * What starts and watches agents on somebody else's machines. It only does that: what is sent to agents is the same for
 * all. Each call throws one sentence where the engine beneath does not answer.
 */
export interface Launcher {
  /** Machines of the engine where there is to be one agent on each; `null` where the queue decides. */
  machines(): Promise<number | null>
  /** Agents that it started and that have not ended. */
  list(): Promise<EngineAgent[]>
  start(order: AgentOrder): Promise<void>
  stop(id: string): Promise<void>
  close(): Promise<void>
}
