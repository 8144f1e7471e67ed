/**
 * Runs inside a page before anything else of it: pairs training steps that arrive with the first frame in which the
 * chart has changed after them. A frame that had begun when they arrived does not count.
 */
const live = { delays: [], arrivals: [], waiting: [], frame: 0, changed: false }
globalThis.live = live

const Native = globalThis.EventSource
globalThis.EventSource = class extends Native {
  constructor(...given) {
    super(...given)
    this.addEventListener('message', (event) => {
      const payload = JSON.parse(event.data)
      const { events = [] } = payload.json ?? payload.result?.data?.json ?? {}
      for (const fact of events.data?.events ?? events)
        if (fact.kind === 'metrics')
          for (const run of fact.data.runs)
            for (const at of run.at) {
              live.arrivals.push(Date.now() - at * 1000)
              live.waiting.push({ at: at * 1000, frame: live.frame })
            }
    })
  }
}

new MutationObserver((records) => {
  const isChart = (record) =>
    record.target instanceof Element && record.target.closest('[data-testid="loss-chart"]') !== null
  if (records.some(isChart)) live.changed = true
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['d', 'cx', 'cy'] })

function frame() {
  live.frame += 1
  if (live.changed) {
    live.changed = false
    const drawn = live.waiting.filter((point) => point.frame < live.frame - 1)
    live.waiting = live.waiting.filter((point) => point.frame >= live.frame - 1)
    // What this frame shows is on the screen when the task after it runs.
    const channel = new MessageChannel()
    channel.port1.onmessage = () => {
      for (const point of drawn) live.delays.push(Date.now() - point.at)
    }
    channel.port2.postMessage(null)
  }
  requestAnimationFrame(frame)
}
requestAnimationFrame(frame)
