/** Runs inside a page before anything else of it: notes frames, long tasks, hovers, and when curves are painted. */
const seen = { frames: [], longTasks: [], hovers: [], paintedAt: null }
globalThis.seen = seen

/** What a frame shows is on the screen when the task after it runs. */
function afterThisFrame(work) {
  const channel = new MessageChannel()
  channel.port1.onmessage = work
  channel.port2.postMessage(null)
}

new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) seen.longTasks.push(Math.round(entry.duration))
}).observe({ type: 'longtask', buffered: true })

const areCurvesDrawn = () =>
  [...document.querySelectorAll('[data-testid="loss-chart"] svg path')].some(
    (path) => (path.getAttribute('d')?.length ?? 0) > 2_000,
  )

let last = 0
function frame(now) {
  if (last > 0) seen.frames.push(now - last)
  last = now
  if (seen.paintedAt === null && areCurvesDrawn())
    afterThisFrame(() => {
      seen.paintedAt ??= performance.now()
    })
  requestAnimationFrame(frame)
}
requestAnimationFrame(frame)

addEventListener(
  'pointermove',
  (event) => {
    requestAnimationFrame(() => afterThisFrame(() => seen.hovers.push(performance.now() - event.timeStamp)))
  },
  { capture: true, passive: true },
)
